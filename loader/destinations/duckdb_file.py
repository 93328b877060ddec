"""The embedded warehouse: one DuckDB file."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dlt
import duckdb
from dlt.common.destination import TDestinationReferenceArg, TLoaderFileFormat
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials

from loader.destinations.contract import Answer, Ask
from loader.duckdb_limits import choose_limits, explain_lack_of_memory, read_said_limits
from loader.errors import LoaderError, MendableError
from loader.progress import Progress
from loader.settings import DEMO_DUCKDB_PATH

_MIB_A_THREAD = 64


@dataclass(frozen=True)
class DuckDb:
    """The embedded warehouse: one DuckDB file.

    Attributes:
        path: The warehouse's file.
    """

    path: Path
    file_format: TLoaderFileFormat = "parquet"  # many times faster there than inserts
    writers: int = 2  # each takes memory of its own, and DuckDB does one's work on all cores

    @property
    def address(self) -> str:
        """The warehouse's file, as the user named it."""
        return str(self.path)

    @property
    def another(self) -> str:
        """Another file."""
        return "name another file in ECHOSTREAM_DUCKDB"

    @property
    def environment(self) -> dict[str, str]:
        """The kind of warehouse and its file."""
        return {"ECHOSTREAM_DESTINATION": "duckdb", "ECHOSTREAM_DUCKDB": str(self.path)}

    @property
    def work_dir(self) -> Path:
        """A hidden folder beside the warehouse: on the same disk, and gone with it."""
        return self.path.parent / f".{self.path.stem}.load"

    def check(self, progress: Progress) -> None:
        """Open the file as the load will, so that a broken one is found before Spotify is asked."""
        config = choose_limits(_MIB_A_THREAD).config
        if self.path.is_dir():
            raise MendableError(f"{self.path} is a folder: name a file in ECHOSTREAM_DUCKDB.")
        if not self.path.exists():
            _check_can_create(self.path)
            return
        # The superuser may write to files that say read-only; what the file says counts.
        if not self.path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(
            self.path, os.W_OK
        ):
            raise MendableError(
                f"{self.path} is read-only: make it writable (chmod u+w) or name another file in ECHOSTREAM_DUCKDB."
            )
        try:
            duckdb.connect(str(self.path), config=config).close()
        except duckdb.Error as error:
            raise _explain(error, self.path) from error

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
        credentials = DuckDbCredentials(str(self.path))
        credentials.global_config = {
            **choose_limits(_MIB_A_THREAD).config,
            # Rows stand in no order, and a load of millions of them stays within bounds.
            "preserve_insertion_order": "false",
            # On the same disk, and gone with what else a load leaves behind when it is killed.
            "temp_directory": str(self.work_dir / "prepared" / "spilled"),
        }
        return dlt.destinations.duckdb(credentials)

    def explain(self, error: BaseException) -> LoaderError | None:
        """What DuckDB says is one clear line already, unless it lacks memory."""
        return explain_lack_of_memory(error, f"Writing {self.path}")


def _check_can_create(path: Path) -> None:
    parent = path.parent
    while not parent.exists():
        parent = parent.parent
    try:
        # Asking for permissions is not enough: some folders take no files from anybody.
        tempfile.TemporaryFile(dir=parent).close()
    except OSError as error:
        raise MendableError(
            f"{path} cannot be made: {parent} is not a folder that can be written to. "
            "Name another file in ECHOSTREAM_DUCKDB."
        ) from error


def _explain(error: duckdb.Error, path: Path) -> LoaderError:
    if lack := explain_lack_of_memory(error, f"Opening {path}"):
        return lack
    said = str(error)
    if "lock" in said.lower():
        return MendableError(f"{path} is in use by another program: close what has it open, then run this again.")
    if "newer version" in said or "older version" in said:
        return MendableError(
            f"{path} was written by another version of DuckDB: open it with that one, or name another "
            "file in ECHOSTREAM_DUCKDB."
        )
    return LoaderError(
        f"{path} cannot be opened as a DuckDB file, it may be damaged: put a copy back, or move it away to start anew."
    )
