"""Every command with DuckDB at few and many threads, on a machine with little memory that does other things too.

Each round plays the demo (loads, snapshots, account export, build, dashboard, documentation), loads a larger world
twice and builds it with `dbt build`, and imports a streaming history and a dataset twice each; every command is a
process of its own, as a person would start it. No process may allocate more than the memory given (RLIMIT_DATA), and a
command fails if its processes take more than that together. Prints a row a command, and ends with 1 if any failed.

    python -m benchmarks.any_machine [--threads 1 2 8 16 64] [--memory 2] [--rounds 10] [--busy 1]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.load_files import make_file
from local_api.catalogue import FIRST_DAY

ROOT = Path(__file__).resolve().parents[1]
_GIB = 2**30
_PAGE = resource.getpagesize()
_POLL_SECONDS = 0.05
_STACK = 8 * 2**20
# Those of Python: of the local Web API, of the client, of dlt.
_OTHER_THREADS = 64


@dataclass(frozen=True)
class Command:
    """A command that has to succeed.

    Attributes:
        name: What it does, for the table.
        warehouse: The name of its warehouse.
        arguments: What is started, with this Python.
    """

    name: str
    warehouse: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a command.

    Attributes:
        seconds: How long it took, in seconds.
        peak_mib: The most memory that its processes took together, in MiB.
        failure: What it said if it failed, else nothing.
    """

    seconds: float
    peak_mib: float
    failure: str


def main() -> int:
    """Run all commands and print how they went.

    Returns:
        The exit code: 1 if a command failed.
    """
    parser = argparse.ArgumentParser(description="Every command, at any number of DuckDB's threads.")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 8, 16, 64], help="numbers of DuckDB's threads")
    parser.add_argument("--memory", type=float, default=2, help="the memory that there is, in GiB; 0 for no bound")
    parser.add_argument("--rounds", type=int, default=10, help="how often each number of threads is tried")
    parser.add_argument("--busy", type=int, default=1, help="processes beside it that keep a core busy")
    parser.add_argument("--rows", type=int, default=200_000, help="the rows of each imported file")
    parser.add_argument("--artists", type=int, default=400, help="the size of the larger world")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="names of commands; by default all")
    arguments = parser.parse_args()
    failed = 0
    with _keep_busy(arguments.busy), tempfile.TemporaryDirectory() as folder:
        files = [make_file(kind, arguments.rows, Path(folder)) for kind in ("history", "dataset")]
        commands = [
            command
            for command in list_commands(arguments.artists, *files)
            if not arguments.only or command.name in arguments.only
        ]
        print("threads  round  command           seconds   peak MiB  outcome")
        for threads in arguments.threads:
            for round_ in range(1, arguments.rounds + 1):
                with tempfile.TemporaryDirectory() as home:
                    for command in commands:
                        outcome = run(command, Path(home), threads, int(arguments.memory * _GIB))
                        failed += bool(outcome.failure)
                        print(
                            f"{threads:7}  {round_:5}  {command.name:<16} {outcome.seconds:8.1f} "
                            f"{outcome.peak_mib:10.0f}  {outcome.failure or 'done'}",
                            flush=True,
                        )
    print(f"{failed} failed." if failed else "All done.")
    return int(failed > 0)


def list_commands(artists: int, history: Path, dataset: Path) -> list[Command]:
    """List the commands of a round, in their order.

    Args:
        artists: The size of the larger world.
        history: A file of a streaming history.
        dataset: A file of a dataset.
    """
    larger = ("-m", "tour", "load", "--quiet", "--artists", str(artists), "--as-of")
    read_history = ("-m", "loader", "history", "--quiet", str(history))
    read_dataset = ("-m", "loader", "dataset", "--quiet", str(dataset))
    return [
        Command("demo", "demo", ("-m", "tour")),
        Command("load", "larger", (*larger, f"{FIRST_DAY}")),
        Command("load a week on", "larger", (*larger, f"{FIRST_DAY + timedelta(weeks=1)}")),
        Command("dbt build", "larger", ("-c", "from dbt.cli.main import cli; cli()", "--quiet", "build")),
        Command("history", "files", read_history),
        Command("history again", "files", read_history),
        Command("dataset", "files", read_dataset),
        Command("dataset again", "files", read_dataset),
    ]


def run(command: Command, home: Path, threads: int, memory: int) -> Outcome:
    """Run a command in a folder of its own with bounded memory.

    Args:
        command: What to run.
        home: The folder that it is started in, and that its warehouse is in.
        threads: How many threads DuckDB takes.
        memory: How much memory there is, in bytes; 0 for no bound.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DBT_PROJECT_DIR": str(ROOT / "dbt_project"),
        "DBT_PROFILES_DIR": str(ROOT / "dbt_project"),
        "DBT_TARGET_PATH": str(home / "target"),
        "DBT_LOG_PATH": str(home / "logs"),
        "ECHOSTREAM_DUCKDB": str(home / f"{command.warehouse}.duckdb"),
        "ECHOSTREAM_DUCKDB_THREADS": str(threads),
    }
    if memory:
        # DuckDB sees the memory of a machine and of a container, and no bound of another kind: half is for the rest.
        environment["ECHOSTREAM_DUCKDB_MEMORY"] = f"{memory // 2 // 2**20}MiB"

    def bind() -> None:
        if memory:
            # What threads reserve for their stacks counts too, though hardly any of it is used.
            reserved = memory + (threads + _OTHER_THREADS) * _STACK
            resource.setrlimit(resource.RLIMIT_DATA, (reserved, reserved))

    started = time.monotonic()
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, *command.arguments],
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=bind,  # noqa: PLW1509 - there are no threads
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, measure_memory(process.pid))
            time.sleep(_POLL_SECONDS)
        seconds = time.monotonic() - started
        printed.seek(0)
        said = " ".join(printed.read().decode(errors="replace").split())
    failure = f"exit code {process.returncode}: {said[-300:]}" if process.returncode else ""
    if memory and peak > memory:
        failure = failure or "took more memory than there is"
    return Outcome(seconds, peak / 2**20, failure)


def measure_memory(session: int) -> int:
    """Measure the memory that all processes of a session hold together, in bytes."""
    size = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == session:
                size += int((folder / "statm").read_text().split()[1]) * _PAGE
        except (OSError, ValueError, IndexError):
            # It has ended in the meantime.
            continue
    return size


@contextmanager
def _keep_busy(number: int) -> Iterator[None]:
    """Keep cores busy while the block runs."""
    processes: Sequence[multiprocessing.Process] = [
        multiprocessing.Process(target=_spin, args=(os.getpid(),), daemon=True) for _ in range(number)
    ]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.terminate()


def _spin(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while os.getppid() == parent:
        sum(range(100_000))


if __name__ == "__main__":
    sys.exit(main())
