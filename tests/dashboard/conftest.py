"""Warehouses as they may be, each built once a run, and the pages that are made of them, opened in a real browser."""

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import sync_playwright

from dashboard.__main__ import main
from local_api.catalogue import FIRST_DAY, World
from local_api.server import CLIENT_ID, CLIENT_SECRET, serve
from tests.conftest import DEMO_LOADER, SETTINGS, follow, read_rows, run_process
from tests.dbt_process import WITHOUT_TESTS
from tools.browser import ARGUMENTS, find_chromium
from tour.play import SNAPSHOTS

DAYS = [FIRST_DAY + timedelta(weeks=weeks) for weeks in range(2)]
FEW_TESTS = ("--exclude-resource-type", "unit_test", "--exclude", "test_type:generic")
SMALL_WORLD = World(artists=6, albums_per_artist=2, tracks_per_album=3)
HOSTILE_NAME = "</script><img src=x onerror=alert(1)>"
STATES = ("demo", "development", "empty", "hostile")


@dataclass(frozen=True)
class Built:
    """A warehouse, what dbt left of its build, and the page made of it."""

    folder: Path

    @property
    def warehouse(self):
        return self.folder / "echostream.duckdb"

    @property
    def target(self):
        return self.folder / "target"

    @property
    def page(self):
        return self.folder / "dashboard.html"

    def ask(self, query):
        """Ask the warehouse."""
        return read_rows(self.warehouse, query)

    def change(self, *statements):
        """Change the warehouse."""
        with duckdb.connect(str(self.warehouse)) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def environment(built):
    """The environment of a person who has only this warehouse."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(SETTINGS):
                patch.delenv(name)
        patch.setenv("ECHOSTREAM_DUCKDB", str(built.warehouse))
        patch.setenv("DBT_TARGET_PATH", str(built.target))
        yield


def fill_demo(built, dbt):
    """The made-up world and its listener."""
    for day in DAYS:
        result = run_process("--quiet", "--artists", 10, "--as-of", day, program=DEMO_LOADER)
        assert result.exit_code == 0, result.errors
        # The build takes the last day's snapshots; of the tests a few are enough to be told of.
        dbt(*(SNAPSHOTS if day != DAYS[-1] else ("build", *FEW_TESTS)))


def fill_development(built, dbt):
    """What a development app is shown, and nobody's listening."""
    with serve(SMALL_WORLD, mode="dev", day=FIRST_DAY) as server:
        result = run_process(
            *follow(SMALL_WORLD.artist_ids()),
            *("--as-of", FIRST_DAY),
            SPOTIFY_API_URL=server.api_url,
            SPOTIFY_ACCOUNTS_URL=server.accounts_url,
            RECCOBEATS_API_URL=server.reccobeats_url,
            SPOTIFY_CLIENT_ID=CLIENT_ID,
            SPOTIFY_CLIENT_SECRET=CLIENT_SECRET,
        )
    assert result.exit_code == 0, result.errors
    dbt("build", *WITHOUT_TESTS)


def fill_empty(built, dbt, development):
    """A raw schema without a row."""
    with duckdb.connect(str(built.warehouse)) as connection:
        connection.execute(f"attach '{development.warehouse}' as filled (read_only)")
        connection.execute("create schema raw_spotify")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'filled' and schema_name = 'raw_spotify' "
            "and not starts_with(table_name, '_dlt')"
        ).fetchall():
            connection.execute(f"create table raw_spotify.{table} as from filled.raw_spotify.{table} limit 0")
    dbt("build", *WITHOUT_TESTS)


def fill_hostile(built, demo):
    """The made-up world, in which somebody calls everything by a name that is a piece of a page."""
    shutil.copyfile(demo.warehouse, built.warehouse)
    for table in ("dim_artist", "rpt_artist_popularity", "rpt_rising_tracks", "rpt_top_artists"):
        built.change(f"update marts.{table} set artist_name = '{HOSTILE_NAME}'")
    built.change(
        f"update marts.rpt_rising_tracks set track_name = '{HOSTILE_NAME}'",
        f"update marts.rpt_loads set message = '{HOSTILE_NAME}', data_source = 'spotify'",
    )


@pytest.fixture(scope="session")
def states(make_once, make_dbt):
    """All warehouses by name, with their pages."""

    def fill(folder):
        built = {name: Built(folder / name) for name in STATES}
        fills = {
            "demo": fill_demo,
            "development": fill_development,
            "empty": lambda empty, dbt: fill_empty(empty, dbt, built["development"]),
            "hostile": lambda hostile, _: fill_hostile(hostile, built["demo"]),
        }
        for name, fill_state in fills.items():
            built[name].folder.mkdir(parents=True)
            with environment(built[name]):
                fill_state(built[name], make_dbt(built[name].target, keeps_artifacts=True))
                assert main(["--output", str(built[name].page)]) == 0

    folder = make_once("dashboards", fill)
    return {name: Built(folder / name) for name in STATES}


@pytest.fixture(scope="session")
def demo(states):
    """The made-up world."""
    return states["demo"]


@pytest.fixture(scope="session")
def chromium():
    """A browser without a window."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Opens a page from the file system with the network cut off, and waits until all is drawn.

    At the end of the test it fails if the page said anything on the console, or asked for anything but itself.
    """
    said, asked, dialogs, contexts = [], [], [], []

    def open_(path, width=1280, scheme="light"):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, timezone_id="America/New_York"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        wait_until_drawn(page)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert said == []
    assert dialogs == []
    assert [url for url in asked if not url.startswith("file:") or not url.endswith("/dashboard.html")] == []


def wait_until_drawn(page, turn=1):
    """Wait until the page has shown its figures so many times."""
    page.wait_for_selector(f'html[data-shown="{turn}"]', timeout=30_000)


def choose(page, change):
    """Change something that shows all figures anew, and wait for it."""
    turn = int(page.evaluate("document.documentElement.dataset.shown"))
    change()
    wait_until_drawn(page, turn + 1)


def read_table(page, figure):
    """Read a figure's table as the reader sees it; opens it if it is folded."""
    details = page.locator(f"#figure-{figure} details")
    if details.count() and details.get_attribute("open") is None:
        details.locator("summary").click()
        page.wait_for_selector(f"#figure-{figure} tbody tr")
    return page.evaluate(
        "name => [...document.querySelectorAll(`#figure-${name} tbody tr`)]"
        ".map(row => [...row.cells].map(cell => cell.textContent))",
        figure,
    )
