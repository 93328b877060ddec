"""The embedded warehouse: one DuckDB file."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import dlt
import duckdb
from dlt.common.destination import TDestinationReferenceArg, TLoaderFileFormat
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials

from loader.destinations.contract import Answer, Ask
from loader.duckdb_limits import choose_limits, explain_lack_of_memory, read_said_limits
from loader.errors import BusyError, LoaderError, MendableError
from loader.report.progress import Progress
from loader.settings import DEMO_DUCKDB_PATH

_MIB_A_THREAD = 64
# As DuckDB says it on Unix, where it names the program, and on Windows.
_LOCKED = re.compile(
    r"Could not set lock on file(?:.*held in (?P<program>.+?) \(PID (?P<process>\d+)\))?"
    r"|used by another process",
    re.DOTALL,
)


@dataclass
class DuckDb:
    """The embedded warehouse: one DuckDB file.

    Attributes:
        path: The warehouse's file.
    """

    path: Path
    file_format: TLoaderFileFormat = "parquet"  # many times faster there than inserts
    writers: int = 2  # each takes memory of its own, and DuckDB does one's work on all cores
    _is_open: bool = field(default=False, init=False, repr=False, compare=False)
    _connection: duckdb.DuckDBPyConnection | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def address(self) -> str:
        """The warehouse's file, as the user named it."""
        return str(self.path)

    @property
    def another(self) -> str:
        """Another file."""
        return "name another file in ECHOSTREAM_DUCKDB"

    @property
    def elsewhere(self) -> str:
        """Another file, since they stand beside it."""
        return self.another

    @property
    def environment(self) -> dict[str, str]:
        """The kind of warehouse and its file."""
        return {"ECHOSTREAM_DESTINATION": "duckdb", "ECHOSTREAM_DUCKDB": str(self.path)}

    @property
    def work_dir(self) -> Path:
        """A hidden folder beside the warehouse: on the same disk, and gone with it."""
        return self._hide("load")

    @property
    def lock_file(self) -> Path:
        """A hidden file beside the warehouse."""
        return self._hide("lock")

    def _hide(self, suffix: str) -> Path:
        """Name a hidden neighbour of the file itself, wherever links to it stand."""
        path = Path(os.path.realpath(self.path))
        return path.with_name(f".{path.stem}.{suffix}")

    @contextmanager
    def open_to_write(self, progress: Progress) -> Iterator[None]:
        """Open the file, if there is one, so that a broken one is found before Spotify is asked.

        It stays open until the block ends: between two connections of dlt's, another program could open it.
        """
        if self._is_open:
            yield
            return
        self._check_file()
        self._is_open = True
        try:
            if self.exists():
                self.keep_out_others()
            yield
        finally:
            self._is_open = False
            if self._connection:
                self._connection.close()
                self._connection = None

    def keep_out_others(self) -> None:
        """Keep the file open, which is made here if there is none, until the block that opened it ends."""
        if self._connection:
            # As closing the file between two writes would: the log of what was written does not grow with the load.
            with suppress(duckdb.TransactionException):
                self._connection.execute("checkpoint")
        elif self._is_open:
            try:
                self._connection = duckdb.connect(str(self.path))
                for name, value in self._list_settings().items():
                    self._connection.execute(f"set global {name} = '{value}'")
            except duckdb.Error as error:
                raise _explain(error, self.path) from error

    def _list_settings(self) -> dict[str, str]:
        """List DuckDB's settings for a load; they hold for all connections that dlt opens beside this one."""
        return {
            **choose_limits(_MIB_A_THREAD).config,
            # Rows stand in no order, and a load of millions of them stays within bounds.
            "preserve_insertion_order": "false",
        }

    def _check_file(self) -> None:
        # Limits that DuckDB does not take are found before Spotify is asked, too.
        choose_limits(_MIB_A_THREAD)
        if self.path.is_dir():
            raise MendableError(f"{self.path} is a folder: name a file in ECHOSTREAM_DUCKDB.")
        if not self.exists():
            return
        # The superuser may write to files that say read-only; what the file says counts.
        if not self.path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(
            self.path, os.W_OK
        ):
            raise MendableError(
                f"{self.path} is read-only: make it writable (chmod u+w) or name another file in ECHOSTREAM_DUCKDB."
            )

    def exists(self) -> bool:
        """Tell whether the file is there."""
        return self.path.exists()

    @contextmanager
    def open_to_read(self) -> Iterator[Ask]:
        """Open the file for queries; several programs may do so at a time."""
        if not self.path.is_file():
            raise MendableError(
                f"There is no warehouse at {self.path}: load one, or name its file in ECHOSTREAM_DUCKDB (`make demo` "
                f"makes {DEMO_DUCKDB_PATH})."
            )
        config = read_said_limits()
        try:
            connection = duckdb.connect(str(self.path), read_only=True, config=config)
        except duckdb.Error as error:
            raise _explain(error, self.path) from error

        def ask(query: str, most: int | None = None) -> Answer:
            try:
                answer = connection.execute(query)
                rows = answer.fetchall() if most is None else answer.fetchmany(most)
            except duckdb.Error as error:
                if lack := explain_lack_of_memory(error, f"A query of {self.path}"):
                    raise lack from error
                raise LoaderError(f"{self.path} refuses a query: {str(error).splitlines()[0]}") from error
            return Answer(tuple(column[0] for column in connection.description or ()), rows)

        with connection:
            yield ask

    def build_dlt_destination(self) -> TDestinationReferenceArg:
        """Build dlt's DuckDB destination."""
        return dlt.destinations.duckdb(DuckDbCredentials(str(self.path)))

    def explain(self, error: BaseException) -> LoaderError | None:
        """Explain what keeps the file from being written; what else DuckDB says is one clear line already."""
        if not isinstance(error, duckdb.Error):
            return None
        return _explain_lock(error, self.path) or explain_lack_of_memory(error, f"Writing {self.path}")


def _explain_lock(error: duckdb.Error, path: Path) -> BusyError | None:
    """Say who has the file open, if that is what the error is about."""
    found = _LOCKED.search(str(error))
    if not found:
        return None
    holder = "another program"
    if found["process"]:
        holder = f"another program ({Path(found['program']).name}, process {found['process']})"
    return BusyError(f"{path} is in use by {holder}: close it, or let it finish, then run this again.")


def _explain(error: duckdb.Error, path: Path) -> LoaderError:
    if explained := _explain_lock(error, path) or explain_lack_of_memory(error, f"Opening {path}"):
        return explained
    said = str(error)
    if "newer version" in said or "older version" in said:
        return MendableError(
            f"{path} was written by another version of DuckDB: open it with that one, or name another "
            "file in ECHOSTREAM_DUCKDB."
        )
    return LoaderError(
        f"{path} cannot be opened as a DuckDB file, it may be damaged: put a copy back, or move it away to start anew."
    )
