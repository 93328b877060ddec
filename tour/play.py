"""Plays the made-up world day by day: load, snapshot, load, snapshot; then builds everything and its documentation."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from dashboard.results import find_results
from dbt_runner import Dbt
from loader.demo.catalogue import FIRST_DAY, World
from loader.demo.export import write_export
from loader.demo.listener import MadeUpListener
from loader.demo.server import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, serve
from loader.destinations import Destination
from loader.file_load import FileSummary, load_files
from loader.files.history import History
from loader.listening.load import ListeningOptions, load_listening
from loader.pipeline import LoadOptions, load_catalogue
from loader.progress import show_progress
from loader.runs import Summary
from loader.settings import ApiSettings
from loader.spotify.refresh_token import RefreshToken
from loader.warehouse import MADE_UP
from operations.build import build_marts, draw_dashboard

MONDAY = 0
# Mondays, on which the listener's library is read too, and Fridays, on which records come out.
DAYS = [FIRST_DAY + timedelta(days=7 * week + weekday) for week in range(5) for weekday in (0, 4)]
DOCS_PAGE = Path("site") / "dbt-docs.html"
# History is made of what the snapshots see: they and what they stand on run after every load.
SNAPSHOTS = ["build", "--select", "+resource_type:snapshot", "--exclude-resource-type", "test", "unit_test"]


def play_days(warehouse: Destination, dbt: Dbt, console: Console) -> None:
    """Load each day of the made-up world, its listener once a week, with snapshots; then the listener's account export.

    Raises:
        LoaderError: If a load fails.
        DbtError: If dbt fails.
    """
    world = World()
    listener = MadeUpListener(world)
    snapshots = SNAPSHOTS
    with serve(world, day=DAYS[0], listener=listener) as server:
        api_settings = ApiSettings(CLIENT_ID, CLIENT_SECRET, server.api_url, server.accounts_url, server.reccobeats_url)
        for day in DAYS:
            started = time.monotonic()
            server.day = day
            with show_progress(console, wanted=True) as progress:
                summaries = [
                    load_catalogue(
                        api_settings,
                        warehouse,
                        LoadOptions(world.artist_ids(), day, source_name=MADE_UP),
                        progress,
                    )
                ]
                if day.weekday() == MONDAY:
                    summaries.append(
                        load_listening(
                            api_settings,
                            RefreshToken(REFRESH_TOKEN),
                            warehouse,
                            ListeningOptions(day, source_name=MADE_UP),
                            progress,
                        )
                    )
                progress.start("Taking snapshots")
                # What dbt would write of the run takes longer than the run.
                dbt.run(*snapshots, "--no-write-json")
                # The views that they stand on are there now.
                snapshots = ["snapshot"]
            console.print(
                f"  {day:%a %d %b %Y}  {sum(map(_count_rows, summaries)):>7,} rows new or changed, "
                f"{sum(summary.calls for summary in summaries)} calls, {time.monotonic() - started:.1f} s",
                highlight=False,
            )
    _load_export(listener, warehouse, console)


def _load_export(listener: MadeUpListener, warehouse: Destination, console: Console) -> None:
    """Load three years of plays, as Spotify sends them to those who ask for their data."""
    started = time.monotonic()
    with TemporaryDirectory() as folder, show_progress(console, wanted=True) as progress:
        export = Path(folder) / "my_spotify_data.zip"
        write_export(listener, export, DAYS[-1])
        summary = load_files(History([export]), warehouse, progress, source_name=MADE_UP)
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


def build_warehouse(warehouse: Destination, dbt: Dbt, console: Console) -> Pages:
    """Build and test every model, and write the dashboard and the documentation, a page each.

    Returns:
        The pages.

    Raises:
        LoaderError: If the marts cannot be read, or the dashboard not be written.
        DbtError: If dbt fails.
    """
    build_marts(dbt, console, Console(stderr=True, soft_wrap=True))
    dashboard = draw_dashboard(warehouse, console)
    with console.status("Writing the documentation"):
        # No build compiles analyses, and the documentation shows what they are compiled to. All else is compiled: doing
        # so again would take as long as half a build.
        dbt.run("compile", "--select", "resource_type:analysis", "--no-write-json")
        dbt.run("docs", "generate", "--static", "--no-compile")
        shutil.copyfile(find_results().with_name("static_index.html"), DOCS_PAGE)
    return Pages(dashboard, DOCS_PAGE)
