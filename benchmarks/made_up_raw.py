"""A made-up raw schema of any size, written straight into a DuckDB file: what many days of loads would have left there.

The tables, columns and types are those of the loader's contract. As after real loads, an entity that was seen again
carries the last day it was seen on and the load that saw it, and its measures have a row a day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import duckdb

from loader.spotify.tables import SCHEMA_NAME, TABLES, Table

FIRST_DAY = date(2026, 1, 1)
_TYPES = {
    "string": "varchar",
    "int64": "bigint",
    "double": "double",
    "bool": "boolean",
    "date32[day]": "date",
    "timestamp[us, tz=UTC]": "timestamp with time zone",
}
# How many tracks there are to one album, one followed artist, one other artist that is only credited.
_TRACKS_AN_ALBUM = 10
_TRACKS_AN_ARTIST = 50
_TRACKS_A_GUEST = 100
_GENRES = 300


def make_raw_schema(connection: duckdb.DuckDBPyConnection, tracks: int, days: int) -> None:
    """Make the raw schema as it stands after a number of days.

    Args:
        connection: An empty DuckDB file, open for writing.
        tracks: How many tracks there are; about a tenth as many albums, a fiftieth as many followed artists.
        days: How many days everything was measured on.
    """
    connection.execute("set preserve_insertion_order = false")
    connection.execute(f"create schema {SCHEMA_NAME}")
    for table in TABLES.values():
        connection.execute(f"create table {SCHEMA_NAME}.{table.name} ({_list_columns(table)})")
    last_day = FIRST_DAY + timedelta(days=days - 1)
    _add_entities(connection, tracks, last_day)
    for offset in range(days):
        _add_measures(connection, FIRST_DAY + timedelta(days=offset))


def add_day(connection: duckdb.DuckDBPyConnection, day: date, changed_percent: int = 0) -> None:
    """Add a later day: everything is seen and measured again, and some tracks are seen to have changed.

    Args:
        connection: The DuckDB file, open for writing.
        day: The day.
        changed_percent: How many of a hundred tracks have another name and another length on the day.
    """
    for entity in ("artists", "albums", "tracks", "credited_artists", "genres"):
        connection.execute(
            f"update {SCHEMA_NAME}.{entity} set observed_on = ?, loaded_at = ?",
            [day, _load_started(day)],
        )
    if changed_percent:
        connection.execute(
            f"update {SCHEMA_NAME}.tracks set name = name || ' - Remaster', duration_ms = duration_ms + 1 "
            "where hash(id, ?) % 100 < ?",
            [day, changed_percent],
        )
    _add_measures(connection, day)


def _list_columns(table: Table) -> str:
    return ", ".join(
        f'"{field.name}" {_TYPES[str(field.type)]}{"" if field.nullable else " not null"}'
        for field in table.arrow_schema
    )


def _load_started(day: date) -> datetime:
    return datetime.combine(day, time(6), UTC)


def _add_entities(connection: duckdb.DuckDBPyConnection, tracks: int, day: date) -> None:
    artists = max(1, tracks // _TRACKS_AN_ARTIST)
    guests = max(1, tracks // _TRACKS_A_GUEST)
    albums = max(1, tracks // _TRACKS_AN_ALBUM)
    seen = f"date '{day}', timestamptz '{_load_started(day).isoformat()}'"
    # Ids are 22 characters, as Spotify's are. An album is by one artist, a track in four by a guest too.
    artist_id = "left(md5('artist ' || {}), 22)".format
    album_id = "left(md5('album ' || {}), 22)".format
    for table, query in {
        "genres": f"select 'genre%20' || i, 'genre ' || i, {seen} from range({_GENRES}) as numbers(i)",
        "artists": f"""
            select {artist_id("i")}, 'Artist ' || i,
                case i % 3
                    when 0 then ''
                    when 1 then 'genre%20' || i % {_GENRES}
                    else 'genre%20' || i % {_GENRES} || ',genre%20' || (i + 7) % {_GENRES}
                end, {seen}
            from range({artists}) as numbers(i)""",
        "credited_artists": f"""
            select {artist_id("i")}, 'Artist ' || i, {seen} from range({artists + guests}) as numbers(i)""",
        "albums": f"""
            select {album_id("i")}, 'Album ' || i, case when i % 4 = 0 then 'single' else 'album' end,
                cast(date '1970-01-01' + cast(i % 20000 as integer) as varchar), 'day', {_TRACKS_AN_ALBUM},
                {artist_id(f"i % {artists}")}, date '{day}', {seen}
            from range({albums}) as numbers(i)""",
        "tracks": f"""
            select left(md5('track ' || i), 22), 'Track ' || i || ' of the album',
                {album_id(f"i // {_TRACKS_AN_ALBUM} % {albums}")}, 1, i % {_TRACKS_AN_ALBUM} + 1,
                60000 + hash(i) % 240000, i % 5 = 0,
                {artist_id(f"i // {_TRACKS_AN_ALBUM} % {albums} % {artists}")}
                || case when i % 4 = 0 then ',' || {artist_id(f"{artists} + i % {guests}")} else '' end, {seen}
            from range({tracks}) as numbers(i)""",
    }.items():
        connection.execute(f"insert into {SCHEMA_NAME}.{table} {query}")


def _add_measures(connection: duckdb.DuckDBPyConnection, day: date) -> None:
    for entity, measures in {
        "artist": "hash(id, $day) % 101, 1000 + hash(id) % 1000000",
        "album": "hash(id, $day) % 101",
        "track": "hash(id, $day) % 101",
    }.items():
        connection.execute(
            f"insert into {SCHEMA_NAME}.{entity}_metrics "
            f"select id, {measures}, $day, $loaded_at from {SCHEMA_NAME}.{entity}s",
            {"day": day, "loaded_at": _load_started(day)},
        )
