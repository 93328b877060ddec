"""Where everything is when the tour has ended, and what to try next."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from loader.destinations import Destination, write_command
from loader.settings import DEFAULT_DUCKDB_PATH, DEMO_DUCKDB_PATH
from tour.play import Pages


def print_next_steps(console: Console, warehouse: Destination, pages: Pages, seconds: float) -> None:
    """Print where everything is and what to try next.

    Args:
        console: Where to print.
        warehouse: The warehouse that was filled.
        pages: The pages that were written.
        seconds: How long the tour took, in seconds.
    """
    console.print(f"[green]Done in {seconds:.0f} s.[/] Warehouse: {warehouse.address}", highlight=False, soft_wrap=True)
    console.print("Open in any browser:")
    for page in (pages.dashboard, pages.docs):
        console.print(f"  [cyan]{escape(page.resolve().as_uri())}[/]", highlight=False, soft_wrap=True)
    console.print("\nTry next:")
    for command, purpose in _list_next_commands(warehouse):
        console.print(f"  [bold cyan]{escape(command)}[/]\n      {purpose}", highlight=False, soft_wrap=True)


def _list_next_commands(warehouse: Destination) -> list[tuple[str, str]]:
    def write(command: str) -> str:
        # Commands that read find the demo's warehouse by themselves as long as it is the only one.
        is_found = warehouse.address == str(DEMO_DUCKDB_PATH) and not DEFAULT_DUCKDB_PATH.exists()
        return command if is_found else write_command(warehouse, command)

    return [
        (
            write('make query SQL="select * from marts.rpt_rows_per_layer where rows_dropped > 0"'),
            "any SQL over the warehouse",
        ),
        (write("make docs"), "the documentation and lineage, served to the browser"),
        ("make history FILE=my_spotify_data.zip", "your own listening, into a warehouse of its own (docs/files.md)"),
        ("make test", "the checks and tests of the project"),
    ]
