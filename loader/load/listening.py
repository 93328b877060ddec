"""Loads a listener's plays and library: asks Spotify as that person, writes the raw tables, records the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain

from loader.audio_features.reader import AudioFeaturesReader
from loader.audio_features.reccobeats import ReccoBeats
from loader.destinations import Destination
from loader.listening.library_api import MOST_PLAYS, LibraryApi
from loader.listening.reader import ListeningReader
from loader.load.journaled import run_with_journal
from loader.load.lock import hold_warehouse
from loader.load.runs import Run, TableRows, Tally
from loader.load.warehouse import build_pipeline, extract, open_known, record_run, refuse_mixing, write
from loader.raw.observation import Observation
from loader.raw.tables import TABLES
from loader.raw.warehouse_state import Known
from loader.report.progress import Progress, SilentProgress
from loader.report.summary import Summary
from loader.settings import ApiSettings
from loader.spotify.access import Access
from loader.spotify.answers import Answers
from loader.spotify.client import DEFAULT_MAX_WAIT, Client
from loader.spotify.refresh_token import RefreshToken
from loader.spotify.replay import find_replayed_day
from loader.spotify.sign_in import PersonSignIn
from loader.spotify.web_api import WebApi

_TABLES = (
    *("plays", "top_items", "saved_tracks", "playlists", "playlist_items", "library_listings"),
    *("listener_tracks", "listener_albums", "artists", "credited_artists", "genres"),
    *("artist_metrics", "audio_features", "rejected_objects"),
)


@dataclass(frozen=True)
class ListeningOptions:
    """What to load, and how far to go.

    Attributes:
        observed_on: The day that the answers are about.
        source_name: Where the data comes from, `listening` or `demo`.
        max_wait: The longest wait that Spotify may ask for, in seconds.
        max_calls: The most requests that may be made; None for no limit.
        audio_features: Whether to ask for the audio features of tracks played that have none yet.
    """

    observed_on: date
    source_name: str = "listening"
    max_wait: float = DEFAULT_MAX_WAIT
    max_calls: int | None = None
    audio_features: bool = True


def load_listening(
    api_settings: ApiSettings,
    refresh_token: RefreshToken,
    destination: Destination,
    options: ListeningOptions,
    progress: Progress,
) -> Summary:
    """Load the plays since the last run, and once a day the listener's favourites, saved tracks and playlists.

    Of tracks that were played, now or earlier, audio features are asked for as of those of the catalogue.

    What is answered is kept in a journal until it is written: a load that stopped goes on where it stopped.

    Args:
        api_settings: Where the Web API stands, and which app asks.
        refresh_token: The listener's authorization.
        destination: The warehouse.
        options: What to load.
        progress: Told how the load goes on.

    Returns:
        What the load did; also if it stopped early, with what it had until then.

    Raises:
        LoaderError: If the load could not be done; the warehouse then is as it was before, but for the record of
            the run.
    """
    started_at = datetime.now(UTC)
    client_id = api_settings.client_id
    client = Client(
        api_settings,
        max_wait=options.max_wait,
        max_calls=options.max_calls,
        sign_in=PersonSignIn(api_settings, refresh_token),
        replayed_day=find_replayed_day(options.observed_on, started_at),
    )
    reccobeats = ReccoBeats(api_settings.reccobeats_url, options.max_wait) if options.audio_features else None
    run = Run(options.source_name, destination.address, options.observed_on, started_at, _TABLES)
    tally = Tally()

    def bring_in(answers: Answers, seen: Observation) -> None:
        earlier = _Load(answers, seen, refresh_token, Tally())
        earlier.write(destination, options.source_name, client_id, SilentProgress(), reccobeats=reccobeats)

    def load(answers: Answers, seen: Observation) -> Summary:
        day = _Load(answers, seen, refresh_token, tally)
        day.write(destination, options.source_name, client_id, progress, run, client, reccobeats)
        return day.summarize(run, client)

    source = f"{options.source_name} at {api_settings.api_url} as {client_id}/{refresh_token.fingerprint}"
    with hold_warehouse(destination, progress):
        return run_with_journal(run, destination, client, tally, "listening.jsonl", source, bring_in, load)


class _Load:
    """One run over one day, through the answers given."""

    def __init__(self, answers: Answers, seen: Observation, refresh_token: RefreshToken, tally: Tally) -> None:
        self._answers = answers
        self._seen = seen
        self._refresh_token = refresh_token
        self._tally = tally
        self._access: Access | None = None
        self._reader: ListeningReader | None = None
        self._features: AudioFeaturesReader | None = None

    def write(
        self,
        destination: Destination,
        source_name: str,
        client_id: str,
        progress: Progress,
        run: Run | None = None,
        client: Client | None = None,
        reccobeats: ReccoBeats | None = None,
    ) -> None:
        """Read the listener's plays and library and write what is new, with the row of the run if there is one.

        Without ReccoBeats no audio features are asked for.
        """
        pipeline = build_pipeline(destination)
        with open_known(pipeline, destination) as known:
            refuse_mixing(known, source_name, destination)
            self._access = Access(client_id, known.read_access(), datetime.now(UTC).date())
            api = LibraryApi(self._answers, self._access)
            self._reader = ListeningReader(api, self._answers, known, self._seen, progress.count)
            if reccobeats:
                self._features = AudioFeaturesReader(
                    WebApi(self._answers, self._access), self._answers, reccobeats, known, self._seen, progress.count
                )
            progress.start("Reading your listening")
            extract(pipeline, destination, self._read(self._reader, known, bool(run)))
        progress.start(f"Writing {destination.address}")
        write(pipeline, destination)
        if run and client:
            record_run(pipeline, destination, run.build_row(self.summarize(run, client), client))

    def summarize(self, run: Run, client: Client) -> Summary:
        """Say what the load did so far."""
        assert self._access is not None  # noqa: S101 - read before
        shortfall = self._features.shortfall if self._features else None
        remarks = [remark for remark in (self._refresh_token.notice, shortfall) if remark]
        return run.summarize(client, self._tally, self._access, remarks, list(self._list_warnings()))

    def _read(self, reader: ListeningReader, known: Known, with_access: bool) -> Iterator[TableRows]:
        features = self._features.read("plays", reader.played) if self._features else ()
        yield from self._tally.keep_news(chain(reader.read(), features), known)
        if self._access and with_access:
            yield TABLES["app_access"], list(self._access.build_rows())

    def _list_warnings(self) -> Iterator[str]:
        assert self._reader is not None  # noqa: S101 - read before
        if self._reader.missed:
            newest, oldest = self._reader.missed
            yield (
                f"Plays between {newest:%Y-%m-%d %H:%M} and {oldest:%Y-%m-%d %H:%M} UTC were probably missed: Spotify "
                f"tells the last {MOST_PLAYS} only. Run the load more often; the account export holds them all."
            )
        if refused := self._reader.refused:
            reason = next(iter(refused.values())) or "no reason given"
            yield (
                f"Spotify refuses {', '.join(refused)} ({reason}): if scopes are missing, run "
                "`python -m loader login` again."
            )
        if self._refresh_token.warning:
            yield self._refresh_token.warning
