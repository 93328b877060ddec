"""What the warehouse already knows, so that a load asks and writes no more than it has to."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal

from dlt.destinations.sql_client import SqlClientBase

from loader.raw.batches import split_into_batches
from loader.raw.tables import SCHEMA_NAME, TABLES, Row, Table

_KEYS_A_QUERY = 1_000
_TRACKS_A_PAGE = 20_000

TracksToAskAbout = Literal["tracks", "plays"]
"""A raw table that names tracks whose audio features are wanted."""

_FeaturesTold = tuple[set[str], set[tuple[str, str]]]
"""Tracks that have features, and the tracks and providers that need not be asked."""

_IS_PRESENT = (
    "not exists (select 1 from {absences} as absence where absence.object_type = %s "
    "and absence.object_id = known.id and absence.observed_on > known.observed_on)"
)


class Known:
    """Reads the raw tables of a warehouse; a warehouse that does not exist yet knows nothing."""

    def __init__(self, client: SqlClientBase[Any] | None) -> None:
        """Read through dlt's client of the destination, or nothing at all where there is none."""
        self._client = client
        self._tables = self._list_columns()
        self._emptiness: dict[str, bool] = {}

    def find_rows(self, table: Table, rows: Sequence[Row]) -> dict[Any, Row]:
        """Find the stored rows that have the keys of the given ones.

        Args:
            table: The raw table; its key starts with an id.
            rows: Rows of that table, all of one observation day.

        Returns:
            The stored rows by their keys.
        """
        found: dict[Any, Row] = {}
        if self._is_empty(table):
            return found
        id_column, *rest = table.key
        columns = self._name_columns(table)
        for batch in split_into_batches(rows, _KEYS_A_QUERY):
            condition, sought = self._write_is_among(id_column, list(dict.fromkeys(row[id_column] for row in batch)))
            if "observed_on" in rest:
                condition += " and observed_on = %s"
                sought.append(batch[0]["observed_on"])
            query = f"select {columns} from {{{table.name}}} where {condition}"  # noqa: S608
            for values in self._select(query, *sought):
                row = dict(zip(table.column_names, values, strict=True))
                found[table.read_key(row)] = row
        return found

    def find_missing_albums(self, observed_on: date) -> list[str]:
        """Find the albums that should have been listed on a day and were not.

        Args:
            observed_on: The day, whose listings are loaded.

        Returns:
            The ids of albums that credit an artist whose listing was read to its end on the day, which were
            there when last asked for, and were not seen on the day or later.
        """
        return self._find_missing(
            "album",
            "exists (select 1 from {album_listings} as listing where listing.observed_on = %s "
            "and known.artist_ids like concat('%%', listing.artist_id, '%%'))",
            observed_on,
            observed_on,
        )

    def find_missing_tracks(self, observed_on: date, absent_albums: Sequence[str]) -> list[str]:
        """Find the tracks that their album should have listed on a day and did not.

        Args:
            observed_on: The day, whose listings are loaded.
            absent_albums: The ids of albums that are known to be absent on the day.

        Returns:
            The ids of tracks whose album listed its tracks on the day or is absent, which were there when last
            asked for, and were not seen on the day or later.
        """
        missing = self._find_missing(
            "track",
            "exists (select 1 from {albums} as album where album.id = known.album_id "
            "and album.tracks_observed_on = %s)",
            observed_on,
            observed_on,
        )
        for album_id in absent_albums:
            missing += self._find_missing("track", "known.album_id = %s", observed_on, album_id)
        return missing

    def find_tracks_without_features(
        self, tracks: TracksToAskAbout, providers: Sequence[str], asked_after: date, news: Collection[str] = ()
    ) -> Iterator[tuple[str, list[str]]]:
        """Find tracks whose audio features no provider has told.

        Args:
            tracks: Which tracks: those of the catalogue (`tracks`), or those that the listener played (`plays`).
            providers: The providers that can be asked.
            asked_after: Who said after this day that there are none need not be asked again.
            news: The ids of more tracks, which may not be stored yet; they are looked at when the others are through.

        Yields:
            The ids of the tracks, each once, with the providers to ask.
        """
        last = ""
        stored: set[str] = set()
        while ids := self._read_track_ids(tracks, last):
            told = self._read_features_told("track_id > %s and track_id <= %s", (last, ids[-1]), asked_after)
            yield from _choose_providers(ids, providers, told)
            stored.update(set(news).intersection(ids))
            last = ids[-1]
        for batch in split_into_batches(sorted(set(news) - stored), _KEYS_A_QUERY):
            told = self._read_features_told(*self._write_is_among("track_id", batch), asked_after)
            yield from _choose_providers(batch, providers, told)

    def _read_track_ids(self, tracks: TracksToAskAbout, after_id: str) -> list[str]:
        """Read the next ids of tracks in order: never all at once, as there may be millions."""
        if self._is_empty(TABLES[tracks]):
            return []
        column, distinct = {"tracks": ("id", ""), "plays": ("track_id", "distinct ")}[tracks]
        # Both DuckDB and SQL Server know this way of cutting off.
        page = f"order by {column} offset 0 rows fetch next {_TRACKS_A_PAGE} rows only"
        query = f"select {distinct}{column} from {{{tracks}}} where {column} > %s {page}"  # noqa: S608
        return [id_ for (id_,) in self._select(query, after_id)]

    def _read_features_told(self, which: str, values: Sequence[str], asked_after: date) -> _FeaturesTold:
        """Read which tracks of some have features, and who was asked about which after a day."""
        if self._is_empty(TABLES["audio_features"]):
            return set(), set()
        rows = self._select(
            "select track_id, provider, is_known from {audio_features} "  # noqa: S608
            f"where {which} and (is_known = %s or observed_on > %s)",
            *(*values, True, asked_after),
        )
        told = {track_id for track_id, _, is_known in rows if is_known}
        return told, {(track_id, provider) for track_id, provider, _ in rows}

    def read_albums(self, artist_id: str) -> dict[str, Row]:
        """Read the stored albums that credit an artist and were there when last asked for, by their ids."""
        table = TABLES["albums"]
        if self._is_empty(table):
            return {}
        columns = self._name_columns(table)
        rows = self._select(
            f"select {columns} from {{albums}} as known where artist_ids like %s and {_IS_PRESENT}",  # noqa: S608
            f"%{artist_id}%",
            "album",
        )
        return {values[0]: dict(zip(table.column_names, values, strict=True)) for values in rows}

    def read_listing_length(self, artist_id: str) -> int | None:
        """Read how many albums an artist had when the listing was last read to its end."""
        if self._is_empty(TABLES["album_listings"]):
            return None
        rows = self._select("select albums from {album_listings} where artist_id = %s", artist_id)
        return rows[0][0] if rows else None

    def put_least_recent_first(self, artist_ids: Sequence[str]) -> list[str]:
        """Order artists by when their albums were last listed, those never listed first.

        A load that is stopped again and again by a quota so gets round to everybody.
        """
        if self._is_empty(TABLES["album_listings"]):
            return list(artist_ids)
        rows = self._select("select artist_id, observed_on from {album_listings}")
        listed = {row[0]: row[1] for row in rows}
        return sorted(artist_ids, key=lambda artist_id: listed.get(artist_id, date.min))

    def read_access(self) -> list[Row]:
        """Read what earlier runs found that apps may do."""
        table = TABLES["app_access"]
        if self._is_empty(table):
            return []
        rows = self._select(f"select {self._name_columns(table)} from {{app_access}}")  # noqa: S608
        return [dict(zip(table.column_names, values, strict=True)) for values in rows]

    def has_artist(self, artist_id: str) -> bool:
        """Tell whether the artist was ever loaded."""
        return self._has(TABLES["artists"], artist_id)

    def has_album(self, album_id: str) -> bool:
        """Tell whether the album was ever loaded."""
        return self._has(TABLES["albums"], album_id)

    def read_newest_play(self) -> datetime | None:
        """Read when the newest play ended that the Web API told of; None where there is none."""
        if self._is_empty(TABLES["plays"]):
            return None
        newest: datetime | None = self._select("select max(played_at) from {plays} where source = %s", "api")[0][0]
        # What is stored is UTC, also where the engine names another zone or none.
        return newest if newest is None or newest.tzinfo else newest.replace(tzinfo=UTC)

    def read_listings(self, observed_on: date) -> list[str]:
        """Read which listings of the listener's library were read to their end on a day."""
        if self._is_empty(TABLES["library_listings"]):
            return []
        rows = self._select("select listing from {library_listings} where observed_on = %s", observed_on)
        return sorted(listing for (listing,) in rows)

    def read_sources(self) -> set[str]:
        """Read where the rows of this warehouse came from: the sources of its runs."""
        if self._is_empty(TABLES["load_runs"]):
            return set()
        return {source for (source,) in self._select("select distinct source from {load_runs}")}

    def count_rows(self, table: Table) -> int:
        """Count the rows of a table, as it is now."""
        if table.name not in self._tables:
            return 0
        return int(self._select(f"select count(*) from {{{table.name}}}")[0][0])  # noqa: S608

    def _has(self, table: Table, id_: str) -> bool:
        return table.name in self._tables and bool(
            self._select(f"select id from {{{table.name}}} where id = %s", id_)  # noqa: S608
        )

    def _is_empty(self, table: Table) -> bool:
        """Whether there is nothing to find in a table; rows that come later are seen by the next reader."""
        if table.name not in self._emptiness:
            self._emptiness[table.name] = not self.count_rows(table)
        return self._emptiness[table.name]

    def _find_missing(self, object_type: str, condition: str, observed_on: date, *values: Any) -> list[str]:
        if self._is_empty(TABLES[f"{object_type}s"]):
            return []
        query = (
            f"select known.id from {{{object_type}s}} as known "  # noqa: S608
            f"where known.observed_on < %s and {condition} and {_IS_PRESENT}"
        )
        return sorted(id_ for (id_,) in self._select(query, observed_on, *values, object_type))

    def _list_columns(self) -> dict[str, set[str]]:
        """List the columns that each raw table has now; one that is new in the contract comes with the next rows."""
        if self._client is None:
            return {}
        rows = self._client.execute_sql(
            "select table_name, column_name from information_schema.columns where table_schema = %s", SCHEMA_NAME
        )
        tables: dict[str, set[str]] = {}
        for table, column in rows or ():
            if table in TABLES:
                tables.setdefault(table, set()).add(column)
        return tables

    def _write_is_among(self, column: str, texts: Sequence[str]) -> tuple[str, list[Any]]:
        """Write the condition that a column holds one of many texts.

        Returns:
            The condition, and the values to bind.
        """
        if self._client is not None and self._client.capabilities.sqlglot_dialect == "duckdb":
            # For every value that is bound, DuckDB looks in vain for pandas: that takes longer than the query.
            return f"{column} in (select unnest(from_json(%s, '[\"VARCHAR\"]')))", [json.dumps(texts)]
        return f"{column} in ({', '.join(['%s'] * len(texts))})", list(texts)

    def _name_columns(self, table: Table) -> str:
        """Name all columns of a table, in quotes, as some are words that SQL reserves; one it lacks yet is null."""
        assert self._client is not None  # noqa: S101 - no table is known without a client
        stored = self._tables[table.name]
        names = [(name, self._client.escape_column_name(name)) for name in table.column_names]
        return ", ".join(quoted if name in stored else f"null as {quoted}" for name, quoted in names)

    def _select(self, query: str, *values: Any) -> list[Sequence[Any]]:
        assert self._client is not None  # noqa: S101 - no table is known without a client
        names = {name: self._client.make_qualified_table_name(name) for name in self._tables}
        return list(self._client.execute_sql(query.format_map(names), *values) or ())


def _choose_providers(
    track_ids: Iterable[str], providers: Sequence[str], features_told: _FeaturesTold
) -> Iterator[tuple[str, list[str]]]:
    """Choose whom to ask about which tracks."""
    told, asked = features_told
    for track_id in track_ids:
        to_ask = [provider for provider in providers if (track_id, provider) not in asked]
        if to_ask and track_id not in told:
            yield track_id, to_ask
