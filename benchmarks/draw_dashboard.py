"""The dashboard of a large warehouse: how long it takes and how large the page is, against its bare queries.

Makes a raw schema, adds plays, builds it with dbt, then measures two whole processes: the dashboard as a person calls
it, and one that asks the same queries and does nothing with the answers.

    python -m benchmarks.draw_dashboard [--tracks 1000000] [--days 8] [--plays 1000000] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.build_warehouse import build, run
from benchmarks.made_up_raw import add_plays, make_raw_schema
from dashboard.read import read_marts
from loader.destinations import DuckDb


def main() -> None:
    """Measure at the size asked for, and print the figures."""
    parser = argparse.ArgumentParser(description="The dashboard of a large warehouse, against its bare queries.")
    parser.add_argument("--tracks", type=int, default=1_000_000, help="the size of the made-up world")
    parser.add_argument("--days", type=int, default=8, help="the days that everything was measured on")
    parser.add_argument("--plays", type=int, default=1_000_000, help="the plays of the listener")
    parser.add_argument("--folder", type=Path, help="where to put the warehouse; one that is there is used again")
    parser.add_argument("--bare", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        _ask_only(arguments.bare)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = arguments.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "warehouse.duckdb"
        if not path.exists():
            with duckdb.connect(str(path)) as connection:
                make_raw_schema(connection, arguments.tracks, arguments.days)
                add_plays(connection, arguments.plays, arguments.tracks)
            build(path)
        page = folder / "dashboard.html"
        bare = run(sys.executable, "-m", "benchmarks.draw_dashboard", "--bare", str(path))
        whole = run(sys.executable, "-m", "dashboard", "--output", str(page), ECHOSTREAM_DUCKDB=str(path))
        print(f"{arguments.tracks:,} tracks on {arguments.days} days, {arguments.plays:,} plays\n")
        print(f"{'':16}{'wall s':>10}{'CPU s':>10}{'peak MiB':>10}")
        for label, cost in {"bare queries": bare, "dashboard": whole}.items():
            print(f"{label:16}{cost.wall:>10.1f}{cost.cpu:>10.1f}{cost.peak:>10.0f}")
        print(f"{'ratio':16}{whole.wall / bare.wall:>10.2f}{whole.cpu / bare.cpu:>10.2f}")
        print(f"\nThe page has {page.stat().st_size / 1e6:.2f} MB.")


def _ask_only(path: Path) -> None:
    """Ask the queries of the dashboard."""
    warehouse = DuckDb(path)
    with warehouse.open_to_read() as ask:
        read_marts(ask, warehouse.address)


if __name__ == "__main__":
    main()
