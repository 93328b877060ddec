"""Files as a source: all is read before anything is written, so a bad file changes nothing."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from loader.files.dataset import Dataset
from loader.files.reading import ArrowRows
from loader.load.driver import Load, Part, Read
from loader.raw.observation import Observation
from loader.raw.tables import Row, Table
from loader.report.account import Account
from loader.report.progress import Progress
from loader.report.summary import FilePreview, FileSummary, Preview


class Reading(Protocol):
    """Files that were looked into and can be read.

    Attributes:
        name: What they hold.
        source_name: Where their rows come from, for `load_runs`.
        table: The raw table in which they land.
        files: How many there are.
        account: Where the rows went, as they are read.
        details: Rows of each kind, as they are read.
    """

    name: str
    source_name: str
    table: Table
    files: int
    account: Account
    details: dict[str, int]

    def read(self, folder: Path, seen: Observation) -> Iterator[ArrowRows]:
        """Read the files into rows of raw tables."""


class Files:
    """Files that can be read again, and so need no checkpoint.

    Attributes:
        name: Where the rows come from, for `load_runs`.
        observed_on: The day of the load.
    """

    def __init__(self, reading: Reading, source_name: str | None = None) -> None:
        """Prepare the source; nothing is read yet.

        Args:
            reading: The files.
            source_name: Where the rows come from, if not as the files themselves say.
        """
        self.name = source_name or reading.source_name
        self.observed_on = datetime.now(UTC).date()
        self._reading = reading

    def find_unfinished_day(self, folder: Path) -> date | None:
        """Find no day."""
        return None

    def open(self, folder: Path, day: date, is_replay: bool) -> AbstractContextManager[Read]:
        """Open the files, which are unpacked in the folder."""
        return nullcontext(partial(self.read, folder / "reading"))

    def discard_checkpoint(self, folder: Path) -> None:
        """Discard nothing."""

    def count_calls(self) -> Row:
        """Count nothing: nobody is called."""
        return {}

    def read(self, folder: Path, load: Load) -> Generator[Part]:
        """Read the files, and count what became of their rows."""
        reading, table, written = self._reading, self._reading.table, load.tally.written
        with load.open_state() as state:
            before = state.count_rows(table)
        load.progress.start(f"Reading {reading.name}")
        batches = _read(reading, folder, load.progress, load.seen)
        yield Part(batches, empty=() if before else (table.name,), is_last=True)
        written.update({table.name: reading.account.landed, "rejected_objects": reading.account.rejected.total()})
        if before and table.kind != "file":
            # Where rows were there already, only the warehouse can tell how many are new.
            with load.open_state() as state:
                written[table.name] = state.count_rows(table) - before

    def summarize(self, address: str, load: Load) -> FileSummary:
        """Summarize what a load did."""
        return FileSummary(
            address=address,
            observed_on=load.seen.observed_on,
            name=self._reading.name,
            files=self._reading.files,
            account=self._reading.account,
            details=self._reading.details,
            rows_written=dict(load.tally.written),
            seconds=(datetime.now(UTC) - load.seen.loaded_at).total_seconds(),
        )


def preview_dataset(dataset: Dataset, progress: Progress) -> Preview:
    """Read a dataset to its end without touching a warehouse.

    Raises:
        MendableError: If a file cannot be read, or no row of it can be used.
    """
    now = datetime.now(UTC)
    seen = Observation(now.date(), now)
    progress.start(f"Reading {dataset.name}")
    with TemporaryDirectory() as folder:
        files = [
            FilePreview(
                file=plan.file.name,
                layout=plan.mapping.layout.name,
                fields=fields,
                unread=[
                    column for place, column in enumerate(plan.header) if place not in plan.mapping.places.values()
                ],
            )
            for plan, fields in dataset.show_columns(Path(folder) / "reading", seen)
        ]
        for _ in _read(dataset, Path(folder) / "reading", progress, seen):
            pass
    return Preview(dataset.name, files, dataset.account)


def _read(reading: Reading, folder: Path, progress: Progress, seen: Observation) -> Iterator[ArrowRows]:
    """Read the files, telling how it goes on."""
    for batch in reading.read(folder, seen):
        progress.count("rows", len(batch[1]))
        yield batch
