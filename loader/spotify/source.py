"""The dlt source: walks the catalogue from the followed artists to their tracks and yields raw rows.

Artists lead to their albums, albums to their tracks, tracks to their popularity. What the warehouse knows but a
listing no longer names is asked for by its id: only Spotify's own "not there" is taken as absence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import dlt
import pyarrow as pa
from dlt.extract.items import DataItemWithMeta

from loader.batches import split_into_batches
from loader.errors import MendableError
from loader.known import Known
from loader.spotify.rows import (
    Observation,
    Record,
    build_absence_row,
    build_album_rows,
    build_artist_rows,
    build_track_metric_rows,
    build_track_rows,
)
from loader.spotify.tables import TABLES, Row, Table
from loader.spotify.web_api import BATCH_SIZES, ApiObject, WebApi

Report = Callable[[str], None]
"""Told the kind of each object as it is read: artists, albums or tracks."""


class CatalogueReader:
    """Reads the followed artists' part of the catalogue on one day."""

    def __init__(self, api: WebApi, known: Known, seen: Observation, report: Report) -> None:
        """Read through the given API, knowing what the warehouse knows.

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
        self._named: set[tuple[str, str]] = set()
        self._known_albums: set[str] = set()
        self._tracks_to_measure: list[str] = []
        self._tracks_missing: list[str] = []

    def read(self, artist_ids: Sequence[str]) -> Iterator[Record]:
        """Read the artists, their albums and the albums' tracks.

        Args:
            artist_ids: The followed artists.

        Yields:
            Rows with the names of their raw tables.

        Raises:
            MendableError: If Spotify knows none of the name and the warehouse neither.
        """
        followed = []
        for artist_id, artist in self._api.fetch_artists(artist_ids):
            if artist is not None:
                followed.append(artist_id)
                self._report("artists")
                yield from self._once(build_artist_rows({**artist, "id": artist_id}, self._seen))
            elif self._known.has_artist(artist_id):
                yield build_absence_row("artist", artist_id, self._seen)
            else:
                raise MendableError(
                    f"Spotify knows no artist {artist_id}: check the id, or name the artist by link or name."
                )
        for album_ids in split_into_batches(self._find_album_ids(followed), BATCH_SIZES["albums"]):
            for album_id, album in self._api.fetch_albums(album_ids):
                yield from self._read_album(album_id, album)
            if len(self._tracks_to_measure) >= BATCH_SIZES["tracks"]:
                yield from self._measure_tracks(whole_batches=True)
        yield from self._measure_tracks(whole_batches=False)
        yield from self._ask_for_missing_tracks()

    def _find_album_ids(self, artist_ids: Iterable[str]) -> Iterator[str]:
        """Find the ids of the albums to fetch, each once: those listed, and those known but no longer listed."""
        found: set[str] = set()
        for artist_id in artist_ids:
            listed = [album["id"] for album in self._api.list_albums(artist_id)]
            known = self._known.list_album_ids(artist_id)
            self._known_albums.update(known)
            for album_id in (*listed, *known):
                if album_id not in found:
                    found.add(album_id)
                    yield album_id

    def _read_album(self, album_id: str, album: ApiObject | None) -> Iterator[Record]:
        known_tracks = self._known.list_track_ids(album_id)
        if album is None:
            # An album that was listed a moment ago and never loaded leaves nothing to close.
            if album_id in self._known_albums:
                yield build_absence_row("album", album_id, self._seen)
            self._tracks_missing += known_tracks
            return
        album = {**album, "id": album_id}
        self._report("albums")
        yield from self._once(build_album_rows(album, self._seen))
        listed = []
        for track in self._api.list_album_tracks(album):
            if track.get("id"):
                listed.append(track["id"])
                self._report("tracks")
                yield from self._once(build_track_rows(track, album_id, self._seen))
        self._tracks_to_measure += listed
        self._tracks_missing += sorted(set(known_tracks) - set(listed))

    def _measure_tracks(self, whole_batches: bool) -> Iterator[Record]:
        size = BATCH_SIZES["tracks"]
        until = len(self._tracks_to_measure) // size * size if whole_batches else len(self._tracks_to_measure)
        ids, self._tracks_to_measure = self._tracks_to_measure[:until], self._tracks_to_measure[until:]
        for track_id, track in self._api.fetch_track_batches(ids):
            if track is not None:
                yield from build_track_metric_rows(track_id, track, self._seen)

    def _ask_for_missing_tracks(self) -> Iterator[Record]:
        for track_id, track in self._api.fetch_tracks(self._tracks_missing):
            if track is None:
                yield build_absence_row("track", track_id, self._seen)
            else:
                yield from build_track_metric_rows(track_id, track, self._seen)

    def _once(self, records: Iterable[Record]) -> Iterator[Record]:
        """Pass records on, those of artists in credits and of genres only the first time they come."""
        for name, row in records:
            if name in {"credited_artists", "genres"}:
                if (name, row["id"]) in self._named:
                    continue
                self._named.add((name, row["id"]))
            yield name, row


@dlt.source(name="spotify")
def build_spotify_source(batches: Iterable[tuple[Table, list[Row]]]) -> Any:
    """Build the dlt source that writes batches of rows to the raw tables, as Arrow tables.

    Args:
        batches: Tables and rows of them.

    Returns:
        A source of one resource that writes many tables. Each of them is declared before the first row, so
        that it exists with all its columns even if no row comes.
    """

    def yield_tables() -> Iterator[DataItemWithMeta]:
        for table in TABLES.values():
            yield dlt.mark.with_hints(table.arrow_schema.empty_table(), _build_hints(table), create_table_variant=True)
        for table, rows in batches:
            yield dlt.mark.with_table_name(pa.Table.from_pylist(rows, schema=table.arrow_schema), table.name)

    return dlt.resource(yield_tables, name="catalogue")


def _build_hints(table: Table) -> Any:
    if not table.key:
        return dlt.mark.make_hints(table_name=table.name, write_disposition="append")
    return dlt.mark.make_hints(table_name=table.name, write_disposition="merge", primary_key=list(table.key))
