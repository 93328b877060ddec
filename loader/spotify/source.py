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

    def __init__(self, api: WebApi, seen: Observation, report: Report) -> None:
        """Read through the given API.

        Args:
            api: What the Web API is asked through.
            seen: The day and time to stamp rows with.
            report: Told of each object as it is read.
        """
        self._api = api
        self._seen = seen
        self._report = report

    def read(self, artist_ids: Sequence[str], known: Known) -> Iterator[Record]:
        """Read the artists, their albums and the albums' tracks.

        Args:
            artist_ids: The followed artists.
            known: What the warehouse knows.

        Yields:
            Rows with the names of their raw tables.

        Raises:
            MendableError: If neither Spotify nor the warehouse knows an artist.
        """
        followed = []
        for artist_id, artist in self._api.fetch_artists(artist_ids):
            if artist is not None:
                followed.append(artist_id)
                self._report("artists")
                yield from build_artist_rows({**artist, "id": artist_id}, self._seen)
            elif known.has_artist(artist_id):
                yield build_absence_row("artist", artist_id, self._seen)
            else:
                raise MendableError(
                    f"Spotify knows no artist {artist_id}: check the id, or name the artist by link or name."
                )
        yield from self._read_albums(self._list_album_ids(followed))

    def read_missing(self, known: Known) -> Iterator[Record]:
        """Ask for what the warehouse knows and today's listings did not name.

        Args:
            known: What the warehouse knows after the listings were loaded.

        Yields:
            Rows of `absences` for what Spotify does not have any more, rows as usual for what it still has.
        """
        absent_albums: list[str] = []
        for name, row in self._read_albums(known.find_missing_albums(self._seen.observed_on), known_before=True):
            if name == "absences":
                absent_albums.append(row["object_id"])
            yield name, row
        missing_tracks = known.find_missing_tracks(self._seen.observed_on, absent_albums)
        for track_id, track in self._api.fetch_tracks(missing_tracks):
            if track is None:
                yield build_absence_row("track", track_id, self._seen)
            else:
                yield from build_track_rows({**track, "id": track_id}, (track.get("album") or {}).get("id"), self._seen)
                yield from build_track_metric_rows(track_id, track, self._seen)

    def _list_album_ids(self, artist_ids: Iterable[str]) -> Iterator[str]:
        """List the ids of the artists' albums, each once: an album may belong to several."""
        listed: set[str] = set()
        for artist_id in artist_ids:
            for album in self._api.list_albums(artist_id):
                if album["id"] not in listed:
                    listed.add(album["id"])
                    yield album["id"]

    def _read_albums(self, album_ids: Iterable[str], known_before: bool = False) -> Iterator[Record]:
        """Read albums with their tracks, and measure the tracks as soon as there is a batch of them."""
        to_measure: list[str] = []
        for batch in split_into_batches(album_ids, BATCH_SIZES["albums"]):
            for album_id, album in self._api.fetch_albums(batch):
                if album is not None:
                    self._report("albums")
                    yield from build_album_rows({**album, "id": album_id}, self._seen)
                    yield from self._read_album_tracks({**album, "id": album_id}, to_measure)
                elif known_before:
                    yield build_absence_row("album", album_id, self._seen)
            whole = len(to_measure) // BATCH_SIZES["tracks"] * BATCH_SIZES["tracks"]
            yield from self._measure_tracks(to_measure[:whole])
            del to_measure[:whole]
        yield from self._measure_tracks(to_measure)

    def _read_album_tracks(self, album: ApiObject, to_measure: list[str]) -> Iterator[Record]:
        for track in self._api.list_album_tracks(album):
            if track.get("id"):
                self._report("tracks")
                to_measure.append(track["id"])
                yield from build_track_rows(track, album["id"], self._seen)

    def _measure_tracks(self, track_ids: Sequence[str]) -> Iterator[Record]:
        for track_id, track in self._api.fetch_track_batches(track_ids):
            if track is not None:
                yield from build_track_metric_rows(track_id, track, self._seen)


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
