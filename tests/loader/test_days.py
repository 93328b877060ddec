"""Days of a changing world, loaded in order, late and again: what the raw tables hold then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loader.raw.tables import TABLES
from local_api.catalogue import FIRST_DAY, World
from local_api.server import serve
from tests.conftest import follow, read_raw, read_rows

LAST_DAY = FIRST_DAY + timedelta(days=28)


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.fixture
def play(world, warehouse, point_at, load):
    """Loads the given days of the followed artists, one after the other."""

    def run(days, mode="extended", artist_ids=None):
        with serve(world, mode=mode, day=days[0]) as server:
            point_at(server)
            arguments = follow(artist_ids or world.artist_ids())
            for day in days:
                server.day = day
                result = load("--quiet", *arguments, "--as-of", day)
                assert result.exit_code == 0, result.errors
        return read_raw(warehouse)

    return run


def names_of(world, day):
    return {id_: world.on(day).artist(id_)["name"] for id_ in world.artist_ids()}


@pytest.mark.deep
def test_the_last_day_is_what_the_entities_hold_and_every_day_is_measured(play, world, warehouse):
    raw = play([FIRST_DAY, LAST_DAY])
    assert dict(read_rows(warehouse, "select id, name from raw_spotify.artists")) == names_of(world, LAST_DAY)
    assert names_of(world, FIRST_DAY) != names_of(world, LAST_DAY), "somebody was renamed"
    assert len(raw["artist_metrics"]) == 2 * len(world.artist_ids())


@pytest.mark.deep
def test_a_load_in_parts_leaves_the_same_rows(play, world, warehouse, monkeypatch):
    days, artist_ids = [FIRST_DAY, LAST_DAY], world.artist_ids()[:4]
    at_once = play(days, artist_ids=artist_ids)
    warehouse.unlink()
    monkeypatch.setattr("loader.load.catalogue._ROWS_A_PART", 50)
    assert play(days, artist_ids=artist_ids) == at_once
    parts = read_rows(warehouse, "select count(*) from raw_spotify._dlt_loads")[0][0]
    assert parts > 3 * len(days), "each load has more parts than the three that every load has"


@pytest.mark.deep
def test_a_late_day_adds_its_measures_and_leaves_the_newer_attributes(play, world):
    in_order = play([FIRST_DAY, LAST_DAY])
    late = play([LAST_DAY, FIRST_DAY])
    assert late["artists"] == in_order["artists"]
    for table in ("artist_metrics", "album_metrics", "track_metrics"):
        assert late[table] == in_order[table]


@pytest.mark.deep
def test_what_is_withdrawn_is_noted_as_absent_once_and_comes_back(play, world, warehouse):
    days = [FIRST_DAY + timedelta(days=offset) for offset in range(0, 29, 7)]
    play(days)
    absent = read_rows(warehouse, "select object_type, object_id, observed_on from raw_spotify.absences")
    assert any(object_type == "track" for object_type, *_ in absent)
    for object_type, object_id, observed_on in absent:
        view = world.on(observed_on)
        assert (view.track(object_id) if object_type == "track" else view.album(object_id)) is None
    assert len(absent) == len({object_id for _, object_id, _ in absent}), "absence is asked for once, not every day"
    tracks = {id_ for (id_,) in read_rows(warehouse, "select id from raw_spotify.tracks")}
    present = {id_ for id_ in tracks if world.on(days[-1]).track(id_) is not None}
    seen_last = {
        id_ for (id_,) in read_rows(warehouse, f"select id from raw_spotify.tracks where observed_on = '{days[-1]}'")
    }
    assert seen_last == present


def test_a_refusal_is_not_an_absence(play, world, warehouse):
    """A development app is refused the batches that an extended app asks with."""
    artist_ids = world.artist_ids()[:5]
    play([FIRST_DAY, FIRST_DAY + timedelta(days=1)], mode="dev", artist_ids=artist_ids)
    view = world.on(FIRST_DAY + timedelta(days=1))
    for object_type, object_id in read_rows(warehouse, "select object_type, object_id from raw_spotify.absences"):
        assert (view.track(object_id) if object_type == "track" else view.album(object_id)) is None


@pytest.mark.deep
def test_both_kinds_of_app_bring_the_same_objects(play, world, warehouse):
    artist_ids = world.artist_ids()[:8]
    extended = play([FIRST_DAY], artist_ids=artist_ids)
    warehouse.unlink()
    development = play([FIRST_DAY], mode="dev", artist_ids=artist_ids)
    for table in ("artists", "albums", "tracks", "credited_artists", "genres"):
        assert development[table] == extended[table]
    for table in ("artist_metrics", "album_metrics", "track_metrics"):
        assert extended[table]
        assert development[table] == []


def test_every_declared_column_exists_after_a_run_that_never_saw_it(play, world, warehouse):
    play([FIRST_DAY], mode="dev", artist_ids=world.artist_ids()[:1])
    columns = read_rows(
        warehouse,
        "select table_name || '.' || column_name from information_schema.columns where table_schema = 'raw_spotify'",
    )
    assert {("track_metrics.popularity",), ("artist_metrics.followers",), ("absences.object_id",)} <= set(columns)


class Moved:
    """A world in which a track has moved, on the second day, from its album to one in nobody's listing."""

    def __init__(self, world, artist_id):
        view = world.on(FIRST_DAY)
        groups = ("album", "single", "compilation")
        self.left = view.artist_albums(artist_id, groups)[0]["id"]
        self.track_id = view.album_tracks(self.left)[0]["id"]
        others = [
            one for other in world.artist_ids() if other != artist_id for one in view.artist_albums(other, groups)
        ]
        self.entered = next(one for one in others if artist_id not in {credit["id"] for credit in one["artists"]})
        self._first, self._view = FIRST_DAY, view
        self._has_moved = False

    def on(self, day):
        self._has_moved = day > self._first
        return self

    def __getattr__(self, name):
        return getattr(self._view, name)

    def album_tracks(self, album_id):
        tracks = self._view.album_tracks(album_id)
        is_left = self._has_moved and album_id == self.left
        return [track for track in tracks if track["id"] != self.track_id] if is_left else tracks

    def track(self, track_id):
        track = self._view.track(track_id)
        return {**track, "album": self.entered} if self._has_moved and track_id == self.track_id else track


