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
