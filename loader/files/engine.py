"""Reads files with DuckDB, a batch of Arrow rows at a time, within a bound of memory."""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import duckdb
import pyarrow as pa
from fsspec import AbstractFileSystem

from loader.duckdb_limits import choose_limits, explain_lack_of_memory
from loader.errors import LoaderError, UserError
from loader.files.find import InputFile

_MIB_PER_THREAD = 128
_ROWS_PER_BATCH = 61_440  # two of them are what DuckDB keeps together
_PROTOCOL = "member"
_UNKNOWN_SIZE = 2**40
# A query that is wrong is not the file's fault; anything else may be.
_OWN_FAULTS = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.InternalException)
_FILE_FAULTS = (duckdb.Error, pa.ArrowException, zipfile.BadZipFile, zlib.error, UnicodeError, OSError, EOFError)


class Engine:
    """A DuckDB of its own that knows the files to read; closed, it leaves nothing behind."""

    def __init__(self, files: Sequence[InputFile], folder: Path) -> None:
        """Open the engine.

        Args:
            files: The files that queries may name.
            folder: Where it may put down what does not fit into memory; removed at the end.
        """
        self._files = list(files)
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._limits = choose_limits(_MIB_PER_THREAD)
        self._connection = duckdb.connect(
            config={
                **self._limits.config,
                "temp_directory": str(folder),
                "preserve_insertion_order": "false",
                # The loader talks to Spotify and the warehouse, and to nobody else.
                "autoinstall_known_extensions": "false",
            }
        )
        self._connection.execute("set TimeZone = 'UTC'")
        self._connection.register_filesystem(_Members(self._files))

    def __enter__(self) -> Self:
        """Do nothing: the engine is open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the engine and remove what it put down."""
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def address(self, file: InputFile) -> str:
        """Write how a query names a file, as an SQL literal."""
        # DuckDB does not notice that a compressed file is cut off.
        if file.path is not None and not file.is_gzip:
            return quote_text(re.sub(r"([*?\[])", r"[\1]", str(file.path.absolute())))
        return quote_text(_number(self._files.index(file)))

    def scratch(self, name: str) -> str:
        """Write how a query names a file that it puts down for another, as an SQL literal."""
        return quote_text(str(self._folder / name))

    @contextmanager
    def limit_threads(self, most: int) -> Iterator[None]:
        """Let queries run on no more threads than there is work for."""
        self._connection.execute(f"set threads = {min(most, self._limits.threads)}")
        try:
            yield
        finally:
            self._connection.execute(f"set threads = {self._limits.threads}")

    def select(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query and return its rows; for few of them.

        Raises:
            UserError: If a file cannot be read.
        """
        try:
            return self._connection.execute(query).fetchall()
        except _OWN_FAULTS:
            raise
        except _FILE_FAULTS as error:
            raise self._explain(error) from error

    def stream(self, query: str) -> Iterator[pa.RecordBatch]:
        """Run a query and yield its rows in batches, never all at once.

        Raises:
            UserError: If a file cannot be read.
        """
        try:
            reader = self._connection.execute(query).to_arrow_reader(_ROWS_PER_BATCH)
            # While one batch is worked on, the next one is read.
            with ThreadPoolExecutor(1) as ahead:
                coming = ahead.submit(next, reader, None)
                while (batch := coming.result()) is not None:
                    coming = ahead.submit(next, reader, None)
                    yield batch
        except _OWN_FAULTS:
            raise
        except _FILE_FAULTS as error:
            raise self._explain(error) from error

    def _explain(self, error: Exception) -> LoaderError:
        """Say in one line which file is at fault and why."""
        if lack := explain_lack_of_memory(error, f"Reading {', '.join(file.name for file in self._files[:3])}"):
            return lack
        said = str(error)
        for index, file in enumerate(self._files):
            said = said.replace(_number(index), file.name)
        said = re.sub(r"^[A-Za-z ]*(Error|Exception): ?", "", re.sub(r"^[A-Za-z ]*Error: ?", "", said.splitlines()[0]))
        name = next((file.name for file in self._files if file.name in said), None)
        name = name or (self._files[0].name if len(self._files) == 1 else "One of the files")
        if "disk" in said.lower() and "space" in said.lower():
            return UserError(f"{self._folder.parent} has no room left to read {name}: make some.")
        if re.search(r"utf-?8|unicode|encod", said, re.IGNORECASE):
            return UserError(f"{name} is not in UTF-8: save it as UTF-8 and load it again ({said}).")
        if "invalid state" in said:
            return UserError(f"{name} has line ends of several kinds: make them one kind (dos2unix) and load it again.")
        return UserError(f"{name} is damaged or cut off: get it again ({said}).")


class _Members(AbstractFileSystem):  # type: ignore[misc] # fsspec has no types
    """Gives DuckDB packed files unpacked, by number: no name that an archive states is ever followed."""

    protocol = _PROTOCOL
    cachable = False

    def __init__(self, files: Sequence[InputFile]) -> None:
        super().__init__()
        self._files = files

    def _find(self, path: str) -> InputFile:
        return self._files[int(self._strip_protocol(path).split(".")[0])]

    def _open(self, path: str, mode: str = "rb", **_: Any) -> IO[bytes]:
        return self._find(path).open()

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        file = self._find(path)
        # How long a compressed file is shows when it ends.
        size = file.member.file_size if file.member and not file.is_gzip else _UNKNOWN_SIZE
        return {"name": path, "size": size, "type": "file"}

    def glob(self, path: str, **_: Any) -> list[str]:
        return [self._strip_protocol(path)]

    def exists(self, path: str, **_: Any) -> bool:
        return True


def _number(index: int) -> str:
    """Write the address of a file that is packed."""
    return f"{_PROTOCOL}://{index}."


def quote_text(text: str) -> str:
    """Write a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quote_name(name: str) -> str:
    """Write a column's name as SQL does."""
    return '"' + name.replace('"', '""') + '"'
