"""Reads the audio features of tracks that have none yet: from Spotify where it tells them, else from ReccoBeats."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from functools import partial

from loader.audio_features.reccobeats import MOST_IDS, ReccoBeats, Unavailable
from loader.audio_features.rows import build_features_rows
from loader.raw.batches import split_into_batches
from loader.raw.observation import Observation, Record
from loader.raw.warehouse_state import Known, TracksToAskAbout
from loader.spotify.answers import Answers
from loader.spotify.catalogue import Report
from loader.spotify.outcomes import InvalidRequest
from loader.spotify.web_api import WebApi

SPOTIFY = "spotify"
RECCOBEATS = "reccobeats"

_ASK_AGAIN_AFTER = timedelta(days=30)
# Full batches of both providers; only so many tracks are held in memory at once.
_TRACKS_A_STEP = 20_000


class AudioFeaturesReader:
    """Reads the audio features that the warehouse lacks, on one day.

    Attributes:
        shortfall: Why some tracks were not asked about, to be told to the user; None if all were. They are asked
            about at the next load.
    """

    def __init__(
        self, api: WebApi, answers: Answers, reccobeats: ReccoBeats, known: Known, seen: Observation, report: Report
    ) -> None:
        """Read through the given clients.

        Args:
            api: What the Web API is asked through.
            answers: Keeps what ReccoBeats answers.
            reccobeats: What ReccoBeats is asked through.
            known: What the warehouse knows.
            seen: The day and time to stamp rows with.
            report: Told of each track whose features are read.
        """
        self.shortfall: str | None = None
        self._api = api
        self._answers = answers
        self._reccobeats = reccobeats
        self._known = known
        self._seen = seen
        self._report = report
        self._spotify_tells = True
        self._reccobeats_tells = True

    def read(self, tracks: TracksToAskAbout, news: Collection[str] = ()) -> Iterator[Record]:
        """Read the audio features of the tracks that have none.

        A track that a provider does not know is asked about again after 30 days. ReccoBeats being away ends
        nothing but the asking of it.

        Args:
            tracks: Which tracks: those of the catalogue, or those that the listener played.
            news: The ids of more tracks, which this run has read and not written yet.

        Yields:
            Rows of `audio_features` and `rejected_objects`, as soon as they come.

        Raises:
            StoppedEarlyError: If Spotify cannot be asked now.
        """
        asked_after = self._seen.observed_on - _ASK_AGAIN_AFTER
        lacking = self._known.find_tracks_without_features(tracks, (SPOTIFY, RECCOBEATS), asked_after, news)
        for step in split_into_batches(lacking, _TRACKS_A_STEP):
            told: set[str] = set()
            for name, row in self._ask_spotify([id_ for id_, providers in step if SPOTIFY in providers]):
                if row.get("is_known"):
                    told.add(row["track_id"])
                yield name, row
            yield from self._ask_reccobeats(
                [id_ for id_, providers in step if RECCOBEATS in providers and id_ not in told]
            )
            if not (self._spotify_tells or self._reccobeats_tells):
                return

    def _ask_spotify(self, track_ids: list[str]) -> Iterator[Record]:
        if not self._spotify_tells or not track_ids:
            return
        answered = False
        try:
            for track_id, features in self._api.fetch_audio_features(track_ids):
                answered = True
                yield from self._build(track_id, SPOTIFY, features)
        except InvalidRequest as error:
            self.shortfall = f"Spotify does not take the question for some audio features ({error})."
        else:
            self._spotify_tells = answered

    def _ask_reccobeats(self, track_ids: list[str]) -> Iterator[Record]:
        if not self._reccobeats_tells:
            return
        for batch in split_into_batches(track_ids, MOST_IDS):
            question = self._reccobeats.describe_question(batch)
            try:
                found = self._answers.ask_elsewhere(question, partial(self._reccobeats.fetch_features, batch))
            except Unavailable as error:
                self.shortfall = f"ReccoBeats gives no audio features now ({error}): the next load asks again."
                self._reccobeats_tells = False
                return
            for track_id in batch:
                yield from self._build(track_id, RECCOBEATS, found.get(track_id))

    def _build(self, track_id: str, provider: str, features: object) -> Iterator[Record]:
        if features is not None:
            self._report("audio features")
        yield from build_features_rows(track_id, provider, features, self._seen)
