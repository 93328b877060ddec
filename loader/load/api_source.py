"""What the sources that ask the Web API have in common: the client, the checkpoint of answers, audio features."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import ClassVar

from loader.audio_features.reader import AudioFeaturesReader
from loader.audio_features.reccobeats import ReccoBeats
from loader.load.driver import Load, Part, Read
from loader.load.warehouse import TableRows
from loader.raw.observation import Record
from loader.raw.tables import TABLES, Row
from loader.raw.warehouse_state import Known
from loader.report.summary import ApiSummary
from loader.settings import ApiSettings
from loader.spotify.access import Access
from loader.spotify.answers import Answers
from loader.spotify.client import DEFAULT_MAX_WAIT, Client
from loader.spotify.journal import Journal
from loader.spotify.replay import find_replayed_day
from loader.spotify.sign_in import SignIn
from loader.spotify.web_api import WebApi


@dataclass(frozen=True)
class LoadOptions:
    """Which day to load, and how far to go.

    Attributes:
        observed_on: The day that the answers are about.
        source_name: Where the rows come from, if not from Spotify: `demo` for made-up ones.
        max_wait: The longest wait that Spotify may ask for, in seconds.
        max_calls: The most requests that may be made; None for no limit.
        audio_features: Whether to ask for the audio features of tracks that have none yet.
    """

    observed_on: date
    source_name: str | None = None
    max_wait: float = DEFAULT_MAX_WAIT
    max_calls: int | None = None
    audio_features: bool = True


class ApiSource(ABC):
    """Asks the Web API; what is answered is kept in a checkpoint until it is written.

    Attributes:
        name: Where the rows come from, for `load_runs`.
        observed_on: The day that is loaded.
    """

    SOURCE_NAME: ClassVar[str]
    CHECKPOINT: ClassVar[str]
    TABLES: ClassVar[tuple[str, ...]]

    def __init__(
        self, settings: ApiSettings, options: LoadOptions, sign_in: SignIn | None = None, listener: str = ""
    ) -> None:
        """Prepare the source; nothing is asked yet.

        Args:
            settings: Where the Web API stands, and which app asks.
            options: Which day to load, and how far to go.
            sign_in: Who asks; None for the app itself.
            listener: What tells the listener apart, if one asks: nobody else's answers are used.
        """
        self.name = options.source_name or self.SOURCE_NAME
        self.observed_on = options.observed_on
        self._client_id = settings.client_id
        self._identity = f"{self.name} at {settings.api_url} as {settings.client_id}{listener}"
        self._client = Client(
            settings,
            max_wait=options.max_wait,
            max_calls=options.max_calls,
            sign_in=sign_in,
            replayed_day=find_replayed_day(options.observed_on, datetime.now(UTC)),
        )
        self._reccobeats = ReccoBeats(settings.reccobeats_url, options.max_wait) if options.audio_features else None

    @abstractmethod
    def read(self, answers: Answers, load: Load) -> Generator[Part]:
        """Read a day, part by part."""

    def find_unfinished_day(self, folder: Path) -> date | None:
        """Find the day of the run whose checkpoint stands in a folder."""
        return Journal(folder / self.CHECKPOINT).find_unfinished_day(self._identity)

    @contextmanager
    def open(self, folder: Path, day: date, is_replay: bool) -> Iterator[Read]:
        """Open the checkpoint of a day; in a replay nothing is asked that is not in it."""
        with (
            Journal(folder / self.CHECKPOINT).open(self._identity, day) as journal,
            Answers(None if is_replay else self._client, journal) as answers,
        ):
            yield partial(self.read, answers)

    def discard_checkpoint(self, folder: Path) -> None:
        """Remove the checkpoint."""
        Journal(folder / self.CHECKPOINT).discard()

    def count_calls(self) -> Row:
        """Count the calls that were made, as columns of `load_runs`."""
        return {
            "calls": self._client.call_count,
            "retries": self._client.retries,
            "seconds_waited": self._client.seconds_waited,
            "refusals": self._client.refusals,
        }

    def summarize(self, address: str, load: Load) -> ApiSummary:
        """Summarize what a load did."""
        tally = load.tally
        return ApiSummary(
            address=address,
            observed_on=load.seen.observed_on,
            app_mode=tally.app_mode,
            refused=tally.refused,
            rows_written={name: tally.written[name] for name in self.TABLES},
            rows_unchanged=dict(tally.unchanged),
            calls=self._client.call_count,
            retries=self._client.retries,
            seconds_waited=self._client.seconds_waited,
            seconds=(datetime.now(UTC) - load.seen.loaded_at).total_seconds(),
            stopped=tally.stopped,
            remarks=tuple(tally.remarks),
            warnings=tuple(tally.warnings),
        )

    def open_access(self, state: Known) -> Access:
        """Begin with what earlier runs found that the app may do."""
        return Access(self._client_id, state.read_access(), datetime.now(UTC).date())

    def build_features_reader(
        self, api: WebApi, answers: Answers, state: Known, load: Load
    ) -> AudioFeaturesReader | None:
        """Build what reads audio features; None if they are not wanted."""
        if self._reccobeats is None:
            return None
        return AudioFeaturesReader(api, answers, self._reccobeats, state, load.seen, load.progress.count)


def end_with_access(records: Iterable[Record], state: Known, access: Access, load: Load) -> Iterator[TableRows]:
    """Keep the news of records, and end with what they have shown that the app may do."""
    yield from load.tally.keep_news(records, state)
    yield TABLES["app_access"], list(access.build_rows())
    load.tally.app_mode, load.tally.refused = access.mode, access.list_refused()
