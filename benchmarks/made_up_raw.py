"""A made-up raw schema of any size, written straight into a DuckDB file: what many days of loads would have left there.

The tables, columns and types are those of the loader's contract. As after real loads, an entity that was seen again
carries the last day it was seen on and the load that saw it, and its measures have a row a day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import duckdb

from loader.raw.tables import AUDIO_FEATURES, SCHEMA_NAME, TABLES, Table

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
_TRACKS_PER_ALBUM = 10
_TRACKS_PER_ARTIST = 50
_TRACKS_PER_GUEST = 100
_GENRES = 300
# Of a hundred tracks, by their hash: Spotify told the features of the first 40 (when it still did), ReccoBeats was
# asked about the 31st to the 90th and has those up to the 75th.
_SPOTIFY_HAS_BELOW, _RECCOBEATS_ASKED_FROM, _RECCOBEATS_HAS_BELOW, _RECCOBEATS_ASKED_BELOW = 40, 30, 75, 90
# A track that a provider does not have is asked about again after so many days; one of so many is then told.
_ASKED_AGAIN_AFTER, _TOLD_LATER = 30, 10
# A load keeps one of so many tracks aside, and makes a call for so many.
_TRACKS_PER_REJECTED = 10_000
_TRACKS_PER_CALL = 50


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
    _add_audio_features(connection, days)
    for offset in range(days):
        _add_measures(connection, FIRST_DAY + timedelta(days=offset))
        _add_load(connection, FIRST_DAY + timedelta(days=offset))


def add_day(connection: duckdb.DuckDBPyConnection, day: date, changed_percent: int = 0) -> None:
    """Add a later day: everything is seen and measured again, and some tracks are seen to have changed.

    Of the tracks without audio features some are asked about again, and some of these told.

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
    _ask_again_for_audio_features(connection, day)
    _add_measures(connection, day)
    _add_load(connection, day)


def add_plays(connection: duckdb.DuckDBPyConnection, plays: int, tracks: int) -> None:
    """Add a listener's plays, as an account export tells them: every ten minutes one, of some tracks more often.

    Args:
        connection: The DuckDB file, open for writing.
        plays: How many plays there are; the last is on the first day of the measurements.
        tracks: How many tracks there are to be played.
    """
    values = {
        "play_id": "md5('play ' || i)",
        "source": "'export'",
        "export_format": "'extended'",
        "played_at": f"timestamptz '{_load_started(FIRST_DAY).isoformat()}' - to_minutes(10 * i)",
        "ms_played": "cast(10000 + hash(i, 'ms') % 230000 as bigint)",
        "content_type": "'track'",
        "track_id": "left(md5('track ' || number), 22)",
        "track_name": "'Track ' || number || ' of the album'",
        "skipped": "hash(i, 'skipped') % 9 = 0",
        "observed_on": f"date '{FIRST_DAY}'",
        "loaded_at": f"timestamptz '{_load_started(FIRST_DAY).isoformat()}'",
    }
    columns = ", ".join(f"{value} as {name}" for name, value in values.items())
    connection.execute(
        f"insert into {SCHEMA_NAME}.plays by name select {columns} "
        f"from (select i, cast(floor({tracks} * pow(hash(i) / 1.8446744073709552e19, 3)) as bigint) as number "
        f"from range({plays}) as numbers(i))"
    )


def _list_columns(table: Table) -> str:
    return ", ".join(
        f'"{field.name}" {_TYPES[str(field.type)]}{"" if field.nullable else " not null"}'
        for field in table.arrow_schema
    )


def _load_started(day: date) -> datetime:
    return datetime.combine(day, time(6), UTC)


