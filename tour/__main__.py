"""Runs the guided tour: `python -m tour`, which `make demo` calls."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

import typer
from rich.console import Console

from dbt_runner import Dbt
from loader.command import print_error, run_command
from loader.destinations import DuckDb, choose_demo_destination
from loader.lock import lock_warehouse
from loader.settings import read_destination_name
from tour.account import print_account
from tour.next_steps import print_next_steps
from tour.play import build_warehouse, play_days

app = typer.Typer(
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 something broke, 2 you can mend it, 75 stopped early or busy: run it again.",
)


@app.command()
def tour() -> None:
    """Play some weeks of a made-up music world into a warehouse, build the marts, and tell what is in them.

    The warehouse is warehouse/demo.duckdb, unless ECHOSTREAM_DUCKDB or ECHOSTREAM_DESTINATION names another.
    """
    started = time.monotonic()
    console = Console()
    console.print("[bold]EchoStream[/]: some weeks of a made-up music world, from a Web API to marts.\n")
    # The demo has a warehouse of its own: no developer's schemas in it, which its account would not find.
    os.environ.pop("ECHOSTREAM_DEV_SCHEMA", None)
    warehouse = choose_demo_destination(read_destination_name())
    # No other load gets in between its loads and builds. dbt's project is parsed while the first day is loaded.
    with lock_warehouse(warehouse), Dbt(warehouse.environment) as dbt:
        play_days(warehouse, dbt, console)
        pages = build_warehouse(warehouse, dbt, console)
    if isinstance(warehouse, DuckDb):
        print_account(console, warehouse.path)
    print_next_steps(console, warehouse, pages, time.monotonic() - started)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: What the user typed after the program's name; by default what the process was given.

    Returns:
        The exit code.
    """
    typed = sys.argv[1:] if arguments is None else list(arguments)
    return run_command(app, "python -m tour", typed, print_error)


if __name__ == "__main__":
    sys.exit(main())
