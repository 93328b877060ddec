"""Puts files and a destination together: reads them, writes the raw tables, records the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from loader.destinations import Destination
from loader.errors import LoaderError
from loader.files.dataset import Dataset
from loader.files.reading import ArrowRows
from loader.load.lock import hold_warehouse
from loader.load.runs import build_run_row
from loader.load.warehouse import (
    build_pipeline,
    clear_leftovers,
    explain_failures,
    extract,
    open_known,
    record_failure,
    record_run,
    refuse_mixing,
    write,
)
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


def load_files(
    reading: Reading, destination: Destination, progress: Progress, source_name: str | None = None
) -> FileSummary:
    """Load files into the raw tables. All is read before anything is written, so a bad file changes nothing.

    Args:
        reading: The files.
        destination: The warehouse.
        progress: Told how the load goes on.
        source_name: Where the rows come from, if not as the files themselves say: `demo` for made-up ones.

    Returns:
        What the load did.

    Raises:
        LoaderError: If the load could not be done; the warehouse then is as it was before, but for the record of
            the run.
    """
    source_name = source_name or reading.source_name
    started_at = datetime.now(UTC)
    seen = Observation(started_at.date(), started_at)

    def build_failed_run(error: LoaderError) -> Row:
        return build_run_row(source_name, seen.observed_on, seen.loaded_at, error)

    with (
        hold_warehouse(destination, progress),
        _leave_nothing(destination),
        record_failure(destination, build_failed_run),
        explain_failures(destination),
    ):
        pipeline = build_pipeline(destination)
        table = reading.table
        with open_known(pipeline, destination) as known:
            refuse_mixing(known, source_name, destination)
            before = known.count_rows(table)
        progress.start(f"Reading {reading.name}")
        batches = _read(reading, destination.work_dir / "reading", progress, seen)
        extract(pipeline, destination, batches, empty={table.name} if not before else ())
        progress.start(f"Writing {destination.address}")
        write(pipeline, destination)
        rows_written = {table.name: reading.account.landed, "rejected_objects": _count_rejected(reading)}
        if before and table.kind != "file":
            # Where rows were there already, only the warehouse can tell how many are new.
            with open_known(pipeline, destination) as known:
                rows_written[table.name] = known.count_rows(table) - before
        record_run(pipeline, destination, _build_run(reading, source_name, rows_written, seen))
    return FileSummary(
        address=destination.address,
        observed_on=seen.observed_on,
        name=reading.name,
        files=reading.files,
        account=reading.account,
        details=reading.details,
        rows_written=rows_written,
        seconds=(datetime.now(UTC) - started_at).total_seconds(),
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


@contextmanager
def _leave_nothing(destination: Destination) -> Iterator[None]:
    """Remove what was prepared, also if the load fails: files can be read again."""
    try:
        yield
    finally:
        clear_leftovers(destination)


def _read(reading: Reading, folder: Path, progress: Progress, seen: Observation) -> Iterator[ArrowRows]:
    """Read the files, telling how it goes on."""
    for batch in reading.read(folder, seen):
        progress.count("rows", len(batch[1]))
        yield batch


def _count_rejected(reading: Reading) -> int:
    return reading.account.rejected.total()


def _build_run(reading: Reading, source_name: str, rows_written: dict[str, int], seen: Observation) -> Row:
    return {
        **build_run_row(source_name, seen.observed_on, seen.loaded_at, error=None),
        "rows_written": sum(rows_written.values()),
        "rows_rejected": _count_rejected(reading),
        "message": f"{reading.name}: {reading.account.read:,} rows of {reading.files:,} files",
    }
