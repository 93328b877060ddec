"""A listener's plays and library, asked of Spotify as that person, as a source."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import chain

from loader.listening.library_api import MOST_PLAYS, LibraryApi
from loader.listening.reader import ListeningReader
from loader.load.api_source import ApiSource, LoadOptions, end_with_access
from loader.load.driver import Load, Part
from loader.settings import ApiSettings
from loader.spotify.answers import Answers
from loader.spotify.refresh_token import RefreshToken
from loader.spotify.sign_in import PersonSignIn
from loader.spotify.web_api import WebApi


class Listening(ApiSource):
    """The plays since the last run, and once a day the listener's favourites, saved tracks and playlists."""

    SOURCE_NAME = "listening"
    CHECKPOINT = "listening.jsonl"
    TABLES = (
        *("plays", "top_items", "saved_tracks", "playlists", "playlist_items", "library_listings"),
        *("listener_tracks", "listener_albums", "artists", "credited_artists", "genres"),
        *("artist_metrics", "audio_features", "rejected_objects"),
    )

    def __init__(self, settings: ApiSettings, refresh_token: RefreshToken, options: LoadOptions) -> None:
        """Prepare the source.

        Args:
            settings: Where the Web API stands, and which app asks.
            refresh_token: The listener's authorization.
            options: Which day to load, and how far to go.
        """
        super().__init__(settings, options, PersonSignIn(settings, refresh_token), f"/{refresh_token.fingerprint}")
        self._refresh_token = refresh_token

    def read(self, answers: Answers, load: Load) -> Generator[Part]:
        """Read the listener's plays and library, and the audio features of what was played, now or earlier."""
        with load.open_state() as state:
            access = self.open_access(state)
            reader = ListeningReader(LibraryApi(answers, access), answers, state, load.seen, load.progress.count)
            features = self.build_features_reader(WebApi(answers, access), answers, state, load)
            load.progress.start("Reading your listening")
            records = chain(reader.read(), features.read("plays", reader.played) if features else ())
            # In one part: half of a listing would look as if the other half had been taken out.
            yield Part(end_with_access(records, state, access, load), is_last=True)
        remarks = (self._refresh_token.notice, features.shortfall if features else None)
        load.tally.remarks += [remark for remark in remarks if remark]
        load.tally.warnings += self._list_warnings(reader)

    def _list_warnings(self, reader: ListeningReader) -> Iterator[str]:
        if reader.missed:
            newest, oldest = reader.missed
            yield (
                f"Plays between {newest:%Y-%m-%d %H:%M} and {oldest:%Y-%m-%d %H:%M} UTC were probably missed: Spotify "
                f"tells the last {MOST_PLAYS} only. Run the load more often; the account export holds them all."
            )
        if refused := reader.refused:
            reason = next(iter(refused.values())) or "no reason given"
            yield (
                f"Spotify refuses {', '.join(refused)} ({reason}): if scopes are missing, run "
                "`python -m loader login` again."
            )
        if self._refresh_token.warning:
            yield self._refresh_token.warning
