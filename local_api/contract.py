"""What the local Web API serves: a catalogue, and how it looks on one day.

The objects are those an extended-quota app gets; what other apps may not see, paging and the addresses in them are
the server's business. Objects may be shared between answers: nobody changes one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal, Protocol

ApiObject = dict[str, Any]
SearchType = Literal["album", "artist", "track"]
TopType = Literal["artists", "tracks"]

API_ORIGIN = "https://api.spotify.com/v1/"
ALBUM_GROUPS = ("album", "single", "appears_on", "compilation")
# The Web API answers no search beyond this many results.
SEARCH_LIMIT = 1000
TOP_TRACKS = 10


class CatalogueError(Exception):
    """A catalogue cannot be read or made: the message says in one line why."""


class CatalogueDay(Protocol):
    """A catalogue as it is on one day; None stands for what is not there that day."""

    def artist(self, artist_id: str) -> ApiObject | None:
        """Get a whole artist object."""

    def artist_albums(self, artist_id: str, groups: Iterable[str]) -> Sequence[ApiObject] | None:
        """Get an artist's simplified albums with their `album_group`, the newest release first."""

    def top_tracks(self, artist_id: str) -> Sequence[ApiObject] | None:
        """Get an artist's most popular whole track objects, at most `TOP_TRACKS`."""

    def album(self, album_id: str) -> ApiObject | None:
        """Get a whole album object but for its `tracks`."""

    def album_tracks(self, album_id: str) -> Sequence[ApiObject] | None:
        """Get all simplified tracks of an album, in order."""

    def track(self, track_id: str) -> ApiObject | None:
        """Get a whole track object."""

    def audio_features(self, track_id: str) -> ApiObject | None:
        """Get a track's audio features."""

    def search(self, query: str, kind: SearchType) -> Sequence[ApiObject]:
        """Find objects (artists and tracks whole, albums simplified), the best first, at most `SEARCH_LIMIT`."""


class Catalogue(Protocol):
    """A catalogue that changes from day to day."""

    def artist_ids(self) -> list[str]:
        """Name the artists whose records the catalogue is about."""

    def on(self, day: date) -> CatalogueDay:
        """See the catalogue as it is on a day.

        Raises:
            CatalogueError: If nothing is known about that day.
        """


class LibraryDay(Protocol):
    """What Spotify knows of a listener on one day; whole objects as an extended-quota app of before 2026 gets them."""

    def profile(self) -> ApiObject:
        """Get the listener's profile."""

    def plays(self) -> Sequence[ApiObject]:
        """Get what was played before the day began, the newest first, as far as Spotify keeps it."""

    def top(self, kind: TopType, time_range: str) -> Sequence[ApiObject] | None:
        """Get the listener's favourites, whole artists or tracks; None if there is no such range of time."""

    def saved_tracks(self) -> Sequence[ApiObject | None]:
        """Get the saved tracks, the newest first, each `{added_at, track}`."""

    def playlists(self) -> Sequence[ApiObject | None]:
        """Get the playlists of the library, their `tracks` as `{href, total}`."""

    def playlist_items(self, playlist_id: str) -> Sequence[ApiObject | None] | None:
        """Get what is in a playlist, each `{added_at, added_by, is_local, track}`; None if Spotify shows it nobody."""


class Listener(Protocol):
    """A person whose listening changes from day to day."""

    def on(self, day: date) -> LibraryDay:
        """See what Spotify knows of the person on a day."""
