"""Takes the pictures of the README from the pages of the site, in a browser without a window.

`make pictures` builds the site and calls this. Each picture is what a window shows of a page; they are written into
`docs/pictures`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from tools.browser import ARGUMENTS, find_chromium

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"


@dataclass(frozen=True)
class Picture:
    """A picture of a page.

    Attributes:
        name: The file's name, without its ending.
        page: The page of the site.
        width: How wide the window is, in pixels.
        height: How high it is.
        ready: What to do and to wait for before it is taken.
        scheme: By day or by night.
        scale: How many pixels of the picture one of the window is.
    """

    name: str
    page: str
    width: int
    height: int
    ready: Callable[[Page], None]
    scheme: Literal["light", "dark"] = "light"
    scale: float = 1


def _wait_for_figures(page: Page) -> None:
    page.wait_for_selector("html[data-shown]")


def _show_listening(page: Page) -> None:
    _wait_for_figures(page)
    page.evaluate(
        "document.querySelector('.filters').style.position = 'static'; "
        "document.documentElement.style.scrollPaddingTop = '0'; "
        "document.getElementById('listening').scrollIntoView()"
    )


def _show_lineage(page: Page) -> None:
    """Open the lineage of a mart in dbt's documentation: what it is made of."""
    page.goto(f"{page.url.partition('#')[0]}#!/overview?g_v=1&g_i=6%2Brpt_artist_popularity")
    page.reload()
    page.wait_for_selector("canvas")
    page.wait_for_timeout(4000)  # the graph moves into its place


def _show_diagram(page: Page) -> None:
    """Show the entity diagram, which stands in the overview of dbt's documentation."""
    page.wait_for_selector("pre code")
    page.locator("pre code").first.evaluate(
        "code => { document.body.innerHTML = ''; const pre = document.createElement('pre'); "
        "pre.textContent = code.textContent; "
        "pre.style.cssText = 'margin: 0; padding: 24px 28px; border: 0; background: #fff; color: #17212b; "
        'columns: 2; column-gap: 40px; font: 13px/1.42 "DejaVu Sans Mono", monospace; overflow: visible\'; '
        "document.body.append(pre); document.body.style.background = '#fff'; "
        "document.documentElement.style.overflow = 'hidden'; }"
    )


SHOTS = (
    Picture("dashboard", "dashboard.html", 1280, 1640, _wait_for_figures),
    Picture("dashboard-dark", "dashboard.html", 1280, 980, _show_listening, "dark"),
    Picture("dashboard-phone", "dashboard.html", 390, 1240, _wait_for_figures),
    Picture("lineage", "dbt-docs.html", 1300, 600, _show_lineage, scale=1.4),
    Picture("diagram", "dbt-docs.html", 1180, 800, _show_diagram),
)


def take_pictures(site: Path, browser: Browser) -> list[Path]:
    """Take all pictures.

    Args:
        site: The folder of the site.
        browser: What to look with.

    Returns:
        The files that were written.
    """
    PICTURES.mkdir(exist_ok=True)
    taken = []
    for shot in SHOTS:
        context = browser.new_context(
            viewport={"width": shot.width, "height": shot.height},
            color_scheme=shot.scheme,
            device_scale_factor=shot.scale,
            offline=True,
        )
        page = context.new_page()
        page.goto((site / shot.page).resolve().as_uri())
        shot.ready(page)
        file = PICTURES / f"{shot.name}.png"
        page.screenshot(path=file)
        taken.append(file)
        context.close()
    return taken


def main() -> int:
    """Take the pictures of the site.

    Returns:
        The exit code: 0, or 2 if there is no site or no browser.
    """
    site = Path("site")
    if not (site / "dashboard.html").is_file() or not (site / "dbt-docs.html").is_file():
        sys.stderr.write("There is no site to take pictures of: run make pictures, which builds it first.\n")
        return 2
    chromium = find_chromium()
    if chromium is None:
        sys.stderr.write("No Chromium found: install it (Debian: apt-get install chromium) or Google Chrome.\n")
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for file in take_pictures(site, browser):
            sys.stdout.write(f"{file.relative_to(ROOT)}  {file.stat().st_size / 1000:,.0f} kB\n")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
