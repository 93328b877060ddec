"""The checkpoint of answers: each is written to disk as soon as it arrives, and kept until it is in the warehouse.

A load that was stopped, even killed, resumes from the journal: requests that are in it are not sent again.
"""

from __future__ import annotations

import errno
import io
import os
import threading
from datetime import date
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from loader.errors import LoaderError
from loader.json import read_json, write_json


class Journal:
    """Answers by request, appended to a file, one per line; only their positions are held in memory."""

    def __init__(self, path: Path) -> None:
        """Use the given file, which need not exist yet."""
        self._path = path
        self._places: dict[bytes, int] = {}
        self._lock = threading.Lock()
        self._reader: BinaryIO | None = None
        self._writer: io.FileIO | None = None

    def find_unfinished_day(self, source: str) -> date | None:
        """Find the day of an unfinished run over a source; None if there is none."""
        try:
            with self._path.open("rb") as file:
                header = read_json(file.readline())
            return date.fromisoformat(header["observed_on"]) if header["source"] == source else None
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def open(self, source: str, observed_on: date) -> Self:
        """Open the journal of a day's run over a source; answers of any other run are dropped.

        A last line that was cut off, as by a kill, is dropped as well.

        Args:
            source: Who is asked, and as which app.
            observed_on: The day that the answers are about.

        Raises:
            LoaderError: If the file cannot be written.
        """
        try:
            goes_on = self.find_unfinished_day(source) == observed_on
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered, so that nothing is lost if the process is killed.
            self._writer = io.FileIO(self._path, "r+" if goes_on else "w")
            self._reader = self._path.open("rb")
            if goes_on:
                self._writer.truncate(self._index())
            else:
                self._append({"source": source, "observed_on": observed_on.isoformat()})
        except OSError as error:
            raise LoaderError(f"{self._path} cannot be written: {error.strerror}.") from error
        return self

    def find(self, key: str) -> Any:
        """Find the answer to a request.

        Returns:
            The answer as it was kept.

        Raises:
            KeyError: If the request was not answered yet.
        """
        with self._lock:
            place = self._places[_digest(key)]
            assert self._reader is not None  # noqa: S101 - a place is known only of an open file
            self._reader.seek(place)
            line = self._reader.readline()
        return read_json(line)[1]

    def keep(self, key: str, answer: Any) -> None:
        """Keep the answer to a request.

        Raises:
            LoaderError: If the disk takes no more.
        """
        with self._lock:
            try:
                self._places[_digest(key)] = self._append([key, answer])
            except OSError as error:
                raise LoaderError(
                    f"{self._path} cannot be written ({error.strerror}): make room, then run the load again."
                ) from error

    def discard(self) -> None:
        """Close and remove the journal: what it held is in the warehouse."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file; its answers are found again when it is opened."""
        for file in (self._reader, self._writer):
            if file:
                file.close()
        self._places.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _index(self) -> int:
        """Index the position of each answer; returns where the last whole line ends."""
        assert self._reader is not None  # noqa: S101 - opened just before
        place = len(self._reader.readline())
        for line in self._reader:
            if not line.endswith(b"\n"):
                break
            self._places[_digest(read_json(line)[0])] = place
            place += len(line)
        return place

    def _append(self, entry: Any) -> int:
        assert self._writer is not None  # noqa: S101 - opened before
        place = self._writer.seek(0, os.SEEK_END)
        line = write_json(entry) + b"\n"
        try:
            if self._writer.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            # Half a line would make the next one unreadable.
            self._writer.truncate(place)
            raise
        return place


def _digest(key: str) -> bytes:
    """Shorten a key: a batch names fifty ids, and there are many of them."""
    return blake2b(key.encode(errors="surrogatepass"), digest_size=16).digest()
