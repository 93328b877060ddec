"""Runs the guided tour: `python -m tour`, which `make demo` calls."""

from __future__ import annotations

import os
import sys
import time

from rich.console import Console

from dbt_runner import Dbt, DbtError
from loader.command import print_error
from loader.destinations import DuckDb, choose_demo_destination
from loader.errors import LoaderError
from loader.lock import lock_warehouse
from loader.settings import read_destination_name
from tour.account import print_account
from tour.next_steps import print_next_steps
from tour.play import build_warehouse, play_days

console = Console()


def main() -> int:
    """Play the days, build the warehouse, tell what is in it.

    Returns:
        The exit code: 0, or what the failed step answers.
    """
    started = time.monotonic()
    console.print("[bold]EchoStream[/]: some weeks of a made-up music world, from a Web API to marts.\n")
    # The demo has a warehouse of its own: no developer's schemas in it, which its account would not find.
    os.environ.pop("ECHOSTREAM_DEV_SCHEMA", None)
    try:
        warehouse = choose_demo_destination(read_destination_name())
        # No other load gets in between its loads and builds. dbt's project is parsed while the first day is loaded.
        with lock_warehouse(warehouse), Dbt(warehouse.environment) as dbt:
            play_days(warehouse, dbt, console)
            pages = build_warehouse(warehouse, dbt, console)
    except (LoaderError, DbtError) as error:
        print_error(error)
        return error.exit_code
    if isinstance(warehouse, DuckDb):
        print_account(console, warehouse.path)
    print_next_steps(console, warehouse, pages, time.monotonic() - started)
    return 0


if __name__ == "__main__":
    sys.exit(main())
