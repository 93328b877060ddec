"""Listening and datasets in the marts: each source alone, all together, and later builds against a rebuild."""

import json
from collections import Counter
from datetime import date, datetime, timedelta

import duckdb
import pytest

from local_api.accounts import REFRESH_TOKEN
from local_api.catalogue import FIRST_DAY, World
from local_api.listener import MadeUpListener
from local_api.server import serve
from tests.conftest import ROOT, follow, read_rows
from tests.dbt_process import WITHOUT_TESTS
from tests.loader.files.conftest import make_episode, make_play, make_row, write_csv
from tests.warehouse.conftest import read_marts

REAL_DATASET = ROOT.parent / "shared" / "data" / "tracks-with-features.csv"
RECORDED = ROOT.parent / "shared" / "data" / "api-responses"
BUILD = ["build", *WITHOUT_TESTS]
AUDIO = "Streaming_History_Audio_2024_1.json"
BASIC = "StreamingHistory_music_0.json"


def name_track(number):
    return f"{number:022d}"


def play_track(number, ts, **fields):
    """Make a play of one of some tracks, which an export names after their number."""
    return make_play(
        ts=ts,
        uri=f"spotify:track:{name_track(number)}",
        master_metadata_track_name=f"Faixa {number}",
        **fields,
    )


def play_by_name(number, end_time, ms=180_000):
    """Make the same play as the account data has it."""
    return {"endTime": end_time, "artistName": "Conceição", "trackName": f"Faixa {number}", "msPlayed": ms}


# Two evenings, a skip, an episode and a file of the listener's own; a track twice in a row.
PLAYS = [
    play_track(1, "2024-05-01T20:03:00Z"),
    play_track(1, "2024-05-01T20:06:00Z"),
    play_track(2, "2024-05-01T20:06:10Z", ms=9_000, reason_end="fwdbtn"),
    play_track(2, "2024-05-02T23:59:50Z"),
    make_episode(ts="2024-05-02T20:00:00Z", ms=1_800_000),
    make_play(ts="2024-05-02T21:00:00Z", uri="spotify:local:Ana:Fado:Um:180", master_metadata_track_name="Um"),
]


OF_LISTED_TRACKS = """
    select distinct origin from marts.fct_playlist_tracks
    inner join marts.dim_track on fct_playlist_tracks.track_key = dim_track.track_key order by origin
"""
# What the raw tables hold of each day, and what the marts make of it.
SAME_BY_DAY = [
    (
        "select observed_on, playlist_id, position, track_id from raw_spotify.playlist_items "
        "where item_type <> 'missing' order by all",
        "select observed_on, playlist_id, item_position, track_id from marts.fct_playlist_tracks order by all",
    ),
    (
        "select observed_on, track_id from raw_spotify.saved_tracks order by all",
        "select observed_on, track_id from marts.fct_saved_tracks inner join marts.fct_library_listings "
        "on observed_on between first_seen_on and last_seen_on where listing = 'saved_tracks' order by all",
    ),
    (
        "select observed_on, item_type, time_range, rank, item_id from raw_spotify.top_items order by all",
        "select observed_on, item_type, time_range, item_rank, item_id from marts.fct_top_items order by all",
    ),
]


class RecordedLibrary:
    """What Spotify really said of a listener, on every day the same."""

    def on(self, day):
        return self

    def profile(self):
        return {"id": "listener"}

    def plays(self):
        return self._read("recently_played_tracks")["items"]

    def top(self, kind, time_range):
        return [self._read("artist")] if kind == "artists" else self._read("top_tracks")["items"]

    def saved_tracks(self):
        return [{"added_at": None, "track": track} for track in self._read("top_tracks")["items"]]

    def playlists(self):
        return [self._read("playlist_1")]

    def playlist_items(self, playlist_id):
        return self._read("playlist_items")["items"]

    def _read(self, name):
        return json.loads((RECORDED / f"{name}.json").read_text())


@pytest.fixture
def load_history(tmp_path, load):
    """Loads an export that holds files of the given names and entries."""

    def run(files, name):
        folder = tmp_path / name
        folder.mkdir()
        for file_name, entries in files.items():
            (folder / file_name).write_text(json.dumps(entries))
        result = load("history", folder)
        assert result.exit_code == 0, result.errors

    return run


@pytest.fixture
def load_dataset(tmp_path, load):
    """Loads a dataset of the given rows."""

    def run(rows, name):
        result = load("dataset", write_csv(tmp_path / f"{name}.csv", rows), "--name", name)
        assert result.exit_code == 0, result.errors

    return run


