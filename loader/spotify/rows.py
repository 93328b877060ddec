"""From the Web API's objects to rows of the raw tables; pure functions, one an object type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from loader.spotify.tables import LIST_SEPARATOR, Row

Record = tuple[str, Row]
"""A row with the name of the raw table it belongs to."""

_GENRE_ID_SAFE = " !#$&'()*+-./:;=?@[]_"


@dataclass(frozen=True)
class Observation:
    """When answers were given.

    Attributes:
        observed_on: The day the answers are about.
        loaded_at: When the run started, UTC.
    """

    observed_on: date
    loaded_at: datetime

    def stamp(self, **values: Any) -> Row:
        """Make a row of the given values with the observation's day and time."""
        return {**values, "observed_on": self.observed_on, "loaded_at": self.loaded_at}


def build_artist_rows(artist: dict[str, Any], seen: Observation) -> Iterator[Record]:
    """Build the rows of an artist, its genres and its day's measures (Web API: Get Artist).

    Args:
        artist: A full artist.
        seen: When it was observed.

    Yields:
        A row of `artists`, one of `genres` for each genre, and one of `artist_metrics` if anything was
        measured: popularity (0 to 100) or followers.
    """
    genres = artist.get("genres")
    yield (
        "artists",
        seen.stamp(
            id=artist["id"],
            name=artist.get("name"),
            genre_ids=None if genres is None else LIST_SEPARATOR.join(encode_genre(genre) for genre in genres),
        ),
    )
    for genre in genres or ():
        yield "genres", seen.stamp(id=encode_genre(genre), name=genre)
    popularity = _read_integer(artist.get("popularity"))
    followers = _read_integer((artist.get("followers") or {}).get("total"))
    if popularity is not None or followers is not None:
        yield (
            "artist_metrics",
            seen.stamp(artist_id=artist["id"], popularity=popularity, followers=followers),
        )


def build_album_rows(album: dict[str, Any], seen: Observation) -> Iterator[Record]:
    """Build the rows of an album, its credits and its day's popularity (Web API: Get Album).

    Args:
        album: A full album.
        seen: When it was observed.

    Yields:
        A row of `albums`, one of `credited_artists` for each credit, and one of `album_metrics` if the
        popularity (0 to 100) is shown.
    """
    yield (
        "albums",
        seen.stamp(
            id=album["id"],
            name=album.get("name"),
            album_type=album.get("album_type"),
            release_date=album.get("release_date"),
            release_date_precision=album.get("release_date_precision"),
            total_tracks=_read_integer(album.get("total_tracks")),
            artist_ids=_join_artist_ids(album),
        ),
    )
    yield from _build_credit_rows(album, seen)
    popularity = _read_integer(album.get("popularity"))
    if popularity is not None:
        yield "album_metrics", seen.stamp(album_id=album["id"], popularity=popularity)


def build_track_rows(track: dict[str, Any], album_id: str | None, seen: Observation) -> Iterator[Record]:
    """Build the rows of a track as its album lists it, and its credits (Web API: Get Album Tracks).

    Args:
        track: A simplified track: every app is shown these attributes alike.
        album_id: The album that lists it.
        seen: When it was observed.

    Yields:
        A row of `tracks` (duration in milliseconds) and one of `credited_artists` for each credit.
    """
    yield (
        "tracks",
        seen.stamp(
            id=track["id"],
            name=track.get("name"),
            album_id=album_id,
            disc_number=_read_integer(track.get("disc_number")),
            track_number=_read_integer(track.get("track_number")),
            duration_ms=_read_integer(track.get("duration_ms")),
            explicit=track.get("explicit"),
            artist_ids=_join_artist_ids(track),
        ),
    )
    yield from _build_credit_rows(track, seen)


def build_track_metric_rows(track_id: str, track: dict[str, Any], seen: Observation) -> Iterator[Record]:
    """Build the row of a track's popularity (0 to 100) on the day, if it is shown (Web API: Get Track).

    Args:
        track_id: The id that was asked for; the answer may carry another one of the same recording.
        track: A full track.
        seen: When it was observed.

    Yields:
        A row of `track_metrics`, or none.
    """
    popularity = _read_integer(track.get("popularity"))
    if popularity is not None:
        yield "track_metrics", seen.stamp(track_id=track_id, popularity=popularity)


def build_absence_row(object_type: str, object_id: str, seen: Observation) -> Record:
    """Build the row that says that Spotify does not have a known object on the day (404, or null in a batch)."""
    return "absences", seen.stamp(object_type=object_type, object_id=object_id)


def encode_genre(genre: str) -> str:
    """Make a genre's id: its name with everything percent-encoded that is not plain ASCII."""
    return quote(genre, safe=_GENRE_ID_SAFE)


def _build_credit_rows(credited: dict[str, Any], seen: Observation) -> Iterator[Record]:
    for artist in _read_artists(credited):
        yield "credited_artists", seen.stamp(id=artist["id"], name=artist.get("name"))


def _join_artist_ids(credited: dict[str, Any]) -> str:
    return LIST_SEPARATOR.join(dict.fromkeys(artist["id"] for artist in _read_artists(credited)))


def _read_artists(credited: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (artist for artist in credited.get("artists") or () if artist and artist.get("id"))


def _read_integer(value: Any) -> int | None:
    """Read a whole number: Spotify sometimes sends them with a fraction of zero."""
    return None if value is None else int(value)
