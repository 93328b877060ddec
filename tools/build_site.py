"""Builds the documentation's site: the guides as pages around the dashboard and dbt's documentation of the demo.

`make site` plays the demo, which writes those two, and calls this; the folder `site` is then what GitHub Pages
publishes. The guides lie there as they lie in the repository, so that links between them and to files hold.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

ROOT = Path(__file__).resolve().parents[1]
PARTS = Path(__file__).with_name("site")
BASE_STYLE = ROOT / "dashboard" / "page" / "base.css"
# Made by the demo, and opened with its own start page.
NEEDED = ("dashboard.html", "dbt-docs.html")
# The guides in the order of a reader; those that are not named here come after them, by name.
ORDER = (
    "files",
    "listening",
    "calls",
    "made-up-world",
    "metrics",
    "power-bi",
    "azure",
    "two-engines",
    "architecture",
    "backup",
    "benchmarks",
)
_NOT_IN_SLUGS = re.compile(r"[^\w\- ]")


class BrokenLinkError(Exception):
    """A guide links to a file that is not there; the message says which."""


@dataclass(frozen=True)
class Guide:
    """A page of text.

    Attributes:
        path: Where it lies in the repository.
        title: Its first heading.
        says: Its first paragraph, as plain text.
        body: It as HTML.
        files: The files of the repository that it links to, beside pages.
    """

    path: Path
    title: str
    says: str
    body: str
    files: frozenset[Path]

    @property
    def href(self) -> str:
        """Where the page lies in the site."""
        return self.path.with_suffix(".html").as_posix()


def build_site(site: Path) -> None:
    """Write all pages into the folder of the site.

    Args:
        site: The folder, which holds the dashboard and dbt's documentation.

    Raises:
        BrokenLinkError: If a guide links to what is not there.
    """
    paths = list_guides()
    guides = [read_guide(path, set(paths)) for path in paths]
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
        (PARTS / "page.html").read_text(encoding="utf-8")
    )
    for guide in guides:
        page = site / guide.href
        page.parent.mkdir(parents=True, exist_ok=True)
        top = "../" * (len(guide.path.parts) - 1)
        body = Markup(guide.body)  # noqa: S704 - the project's own guides, read without HTML
        page.write_text(template.render(title=guide.title, top=top, body=body), encoding="utf-8")
        for file in guide.files:
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, site / file)
    readme, *others = guides
    index = template.render(title="A Spotify analytics warehouse", top="", lead=readme.says, guides=others)
    (site / "index.html").write_text(index, encoding="utf-8")
    styles = (BASE_STYLE, PARTS / "site.css")
    (site / "site.css").write_text("\n".join(style.read_text(encoding="utf-8") for style in styles), encoding="utf-8")


def list_guides() -> list[Path]:
    """List the guides in the order of a reader, the README first, decisions and what is for contributors last."""
    named = [Path("docs") / f"{name}.md" for name in ORDER]
    found = sorted(path.relative_to(ROOT) for path in (ROOT / "docs").glob("*.md"))
    decisions = sorted(path.relative_to(ROOT) for path in (ROOT / "docs" / "decisions").glob("*.md"))
    others = [path for path in found if path not in named]
    last = [Path(name) for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
    return [Path("README.md"), *named, *others, *decisions, *last]


def read_guide(path: Path, pages: set[Path]) -> Guide:
    """Read a guide, and turn it into HTML.

    Args:
        path: Where it lies in the repository.
        pages: The guides that are pages of the site.

    Raises:
        BrokenLinkError: If it links to a file that is not there.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((ROOT / path).read_text(encoding="utf-8"))
    files = frozenset(_point_links_at_pages(tokens, path, pages))
    _name_headings(tokens)
    body = markdown.renderer.render(tokens, markdown.options, {})
    return Guide(
        path,
        _find_text(tokens, "heading_open"),
        _find_text(tokens, "paragraph_open"),
        body.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>"),
        files,
    )


def _point_links_at_pages(tokens: list[Token], path: Path, pages: set[Path]) -> Iterator[Path]:
    """Point links to guides at their pages; yield the other files that are linked to."""
    for token in (child for block in tokens for child in block.children or []):
        attribute = {"link_open": "href", "image": "src"}.get(token.type)
        if attribute is None:
            continue
        link = urlsplit(str(token.attrGet(attribute)))
        if link.scheme or not link.path:
            continue
        target = (ROOT / path.parent / link.path).resolve()
        if not target.is_file():
            raise BrokenLinkError(f"{path} links to {link.path}, which is not there.")
        if target.relative_to(ROOT) in pages:
            fragment = f"#{link.fragment}" if link.fragment else ""
            token.attrSet(attribute, link.path.removesuffix(".md") + ".html" + fragment)
        else:
            yield target.relative_to(ROOT)


def _name_headings(tokens: list[Token]) -> None:
    """Give headings the names that GitHub gives them."""
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", _NOT_IN_SLUGS.sub("", _read_text(inline).lower()).replace(" ", "-"))


def _find_text(tokens: list[Token], kind: str) -> str:
    """Find the text of the first heading or paragraph."""
    return next((_read_text(inline) for opening, inline in pairwise(tokens) if opening.type == kind), "")


def _read_text(inline: Token) -> str:
    return "".join(
        " " if child.type == "softbreak" else child.content
        for child in inline.children or []
        if child.type in {"text", "code_inline", "softbreak"}
    )


def main() -> int:
    """Build the site around what the demo wrote.

    Returns:
        The exit code: 0, or 2 if the demo has not written its pages yet or a guide has a broken link.
    """
    site = Path("site")
    if missing := [name for name in NEEDED if not (site / name).is_file()]:
        sys.stderr.write(f"There is no {site / missing[0]}: run make site, which plays the demo first.\n")
        return 2
    try:
        build_site(site)
    except BrokenLinkError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"Site: {site / 'index.html'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
