"""What a load tells at its end."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from loader.pipeline import Summary


def print_summary(summary: Summary, console: Console) -> None:
    """Print the rows of each table, the calls made and the time taken."""
    console.print(f"{summary.observed_on} → {summary.address}", highlight=False, soft_wrap=True)
    table = Table()
    table.add_column("raw table")
    table.add_column("new or changed", justify="right")
    table.add_column("as before", justify="right", style="dim")
    for name, rows in summary.rows_written.items():
        table.add_row(name, f"{rows:,}", f"{summary.rows_unchanged.get(name, 0):,}")
    console.print(table)
    for line in _list_remarks(summary):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _list_remarks(summary: Summary) -> Iterator[str]:
    """List what a person should know beside the rows; what did not happen is not mentioned."""
    yield f"{summary.calls:,} calls in {summary.app_mode} mode, {summary.seconds:.1f} s."
    if summary.retries:
        yield f"{summary.retries:,} calls were made again after a fault."
    if summary.seconds_waited:
        yield f"{summary.seconds_waited:.1f} s were waited because Spotify said so."
    if summary.refused:
        yield f"Spotify refuses this app: {', '.join(summary.refused)}."
    if summary.shortfall:
        yield summary.shortfall
    if rejected := summary.rows_written.get("rejected_objects"):
        yield f"{rejected:,} objects did not fit and are kept in rejected_objects with the reason."
