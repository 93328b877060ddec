"""Answers as odd as Spotify's: what cannot be loaded is kept aside with the reason, and everything else is loaded."""

import copy

import pytest

from local_api.catalogue import FIRST_DAY, World
from local_api.server import serve
from tests.conftest import read_rows


class Odd:
    """A world with odd objects in place of the first ones of an artist."""

    def __init__(self, world, artist_id):
        self._view = world.on(FIRST_DAY)
        self.artist_id = artist_id
        albums = self._view.artist_albums(artist_id, ("album", "single", "compilation"))
        self.album_id = next(album["id"] for album in albums if album["total_tracks"] >= 5)
        self.artist_changes = {}
        self.album_changes = {}
        self.track_changes = [{}, {}, {}, {}, {}]

    def on(self, _day):
        return self

    def __getattr__(self, name):
        return getattr(self._view, name)

    def artist(self, artist_id):
        artist = self._view.artist(artist_id)
        return {**artist, **self.artist_changes} if artist_id == self.artist_id else artist

    def album(self, album_id):
        album = self._view.album(album_id)
        return {**album, **self.album_changes} if album_id == self.album_id else album

    def album_tracks(self, album_id):
        tracks = copy.deepcopy(list(self._view.album_tracks(album_id)))
        if album_id == self.album_id:
            for track, changes in zip(tracks, self.track_changes, strict=False):
                track.update(changes)
        return tracks


@pytest.fixture
def odd():
    world = World(seed=11, artists=10)
    return Odd(world, world.artist_ids()[0])


@pytest.fixture
def load_odd(odd, warehouse, point_at, load):
    def run():
        with serve(odd, day=FIRST_DAY) as server:
            point_at(server)
            result = load("--quiet", "--artist", odd.artist_id, "--as-of", FIRST_DAY)
        assert result.exit_code == 0, result.errors
        return {
            (object_type, object_id): reason
            for object_type, object_id, reason in read_rows(
                warehouse, "select object_type, object_id, reason from raw_spotify.rejected_objects"
            )
        }

    return run


def test_an_object_of_unexpected_types_is_kept_aside_and_the_rest_is_loaded(odd, load_odd, warehouse):
    odd.artist_changes = {"followers": {"href": None, "total": "many"}}
    odd.album_changes = {"name": ["not", "a", "name"]}
    odd.track_changes = [{"duration_ms": {"ms": 1}}]
    expected = len(odd.album_tracks(odd.album_id)) - 1
    assert load_odd() == {
        ("artist", odd.artist_id): "total is not a number but str",
        ("album", odd.album_id): "name is not a text but list",
        ("track", ""): "duration_ms is not a number but dict",
    }
    tracks = f"select count(*) from raw_spotify.tracks where album_id = '{odd.album_id}'"
    assert read_rows(warehouse, tracks) == [(expected,)]
    assert read_rows(warehouse, "select rows_rejected from raw_spotify.load_runs") == [(3,)]


def test_an_unexpected_new_field_is_ignored(odd, load_odd):
    odd.artist_changes = {"mood": {"today": ["good"]}}
    odd.album_changes = {"sleeve_notes": [None, 7]}
    odd.track_changes = [{"key_change": True}]
    assert load_odd() == {}


def test_names_of_any_kind_come_through_as_they_are(odd, load_odd, warehouse):
    names = ["光 ☀️", "نور", "e\u0301 is not \u00e9", "a\u202eb", "'; drop table tracks; --"]
    odd.track_changes = [{"name": name} for name in names]
    assert load_odd() == {}
    stored = read_rows(
        warehouse, f"select name from raw_spotify.tracks where album_id = '{odd.album_id}' order by track_number"
    )
    assert [name for (name,) in stored[:5]] == names


@pytest.mark.deep
@pytest.mark.parametrize(
    ("release_date", "precision"), [("0000", "year"), (None, None), ("2024-02", "month"), ("soon", "day")]
)
def test_release_dates_come_as_they_are(odd, load_odd, warehouse, release_date, precision):
    odd.album_changes = {"release_date": release_date, "release_date_precision": precision}
    assert load_odd() == {}
    stored = f"select release_date, release_date_precision from raw_spotify.albums where id = '{odd.album_id}'"
    assert read_rows(warehouse, stored) == [(release_date, precision)]


def test_local_files_and_episodes_in_the_place_of_tracks_are_passed_over(odd, load_odd, warehouse):
    odd.track_changes = [
        {"id": None, "is_local": True, "uri": "spotify:local:artist:album:title:100"},
        {"type": "episode", "show": {"id": "x"}},
    ]
    before = len(odd.album_tracks(odd.album_id))
    assert load_odd() == {}
    tracks = f"select count(*) from raw_spotify.tracks where album_id = '{odd.album_id}'"
    assert read_rows(warehouse, tracks) == [(before - 2,)]


def test_gaps_in_lists_are_passed_over(odd, load_odd, warehouse):
    odd.artist_changes = {"genres": ["pop", None, "rock"]}
    odd.album_changes = {"artists": [None, *odd.album(odd.album_id)["artists"]]}
    assert load_odd() == {}
    assert read_rows(warehouse, "select genre_ids from raw_spotify.artists") == [("pop,rock",)]


def test_whole_numbers_sent_with_a_fraction_are_whole(odd, load_odd, warehouse):
    odd.artist_changes = {"popularity": 42.0, "followers": {"total": 12.0}}
    assert load_odd() == {}
    measured = "select popularity, followers from raw_spotify.artist_metrics"
    assert read_rows(warehouse, measured) == [(42, 12)]
