"""What a load tells at its end."""

from __future__ import annotations

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
    console.print(f"{summary.calls:,} calls in {summary.app_mode} mode, {summary.seconds:.1f} s.", highlight=False)
