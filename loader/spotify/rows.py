"""From the Web API's objects to rows of the raw tables; pure functions, one an object type."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

from loader.raw.fields import (
    UnexpectedValue,
    check_text,
    read_boolean,
    read_id,
    read_integer,
    read_list,
    read_object,
    read_text,
)
from loader.raw.observation import Observation, Record
from loader.raw.tables import LIST_SEPARATOR, Row

Credit = tuple[str, str | None]
"""The id and name of a credited artist."""

_GENRE_ID_SAFE = " !#$&'()*+-./:;=?@[]_"


def build_artist_rows(artist_id: str, artist: Any, seen: Observation) -> Iterator[Record]:
    """Build the rows of an artist, its genres and its day's measures (Web API: Get Artist).

    Args:
        artist_id: The id that was asked for.
        artist: A full artist.
        seen: When it was observed.

    Yields:
        A row of `artists`, one of `genres` for each genre, and one of `artist_metrics` if anything was
        measured: popularity (0 to 100) or followers.

    Raises:
        UnexpectedValue: If a field has an unexpected type.
    """
    genres = _read_genres(artist)
    genre_ids = None if genres is None else LIST_SEPARATOR.join(encode_genre(genre) for genre in genres)
    yield "artists", seen.stamp(id=artist_id, name=read_text(artist, "name"), genre_ids=genre_ids)
    for genre in genres or ():
        yield "genres", seen.stamp(id=encode_genre(genre), name=genre)
    popularity = read_integer(artist, "popularity")
    followers = read_integer(read_object(artist, "followers") or {}, "total")
    if popularity is not None or followers is not None:
        yield "artist_metrics", seen.stamp(artist_id=artist_id, popularity=popularity, followers=followers)


def build_album_rows(album_id: str, album: Any, seen: Observation, tracks_observed_on: date | None) -> Iterator[Record]:
    """Build the rows of an album, its credits and its day's popularity (Web API: Get Album).

    Args:
        album_id: The id that was asked for.
        album: An album, full or as a listing shows it.
        seen: When it was observed.
        tracks_observed_on: The day its tracks were last listed.

    Yields:
        A row of `albums`, one of `credited_artists` for each credit, and one of `album_metrics` if the
        popularity (0 to 100) is shown.

    Raises:
        UnexpectedValue: If a field has an unexpected type.
    """
    credits_ = _read_credits(album)
    attributes = _read_album_attributes(album_id, album, credits_)
    yield "albums", seen.stamp(**attributes, tracks_observed_on=tracks_observed_on)
    yield from _build_credit_rows(credits_, seen)
    popularity = read_integer(album, "popularity")
    if popularity is not None:
        yield "album_metrics", seen.stamp(album_id=album_id, popularity=popularity)


def read_album_attributes(album_id: str, album: Any) -> Row:
    """Read what describes an album: the same whether it is full or as a listing shows it.

    Raises:
        UnexpectedValue: If a field has an unexpected type.
    """
    return _read_album_attributes(album_id, album, _read_credits(album))


def _read_album_attributes(album_id: str, album: Any, credits_: list[Credit]) -> Row:
    return {
        "id": album_id,
        "name": read_text(album, "name"),
        "album_type": read_text(album, "album_type"),
        "release_date": read_text(album, "release_date"),
        "release_date_precision": read_text(album, "release_date_precision"),
        "total_tracks": read_integer(album, "total_tracks"),
        "artist_ids": _join_artist_ids(credits_),
    }


def build_track_rows(track_id: str, track: Any, album_id: str | None, seen: Observation) -> Iterator[Record]:
    """Build the rows of a track as its album lists it, and its credits (Web API: Get Album Tracks).

    Args:
        track_id: The track's id.
        track: A simplified track: every app is shown these attributes alike.
        album_id: The album that lists it.
        seen: When it was observed.

    Yields:
        A row of `tracks` (duration in milliseconds) and one of `credited_artists` for each credit.

    Raises:
        UnexpectedValue: If a field has an unexpected type.
    """
    credits_ = _read_credits(track)
    yield (
        "tracks",
        seen.stamp(
            id=track_id,
            name=read_text(track, "name"),
            album_id=album_id,
            disc_number=read_integer(track, "disc_number"),
            track_number=read_integer(track, "track_number"),
            duration_ms=read_integer(track, "duration_ms"),
            explicit=read_boolean(track, "explicit"),
            artist_ids=_join_artist_ids(credits_),
        ),
    )
    yield from _build_credit_rows(credits_, seen)


def build_track_metric_rows(track_id: str, track: Any, seen: Observation) -> Iterator[Record]:
    """Build the row of a track's popularity (0 to 100) on the day, if it is shown (Web API: Get Track).

    Args:
        track_id: The id that was asked for; the answer may carry another one of the same recording.
        track: A full track.
        seen: When it was observed.

    Yields:
        A row of `track_metrics`, or none.

    Raises:
        UnexpectedValue: If the popularity is no whole number.
    """
    popularity = read_integer(track, "popularity")
    if popularity is not None:
        yield "track_metrics", seen.stamp(track_id=track_id, popularity=popularity)


def build_absence_row(object_type: str, object_id: str, seen: Observation) -> Record:
    """Build the row that says that Spotify does not have a known object on the day (404, or null in a batch)."""
    return "absences", seen.stamp(object_type=object_type, object_id=object_id)


def encode_genre(genre: str) -> str:
    """Make a genre's id: its name with everything percent-encoded that is not plain ASCII."""
    return quote(genre, safe=_GENRE_ID_SAFE)


def _read_genres(artist: Any) -> list[str] | None:
    genres = read_list(artist, "genres")
    for genre in genres or ():
        if not isinstance(genre, str):
            raise UnexpectedValue(f"genres hold not a text but {type(genre).__name__}")
        check_text(genre, "genres")
    return None if genres is None else list(dict.fromkeys(genres))


def _read_credits(credited: Any) -> list[Credit]:
    """Read the credited artists; those of local files have no id, and are nobody's."""
    artists = read_list(credited, "artists") or ()
    return [
        (read_id(artist), read_text(artist, "name"))
        for artist in artists
        if not (isinstance(artist, dict) and artist.get("id") is None)
    ]


def _join_artist_ids(credits_: list[Credit]) -> str:
    return LIST_SEPARATOR.join(dict.fromkeys([artist_id for artist_id, _ in credits_]))


def _build_credit_rows(credits_: list[Credit], seen: Observation) -> Iterator[Record]:
    for artist_id, name in credits_:
        yield "credited_artists", seen.stamp(id=artist_id, name=name)
