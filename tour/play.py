"""Plays the made-up world day by day: load, snapshot, load, snapshot; then builds everything and its documentation."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from dashboard.results import find_results
from dbt_runner import Dbt
from loader.destinations import Destination
from loader.report.progress import show_progress
from loader.report.summary import Summary
from local_api.catalogue import FIRST_DAY, World
from operations.build import build_marts, draw_dashboard
from tour.made_up_world import serve_world

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
    snapshots = SNAPSHOTS
    with serve_world(World(), DAYS[0]) as made_up:
        for day in DAYS:
            started = time.monotonic()
            made_up.server.day = day
            with show_progress(console, wanted=True) as progress:
                summaries = [made_up.load_artists(warehouse, day, progress)]
                if day.weekday() == MONDAY:
                    summaries.append(made_up.load_listening(warehouse, day, progress))
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
        started = time.monotonic()
        with show_progress(console, wanted=True) as progress:
            export = made_up.load_export(warehouse, DAYS[-1], progress)
        console.print(
            f"  account export   {_count_rows(export):>7,} plays of three years, {time.monotonic() - started:.1f} s",
            highlight=False,
        )


def _count_rows(summary: Summary) -> int:
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
