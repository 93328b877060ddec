"""Tracks in a warehouse, and a reader of their audio features over a local server."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import duckdb
import pyarrow as pa
import pytest
from dlt.destinations import duckdb as duckdb_destination

from loader.audio_features.reader import AudioFeaturesReader
from loader.audio_features.reccobeats import ReccoBeats
from loader.errors import StoppedEarlyError
from loader.raw.news import keep_news
from loader.raw.observation import Observation
from loader.raw.tables import SCHEMA_NAME, TABLES
from loader.raw.warehouse_state import Known
from loader.settings import ApiSettings
from loader.spotify.access import Access
from loader.spotify.answers import Answers
from loader.spotify.client import Client
from loader.spotify.journal import Journal
from loader.spotify.web_api import WebApi
from local_api.catalogue import FIRST_DAY, World
from local_api.server import CLIENT_ID, CLIENT_SECRET


class Warehouse:
    """Raw tables in DuckDB, read through what the loader reads with of dlt's client."""

    capabilities = duckdb_destination().capabilities()

    def __init__(self):
        self.connection = duckdb.connect()
        self.connection.execute(f"create schema {SCHEMA_NAME}")
        for table in TABLES.values():
            empty = table.arrow_schema.empty_table()  # noqa: F841 - DuckDB finds it by its name
            self.connection.execute(f"create table {SCHEMA_NAME}.{table.name} as select * from empty")

    def execute_sql(self, query, *values):
        return self.connection.execute(query.replace("%s", "?"), values).fetchall()

    def make_qualified_table_name(self, name):
        return f"{SCHEMA_NAME}.{name}"

    def escape_column_name(self, name):
        return f'"{name}"'

    def write(self, records):
        for table, rows in keep_news(records, Known(self), Counter()):
            for row in rows:
                keys = " and ".join(f"{column} = ?" for column in table.key)
                self.connection.execute(
                    f"delete from {SCHEMA_NAME}.{table.name} where {keys}", [row[column] for column in table.key]
                )
            written = pa.Table.from_pylist(rows, schema=table.arrow_schema)  # noqa: F841
            self.connection.execute(f"insert into {SCHEMA_NAME}.{table.name} select * from written")

    def add_tracks(self, track_ids):
        seen = Observation(FIRST_DAY, datetime.now(UTC))
        self.write(("tracks", seen.stamp(id=id_)) for id_ in track_ids)

    def select(self, query):
        return self.connection.execute(query).fetchall()

    def read_features(self):
        """The features by track and provider, without the times of loading."""
        cursor = self.connection.execute(f"select * exclude (loaded_at) from {SCHEMA_NAME}.audio_features")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        return {(row.pop("track_id"), row.pop("provider")): row for row in rows}


class Reading:
    """What one reading left: why it is not whole, and how it stopped."""

    def __init__(self):
        self.shortfall = None
        self.stopped = None
        self.reported = Counter()


@pytest.fixture(scope="session")
def world():
    return World()


@pytest.fixture(scope="session")
def track_ids(world):
    """Tracks of several artists, more than the batches of both providers take."""
    view = world.on(FIRST_DAY)
    ids = [
        track["id"]
        for artist_id in world.artist_ids()[:8]
        for album in view.artist_albums(artist_id, ("album",))
        for track in view.album_tracks(album["id"])
    ]
    return sorted(set(ids))[:230]


@pytest.fixture
def features_warehouse(track_ids):
    filled = Warehouse()
    filled.add_tracks(track_ids)
    return filled


@pytest.fixture
def read_features(features_warehouse, tmp_path):
    """Reads the features that the warehouse lacks from a server, and writes them."""
    remembered = []

    def read(server, day=FIRST_DAY, max_wait=0.0, keep_journal=False, write=True):
        settings = ApiSettings(
            CLIENT_ID, CLIENT_SECRET, server.api_url, server.accounts_url, reccobeats_url=server.reccobeats_url
        )
        access = Access(CLIENT_ID, remembered, day)
        reading = Reading()
        journal = Journal(tmp_path / "answers.jsonl")
        with journal.open("test", day), Answers(Client(settings, max_wait=max_wait), journal) as answers:
            reader = AudioFeaturesReader(
                WebApi(answers, access),
                answers,
                ReccoBeats(settings.reccobeats_url, max_wait),
                Known(features_warehouse),
                Observation(day, datetime.now(UTC)),
                lambda kind: reading.reported.update([kind]),
            )
            records = []
            try:
                records.extend(reader.read("tracks"))
            except StoppedEarlyError as error:
                reading.stopped = error
            if write:
                features_warehouse.write(records)
            reading.shortfall = reader.shortfall
        if not keep_journal:
            journal.discard()
        remembered[:] = access.build_rows()
        return reading

    return read
