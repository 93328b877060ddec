"""What Spotify said becomes rows of the raw tables; what was not said becomes null, or no row."""

import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loader.raw.observation import Observation, build_or_reject
from loader.raw.tables import TABLES
from loader.spotify.rows import (
    build_album_rows,
    build_artist_rows,
    build_track_metric_rows,
    build_track_rows,
    encode_genre,
)

SEEN = Observation(date(2026, 9, 7), datetime(2026, 9, 7, 8, 30, tzinfo=UTC))

ARTIST = {
    "id": "artist1",
    "name": "Ñandú",
    "genres": ["trap latino", "música popular"],
    "popularity": 71,
    "followers": {"href": None, "total": 993843},
}
ALBUM = {
    "id": "album1",
    "name": "Day/Night",
    "album_type": "album",
    "release_date": "2023",
    "release_date_precision": "year",
    "total_tracks": 19,
    "artists": [{"id": "artist1", "name": "Ñandú"}, {"id": "artist2", "name": "光"}],
    "popularity": 50,
}
TRACK = {
    "id": "track1",
    "name": "Shadow",
    "disc_number": 1,
    "track_number": 2,
    "duration_ms": 184881,
    "explicit": False,
    "artists": [{"id": "artist1", "name": "Ñandú"}],
}


def collect(records):
    rows = {}
    for table, row in records:
        rows.setdefault(table, []).append(row)
    return rows


def test_an_artist_gives_attributes_genres_and_the_days_measures():
    rows = collect(build_artist_rows("artist1", ARTIST, SEEN))
    assert rows["artists"] == [SEEN.stamp(id="artist1", name="Ñandú", genre_ids="trap latino,m%C3%BAsica popular")]
    assert rows["genres"] == [
        SEEN.stamp(id="trap latino", name="trap latino"),
        SEEN.stamp(id="m%C3%BAsica popular", name="música popular"),
    ]
    assert rows["artist_metrics"] == [SEEN.stamp(artist_id="artist1", popularity=71, followers=993843)]


def test_what_a_development_app_is_not_shown_gives_no_measurement():
    shown = {key: value for key, value in ARTIST.items() if key not in {"popularity", "followers"}}
    assert "artist_metrics" not in collect(build_artist_rows("artist1", shown, SEEN))
    assert "album_metrics" not in collect(
        build_album_rows("album1", {**ALBUM, "popularity": None}, SEEN, SEEN.observed_on)
    )
    assert collect(build_track_metric_rows("track1", TRACK, SEEN)) == {}


def test_no_genres_and_genres_not_shown_are_two_things():
    assert collect(build_artist_rows("artist1", {**ARTIST, "genres": []}, SEEN))["artists"][0]["genre_ids"] == ""
    shown = {key: value for key, value in ARTIST.items() if key != "genres"}
    assert collect(build_artist_rows("artist1", shown, SEEN))["artists"][0]["genre_ids"] is None


def test_zero_followers_are_a_measurement():
    rows = collect(build_artist_rows("artist1", {**ARTIST, "popularity": None, "followers": {"total": 0}}, SEEN))
    assert rows["artist_metrics"] == [SEEN.stamp(artist_id="artist1", popularity=None, followers=0)]


def test_an_album_keeps_its_credits_in_order_and_its_release_date_as_it_came():
    rows = collect(build_album_rows("album1", ALBUM, SEEN, SEEN.observed_on))
    assert rows["albums"][0]["artist_ids"] == "artist1,artist2"
    assert rows["albums"][0]["release_date"] == "2023"
    assert rows["credited_artists"] == [
        SEEN.stamp(id="artist1", name="Ñandú"),
        SEEN.stamp(id="artist2", name="光"),
    ]


def test_a_track_belongs_to_the_album_that_lists_it():
    rows = collect(build_track_rows("track1", TRACK, "album1", SEEN))
    assert rows["tracks"][0]["album_id"] == "album1"
    assert rows["tracks"][0]["duration_ms"] == 184881


