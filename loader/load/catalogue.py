"""Puts a source and a destination together: asks Spotify, writes the raw tables, records the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain

from loader.audio_features.reader import AudioFeaturesReader
from loader.audio_features.reccobeats import ReccoBeats
from loader.destinations import Destination
from loader.load.journaled import run_with_journal
from loader.load.lock import hold_warehouse
from loader.load.runs import Run, TableRows, Tally
from loader.load.warehouse import build_pipeline, extract, open_known, record_run, refuse_mixing, write
from loader.raw.batches import split_into_parts
from loader.raw.observation import Observation
from loader.raw.tables import TABLES, Row
from loader.raw.warehouse_state import Known
from loader.report.progress import Progress, SilentProgress
from loader.report.summary import Summary
from loader.settings import ApiSettings
from loader.spotify.access import Access
from loader.spotify.answers import Answers
from loader.spotify.catalogue import CatalogueReader
from loader.spotify.client import DEFAULT_MAX_WAIT, Client
from loader.spotify.references import find_artist_ids
from loader.spotify.replay import find_replayed_day
from loader.spotify.web_api import WebApi

_ORDER = "the artists in order"
_ROWS_A_PART = 250_000

_TABLES = (
    *("artists", "albums", "tracks", "credited_artists", "genres"),
    *("artist_metrics", "album_metrics", "track_metrics", "audio_features"),
    *("absences", "album_listings", "rejected_objects"),
)


@dataclass(frozen=True)
class LoadOptions:
    """What to load, and how far to go.

    Attributes:
        artists: The artists to follow: ids, URIs, links or names.
        observed_on: The day that the answers are about.
        source_name: Where the data comes from, `spotify` or `demo`; a warehouse holds only one of them.
        max_wait: The longest wait that Spotify may ask for, in seconds.
        max_calls: The most requests that may be made; None for no limit.
        audio_features: Whether to ask for the audio features of tracks that have none yet.
    """

    artists: list[str]
    observed_on: date
    source_name: str = "spotify"
    max_wait: float = DEFAULT_MAX_WAIT
    max_calls: int | None = None
    audio_features: bool = True


class _Load:
    """One run over one day: reads through the answers given, writes to one destination."""

    def __init__(
        self, destination: Destination, answers: Answers, seen: Observation, tally: Tally, progress: Progress
    ) -> None:
        self.tally = tally
        self.access: Access | None = None
        self.features: AudioFeaturesReader | None = None
        self._pipeline = build_pipeline(destination)
        self._destination = destination
        self._answers = answers
        self._seen = seen
        self._progress = progress

    def read(self, artists: list[str], source_name: str, client_id: str, skip_unknown: bool = False) -> None:
        """Read the catalogue and write what is new; artists that nobody knows end the load, or are passed over."""
        with open_known(self._pipeline, self._destination) as known:
            refuse_mixing(known, source_name, self._destination)
            self.access = Access(client_id, known.read_access(), datetime.now(UTC).date())
            api = WebApi(self._answers, self.access)
            self._progress.start("Looking the artists up")
            ids = self._settle_order(find_artist_ids(artists, api), known)
            self._progress.start("Reading the catalogue")
            reader = CatalogueReader(api, known, self._seen, self._progress.count)
            self._write(self.tally.keep_news(reader.read(ids, skip_unknown), known))

    def finish(self, reccobeats: ReccoBeats | None, build_run: Callable[[], Row] | None = None) -> None:
        """Ask for what the listings did not name, if the load came so far, and record the run with what comes of it.

        Args:
            reccobeats: What ReccoBeats is asked through; None to ask for no audio features at all.
            build_run: Builds the row of `load_runs`, when everything else is written; None to record no run.
        """
        assert self.access is not None  # noqa: S101 - read before
        with open_known(self._pipeline, self._destination) as known:
            self._progress.start("Asking for what was not listed")
            api = WebApi(self._answers, self.access)
            reader = CatalogueReader(api, known, self._seen, self._progress.count)
            steps = [reader.read_missing()]
            if reccobeats:
                self.features = AudioFeaturesReader(
                    api, self._answers, reccobeats, known, self._seen, self._progress.count
                )
                steps.append(self.features.read("tracks"))
            records = () if self.tally.stopped else chain.from_iterable(steps)
            self._write(self._end_with_access(self.tally.keep_news(records, known), self.access))
        if build_run:
            record_run(self._pipeline, self._destination, build_run())

    def summarize(self, run: Run, client: Client) -> Summary:
        """Say what the load did so far."""
        assert self.access is not None  # noqa: S101 - read before
        shortfall = self.features.shortfall if self.features else None
        return run.summarize(client, self.tally, self.access, remarks=[shortfall] if shortfall else [])

    def _end_with_access(self, batches: Iterable[TableRows], access: Access) -> Iterator[TableRows]:
        yield from batches
        yield TABLES["app_access"], list(access.build_rows())

    def _settle_order(self, artist_ids: list[str], known: Known) -> list[str]:
        """Put the artists in an order that stays when a stopped run goes on: batches then ask the same again."""
        order = self._answers.settle(_ORDER, lambda: known.put_least_recent_first(artist_ids))
        asked, ordered = set(artist_ids), set(order)
        return [*(id_ for id_ in order if id_ in asked), *(id_ for id_ in artist_ids if id_ not in ordered)]

    def _write(self, batches: Iterable[TableRows]) -> None:
        """Write in parts, so that a load of millions of rows takes no more memory than one of some hundred thousand."""
        for part in split_into_parts(batches, _ROWS_A_PART):
            extract(self._pipeline, self._destination, part)
            write(self._pipeline, self._destination)
            self.tally.landed = self.tally.written.total()


def load_catalogue(
    api_settings: ApiSettings, destination: Destination, options: LoadOptions, progress: Progress
) -> Summary:
    """Load the followed artists, their albums, the albums' tracks and the day's measures.

    What is answered is kept in a journal until it is written: a load that stopped goes on where it stopped.

    Args:
        api_settings: Where the Web API stands, and who asks.
        destination: The warehouse.
        options: What to load.
        progress: Told how the load goes on.

    Returns:
        What the load did; also if it stopped early, with what it had until then.

    Raises:
        LoaderError: If the load could not be done; the warehouse then is as it was before, but for the record of
            the run, or, if the load is a large one, holds whole parts of it.
    """
    started_at = datetime.now(UTC)
    client_id = api_settings.client_id
    client = Client(
        api_settings,
        max_wait=options.max_wait,
        max_calls=options.max_calls,
        replayed_day=find_replayed_day(options.observed_on, started_at),
    )
    reccobeats = ReccoBeats(api_settings.reccobeats_url, options.max_wait) if options.audio_features else None
    run = Run(options.source_name, destination.address, options.observed_on, started_at, _TABLES)
    tally = Tally()

    def bring_in(answers: Answers, seen: Observation) -> None:
        earlier = _Load(destination, answers, seen, Tally(), SilentProgress())
        if artists := answers.settle(_ORDER, list):
            # That run may have failed of an artist that does not exist: this one need not.
            earlier.read(artists, options.source_name, client_id, skip_unknown=True)
            earlier.finish(reccobeats)

    def load(answers: Answers, seen: Observation) -> Summary:
        day = _Load(destination, answers, seen, tally, progress)
        day.read(options.artists, options.source_name, client_id)
        day.finish(reccobeats, lambda: run.build_row(day.summarize(run, client), client))
        return day.summarize(run, client)

    source = f"{options.source_name} at {api_settings.api_url} as {client_id}"
    with hold_warehouse(destination, progress):
        return run_with_journal(run, destination, client, tally, "answers.jsonl", source, bring_in, load)
