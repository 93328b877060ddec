"""Plays the made-up world day by day: load, snapshot, load, snapshot; then builds everything and its documentation."""

from __future__ import annotations

import io
import os
import shutil
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from dbt.cli.main import dbtRunner
from rich.console import Console

from dashboard.results import find_results
from dashboard.write import DEFAULT_OUTPUT, write_dashboard
from loader.demo.catalogue import FIRST_DAY, World
from loader.demo.export import write_export
from loader.demo.listener import MadeUpListener
from loader.demo.server import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, serve
from loader.destinations import choose_destination
from loader.errors import EXIT_BROKEN
from loader.file_load import FileSummary, load_files
from loader.files.history import History
from loader.listening.load import ListeningOptions, load_listening
from loader.pipeline import LoadOptions, load_catalogue
from loader.progress import show_progress
from loader.runs import Summary
from loader.settings import ApiSettings, read_destination_name
from loader.spotify.refresh_token import RefreshToken
from loader.warehouse import MADE_UP

ROOT = Path(__file__).resolve().parents[1]
# Mondays and Fridays, on which records come out.
DAYS = [FIRST_DAY + timedelta(days=7 * week + weekday) for week in range(6) for weekday in (0, 4)]
DOCS_PAGE = Path("site") / "dbt-docs.html"
# History is made of what the snapshots see: they and what they stand on run after every load.
SNAPSHOTS = ["build", "--select", "+resource_type:snapshot", "--exclude-resource-type", "test", "unit_test"]


class TourError(Exception):
    """A step of the tour failed; the message says which, and what it printed."""

    exit_code = EXIT_BROKEN


def play_days(console: Console) -> None:
    """Load each day of the made-up world and of its listener, and snapshot it; then the listener's account export.

    Raises:
        LoaderError: If a load fails.
        TourError: If dbt fails.
    """
    world = World()
    listener = MadeUpListener(world)
    with serve(world, day=DAYS[0], listener=listener) as server:
        api_settings = ApiSettings(CLIENT_ID, CLIENT_SECRET, server.api_url, server.accounts_url, server.reccobeats_url)
        for day in DAYS:
            started = time.monotonic()
            server.day = day
            with show_progress(console, wanted=True) as progress:
                summary = load_catalogue(
                    api_settings,
                    choose_destination(read_destination_name()),
                    LoadOptions(world.artist_ids(), day, source_name=MADE_UP),
                    progress,
                )
                heard = load_listening(
                    api_settings,
                    RefreshToken(REFRESH_TOKEN),
                    choose_destination(read_destination_name()),
                    ListeningOptions(day, source_name=MADE_UP),
                    progress,
                )
                progress.start("Taking snapshots")
                _run_dbt(*SNAPSHOTS)
            console.print(
                f"  {day:%a %d %b %Y}  {_count_rows(summary) + _count_rows(heard):>7,} rows new or changed, "
                f"{summary.calls + heard.calls} calls, {time.monotonic() - started:.1f} s",
                highlight=False,
            )
    _load_export(listener, console)


def _load_export(listener: MadeUpListener, console: Console) -> None:
    """Load three years of plays, as Spotify sends them to those who ask for their data."""
    started = time.monotonic()
    with TemporaryDirectory() as folder, show_progress(console, wanted=True) as progress:
        export = Path(folder) / "my_spotify_data.zip"
        write_export(listener, export, DAYS[-1])
        summary = load_files(
            History([export]), choose_destination(read_destination_name()), progress, source_name=MADE_UP
        )
    console.print(
        f"  account export   {_count_rows(summary):>7,} plays of three years, {time.monotonic() - started:.1f} s",
        highlight=False,
    )


def _count_rows(summary: Summary | FileSummary) -> int:
    return sum(summary.rows_written.values())


@dataclass(frozen=True)
class Pages:
    """The pages that the tour writes.

    Attributes:
        dashboard: The dashboard.
        docs: The documentation.
    """

    dashboard: Path
    docs: Path


def build_warehouse(console: Console) -> Pages:
    """Build and test every model, and write the dashboard and the documentation, a page each.

    Returns:
        The pages.

    Raises:
        LoaderError: If the marts cannot be read, or the dashboard not be written.
        TourError: If dbt fails.
    """
    with console.status("Building and testing the marts"):
        started = time.monotonic()
        _run_dbt("build")
        console.print(f"  marts built and tested in {time.monotonic() - started:.1f} s", highlight=False)
    with console.status("Drawing the dashboard"):
        write_dashboard(choose_destination(read_destination_name()), DEFAULT_OUTPUT)
    with console.status("Writing the documentation"):
        # It has results too, which tell of no test: those of the build are kept for the next dashboard.
        results = find_results()
        kept = results.read_bytes()
        _run_dbt("docs", "generate", "--static")
        results.write_bytes(kept)
        shutil.copyfile(results.with_name("static_index.html"), DOCS_PAGE)
    return Pages(DEFAULT_OUTPUT, DOCS_PAGE)


def _run_dbt(*arguments: str) -> None:
    os.environ.setdefault("DBT_PROJECT_DIR", str(ROOT / "dbt_project"))
    os.environ.setdefault("DBT_PROFILES_DIR", str(ROOT / "dbt_project"))
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        result = dbtRunner().invoke(["--quiet", *arguments])
    if not result.success:
        said = printed.getvalue().strip() or str(result.exception)
        raise TourError(f"dbt {arguments[0]} failed:\n{said}")
