"""What a run over the Web API did: counted while it goes on, told at its end, recorded in `load_runs`."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from loader.errors import Interrupted, LoaderError, StoppedEarlyError, name_outcome
from loader.raw.news import keep_news
from loader.raw.observation import Record
from loader.raw.tables import Row, Table
from loader.raw.warehouse_state import Known
from loader.report.summary import Summary
from loader.spotify.access import Access
from loader.spotify.client import Client

TableRows = tuple[Table, list[Row]]


@dataclass
class Tally:
    """Counts rows on their way into the warehouse, and notes why there are no more.

    Attributes:
        written: Rows to be written, by raw table.
        landed: How many of them have been written.
        unchanged: Rows that the warehouse held already, by raw table.
        stopped: Why the load stopped before its end, if it did.
    """

    written: Counter[str] = field(default_factory=Counter)
    landed: int = 0
    unchanged: Counter[str] = field(default_factory=Counter)
    stopped: StoppedEarlyError | None = None

    def keep_news(self, records: Iterable[Record], known: Known) -> Iterator[TableRows]:
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


@dataclass(frozen=True)
class Run:
    """One run over the Web API.

    Attributes:
        source_name: Where its rows come from, for `load_runs`.
        address: The warehouse that is written to.
        observed_on: The day that is observed.
        started_at: When it started, UTC.
        tables: The names of the raw tables it writes to, in the order in which they are shown.
    """

    source_name: str
    address: str
    observed_on: date
    started_at: datetime
    tables: tuple[str, ...]

    def summarize(
        self,
        client: Client,
        tally: Tally,
        access: Access,
        remarks: Sequence[str] = (),
        warnings: Sequence[str] = (),
    ) -> Summary:
        """Say what the run did so far."""
        return Summary(
            address=self.address,
            observed_on=self.observed_on,
            app_mode=access.mode,
            refused=access.list_refused(),
            rows_written={name: tally.written[name] for name in self.tables},
            rows_unchanged=dict(tally.unchanged),
            calls=client.call_count,
            retries=client.retries,
            seconds_waited=client.seconds_waited,
            seconds=(datetime.now(UTC) - self.started_at).total_seconds(),
            stopped=tally.stopped,
            remarks=tuple(remarks),
            warnings=tuple(warnings),
        )

    def build_row(self, summary: Summary, client: Client) -> Row:
        """Build the row of `load_runs`."""
        said = [str(summary.stopped)] if summary.stopped else [*summary.warnings, *summary.remarks]
        return {
            **build_run_row(self.source_name, self.observed_on, self.started_at, summary.stopped),
            **_read_counts(client),
            "app_mode": summary.app_mode,
            "rows_written": sum(summary.rows_written.values()),
            "rows_rejected": summary.rows_written["rejected_objects"],
            "message": " ".join(said) or None,
        }

    def build_failed_row(self, error: LoaderError, client: Client, rows_landed: int) -> Row:
        """Build the row of `load_runs` of a run that came to no end, whatever it wrote before."""
        return {
            **build_run_row(self.source_name, self.observed_on, self.started_at, error),
            **_read_counts(client),
            "rows_written": rows_landed,
        }


def build_run_row(source_name: str, observed_on: date, started_at: datetime, error: LoaderError | None) -> Row:
    """Build what every row of `load_runs` has in common.

    Args:
        source_name: Where the run's rows come from.
        observed_on: The day that was observed.
        started_at: When the run started, UTC.
        error: What it failed of or was stopped by; None if it came to its end.
    """
    return {
        "run_id": uuid.uuid4().hex,
        "started_at": started_at,
        "finished_at": datetime.now(UTC),
        "observed_on": observed_on,
        "source": source_name,
        "outcome": name_outcome(error),
        "rows_written": 0,
        "rows_rejected": 0,
        "message": str(error) if error else None,
    }


def _read_counts(client: Client) -> Row:
    return {
        "calls": client.call_count,
        "retries": client.retries,
        "seconds_waited": client.seconds_waited,
        "refusals": client.refusals,
    }
