"""Runs all the way: `python -m operations history|load|query|docs`, which make calls."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from dashboard.read import read_from
from dbt_runner import Dbt
from loader import cli as loader_cli
from loader.command import build_app, print_error, run_command
from loader.destinations import DESTINATIONS, choose_destination
from loader.errors import UserError
from loader.settings import read_destination_name, read_marts_schema
from operations.account import print_account, print_next_steps, refuse_no_plays
from operations.build import build_marts, draw_dashboard, write_documentation
from operations.named_files import find_named_files
from operations.query import print_answer

app = build_app()

DestinationOption = Annotated[
    str | None,
    typer.Option(
        "--destination",
        metavar="NAME",
        help=f"The warehouse: {' or '.join(DESTINATIONS)}. Default: ECHOSTREAM_DESTINATION, or duckdb.",
    ),
]


@app.callback()
def operations() -> None:
    """Load, build and look, in one command each."""


@app.command()
def history(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", show_default=False, help="ZIP archives, folders or single files.")
    ],
    destination: DestinationOption = None,
) -> None:
    """Load the account export that Spotify sends you, build the marts, draw the dashboard, and say what is in it.

    All of it happens on this machine and in the warehouse that you name. Running it again, also with a newer export,
    adds what is new and changes nothing else.

    Example: `python -m operations history my_spotify_data.zip`
    """
    paths = find_named_files(files)
    if not paths:
        raise UserError("Name the export that Spotify sent you: make history FILE=my_spotify_data.zip")
    name = destination or read_destination_name()
    warehouse, console = choose_destination(name), Console()
    with Dbt(warehouse.environment) as dbt:
        _load("history", "--destination", name, "--", *map(str, paths))
        with warehouse.open_to_read() as ask:
            refuse_no_plays(ask, ", ".join(map(str, paths)))
        build_marts(dbt, console, Console(stderr=True, soft_wrap=True))
    page = draw_dashboard(warehouse, console)
    with warehouse.open_to_read() as ask:
        print_account(read_from(ask, read_marts_schema()), console)
    print_next_steps(page, console)


@app.command()
def load(destination: DestinationOption = None) -> None:
    """Load today's day of the artists in `.dlt/config.toml`, then build the marts."""
    name = destination or read_destination_name()
    with Dbt(choose_destination(name).environment) as dbt:
        _load("--destination", name)
        build_marts(dbt, Console(), Console(stderr=True, soft_wrap=True))


@app.command()
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", show_default=False, help="The question.")],
    limit: Annotated[int, typer.Option("--limit", metavar="ROWS", min=1, help="The most rows to show.")] = 20,
    destination: DestinationOption = None,
) -> None:
    """Show the answer to a question in SQL over the warehouse, which is opened for reading only.

    Example: `python -m operations query "select artist_name from marts.dim_artist"`
    """
    warehouse = choose_destination(destination or read_destination_name())
    with warehouse.open_to_read() as ask:
        print_answer(ask, sql, limit, Console())


@app.command()
def docs(destination: DestinationOption = None) -> None:
    """Write dbt's documentation of the project and the warehouse, for `dbt docs serve` to show."""
    warehouse, console = choose_destination(destination or read_destination_name()), Console()
    with warehouse.open_to_read():
        # dbt would make a file that is not there.
        pass
    with Dbt(warehouse.environment) as dbt:
        write_documentation(dbt, console)


def _load(*arguments: str) -> None:
    """Load, while dbt parses its project."""
    if code := loader_cli.main(arguments):
        # The loader has said why.
        raise typer.Exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: What the user typed after the program's name; by default what the process was given.

    Returns:
        The exit code.
    """
    typed = sys.argv[1:] if arguments is None else list(arguments)
    return run_command(app, "python -m operations", typed, print_error)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
