"""A folder of real API objects: what it holds is served, what it only mentions is completed."""

from __future__ import annotations

import json
from datetime import date

import pytest

from local_api.contract import CatalogueError
from local_api.folder import Folder
from tests.conftest import REAL_DAYS

OWN_GROUPS = ("album", "single", "compilation")
ARTIST, GUEST, ALBUM, SINGLE = "A" * 22, "G" * 22, "L" * 22, "S" * 22


def credit(id_, name):
    return {"id": id_, "name": name, "type": "artist"}


def make_track(id_, number, *artists, **more):
    return {
        "id": id_,
        "name": f"Song {number}",
        "artists": list(artists) or [credit(ARTIST, "Ann")],
        "disc_number": 1,
        "track_number": number,
        **more,
    }


def make_album(id_, tracks, **more):
    return {
        "id": id_,
        "name": f"Record {id_[0]}",
        "album_type": "album",
        "artists": [credit(ARTIST, "Ann")],
        "release_date": "2020-05-01",
        "popularity": 40,
        "label": "Own",
        "copyrights": [],
        "external_ids": {"upc": "1"},
        "genres": [],
        "tracks": {"items": tracks, "next": None, "total": len(tracks)},
        **more,
    }


@pytest.fixture
def write(tmp_path):
    def write_day(day, artists=(), albums=(), tracks=(), **more):
        content = {"artists": artists, "albums": albums, "tracks": tracks, **more}
        (tmp_path / f"{day}.json").write_text(json.dumps(content), encoding="utf-8")
        return tmp_path

    return write_day


@pytest.fixture
def view(write):
    artist = {**credit(ARTIST, "Ann"), "popularity": 60, "followers": {"total": 5}, "genres": ["folk"]}
    page = [make_track("1" * 22, 1), make_track("2" * 22, 2, credit(ARTIST, "Ann"), credit(GUEST, "Gus"))]
    single = {"id": SINGLE, "name": "Single", "album_type": "single", "release_date": "2021"}
    single["artists"] = [credit(GUEST, "Gus")]
    whole = make_track("3" * 22, 1, credit(GUEST, "Gus"), album=single, external_ids={"isrc": "X"}, popularity=9)
    return Folder(write("2025-06-02", [artist], [make_album(ALBUM, page)], [whole])).on(date(2025, 6, 2))


def test_whole_objects_are_served_as_they_are(view):
    assert view.artist(ARTIST)["followers"] == {"total": 5}
    assert view.track("3" * 22)["external_ids"] == {"isrc": "X"}


def test_a_track_known_from_an_album_takes_the_albums_popularity(view):
    track = view.track("2" * 22)
    assert track["popularity"] == 40
    assert track["external_ids"] == {}
    assert track["album"]["id"] == ALBUM
    assert not track["album"].keys() & {"tracks", "label", "popularity"}


def test_an_artist_known_by_name_has_no_invented_measures(view):
    assert view.artist(GUEST) == {**credit(GUEST, "Gus"), "genres": [], "images": []}


def test_an_album_known_from_a_track_holds_that_track(view):
    album = view.album(SINGLE)
    assert album["name"] == "Single"
    assert not album.keys() & {"popularity", "label"}
    assert view.album_tracks(SINGLE) == [make_track("3" * 22, 1, credit(GUEST, "Gus"))]


def test_what_the_folder_does_not_mention_is_absent(view):
    nobody = "N" * 22
    assert view.artist(nobody) is view.album(nobody) is view.track(nobody) is None
    assert view.artist_albums(nobody, OWN_GROUPS) is view.album_tracks(nobody) is None
    assert view.top_tracks(nobody) is view.audio_features("1" * 22) is None


def test_groups_tell_own_albums_from_appearances(view):
    def list_albums(artist, *groups):
        return [(album["id"], album["album_group"]) for album in view.artist_albums(artist, groups)]

    assert list_albums(ARTIST, *OWN_GROUPS) == [(ALBUM, "album")]
    assert list_albums(ARTIST, "single") == []
    assert list_albums(GUEST, *OWN_GROUPS, "appears_on") == [(SINGLE, "single"), (ALBUM, "appears_on")]


def test_audio_features_are_served_where_the_folder_has_them(write):
    folder = Folder(write("2025-06-02", audio_features=[{"id": "1" * 22, "tempo": 120.0}]))
    assert folder.on(date(2025, 6, 2)).audio_features("1" * 22)["tempo"] == 120.0


def test_odd_entries_are_served_as_they_are(write):
    page = [None, make_track(None, 1, is_local=True), make_track("1" * 22, 2)]
    albums = [make_album(ALBUM, page, release_date=None), make_album(SINGLE, [])]
    view = Folder(write("2025-06-02", [], albums)).on(date(2025, 6, 2))
    assert view.album_tracks(ALBUM) == page
    assert [album["id"] for album in view.artist_albums(ARTIST, OWN_GROUPS)] == [SINGLE, ALBUM]


def test_a_day_without_a_file_looks_like_the_latest_earlier_one(write):
    write("2025-06-02", [{**credit(ARTIST, "Ann")}])
    folder = Folder(write("2025-06-04", [{**credit(ARTIST, "Anne")}]))
    names = [folder.on(date(2025, 6, day)).artist(ARTIST)["name"] for day in (2, 3, 4, 30)]
    assert names == ["Ann", "Ann", "Anne", "Anne"]
    assert folder.artist_ids() == [ARTIST]


def test_a_day_before_the_first_is_refused(write):
    with pytest.raises(CatalogueError, match="its first day is 2025-06-02"):
        Folder(write("2025-06-02")).on(date(2025, 6, 1))


def test_a_folder_without_days_is_refused(tmp_path):
    (tmp_path / "notes.json").write_text("{}")
    with pytest.raises(CatalogueError, match="no file named"):
        Folder(tmp_path)
    with pytest.raises(CatalogueError, match="is not a folder"):
        Folder(tmp_path / "elsewhere")


@pytest.mark.parametrize("text", ["{", "[]", '{"artists": []}', '{"artists": [], "albums": [1], "tracks": []}', "\x80"])
def test_a_broken_file_is_refused_in_one_line(tmp_path, text):
    (tmp_path / "2025-06-02.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(CatalogueError, match=r"2025-06-02\.json") as refused:
        Folder(tmp_path).on(date(2025, 6, 2))
    assert "\n" not in str(refused.value)


@pytest.mark.skipif(not REAL_DAYS.is_dir(), reason="the folder of test data is not there")
@pytest.mark.parametrize("mode", ["extended", "dev"])
def test_the_real_days_list_25_albums_and_335_tracks(connect, mode):
    folder = Folder(REAL_DAYS)
    assert len(folder.days) == 4
    client = connect(folder, mode=mode, day=folder.days[0])
    followers = set()
    for day in folder.days:
        client.server.day = day
        albums, tracks, artists = set(), set(), set(folder.artist_ids())
        for artist_id in folder.artist_ids():
            followers.add(str(client.get(f"artists/{artist_id}").get("followers")))
            listed = client.walk(f"artists/{artist_id}/albums", include_groups=",".join(OWN_GROUPS), limit=10)
            albums |= {album["id"] for album in listed}
        for album_id in albums:
            for track in client.walk(f"albums/{album_id}/tracks", limit=50):
                tracks.add(track["id"])
                artists |= {artist["id"] for artist in track["artists"]}
        assert (len(albums), len(tracks), len(artists)) == (25, 335, 17)
    assert len(followers) == (20 if mode == "extended" else 1)
