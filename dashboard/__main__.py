"""Writes the dashboard: `python -m dashboard`, which `make dashboard` calls."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dashboard.write import DEFAULT_OUTPUT, write_dashboard
from loader.command import build_app, print_error, run_command
from loader.destinations import DESTINATIONS, choose_destination
from loader.settings import read_destination_name

app = build_app()


@app.command()
def dashboard(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The page to write.")] = DEFAULT_OUTPUT,
    destination: Annotated[
        str | None,
        typer.Option(
            "--destination",
            metavar="NAME",
            help=f"The warehouse to read: {' or '.join(DESTINATIONS)}. Default: ECHOSTREAM_DESTINATION, or duckdb.",
        ),
    ] = None,
) -> None:
    """Write one self-contained page from the marts of a warehouse: charts, tables and filters, no server, no network.

    Reads the schema `marts`, or `<ECHOSTREAM_DEV_SCHEMA>_marts` where that is set, and the results of dbt's last build.
    The page can be sent to others as it is.
    """
    write_dashboard(choose_destination(destination or read_destination_name()), output)
    Console().print(f"Dashboard: {output}", highlight=False, soft_wrap=True, markup=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: What the user typed after the program's name; by default what the process was given.

    Returns:
        The exit code.
    """
    typed = sys.argv[1:] if arguments is None else list(arguments)
    return run_command(app, "python -m dashboard", typed, print_error)


if __name__ == "__main__":
    sys.exit(main())
