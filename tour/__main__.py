"""Plays the made-up world: `python -m tour`, which `make demo` calls, some weeks; `python -m tour load` one day."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from dbt_runner import Dbt
from loader.command import build_app, print_error, run_command
from loader.destinations import DuckDb, choose_demo_destination, write_command
from loader.load.lock import lock_warehouse
from loader.load.reporting import run_loads
from loader.options import DayOption, DestinationOption, LogFormatOption, QuietOption, read_day
from loader.report.reporter import choose_reporter
from loader.settings import read_destination_name
from local_api.catalogue import DEFAULT_ARTISTS, DEFAULT_SEED, World
from local_api.shapes import Mode
from tour.account import print_account
from tour.made_up_world import serve_world
from tour.next_steps import print_next_steps
from tour.play import build_warehouse, play_days

app = build_app()


@app.callback(invoke_without_command=True)
def tour(context: typer.Context) -> None:
    """Play some weeks of a made-up music world into a warehouse, build the marts, and tell what is in them.

    The warehouse is warehouse/demo.duckdb, unless ECHOSTREAM_DUCKDB or ECHOSTREAM_DESTINATION names another.
    """
    if context.invoked_subcommand is not None:
        return
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


@app.command()
def load(
    as_of: DayOption = None,
    mode: Annotated[Mode, typer.Option("--mode", help="The kind of Spotify app to be taken for.")] = "extended",
    artists: Annotated[
        int, typer.Option("--artists", min=10, help="How many artists the made-up world has.")
    ] = DEFAULT_ARTISTS,
    seed: Annotated[
        int, typer.Option("--seed", help="Which made-up world: another seed, another world.")
    ] = DEFAULT_SEED,
    destination: DestinationOption = None,
    log_format: LogFormatOption = "text",
    quiet: QuietOption = False,
) -> None:
    """Load a day of a made-up music world: no Spotify app, no account, no network.

    The world stands behind a local server that answers as Spotify's Web API does, so this is the real load, from the
    first call to the last row. It changes from day to day, most of all in the six weeks from 2026-09-07 on: load
    several days with `--as-of`, running dbt in between, and history appears in the marts. `make demo` does all of that.
    The world has a listener, too: what they played lately comes from the same server, and three years of plays from an
    account export.

    Made-up data has a warehouse of its own, `warehouse/demo.duckdb`, unless ECHOSTREAM_DUCKDB or another destination
    is named.

    Example: `python -m tour load --as-of 2026-09-07`
    """
    observed_on = read_day(as_of)
    warehouse = choose_demo_destination(destination or read_destination_name())
    with serve_world(World(seed, artists), observed_on, mode) as made_up:
        parts = (made_up.load_artists, made_up.load_listening, made_up.load_export)
        run_loads([partial(part, warehouse, observed_on) for part in parts], warehouse, observed_on, log_format, quiet)
    if not quiet and log_format == "text":
        typer.echo(f"Next, the marts:     {write_command(warehouse, 'dbt build')}")
        typer.echo(f"then, the dashboard: {write_command(warehouse, 'make dashboard')}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: What the user typed after the program's name; by default what the process was given.

    Returns:
        The exit code.
    """
    typed = sys.argv[1:] if arguments is None else list(arguments)
    # A load tells what ends it as every load does, for people or for machines.
    report_error = choose_reporter(typed).report_error if typed[:1] == [load.__name__] else print_error
    return run_command(app, "python -m tour", typed, report_error)


if __name__ == "__main__":
    # A scheduler that stops a load stops it as Ctrl-C does: it keeps what it has and says so.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
