"""Builds the marts and draws the dashboard, with one line of progress and every failure named."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from dashboard.results import BuildResults, find_results, keep_results, read_results
from dashboard.write import DEFAULT_OUTPUT, write_dashboard
from dbt_runner import Dbt, DbtError
from loader.destinations import Destination
from loader.errors import EXIT_BROKEN

# Tests of the models' code, over rows of their own: they say nothing of the warehouse that is built.
_BUILD = ("build", "--exclude-resource-type", "unit_test")
_MOST_SHOWN = 10


class BuildError(DbtError):
    """The marts could not be built, or are not as their tests want them."""


def build_marts(dbt: Dbt, console: Console, errors: Console) -> None:
    """Take snapshots, build every mart and test it.

    Args:
        dbt: The dbt process.
        console: Where to show how it goes on.
        errors: Where to name what failed.

    Raises:
        BuildError: If a model or a test fails, or dbt cannot run.
    """
    started, began = time.monotonic(), datetime.now(UTC)
    failure = None
    with console.status("Building the marts") as status:
        try:
            dbt.run(*_BUILD, on_progress=lambda done, of: status.update(f"Building the marts: {done:,} of {of:,}"))
        except DbtError as error:
            failure = error
    results = _read_results_since(began)
    if results is not None:
        _name_failures(results, errors)
    if failure is not None:
        raise _explain(failure, results) from failure
    tests = f", {results.count_tests()[0]:,} tests passed" if results else ""
    console.print(f"Marts built in {time.monotonic() - started:.0f} s{tests}.", highlight=False)


def draw_dashboard(warehouse: Destination, console: Console) -> Path:
    """Draw the dashboard.

    Args:
        warehouse: The warehouse, whose marts are built.
        console: Where to show that it is being drawn.

    Returns:
        The page.

    Raises:
        LoaderError: If the marts cannot be read, or the page cannot be written.
    """
    with console.status("Drawing the dashboard"):
        write_dashboard(warehouse, DEFAULT_OUTPUT)
    return DEFAULT_OUTPUT


def write_documentation(dbt: Dbt, console: Console) -> None:
    """Write dbt's documentation, which describes the columns as they are in the warehouse.

    Args:
        dbt: The dbt process.
        console: Where to show that it is being written.

    Raises:
        BuildError: If dbt cannot write it.
    """
    with console.status("Writing the documentation"), keep_results():
        try:
            dbt.run("docs", "generate")
        except DbtError as error:
            raise BuildError(" ".join(str(error).split()), error.exit_code) from error


def _read_results_since(moment: datetime) -> BuildResults | None:
    """Read the results of the build that began then; those of an older one say nothing of it."""
    results = read_results(find_results())
    return results if results and results.finished_at >= f"{moment:%Y-%m-%dT%H:%M:%S}" else None


def _name_failures(results: BuildResults, errors: Console) -> None:
    named = [failure for failure in results.failures if failure[2] != "skipped"]
    for kind, name, status, message in named[:_MOST_SHOWN]:
        errors.print(
            f"{kind.removesuffix('s')} {name}: {status}: {message}",
            style="yellow" if status == "warn" else "red",
            markup=False,
            highlight=False,
        )
    if len(named) > _MOST_SHOWN:
        errors.print(f"… and {len(named) - _MOST_SHOWN} more", style="red", highlight=False)


def _explain(failure: DbtError, results: BuildResults | None) -> BuildError:
    if results is None or failure.exit_code != EXIT_BROKEN:
        return BuildError(f"The marts were not built: {' '.join(str(failure).split())}", failure.exit_code)
    counts = {"error": 0, "fail": 0, "skipped": 0}
    for (_, status), number in results.counts.items():
        if status in counts:
            counts[status] += number
    what = ", ".join(
        f"{number:,} {word}"
        for word, number in (
            ("failed with an error", counts["error"]),
            ("tests failed", counts["fail"]),
            ("were skipped after these", counts["skipped"]),
        )
        if number
    )
    return BuildError(f"The marts are not complete: {what}. What dbt said is in {_find_log()}.", failure.exit_code)


def _find_log() -> Path:
    return Path(os.environ.get("DBT_LOG_PATH") or find_results().parents[1] / "logs") / "dbt.log"