def _add_entities(connection: duckdb.DuckDBPyConnection, tracks: int, day: date) -> None:
    artists = max(1, tracks // _TRACKS_PER_ARTIST)
    guests = max(1, tracks // _TRACKS_PER_GUEST)
    albums = max(1, tracks // _TRACKS_PER_ALBUM)
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
                cast(date '1970-01-01' + cast(i % 20000 as integer) as varchar), 'day', {_TRACKS_PER_ALBUM},
                {artist_id(f"i % {artists}")}, date '{day}', {seen}
            from range({albums}) as numbers(i)""",
        "tracks": f"""
            select left(md5('track ' || i), 22), 'Track ' || i || ' of the album',
                {album_id(f"i // {_TRACKS_PER_ALBUM} % {albums}")}, 1, i % {_TRACKS_PER_ALBUM} + 1,
                60000 + hash(i) % 240000, i % 5 = 0,
                {artist_id(f"i // {_TRACKS_PER_ALBUM} % {albums} % {artists}")}
                || case when i % 4 = 0 then ',' || {artist_id(f"{artists} + i % {guests}")} else '' end, {seen}
            from range({tracks}) as numbers(i)""",
    }.items():
        connection.execute(f"insert into {SCHEMA_NAME}.{table} {query}")


def _list_audio_features(is_known: str) -> str:
    """List the features of a track, all null where it is not known; fractions that no mean rounds by chance."""
    fractions = {name: f"(hash(id, '{name}') / 1.8446744073709552e19)" for name in AUDIO_FEATURES}
    told = fractions | {
        "key": "cast(hash(id, 'key') % 13 as bigint) - 1",
        "loudness": f"-60 * {fractions['loudness']}",
        "mode": "cast(hash(id, 'mode') % 2 as bigint)",
        "tempo": f"case when hash(id) % 50 = 0 then 0 else 60 + 140 * {fractions['tempo']} end",
        "time_signature": "cast(hash(id, 'time_signature') % 5 as bigint)",
    }
    return ", ".join(f"case when {is_known} then {value} end" for value in told.values())


def _add_audio_features(connection: duckdb.DuckDBPyConnection, days: int) -> None:
    # The providers were asked about some tracks every day.
    seen_on = f"cast(date '{FIRST_DAY}' + cast(hash(id, 'asked') % {days} as integer) as date)"
    place = "hash(id) % 100"
    told = f"{place} < {_RECCOBEATS_HAS_BELOW}"
    for provider, is_asked in {
        "spotify": f"{place} < {_SPOTIFY_HAS_BELOW}",
        "reccobeats": f"{place} >= {_RECCOBEATS_ASKED_FROM} and {place} < {_RECCOBEATS_ASKED_BELOW}",
    }.items():
        connection.execute(
            f"insert into {SCHEMA_NAME}.audio_features "
            f"select id, '{provider}', {told}, {_list_audio_features(told)}, {seen_on}, "
            f"(cast({seen_on} as timestamp) + interval 6 hour) at time zone 'UTC' "
            f"from {SCHEMA_NAME}.tracks where {is_asked}"
        )


def _ask_again_for_audio_features(connection: duckdb.DuckDBPyConnection, day: date) -> None:
    connection.execute(
        f"create temp table asked_again as "
        f"select track_id as id, hash(track_id, $day) % {_ASKED_AGAIN_AFTER * _TOLD_LATER} = 0 as is_told "
        f"from {SCHEMA_NAME}.audio_features where not is_known and hash(track_id, $day) % {_ASKED_AGAIN_AFTER} = 0",
        {"day": day},
    )
    connection.execute(
        f"delete from {SCHEMA_NAME}.audio_features where not is_known and track_id in (select id from asked_again)"
    )
    connection.execute(
        f"insert into {SCHEMA_NAME}.audio_features "
        f"select id, 'reccobeats', is_told, {_list_audio_features('is_told')}, $day, $loaded_at from asked_again",
        {"day": day, "loaded_at": _load_started(day)},
    )
    connection.execute("drop table asked_again")


def _add_load(connection: duckdb.DuckDBPyConnection, day: date) -> None:
    started = _load_started(day)
    connection.execute(
        f"insert into {SCHEMA_NAME}.rejected_objects "
        "select 'track', left(md5('rejected ' || i || $day), 22), 'duration_ms is text', '{}', $day, $started "
        f"from range((select count(*) // {_TRACKS_PER_REJECTED} + 1 from {SCHEMA_NAME}.tracks)) as numbers(i)",
        {"day": day, "started": started},
    )
    connection.execute(
        f"insert into {SCHEMA_NAME}.load_runs "
        "select md5('run ' || $day), $started, $finished, $day, 'catalogue', 'extended', 'done', "
        f"count(*) // {_TRACKS_PER_CALL} + 1, 0, 0, 0, count(*), count(*) // {_TRACKS_PER_REJECTED} + 1, null "
        f"from {SCHEMA_NAME}.tracks",
        {"day": day, "started": started, "finished": started + timedelta(hours=1)},
    )


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
