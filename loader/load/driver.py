"""The one driver of every load: lock, check, checkpoint, extract, write, record, and the summary to report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

import dlt

from loader.destinations import Destination
from loader.errors import LoaderError
from loader.load.lock import hold_warehouse
from loader.load.runs import Tally, build_failed_run, build_run
from loader.load.warehouse import (
    TableRows,
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
from loader.raw.tables import Row
from loader.raw.warehouse_state import Known
from loader.report.progress import Progress, SilentProgress
from loader.report.summary import Summary


@dataclass(frozen=True)
class Part:
    """Rows that are written together.

    Attributes:
        batches: Batches of rows, each with its raw table.
        empty: The names of tables that are known to hold no row, which spares looking for rows to replace.
        is_last: Whether nothing is read after it.
    """

    batches: Iterator[TableRows]
    empty: Collection[str] = ()
    is_last: bool = False


@dataclass(frozen=True)
class Load:
    """The load of one day, as its source sees it.

    Attributes:
        seen: The day and time to stamp rows with.
        progress: Told how the load goes on.
        tally: Counts the rows, and notes what the summary tells.
        open_state: Opens what the warehouse holds by now.
        is_replay: Whether only what the checkpoint holds can be read: that of an earlier day, which was not finished.
    """

    seen: Observation
    progress: Progress
    tally: Tally
    open_state: Callable[[], AbstractContextManager[Known]]
    is_replay: bool = False


Summary_co = TypeVar("Summary_co", bound=Summary, covariant=True)

Read = Callable[[Load], Generator[Part]]
"""Reads a day part by part; a part is in the warehouse when the next one is asked for."""


class Source(Protocol[Summary_co]):
    """What can be loaded.

    Attributes:
        name: Where the rows come from, for `load_runs`.
        observed_on: The day that is loaded.
    """

    name: str
    observed_on: date

    def find_unfinished_day(self, folder: Path) -> date | None:
        """Find the day of the run whose checkpoint stands in a folder; None where there is none."""

    def open(self, folder: Path, day: date, is_replay: bool) -> AbstractContextManager[Read]:
        """Open the source, with its checkpoint of the day."""

    def discard_checkpoint(self, folder: Path) -> None:
        """Remove the checkpoint: what it held is in the warehouse."""

    def count_calls(self) -> Row:
        """Count the calls that were made, as columns of `load_runs`."""

    def summarize(self, address: str, load: Load) -> Summary_co:
        """Summarize what a load did."""


def run_load(source: Source[Summary_co], destination: Destination, progress: Progress) -> Summary_co:
    """Load a source into a warehouse.

    If a run of an earlier day was not finished, what its checkpoint holds is loaded first, under its own day.

    Args:
        source: What to load.
        destination: The warehouse.
        progress: Told how the load goes on.

    Returns:
        What the load did; also if it stopped early, with what it had until then.

    Raises:
        LoaderError: If the load could not be done; the warehouse then is as it was before, but for the record of
            the run, or, if the load is a large one, holds whole parts of it.
    """
    started_at = datetime.now(UTC)
    folder = destination.work_dir
    seen, tally = Observation(source.observed_on, started_at), Tally()

    def describe_failure(error: LoaderError) -> Row:
        return build_failed_run(source.name, seen, error, tally) | source.count_calls()

    with (
        hold_warehouse(destination, progress),
        clear_leftovers(destination),
        record_failure(destination, describe_failure),
        explain_failures(destination),
    ):
        pipeline = build_pipeline(destination)
        open_state = partial(open_known, pipeline, destination)
        with open_state() as state:
            refuse_mixing(state, source.name, destination)
        unfinished = source.find_unfinished_day(folder)
        if unfinished is not None and unfinished != source.observed_on:
            earlier = Load(Observation(unfinished, started_at), SilentProgress(), Tally(), open_state, is_replay=True)
            with source.open(folder, unfinished, is_replay=True) as read:
                _write_parts(read, earlier, pipeline, destination)
        load = Load(seen, progress, tally, open_state)
        with source.open(folder, source.observed_on, is_replay=False) as read:
            _write_parts(read, load, pipeline, destination)
            summary = source.summarize(destination.address, load)
            record_run(pipeline, destination, build_run(source.name, seen, summary) | source.count_calls())
        if not summary.stopped:
            source.discard_checkpoint(folder)
    return summary


def _write_parts(read: Read, load: Load, pipeline: dlt.Pipeline, destination: Destination) -> None:
    with closing(read(load)) as parts:
        for part in parts:
            extract(pipeline, destination, part.batches, part.empty)
            if part.is_last:
                load.progress.start(f"Writing {destination.address}")
            write(pipeline, destination)
            load.tally.landed = load.tally.written.total()