@pytest.mark.deep
def test_a_track_that_moved_to_an_unknown_album_brings_the_album(world, warehouse, point_at, load):
    artist_id = world.artist_ids()[0]
    moved = Moved(world, artist_id)
    for day in (FIRST_DAY, FIRST_DAY + timedelta(days=1)):
        with serve(moved, day=day) as server:
            point_at(server)
            assert load("--quiet", "--artist", artist_id, "--as-of", day).exit_code == 0
    assert read_rows(
        warehouse,
        "select track.album_id, album.name, album.observed_on from raw_spotify.tracks as track "
        f"join raw_spotify.albums as album on album.id = track.album_id where track.id = '{moved.track_id}'",
    ) == [(moved.entered["id"], moved.entered["name"], FIRST_DAY + timedelta(days=1))]


@pytest.mark.deep
def test_a_warehouse_from_before_a_column_gets_it_with_the_next_load(load_demo, warehouse, monkeypatch):
    now = TABLES["albums"]
    before = tuple(column for column in now.columns if column[0] != "total_tracks")
    with monkeypatch.context() as patch:
        patch.setitem(TABLES, "albums", replace(now, columns=before))
        assert load_demo("--quiet", "--as-of", FIRST_DAY).exit_code == 0
    result = load_demo("--quiet", "--as-of", FIRST_DAY + timedelta(days=1))
    assert result.exit_code == 0, result.errors
    assert read_rows(warehouse, "select count(total_tracks) > 0 from raw_spotify.albums") == [(True,)]
