"""The build of the warehouse over a made-up raw schema: in full, a day later, and against hand-written SQL.

Everything is measured as a whole process, as a user starts it: `dbt build` without the tests. What dbt needs in any
case (to start, to read the project, to go through its models) is measured by the same build over a warehouse of one
track, and stated. CPU seconds are the figure to compare by on a machine that does other things too. The full build and
the hand-written one start from the same file, and must end in the same rows.

    python -m benchmarks.build_warehouse [--tracks 1000000] [--days 30]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import duckdb

from benchmarks.made_up_raw import FIRST_DAY, add_day, make_raw_schema

Result = TypeVar("Result")

ROOT = Path(__file__).resolve().parents[1]
BASELINE = Path(__file__).with_name("baseline_warehouse.sql")
BUILD = ["build", "--exclude-resource-type", "test", "unit_test"]
# When something was recorded is another moment in every build.
MOMENTS = ("recorded_at", "changed_at", "version_recorded_at")
# Nobody listens in the made-up world: by hand, marts without a row are not made, and rows of nothing not counted.
COUNTED = {"marts.rpt_rows_per_layer": "where rows_in > 0"}


@dataclass(frozen=True)
class Cost:
    """What a process took.

    Attributes:
        wall: Seconds from its start to its end.
        cpu: Seconds of processor time, of all cores.
        peak: The most memory it had, in MiB.
    """

    wall: float
    cpu: float
    peak: float

    def above(self, fixed: Cost) -> Cost:
        """What is left of it without a fixed part; the peak stays."""
        return Cost(max(self.wall - fixed.wall, 0.01), max(self.cpu - fixed.cpu, 0.01), self.peak)


@dataclass(frozen=True)
class Figures:
    """What the builds of one warehouse took: in full, on two later days, and by hand."""

    rows: int
    full: Cost
    day: Cost
    changed_day: Cost
    by_hand: Cost


def main() -> None:
    """Measure at the size asked for and at a tenth of it, and print the figures."""
    parser = argparse.ArgumentParser(description="The build of the warehouse, against hand-written SQL.")
    parser.add_argument("--tracks", type=int, default=1_000_000, help="the size of the made-up world")
    parser.add_argument("--days", type=int, default=30, help="the days that everything was measured on")
    parser.add_argument("--folder", type=Path, help="where to put the warehouses (a folder of the system's)")
    parser.add_argument("--by-hand", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.by_hand:
        _build_by_hand(arguments.by_hand)
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        first, later = _measure_fixed(folder)
        small = _measure(folder, arguments.tracks // 10, arguments.days)
        large = _measure(folder, arguments.tracks, arguments.days)
    _print(arguments.tracks, arguments.days, (first, later), small, large)


def _measure_fixed(folder: Path) -> tuple[Cost, Cost]:
    """Measure the first build over one track and a later one, when dbt has read the project before."""
    path = _make_raw(folder, 1, 1)
    build(path)
    path.unlink()
    path = _make_raw(folder, 1, 1)
    first = build(path)
    later = build(path)
    path.unlink()
    return first, later


def _measure(folder: Path, tracks: int, days: int) -> Figures:
    """Measure all builds of a warehouse of one size."""
    path = _make_raw(folder, tracks, days)
    copy = folder / "by_hand.duckdb"
    shutil.copyfile(path, copy)
    by_hand = run(sys.executable, "-m", "benchmarks.build_warehouse", "--by-hand", str(copy))
    full = build(path)
    rows = _do_apart(_check_same, path, copy)
    copy.unlink()
    day = _build_next_day(path, days, 0)
    changed_day = _build_next_day(path, days + 1, 1)
    path.unlink()
    return Figures(rows, full, day, changed_day, by_hand)


def _build_next_day(path: Path, offset: int, changed_percent: int) -> Cost:
    """Add a day to a warehouse and build it again; only the build is measured."""
    _do_apart(_write, path, add_day, FIRST_DAY + timedelta(days=offset), changed_percent)
    return build(path)


def _make_raw(folder: Path, tracks: int, days: int) -> Path:
    # All have the same path: dbt reads a project anew whose warehouse has moved.
    path = folder / "warehouse.duckdb"
    _do_apart(_write, path, make_raw_schema, tracks, days)
    return path


def _write(path: Path, change: Callable[..., None], *arguments: object) -> None:
    """Change a warehouse."""
    with duckdb.connect(str(path)) as connection:
        change(connection, *arguments)


def _do_apart(function: Callable[..., Result], *arguments: object) -> Result:
    """Do something in a process of its own: what this one ever held would be counted as memory of those it measures."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as processes:
        return processes.submit(function, *arguments).result()


