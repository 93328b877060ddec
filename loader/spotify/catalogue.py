"""Walks the catalogue from the followed artists to their tracks and yields raw rows.

Artists lead to their albums, albums to their tracks, tracks to their popularity. What the warehouse knows but a
listing no longer names is asked for by its id: only Spotify's own "not there" is taken as absence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from loader.errors import MendableError, StoppedEarlyError
from loader.raw.fields import UnexpectedValue, read_id, read_object
from loader.raw.observation import Observation, Record, build_or_reject
from loader.raw.tables import Row
from loader.raw.warehouse_state import Known
from loader.spotify.rows import (
    build_absence_row,
    build_album_rows,
    build_artist_rows,
    build_track_metric_rows,
    build_track_rows,
    read_album_attributes,
)
from loader.spotify.web_api import IsEnough, WebApi

Report = Callable[[str], None]
"""Told the kind of each object as it is read: artists, albums or tracks."""

# Albums that a listing shows unchanged are fetched all the same when their tracks were last listed so long ago.
_LIST_TRACKS_AGAIN_AFTER = timedelta(days=30)


class CatalogueReader:
    """Reads the followed artists' part of the catalogue on one day."""

    def __init__(self, api: WebApi, known: Known, seen: Observation, report: Report) -> None:
        """Read through the given API.

        Args:
            api: What the Web API is asked through.
            known: What the warehouse knows.
            seen: The day and time to stamp rows with.
            report: Told of each object as it is read.
        """
        self._api = api
        self._known = known
        self._seen = seen
        self._report = report
        # Rows of one step of the walk that come up while another step asks for more.
        self._ready: deque[Record] = deque()
        self._named: set[tuple[str, str]] = set()

    def read(self, artist_ids: Sequence[str], skip_unknown: bool = False) -> Iterator[Record]:
        """Read the artists, their albums and the albums' tracks.

        The steps draw on each other, so that batches are filled across artists and albums: artists are fetched
        as listings are wanted, listings as albums are wanted, and albums as tracks are wanted.

        Args:
            artist_ids: The followed artists, in the order in which to ask for them.
            skip_unknown: Whether to pass over artists that nobody knows.

        Yields:
            Rows with the names of their raw tables, as soon as they come.

        Raises:
            MendableError: If neither Spotify nor the warehouse knows an artist, and that is not passed over.
        """
        artists = self._read_artists(artist_ids, skip_unknown)
        yield from self._walk(self._list_albums(artists))

    def read_missing(self) -> Iterator[Record]:
        """Ask for what the warehouse knows and the day's listings did not name.

        Yields:
            Rows of `absences` for what Spotify does not have any more, rows as usual for what it still has.
        """
        absent_albums: list[str] = []
        read_albums: set[str] = set()
        for name, row in self._walk(self._known.find_missing_albums(self._seen.observed_on), known_before=True):
            if name == "absences":
                absent_albums.append(row["object_id"])
            elif name == "albums":
                read_albums.add(row["id"])
            yield name, row
        missing_tracks = self._known.find_missing_tracks(self._seen.observed_on, absent_albums)
        for track_id, track in self._api.fetch_tracks(missing_tracks):
            if track is None:
                yield build_absence_row("track", track_id, self._seen)
            else:
                build = partial(self._build_full_track, track_id, track, read_albums)
                yield from self._build("track", track_id, track, build)

    def _walk(self, album_ids: Iterable[str], known_before: bool = False) -> Iterator[Record]:
        """Read albums and their tracks and measure the tracks, passing on rows as soon as there are any."""
        try:
            for measured in self._api.fetch_measured_tracks(self._read_albums(album_ids, known_before)):
                yield from self._drain()
                for track_id, track in measured:
                    if track is not None:
                        build = partial(build_track_metric_rows, track_id, track, self._seen)
                        yield from self._build("track", track_id, track, build)
        except (StoppedEarlyError, KeyboardInterrupt):
            # What came before the walk was stopped is passed on all the same.
            yield from self._drain()
            raise
        yield from self._drain()

    def _read_artists(self, artist_ids: Iterable[str], skip_unknown: bool) -> Iterator[str]:
        """Read artists; yields the ids of those who are there."""
        for artist_id, artist in self._api.fetch_artists(artist_ids):
            if artist is not None:
                self._report("artists")
                build = partial(build_artist_rows, artist_id, artist, self._seen)
                self._ready += self._build("artist", artist_id, artist, build)
                yield artist_id
            elif self._known.has_artist(artist_id):
                self._ready.append(build_absence_row("artist", artist_id, self._seen))
            elif not skip_unknown:
                raise MendableError(
                    f"Spotify knows no artist {artist_id}: check the id, or name the artist by link or name."
                )

    def _list_albums(self, artist_ids: Iterable[str]) -> Iterator[str]:
        """List the artists' albums; yields the ids of those to fetch, each once: an album may belong to several."""
        handled: set[str] = set()
        stored: dict[str, dict[str, Row]] = {}
        for artist_id, items, total, is_whole in self._api.list_albums(self._prepare_listings(artist_ids, stored)):
            known = stored.pop(artist_id)
            for item in items:
                album_id = _read_listed_id(item)
                if album_id is None:
                    self._ready += self._build("album", "", item, partial(_demand_id, item))
                elif album_id in handled:
                    continue
                elif row := self._find_unchanged(item, known):
                    build = partial(build_album_rows, album_id, item, self._seen, row["tracks_observed_on"])
                    self._ready += self._build("album", album_id, item, build)
                else:
                    yield album_id
                handled.add(album_id or "")
            if is_whole:
                self._ready.append(("album_listings", self._seen.stamp(artist_id=artist_id, albums=total)))

    def _prepare_listings(
        self, artist_ids: Iterable[str], stored: dict[str, dict[str, Row]]
    ) -> Iterator[tuple[str, IsEnough]]:
        """Look up what is stored of each artist's albums, which decides how far their listing is read."""
        for artist_id in artist_ids:
            # Where measures are shown every album is fetched every day, so what is known of it saves nothing.
            albums = {} if self._api.shows_popularity else self._known.read_albums(artist_id)
            length = self._known.read_listing_length(artist_id) if albums else None
            stored[artist_id] = albums
            yield artist_id, partial(self._shows_no_change, albums, length)

    def _shows_no_change(self, stored: dict[str, Row], length: int | None, items: list[Any], total: int) -> bool:
        """Whether a first page shows that nothing has changed: as many albums as before, the newest the same."""
        return total == length and all(self._find_unchanged(item, stored) for item in items)

    def _find_unchanged(self, item: Any, stored: dict[str, Row]) -> Row | None:
        """Find the stored row of an album that is listed as it is stored, its tracks listed not long ago."""
        row = stored.get(_read_listed_id(item) or "")
        if row is None or row["tracks_observed_on"] is None:
            return None
        if self._seen.observed_on - row["tracks_observed_on"] >= _LIST_TRACKS_AGAIN_AFTER:
            return None
        try:
            attributes = read_album_attributes(row["id"], item)
        except UnexpectedValue:
            return None
        return row if all(row[name] == value for name, value in attributes.items()) else None

    def _read_albums(self, album_ids: Iterable[str], known_before: bool) -> Iterator[str]:
        """Read albums with their tracks; yields the tracks' ids."""
        for album_id, album in self._api.fetch_albums(album_ids):
            if album is None:
                if known_before:
                    self._ready.append(build_absence_row("album", album_id, self._seen))
                continue
            self._report("albums")
            build = partial(build_album_rows, album_id, album, self._seen, self._seen.observed_on)
            self._ready += self._build("album", album_id, album, build)
            for track in album["tracks"] if isinstance(album, dict) else ():
                if _is_no_track(track):
                    continue
                rows = self._build("track", "", track, partial(self._build_listed_track, track, album_id))
                self._ready += rows
                if rows[0][0] == "tracks":
                    self._report("tracks")
                    yield rows[0][1]["id"]

    def _build_listed_track(self, track: Any, album_id: str) -> Iterator[Record]:
        return build_track_rows(read_id(track), track, album_id, self._seen)

    def _build_full_track(self, track_id: str, track: Any, read_albums: set[str]) -> Iterator[Record]:
        """Build the rows of a track and, if it has moved to an album that nobody loaded, of the album it carries."""
        album = read_object(track, "album")
        album_id = read_id(album) if album else None
        if album_id and album_id not in read_albums and not self._known.has_album(album_id):
            yield from build_album_rows(album_id, album, self._seen, tracks_observed_on=None)
        yield from build_track_rows(track_id, track, album_id, self._seen)
        yield from build_track_metric_rows(track_id, track, self._seen)

    def _build(
        self, object_type: str, object_id: str, body: Any, build: Callable[[], Iterator[Record]]
    ) -> list[Record]:
        records = build_or_reject(object_type, object_id, body, self._seen, build)
        return [record for record in records if self._is_first(*record)]

    def _is_first(self, name: str, row: Row) -> bool:
        """Whether a row is not one of an artist or genre that was named before in this run."""
        if name not in {"credited_artists", "genres"}:
            return True
        if (name, row["id"]) in self._named:
            return False
        self._named.add((name, row["id"]))
        return True

    def _drain(self) -> Iterator[Record]:
        while self._ready:
            yield self._ready.popleft()


def _read_listed_id(item: Any) -> str | None:
    try:
        return read_id(item)
    except UnexpectedValue:
        return None


def _demand_id(item: Any) -> Iterator[Record]:
    """Build no rows of what has no id: it is rejected for that."""
    read_id(item)
    yield from ()


def _is_no_track(item: Any) -> bool:
    """Whether an item is a gap, a local file or an episode."""
    return item is None or (isinstance(item, dict) and (item.get("id") is None or item.get("type", "track") != "track"))
