"""The journal of answers: what Spotify said is kept on disk as soon as it came, until it is in the warehouse.

A load that is stopped, even by force, is run again over the journal: questions that stand in it are not asked again.
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
    """Answers by question, appended to a file one line each; only where each stands is held in memory."""

    def __init__(self, path: Path) -> None:
        """Use the given file, which need not exist yet."""
        self._path = path
        self._places: dict[bytes, int] = {}
        self._lock = threading.Lock()
        self._reader: BinaryIO | None = None
        self._writer: io.FileIO | None = None

    def find_unfinished_day(self, source: str) -> date | None:
        """Find the day of a run over a source that was not brought to its end; None where there is none."""
        try:
            with self._path.open("rb") as file:
                header = read_json(file.readline())
            return date.fromisoformat(header["observed_on"]) if header["source"] == source else None
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def open(self, source: str, observed_on: date) -> Self:
        """Open the journal of a day's run over a source; what stands in it of another one is dropped.

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
            # Unbuffered, so that what is kept does not wait in this process.
            self._writer = io.FileIO(self._path, "r+" if goes_on else "w")
            self._reader = self._path.open("rb")
            if goes_on:
                self._writer.truncate(self._index())
            else:
                self._append({"source": source, "observed_on": observed_on.isoformat()})
        except OSError as error:
            raise LoaderError(f"{self._path} cannot be written: {error.strerror}.") from error
        return self

    def find(self, question: str) -> Any:
        """Find the answer to a question.

        Returns:
            The answer as it was kept.

        Raises:
            KeyError: If the question was not answered yet.
        """
        with self._lock:
            place = self._places[_digest(question)]
            assert self._reader is not None  # noqa: S101 - a place is known only of an open file
            self._reader.seek(place)
            line = self._reader.readline()
        return read_json(line)[1]

    def keep(self, question: str, answer: Any) -> None:
        """Keep the answer to a question.

        Raises:
            LoaderError: If the disk takes no more.
        """
        with self._lock:
            try:
                self._places[_digest(question)] = self._append([question, answer])
            except OSError as error:
                raise LoaderError(
                    f"{self._path} cannot be written ({error.strerror}): make room, then run the load again."
                ) from error

    def discard(self) -> None:
        """Close and remove the journal: what it held is in the warehouse."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file; what stands in it is found again."""
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
        """Note where each answer stands; returns where the last whole line ends."""
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


def _digest(question: str) -> bytes:
    """Shorten a question: a batch names fifty ids, and there are many of them."""
    return blake2b(question.encode(errors="surrogatepass"), digest_size=16).digest()
