"""How many threads and how much memory DuckDB may take, for every DuckDB that the loader opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from loader.errors import LoaderError, UserError
from loader.settings import read_duckdb_memory, read_duckdb_threads

_MIB = 2**20
_MOST_THREADS = 1024
_WHAT_TO_SET = "set ECHOSTREAM_DUCKDB_MEMORY to more (such as 2GB), or ECHOSTREAM_DUCKDB_THREADS to fewer threads"


@dataclass(frozen=True)
class Limits:
    """What one DuckDB may take.

    Attributes:
        threads: The number of its threads.
        memory: Its memory, as DuckDB writes it, such as `512MiB`.
    """

    threads: int
    memory: str

    @property
    def config(self) -> dict[str, Any]:
        """The limits as DuckDB's settings."""
        return {"threads": str(self.threads), "memory_limit": self.memory}


def choose_limits(mib_a_thread: int) -> Limits:
    """Choose the limits from the environment, the cores and the memory of the machine or container.

    Every thread of DuckDB holds memory that cannot be written out to disk, so memory follows the threads; where there
    is not enough of it, threads follow the memory. What the environment says is taken as it is.

    Args:
        mib_a_thread: The memory that a thread needs for the work at hand, in MiB.

    Raises:
        UserError: If the environment says what DuckDB does not take.
    """
    said = read_said_limits()
    threads, mib = _ask_duckdb(said)
    if "memory_limit" not in said:
        # The rest is for this process itself, and for others.
        mib = min(mib_a_thread * max(threads, 2), mib // 2)
    if "threads" not in said:
        threads = max(1, min(threads, mib // mib_a_thread))
    return Limits(threads, said.get("memory_limit") or f"{mib}MiB")


def read_said_limits() -> dict[str, Any]:
    """Read the limits that the environment sets, as DuckDB's settings; those that it does not are left out.

    Raises:
        UserError: If the environment says what DuckDB does not take.
    """
    said: dict[str, Any] = {}
    if threads := read_duckdb_threads():
        if not threads.isdecimal() or not 1 <= int(threads) <= _MOST_THREADS:
            raise UserError(
                f"ECHOSTREAM_DUCKDB_THREADS is not a number of threads: {threads!r} "
                f"(wanted: a whole number from 1 to {_MOST_THREADS})."
            )
        said["threads"] = threads
    if memory := read_duckdb_memory():
        try:
            _ask_duckdb({"memory_limit": memory})
        except duckdb.Error as error:
            raise UserError(
                f"ECHOSTREAM_DUCKDB_MEMORY is not an amount of memory that DuckDB can work with: {memory!r} "
                "(wanted: a number and a unit, such as 512MB or 2GB)."
            ) from error
        said["memory_limit"] = memory
    return said


def explain_lack_of_memory(error: BaseException, doing: str) -> LoaderError | None:
    """Explain in one line that DuckDB ran out of memory, and what to set.

    Args:
        error: What DuckDB said, or what was made of it.
        doing: What could not be done, as the beginning of a sentence: `Writing warehouse.duckdb`.

    Returns:
        The error to raise; None if it was something else.
    """
    if not isinstance(error, duckdb.OutOfMemoryException):
        return None
    return UserError(describe_lack_of_memory(doing))


def describe_lack_of_memory(doing: str) -> str:
    """Say in one line that something takes more memory than DuckDB has, and what to set."""
    return f"{doing} takes more memory than DuckDB may use here: {_WHAT_TO_SET}."


def _ask_duckdb(config: dict[str, Any]) -> tuple[int, int]:
    """Ask DuckDB how many threads and how many MiB of memory it takes.

    By itself it takes as many threads as there are cores, and 80 % of the memory: of the machine, or of the container
    if that has less.
    """
    with duckdb.connect(config=config) as connection:
        threads, size = connection.execute(
            "select current_setting('threads'), parse_formatted_bytes(current_setting('memory_limit'))"
        ).fetchall()[0]
    return threads, size // _MIB
