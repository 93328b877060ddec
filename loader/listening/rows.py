"""From what the Web API says of a listener to rows of the raw tables; pure functions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from loader.raw.fields import (
    UnexpectedValue,
    read_boolean,
    read_id,
    read_integer,
    read_list,
    read_object,
    read_text,
    read_time,
)
from loader.raw.observation import Observation, Record
from loader.spotify.rows import build_album_rows, build_artist_rows, build_track_rows

SOURCE = "api"
# Where the rows go that the catalogue's builders make.
_TABLES = {"albums": "listener_albums", "tracks": "listener_tracks"}

_FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


def build_play_rows(play: Any, seen: Observation) -> Iterator[Record]:
    """Build the row of a play, and those of the track that was played (Web API: Get Recently Played Tracks).

    Yields:
        A row of `plays`; rows of the track as `build_object_rows` makes them.

    Raises:
        UnexpectedValue: If the time or the track is missing, or a field has an unexpected type.
    """
    track, played_at = read_object(play, "track"), read_time(play, "played_at")
    if track is None or played_at is None:
        raise UnexpectedValue(f"{'track' if track is None else 'played_at'} is missing")
    uri, track_name = read_text(track, "uri"), read_text(track, "name")
    artists = read_list(track, "artists")
    artist_name = read_text(artists[0], "name") if artists else None
    yield (
        "plays",
        seen.stamp(
            play_id=identify_play(SOURCE, played_at, uri or f"{track_name}\x1f{artist_name}"),
            source=SOURCE,
            played_at=played_at,
            content_type=read_text(track, "type") or "track",
            uri=uri,
            track_id=_read_track_id(track),
            track_name=track_name,
            artist_name=artist_name,
            album_name=read_text(read_object(track, "album") or {}, "name"),
            context_uri=read_text(read_object(play, "context") or {}, "uri"),
        ),
    )
    yield from build_object_rows(track, seen)


def identify_play(source: str, played_at: datetime, item: str) -> str:
    """Make the id of a play whose length is not told, as the account export's plays get theirs."""
    microseconds = (played_at - _FIRST_MOMENT) // timedelta(microseconds=1)
    return hashlib.md5(f"{source}|{microseconds}|{item}".encode(), usedforsecurity=False).hexdigest()


def build_saved_rows(saved: Any, seen: Observation) -> Iterator[Record]:
    """Build the row of a saved track, and those of the track itself (Web API: Get User's Saved Tracks).

    Yields:
        A row of `saved_tracks`; rows of the track as `build_object_rows` makes them. None of a local file.

    Raises:
        UnexpectedValue: If there is no track, or a field has an unexpected type.
    """
    track = read_object(saved, "track")
    if track is None:
        raise UnexpectedValue("track is missing")
    track_id = _read_track_id(track)
    if track_id is not None:
        yield "saved_tracks", seen.stamp(track_id=track_id, added_at=read_time(saved, "added_at"))
        yield from build_object_rows(track, seen)


def build_top_rows(item: Any, item_type: str, time_range: str, rank: int, seen: Observation) -> Iterator[Record]:
    """Build the row of a favourite, and those of the artist or track itself (Web API: Get User's Top Items).

    Yields:
        A row of `top_items`; rows of the artist, or of the track as `build_object_rows` makes them.

    Raises:
        UnexpectedValue: If a field has an unexpected type.
    """
    item_id = read_id(item)
    yield "top_items", seen.stamp(item_type=item_type, time_range=time_range, rank=rank, item_id=item_id)
    if item_type == "artist":
        yield from build_artist_rows(item_id, item, seen)
    else:
        yield from build_object_rows(item, seen)


def build_playlist_row(playlist: Any, items_state: str, listener_id: str | None, seen: Observation) -> Iterator[Record]:
    """Build the row of a playlist (Web API: Get Current User's Playlists).

    Args:
        playlist: A simplified playlist; how many items it has stands in `tracks`, or since 2026 in `items`.
        items_state: What came of asking for its items: listed, refused or absent.
        listener_id: Who the listener is; None if that is not known.
        seen: When it was observed.

    Yields:
        A row of `playlists`.

    Raises:
        UnexpectedValue: If a field has an unexpected type.
    """
    yield (
        "playlists",
        seen.stamp(
            playlist_id=read_id(playlist),
            name=read_text(playlist, "name"),
            is_own=_is_listener(read_object(playlist, "owner"), listener_id),
            is_public=read_boolean(playlist, "public"),
            is_collaborative=read_boolean(playlist, "collaborative"),
            snapshot_id=read_text(playlist, "snapshot_id"),
            total_items=read_integer(read_object(playlist, "items") or read_object(playlist, "tracks") or {}, "total"),
            items_state=items_state,
        ),
    )


def build_item_rows(
    entry: Any, playlist_id: str, position: int, listener_id: str | None, seen: Observation
) -> Iterator[Record]:
    """Build the row of what stands at a place of a playlist, and those of its track (Web API: Get Playlist Items).

    Args:
        entry: An entry; what it holds stands in `track`, or since 2026 in `item`.
        playlist_id: The playlist.
        position: Its place, from 0.
        listener_id: Who the listener is; None if that is not known.
        seen: When it was observed.

    Yields:
        A row of `playlist_items`; rows of the track as `build_object_rows` makes them, if it is one.

    Raises:
        UnexpectedValue: If a field has an unexpected type.
    """
    entry = {} if entry is None else entry
    item = read_object(entry, "item") or read_object(entry, "track") or {}
    item_type = _name_type(entry, item)
    yield (
        "playlist_items",
        seen.stamp(
            playlist_id=playlist_id,
            position=position,
            item_type=item_type,
            uri=read_text(item, "uri"),
            track_id=_read_track_id(item),
            item_name=read_text(item, "name"),
            added_at=read_time(entry, "added_at"),
            is_added_by_listener=_is_listener(read_object(entry, "added_by"), listener_id),
        ),
    )
    yield from build_object_rows(item, seen)


def build_object_rows(track: Any, seen: Observation) -> Iterator[Record]:
    """Build the rows of a track that the listener met and of its album, with the names of those credited.

    Yields:
        Rows of `listener_albums`, `listener_tracks` and `credited_artists`; none of what is no track of Spotify's:
        local files, episodes, what is gone.

    Raises:
        UnexpectedValue: If a field has an unexpected type.
    """
    track_id = _read_track_id(track)
    if track_id is None:
        return
    album = read_object(track, "album")
    album_id = read_id(album) if album and album.get("id") is not None else None
    if album_id is not None:
        for name, row in build_album_rows(album_id, album, seen, tracks_observed_on=None):
            row.pop("tracks_observed_on", None)
            yield _TABLES.get(name, name), row
    for name, row in build_track_rows(track_id, track, album_id, seen):
        yield _TABLES.get(name, name), row


def _read_track_id(item: Any) -> str | None:
    """Read the id of a track of Spotify's; None for everything else."""
    if item.get("id") is None or item.get("is_local") is True or (read_text(item, "type") or "track") != "track":
        return None
    return read_id(item)


def _is_listener(user: Any, listener_id: str | None) -> bool | None:
    """Tell whether a user is the listener; None if either is not known. Nobody is named."""
    user_id = read_text(user or {}, "id")
    return user_id == listener_id if listener_id and user_id else None


def _name_type(entry: Any, item: Any) -> str:
    if not item:
        return "missing"
    if read_boolean(item, "is_local") or read_boolean(entry, "is_local"):
        return "local"
    return read_text(item, "type") or "track"
