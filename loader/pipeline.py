"""Puts a source and a destination together: asks Spotify, writes the raw tables, records the run."""

from __future__ import annotations

import os
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import dlt
from dlt.pipeline.exceptions import PipelineStepFailed

from loader.destinations import Destination, clear_work_dir
from loader.errors import LoaderError, MendableError
from loader.known import Known, keep_news
from loader.progress import Progress
from loader.settings import ApiSettings
from loader.spotify.client import DEFAULT_MAX_WAIT, Client
from loader.spotify.references import find_artist_ids
from loader.spotify.rows import Observation, Record
from loader.spotify.source import CatalogueReader, build_spotify_source
from loader.spotify.tables import SCHEMA_NAME, TABLES, Row, Table
from loader.spotify.web_api import WebApi

# The loader talks to Spotify and the warehouse, and to nobody else.
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")


@dataclass(frozen=True)
class Summary:
    """What a load did.

    Attributes:
        address: The warehouse that was written to.
        observed_on: The day that was observed.
        app_mode: What the app was found to be: extended, development or unknown.
        rows_written: Rows that were new or changed, by raw table.
        rows_unchanged: Rows that the warehouse held already, by raw table.
        calls: Requests sent to the Web API.
        seconds: How long the load took, in seconds.
    """

    address: str
    observed_on: date
    app_mode: str
    rows_written: dict[str, int]
    rows_unchanged: dict[str, int]
    calls: int
    seconds: float


@dataclass
class _Tally:
    written: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)

    def keep_news(self, records: Iterable[Record], known: Known) -> Iterator[tuple[Table, list[Row]]]:
        for table, rows in keep_news(records, known, self.unchanged):
            self.written[table.name] += len(rows)
            yield table, rows


def load_catalogue(
    api_settings: ApiSettings,
    destination: Destination,
    artists: list[str],
    observed_on: date,
    progress: Progress,
    source_name: str = "spotify",
    max_wait: float = DEFAULT_MAX_WAIT,
) -> Summary:
    """Load the followed artists, their albums, the albums' tracks and the day's measures.

    Args:
        api_settings: Where the Web API stands, and who asks.
        destination: The warehouse.
        artists: The artists to follow: ids, URIs, links or names.
        observed_on: The day that the answers are about.
        progress: Told how the load goes on.
        source_name: Where the data comes from, `spotify` or `demo`; a warehouse holds only one of them.
        max_wait: The longest wait that Spotify may ask for, in seconds.

    Returns:
        What the load did.

    Raises:
        LoaderError: If the load could not be done; the warehouse then is as it was before.
    """
    started_at = datetime.now(UTC)
    destination.check()
    client = Client(api_settings, max_wait=max_wait)
    api = WebApi(client)
    pipeline = _build_pipeline(destination)
    tally = _Tally()

    def end_with_run(batches: Iterable[tuple[Table, list[Row]]]) -> Iterator[tuple[Table, list[Row]]]:
        yield from batches
        run = {
            "run_id": uuid.uuid4().hex,
            "started_at": started_at,
            "finished_at": datetime.now(UTC),
            "observed_on": observed_on,
            "source": source_name,
            "app_mode": api.app_mode,
            "outcome": "done",
            "calls": client.call_count,
            "seconds_waited": client.seconds_waited,
            "refusals": client.refusals,
            "rows_written": tally.written.total(),
        }
        yield TABLES["load_runs"], [run]

    with _explain_failures(destination):
        reader = CatalogueReader(api, Observation(observed_on, started_at), progress.count)
        with _open_known(pipeline, destination) as known:
            _refuse_mixing(known, source_name, destination)
            progress.start("Looking the artists up")
            artist_ids = find_artist_ids(artists, api)
            progress.start("Reading the catalogue")
            _extract(pipeline, destination, tally.keep_news(reader.read(artist_ids, known), known))
        progress.start(f"Writing {destination.address}")
        _write(pipeline)
        with _open_known(pipeline, destination) as known:
            progress.start("Asking for what was not listed")
            news = tally.keep_news(reader.read_missing(known), known)
            _extract(pipeline, destination, end_with_run(news))
        _write(pipeline)
    clear_work_dir(destination)

    return Summary(
        address=destination.address,
        observed_on=observed_on,
        app_mode=api.app_mode,
        rows_written={name: tally.written[name] for name, table in TABLES.items() if table.kind != "log"},
        rows_unchanged=dict(tally.unchanged),
        calls=client.call_count,
        seconds=(datetime.now(UTC) - started_at).total_seconds(),
    )


def _build_pipeline(destination: Destination) -> dlt.Pipeline:
    os.environ["LOAD__TRUNCATE_STAGING_DATASET"] = "true"
    return dlt.pipeline(
        pipeline_name="echostream",
        destination=destination.build_dlt_destination(),
        dataset_name=SCHEMA_NAME,
        pipelines_dir=str(clear_work_dir(destination)),
    )


def _extract(pipeline: dlt.Pipeline, destination: Destination, batches: Iterable[tuple[Table, list[Row]]]) -> None:
    pipeline.extract(build_spotify_source(batches), loader_file_format=destination.file_format)


def _write(pipeline: dlt.Pipeline) -> None:
    pipeline.normalize()
    pipeline.load(raise_on_failed_jobs=True)


@contextmanager
def _open_known(pipeline: dlt.Pipeline, destination: Destination) -> Iterator[Known]:
    """Open what the warehouse knows; a warehouse is not made just to look into it."""
    if not destination.exists():
        yield Known(None)
        return
    with pipeline.sql_client() as client:
        yield Known(client)


def _refuse_mixing(known: Known, source_name: str, destination: Destination) -> None:
    if others := known.read_sources() - {source_name}:
        raise MendableError(
            f"{destination.address} holds data from {', '.join(sorted(others))}, which {source_name} data must "
            "not mix with: move it away, or name another file in ECHOSTREAM_DUCKDB."
        )


@contextmanager
def _explain_failures(destination: Destination) -> Iterator[None]:
    """Turn what dlt wraps around an error back into the error, or into one clear line."""
    try:
        yield
    except PipelineStepFailed as failure:
        cause: BaseException | None = failure
        while cause is not None:
            if isinstance(cause, LoaderError):
                raise cause from None
            deepest, cause = cause, cause.__cause__ or cause.__context__
        raise LoaderError(f"Writing to {destination.address} failed: {str(deepest).splitlines()[0]}") from failure
