"""Runs the guided tour: `python -m tour`, which `make demo` calls."""

from __future__ import annotations

import sys
import time

from rich.console import Console

from dbt_runner import Dbt, DbtError
from loader.errors import LoaderError
from loader.settings import read_duckdb_path
from tour.account import print_account
from tour.play import build_warehouse, play_days

console = Console()


def main() -> int:
    """Play the days, build the warehouse, tell what is in it.

    Returns:
        The exit code: 0, or what the failed step answers.
    """
    started = time.monotonic()
    console.print("[bold]EchoStream[/]: some weeks of a made-up music world, from a Web API to marts.\n")
    try:
        # Its project is parsed while the first day is loaded.
        with Dbt() as dbt:
            play_days(console, dbt)
            pages = build_warehouse(console, dbt)
    except (LoaderError, DbtError) as error:
        Console(stderr=True, soft_wrap=True).print(str(error), style="red", markup=False, highlight=False)
        return error.exit_code
    print_account(console, read_duckdb_path(), pages, time.monotonic() - started)
    return 0


if __name__ == "__main__":
    sys.exit(main())