def tell_by_api(warehouse, number, played_at, context):
    """Add a play as the Web API's `recently played` has it: no length, but a context."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "insert into raw_spotify.plays (play_id, source, played_at, content_type, uri, track_id, track_name, "
            "artist_name, context_uri, observed_on, loaded_at) "
            "select md5($2::varchar), 'api', $2::timestamptz, 'track', 'spotify:track:' || $1, $1, $3, 'Conceição', "
            "$4, current_date, now()",
            [name_track(number), played_at, f"Faixa {number}", context],
        )


def read_steps(warehouse, entity):
    return read_rows(
        warehouse,
        "select from_layer, to_layer, rows_in, rows_out, drop_reason from marts.rpt_rows_per_layer "
        f"where entity = '{entity}' order by step",
    )


def test_an_export_alone_fills_the_marts(warehouse, load_history, dbt):
    load_history({AUDIO: PLAYS}, "export")
    dbt("build")
    assert read_rows(
        warehouse,
        "select content_type, track_name, origin, is_stream, is_skipped from marts.fct_plays "
        "left join marts.dim_track on fct_plays.track_key = dim_track.track_key order by played_at",
    ) == [
        ("track", "Faixa 1", "heard", True, False),
        ("track", "Faixa 1", "heard", True, False),
        ("track", "Faixa 2", "heard", False, True),
        ("episode", None, None, True, False),
        ("track", "Um", "heard", True, False),
        ("track", "Faixa 2", "heard", True, False),
    ]
    assert read_rows(warehouse, "select artist_name, album_name from marts.dim_artist, marts.dim_album") == [
        ("Conceição", "Fado")
    ]
    assert read_rows(
        warehouse,
        "select plays, streams, skipped_plays, spoken_plays from marts.fct_listening_sessions order by started_at",
    ) == [(3, 2, 1, 0), (1, 1, 0, 1), (1, 1, 0, 0), (1, 1, 0, 0)]
    assert read_rows(warehouse, "select first_day, days, streams from marts.rpt_listening_streaks") == [
        (date(2024, 5, 1), 2, 5)
    ]
    assert read_rows(warehouse, "select first_track_name, streams, tracks from marts.rpt_artists_heard") == [
        ("Faixa 1", 4, 3)
    ]
    # What was merely heard is no part of the catalogue's reports.
    assert read_rows(warehouse, "select count(*) from marts.rpt_release_trends") == [(0,)]


@pytest.mark.deep
def test_the_same_plays_from_the_api_and_two_kinds_of_export_are_one(warehouse, load_history, dbt):
    named = [
        play_by_name(1, "2024-05-01 20:03"),
        play_by_name(3, "2024-05-01 22:00"),
        play_by_name(5, "2024-05-04 12:00"),
    ]
    load_history({BASIC: named}, "basic")
    tell_by_api(warehouse, 1, "2024-05-01 20:06:01+00", "spotify:album:" + "9" * 22)
    tell_by_api(warehouse, 2, "2024-05-03 00:00:05+00", "spotify:playlist:" + "8" * 22)
    tell_by_api(warehouse, 4, "2024-05-04 10:00:00+00", None)
    tell_by_api(warehouse, 5, "2024-05-04 12:00:59+00", None)
    dbt(*BUILD)
    assert read_rows(warehouse, "select count(*) from marts.fct_plays") == [(6,)]

    # The export that tells the same in full comes later, a part of it twice, across midnight.
    load_history({AUDIO: PLAYS[:4]}, "extended")
    load_history({AUDIO: PLAYS[2:]}, "overlapping")
    dbt("build")
    assert read_rows(
        warehouse,
        "select track_id, told_by, export_format, is_in_api, context_type from marts.fct_plays order by played_at",
    ) == [
        (name_track(1), "export", "extended", False, None),
        (name_track(1), "export", "extended", True, "album"),
        (name_track(2), "export", "extended", False, None),
        (
            read_rows(warehouse, "select track_id from marts.dim_track where track_name = 'Faixa 3'")[0][0],
            "export",
            "basic",
            False,
            None,
        ),
        (None, "export", "extended", False, None),
        (
            read_rows(warehouse, "select track_id from marts.dim_track where track_name = 'Um'")[0][0],
            "export",
            "extended",
            False,
            None,
        ),
        (name_track(2), "export", "extended", True, "playlist"),
        (name_track(4), "api", None, True, None),
        # Its names came from the export, its id from the API.
        (name_track(5), "export", "basic", True, None),
    ]
    assert read_steps(warehouse, "plays") == [
        ("raw", "staging", 13, 13, None),
        ("staging", "intermediate", 13, 12, "an extended export tells the same play"),
        ("intermediate", "marts", 12, 9, "an export tells the same play"),
    ]
    grown = read_marts(warehouse)
    dbt(*BUILD, "--full-refresh")
    assert read_marts(warehouse) == grown


@pytest.mark.deep
def test_a_later_build_writes_the_days_and_tracks_that_changed(warehouse, load_history, load_dataset, dbt):
    load_history({AUDIO: [play_track(day, f"2024-05-{day:02d}T20:00:00Z") for day in range(1, 21)]}, "first")
    load_dataset([make_row(2), make_row(3)], "small")
    dbt(*BUILD)
    assert read_rows(warehouse, "select count(*) from marts.fct_plays where completion_share is not null") == [(2,)]

    with duckdb.connect(str(warehouse)) as connection:
        # A row that is written again loses its mark.
        connection.execute("update marts.fct_plays set platform = 'marked'")
        connection.execute("update marts.dim_track set disc_number = 77")
    load_history({AUDIO: [play_track(10, "2024-05-10T21:00:00Z"), play_track(10, "2024-05-10T22:00:00Z")]}, "late")
    # The dataset tells of another track, and not of the second any more.
    load_dataset([make_row(3), make_row(15)], "small")
    dbt(*BUILD)
    written = read_rows(warehouse, "select track_id from marts.fct_plays where platform <> 'marked' order by played_at")
    assert Counter(int(track) for (track,) in written) == {2: 1, 3: 1, 9: 1, 10: 3, 11: 1, 15: 1}
    written = read_rows(warehouse, "select track_id from marts.dim_track where disc_number is null order by track_id")
    assert [int(track) for (track,) in written] == [2, 3, 15]
    assert read_rows(warehouse, "select origin, count(*) from marts.dim_track group by all order by all") == [
        ("dataset", 2),
        ("heard", 18),
    ]

    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update marts.fct_plays set platform = 'ios'")
        connection.execute("update marts.dim_track set disc_number = null")
    grown = read_marts(warehouse)
    dbt(*BUILD, "--full-refresh")
    assert read_marts(warehouse) == grown


@pytest.mark.deep
@pytest.mark.skipif(not REAL_DATASET.exists(), reason="the real dataset is not there")
def test_the_real_dataset_alone_fills_the_marts(warehouse, load, dbt):
    assert load("dataset", REAL_DATASET).exit_code == 0
    dbt("build")
    assert read_rows(warehouse, "select release_decade, tracks, tracks_with_features from marts.rpt_audio_profile") == [
        (2010, 14_369, 14_369)
    ]
    assert {step[2:] for step in read_steps(warehouse, "dataset_tracks")} == {(14_369, 14_369, None)}
    assert read_rows(
        warehouse,
        "select count(*), count(tempo), min(provider), max(provider) from marts.fct_audio_features",
    ) == [(14_369, 14_300, "dataset:tracks-with-features", "dataset:tracks-with-features")]


@pytest.mark.deep
def test_a_dataset_alone_brings_tracks_albums_artists_and_genres(warehouse, load_dataset, dbt):
    load_dataset(
        [
            make_row(1, popularity="10"),
            make_row(1, popularity="90", track_genre="jazz", tempo="99"),
            make_row(2, artists="Ana", track_genre=""),
        ],
        "kaggle",
    )
    dbt("build")
    assert read_rows(
        warehouse,
        "select artist_name, count(*) from marts.bridge_track_artist inner join marts.dim_artist "
        "on bridge_track_artist.artist_durable_key = dim_artist.artist_durable_key group by all order by all",
    ) == [("Ana", 2), ("Bia", 1)]
    assert read_rows(
        warehouse, "select genre_name, tracks, tempo from marts.rpt_audio_profile order by genre_name"
    ) == [("fado", 1, 99.0), ("jazz", 1, 99.0), ("unknown", 1, 120.5)]
    assert read_rows(warehouse, "select album_name from marts.dim_album") == [("Fado",)]
    assert read_steps(warehouse, "dataset_tracks")[1] == (
        "staging", "intermediate", 3, 2, "another row of the dataset is about the track",
    )  # fmt: skip


@pytest.mark.deep
@pytest.mark.skipif(not RECORDED.is_dir(), reason="the folder of test data is not there")
def test_listening_alone_fills_the_marts(warehouse, point_at, load, dbt, monkeypatch):
    library = RecordedLibrary()
    with serve(World(artists=2), day=FIRST_DAY, listener=library) as server:
        point_at(server)
        monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", REFRESH_TOKEN)
        result = load("listening", "--as-of", FIRST_DAY)
        assert (result.exit_code, result.errors) == (0, "")
    dbt("build")
    plays, saved, items = library.plays(), library.saved_tracks(), library.playlist_items(None)
    assert read_rows(
        warehouse,
        "select count(*), count(track_key), count(distinct track_id) from marts.fct_plays where told_by = 'api'",
    ) == [(len(plays), len(plays), len({play["track"]["id"] for play in plays}))]
    heard = Counter(play["track"]["artists"][0]["name"] for play in plays)
    assert dict(read_rows(warehouse, "select artist_name, streams from marts.rpt_artists_heard")) == heard
    assert read_rows(warehouse, "select count(*), count(saved_at) from marts.fct_saved_tracks where is_saved") == [
        (len(saved), 0)
    ]
    assert read_rows(
        warehouse,
        "select playlist_name, item_position, track_name, origin, added_at from marts.fct_playlist_tracks "
        "inner join marts.dim_playlist on fct_playlist_tracks.playlist_key = dim_playlist.playlist_key "
        "inner join marts.dim_track on fct_playlist_tracks.track_key = dim_track.track_key order by item_position",
    ) == [
        (
            library.playlists()[0]["name"],
            place,
            entry["item"]["name"],
            "library",
            datetime.fromisoformat(entry["added_at"]).replace(tzinfo=None),
        )
        for place, entry in enumerate(items)
    ]
    assert read_rows(
        warehouse,
        "select item_type, count(distinct time_range), count(distinct item_rank), count(artist_key), count(track_key) "
        "from marts.fct_top_items group by item_type order by item_type",
    ) == [("artist", 3, 1, 3, 0), ("track", 3, len(saved), 0, 3 * len(saved))]
    assert read_rows(warehouse, "select count(*) from marts.rpt_release_trends where tracks > 0")[0][0] > 0
    assert read_rows(warehouse, "select count(*) from marts.fct_track_popularity") == [(0,)]


@pytest.mark.deep
def test_all_sources_together_and_the_catalogue_takes_the_place_of_what_was_told(
    warehouse, point_at, load, load_history, load_dataset, dbt, monkeypatch
):
    world = World(artists=6, albums_per_artist=2, tracks_per_album=3)
    some, later = world.artist_ids()[:2], FIRST_DAY + timedelta(days=14)
    with serve(world, mode="dev", day=FIRST_DAY, listener=MadeUpListener(world)) as server:
        point_at(server)
        monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", REFRESH_TOKEN)
        assert load(*follow(some), "--as-of", FIRST_DAY).exit_code == 0
        ((track_id, duration_ms),) = read_rows(
            warehouse, "select id, duration_ms from raw_spotify.tracks order by id limit 1"
        )
        ((artist_name, artist_id),) = read_rows(
            warehouse, "select name, id from raw_spotify.artists order by id limit 1"
        )
        load_dataset([make_row(1, artists=artist_name, track_id=track_id), make_row(2, artists=artist_name)], "set")
        assert load("listening", "--as-of", FIRST_DAY).exit_code == 0
        load_history(
            {
                AUDIO: [
                    make_play(uri=f"spotify:track:{track_id}", ms=duration_ms),
                    make_play(ts="2024-06-01T10:00:00Z", uri="spotify:track:" + name_track(2), ms=90_000),
                ]
            },
            "export",
        )
        dbt(*BUILD)
        assert read_rows(warehouse, OF_LISTED_TRACKS) == [("library",), ("spotify",)]
        # Everybody is followed now, and the library is another one.
        server.day = later
        assert load(*follow(world.artist_ids()), "--as-of", later).exit_code == 0
        assert load("listening", "--as-of", later).exit_code == 0
        dbt("build")
    assert read_rows(
        warehouse,
        "select origin, completion_share from marts.fct_plays inner join marts.dim_track "
        "on fct_plays.track_key = dim_track.track_key where told_by = 'export' order by played_at",
    ) == [("spotify", 1.0), ("dataset", 0.5)]
    # A name that only one artist has is that artist.
    assert read_rows(warehouse, f"select artist_ids from marts.dim_track where track_id = '{name_track(2)}'") == [
        (artist_id,)
    ]
    # ReccoBeats is trusted more than the dataset.
    assert read_rows(
        warehouse,
        f"select provider from marts.fct_audio_features where track_id in ('{track_id}', '{name_track(2)}') order by 1",
    ) in ([("dataset:set",), ("reccobeats",)], [("dataset:set",), ("dataset:set",)])
    # The library is as the raw tables have it, day by day.
    assert read_rows(warehouse, OF_LISTED_TRACKS) == [("spotify",)]
    for raw, mart in SAME_BY_DAY:
        expected = read_rows(warehouse, raw)
        assert {row[0] for row in expected} == {FIRST_DAY, later}
        assert read_rows(warehouse, mart) == expected
    assert read_rows(warehouse, "select count(*) from marts.fct_saved_tracks where removed_on = last_seen_on + 14") == (
        read_rows(warehouse, "select count(*) from marts.fct_saved_tracks where not is_saved")
    )
    grown = read_marts(warehouse)
    dbt(*BUILD, "--full-refresh")
    assert read_marts(warehouse) == grown