def test_whole_numbers_that_come_with_a_fraction_are_whole():
    assert (
        collect(build_album_rows("album1", {**ALBUM, "total_tracks": 19.0}, SEEN, SEEN.observed_on))["albums"][0][
            "total_tracks"
        ]
        == 19
    )


def test_a_measure_belongs_to_the_track_that_was_asked_for():
    relinked = {**TRACK, "id": "another", "popularity": 12}
    assert collect(build_track_metric_rows("track1", relinked, SEEN))["track_metrics"][0]["track_id"] == "track1"


@pytest.mark.parametrize(
    ("build", "given_object"),
    [
        (lambda artist, seen: build_artist_rows("artist1", artist, seen), ARTIST),
        (lambda album, seen: build_album_rows("album1", album, seen, None), ALBUM),
        (lambda track, seen: build_track_rows("track1", track, "album1", seen), TRACK),
        (lambda track, seen: build_track_metric_rows("track1", {**track, "popularity": 3}, seen), TRACK),
    ],
)
def test_every_row_has_exactly_the_declared_columns(build, given_object):
    for table, row in build(given_object, SEEN):
        assert set(row) == set(TABLES[table].column_names)
        pa.Table.from_pylist([row], schema=TABLES[table].arrow_schema)


@given(st.lists(st.text(min_size=1), unique=True))
def test_genre_ids_are_ascii_without_the_separator_and_no_two_genres_share_one(genres):
    ids = [encode_genre(genre) for genre in genres]
    assert all(id_.isascii() and "," not in id_ for id_ in ids)
    assert len(set(ids)) == len(genres)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": 7}, "name is not a text but int"),
        ({"followers": 12}, "followers is not an object but int"),
        ({"followers": {"total": "many"}}, "total is not a number but str"),
        ({"popularity": 70.5}, "popularity is not a whole number of 64 bits"),
        ({"popularity": True}, "popularity is not a number but bool"),
        ({"popularity": 2**70}, "popularity is not a whole number of 64 bits"),
        ({"genres": "pop"}, "genres is not a list but str"),
        ({"genres": ["pop", 3]}, "genres hold not a text but int"),
        ({"name": "half a character \ud83d"}, "name is not valid Unicode"),
    ],
)
def test_an_object_with_an_unexpected_value_is_kept_aside_whole_with_the_reason(change, reason):
    artist = {**ARTIST, **change}
    records = build_or_reject("artist", "artist1", artist, SEEN, lambda: build_artist_rows("artist1", artist, SEEN))
    assert [name for name, _ in records] == ["rejected_objects"]
    assert records[0][1]["reason"] == reason
    assert json.loads(records[0][1]["body"]) == artist


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(
    artist=st.one_of(JSON, st.fixed_dictionaries({}, optional=dict.fromkeys(ARTIST, JSON))),
    album=st.one_of(JSON, st.fixed_dictionaries({}, optional=dict.fromkeys(ALBUM, JSON))),
    track=st.one_of(JSON, st.fixed_dictionaries({}, optional=dict.fromkeys(TRACK, JSON))),
)
def test_whatever_comes_either_fits_the_raw_tables_or_is_kept_aside(artist, album, track):
    records = [
        *build_or_reject("artist", "a", artist, SEEN, lambda: build_artist_rows("a", artist, SEEN)),
        *build_or_reject("album", "b", album, SEEN, lambda: build_album_rows("b", album, SEEN, None)),
        *build_or_reject("track", "c", track, SEEN, lambda: build_track_rows("c", track, "b", SEEN)),
        *build_or_reject("track", "c", track, SEEN, lambda: build_track_metric_rows("c", track, SEEN)),
    ]
    assert records
    for table, row in records:
        pa.Table.from_pylist([row], schema=TABLES[table].arrow_schema)