def build(path: Path) -> Cost:
    """Build the warehouse with dbt."""
    target = path.with_name("target")
    return run(
        str(Path(sys.executable).parent / "dbt"),
        "--quiet",
        *BUILD,
        ECHOSTREAM_DUCKDB=str(path),
        ECHOSTREAM_DESTINATION="duckdb",
        DBT_PROJECT_DIR=str(ROOT / "dbt_project"),
        DBT_PROFILES_DIR=str(ROOT / "dbt_project"),
        DBT_TARGET_PATH=str(target),
        DBT_LOG_PATH=str(target),
    )


def _build_by_hand(path: Path) -> None:
    """Run the hand-written SQL in one session, with as many threads as dbt's have together: the machine's."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(BASELINE.read_text())


def run(*command: str, **environment: str) -> Cost:
    """Run a process to its end and measure it."""
    started = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}) as process:  # noqa: S603 - our own
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}.")
    return Cost(time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _check_same(built: Path, by_hand: Path) -> int:
    """Make sure that both warehouses hold the same rows in the same columns.

    Returns:
        How many rows their snapshots and marts hold.
    """
    contents = [_read_contents(path) for path in (built, by_hand)]
    for table in sorted({*contents[0], *contents[1]}):
        one, other = (content.get(table) for content in contents)
        if one != other and not (other is None and one and one[1] == 0):
            raise SystemExit(f"{table} differs: dbt has made {one}, the hand-written SQL {other}.")
    return sum(rows for _, rows, _ in contents[0].values())


def _read_contents(path: Path) -> dict[str, tuple[str, int, int]]:
    """Read of every table its columns, the number of its rows and a hash of them, whatever their order; no views."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema || '.' || table_name, string_agg(column_name || ' ' || data_type, ', ' "
            "order by ordinal_position), list(column_name order by ordinal_position) from information_schema.columns "
            "inner join information_schema.tables using (table_schema, table_name) "
            "where table_schema in ('snapshots', 'marts') and table_type = 'BASE TABLE' group by all"
        ).fetchall()
        contents = {}
        for table, columns, names in tables:
            compared = ", ".join(name for name in names if name not in MOMENTS)
            row = connection.execute(
                f"select count(*), coalesce(sum(hash({compared})), 0) from {table} {COUNTED.get(table, '')}"  # noqa: S608 - names of the schema
            ).fetchone()
            assert row is not None
            contents[table] = (columns, *row)
    return contents


def _print(tracks: int, days: int, fixed: tuple[Cost, Cost], small: Figures, large: Figures) -> None:
    first, later = fixed
    print(f"{tracks:,} tracks on {days} days, {large.rows:,} rows in snapshots and marts\n")
    print(f"{'':24}{'wall s':>10}{'CPU s':>10}{'peak MiB':>10}")
    for label, cost in {
        "one track, full": first,
        "one track, a day later": later,
        "full build": large.full,
        "one more day": large.day,
        "a day, 1 % changed": large.changed_day,
        "by hand": large.by_hand,
        "full build, a tenth": small.full,
        "by hand, a tenth": small.by_hand,
    }.items():
        print(f"{label:24}{cost.wall:>10.1f}{cost.cpu:>10.1f}{cost.peak:>10.0f}")
    print(f"\n{'ratios':24}{'wall':>10}{'CPU':>10}")
    full, net = large.full, large.full.above(first)
    for label, one, other in (
        ("a day / full", large.day, full),
        ("  above dbt's own", large.day.above(later), net),
        ("1 % changed / full", large.changed_day, full),
        ("  above dbt's own", large.changed_day.above(later), net),
        ("full / by hand", full, large.by_hand),
        ("  above dbt's own", net, large.by_hand),
    ):
        print(f"{label:24}{one.wall / other.wall:>10.2f}{one.cpu / other.cpu:>10.2f}")
    for label, figures in (("a tenth", small), ("all", large)):
        above = figures.full.above(first)
        print(
            f"{'µs a row, ' + label:24}{above.wall / figures.rows * 1e6:>10.2f}{above.cpu / figures.rows * 1e6:>10.2f}"
            f"   {figures.rows / figures.full.wall:,.0f} rows a second in all"
        )


if __name__ == "__main__":
    main()
