"""What a run does: counted while it goes on, and recorded in `load_runs` at its end."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from loader.errors import Interrupted, LoaderError, StoppedEarlyError, name_outcome
from loader.raw.news import keep_news
from loader.raw.observation import Observation, Record
from loader.raw.tables import Row, Table
from loader.raw.warehouse_state import Known
from loader.report.summary import Summary


@dataclass
class Tally:
    """Counts rows on their way into the warehouse, and notes what the summary tells.

    Attributes:
        written: Rows to be written, by raw table.
        landed: How many of them have been written.
        unchanged: Rows that the warehouse held already, by raw table.
        stopped: Why the load stopped before its end, if it did.
        app_mode: What the app was found to be: extended, development or unknown.
        refused: The endpoints that Spotify refuses the app.
        remarks: What else is to be known, such as what was not asked for and why.
        warnings: What went wrong without stopping the load.
    """

    written: Counter[str] = field(default_factory=Counter)
    landed: int = 0
    unchanged: Counter[str] = field(default_factory=Counter)
    stopped: StoppedEarlyError | None = None
    app_mode: str = "unknown"
    refused: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def keep_news(self, records: Iterable[Record], known: Known) -> Iterator[tuple[Table, list[Row]]]:
        """Keep what the warehouse does not know yet, as batches of rows a table."""
        for table, rows in keep_news(self._end_when_stopped(records), known, self.unchanged):
            self.written[table.name] += len(rows)
            yield table, rows

    def _end_when_stopped(self, records: Iterable[Record]) -> Iterator[Record]:
        """End the records where the load has to stop, so that what came before is written."""
        try:
            yield from records
        except StoppedEarlyError as error:
            self.stopped = error
        except KeyboardInterrupt:
            self.stopped = Interrupted()


def build_run(source_name: str, seen: Observation, summary: Summary) -> Row:
    """Build the row of `load_runs` of a run that came to its end, or was stopped with what it had.

    Args:
        source_name: Where the run's rows come from.
        seen: The day that was observed, and when the run started.
        summary: What it did.
    """
    return {
        **_build_row(source_name, seen, summary.stopped),
        "rows_written": sum(summary.rows_written.values()),
        "rows_rejected": summary.rows_written["rejected_objects"],
        **summary.describe_run(),
    }


def build_failed_run(source_name: str, seen: Observation, error: LoaderError, tally: Tally) -> Row:
    """Build the row of `load_runs` of a run that came to no end, whatever it wrote before.

    Args:
        source_name: Where the run's rows come from.
        seen: The day that was observed, and when the run started.
        error: What it failed of.
        tally: What it had counted.
    """
    return {
        **_build_row(source_name, seen, error),
        "rows_written": tally.landed,
        "rows_rejected": 0,
        "message": str(error),
    }


def _build_row(source_name: str, seen: Observation, error: LoaderError | None) -> Row:
    return {
        "run_id": uuid.uuid4().hex,
        "started_at": seen.loaded_at,
        "finished_at": datetime.now(UTC),
        "observed_on": seen.observed_on,
        "source": source_name,
        "outcome": name_outcome(error),
    }
