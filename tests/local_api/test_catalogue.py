"""The made-up world: the same everywhere, believable, and moving from day to day."""

from __future__ import annotations

import json
import re
import tracemalloc
import unicodedata
from datetime import timedelta
from itertools import pairwise

import pytest

from local_api.catalogue import FIRST_DAY, World
from local_api.contract import CatalogueError
from local_api.mixing import IdCodec

OWN_GROUPS = ("album", "single", "compilation")
DAYS = [FIRST_DAY + timedelta(days=number) for number in range(22)]
MEASURES = {"popularity", "followers"}


def take_stock(world, day):
    """Everything that a loader following all artists finds on a day: artists, albums and tracks by id."""
    view = world.on(day)
    artists = {id_: view.artist(id_) for id_ in world.artist_ids()}
    albums = {
        listed["id"]: view.album(listed["id"]) for id_ in artists for listed in view.artist_albums(id_, OWN_GROUPS)
    }
    tracks = {track["id"]: view.track(track["id"]) for id_ in albums for track in view.album_tracks(id_)}
    return artists, albums, tracks


@pytest.fixture(scope="module")
def days(world):
    return [take_stock(world, day) for day in DAYS]


@pytest.fixture(scope="module")
def first(days):
    return days[0]


def test_the_same_seed_makes_the_same_world():
    again = [json.dumps(take_stock(World(seed=3, artists=10), FIRST_DAY)) for _ in range(2)]
    assert again[0] == again[1]


def test_another_seed_makes_another_world():
    ids = [set(World(seed=seed, artists=10).artist_ids()) for seed in (3, 4)]
    names = [[artist["name"] for artist in take_stock(World(seed, 10), FIRST_DAY)[0].values()] for seed in (3, 4)]
    assert not ids[0] & ids[1]
    assert names[0] != names[1]


def test_a_day_is_the_same_whichever_days_were_seen_before(world):
    days_later = DAYS[20]
    assert take_stock(World(), days_later) == take_stock(world, days_later)


def test_the_default_world_is_small_and_whole(first):
    artists, albums, tracks = first
    assert len(artists) == 40
    assert 200 < len(albums) < 500
    assert 2000 < len(tracks) < 5000


def test_ids_look_like_spotifys_and_are_all_different(first):
    ids = [id_ for objects in first for id_ in objects]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[0-7][0-9A-Za-z]{21}", id_) for id_ in ids)


@pytest.mark.parametrize("number", [0, 1, 12345, 2**40 + 1, 2**64 - 1])
def test_an_id_can_be_read_back(number):
    assert IdCodec(7, "track").decode(IdCodec(7, "track").encode(number)) == number


def test_an_id_means_nothing_to_another_world_or_kind(world):
    artist_id = world.artist_ids()[0]
    view = world.on(FIRST_DAY)
    assert World(seed=99).on(FIRST_DAY).artist(artist_id) is None
    assert view.album(artist_id) is None
    assert view.track(artist_id) is None
    assert view.artist("4q3ewBCX7sLwd24euuV69X") is None
    assert view.artist("not an id") is None
    assert view.artist_albums("z" * 22, OWN_GROUPS) is None


def test_names_come_in_many_scripts(first):
    letters = "".join(item["name"] for objects in first for item in objects.values())
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in set(letters) if letter.isalpha()}
    assert {"LATIN", "CYRILLIC", "HIRAGANA", "CJK", "HANGUL", "ARABIC"} <= scripts
    assert any(letter in letters for letter in "ñãéß")


def test_a_larger_world_adds_greek_emoji_and_combining_marks():
    view_ = World(artists=600).on(FIRST_DAY)
    names = "".join(view_.artist(id_)["name"] for id_ in World(artists=600).artist_ids())
    assert any("GREEK" in unicodedata.name(letter, "") for letter in names)
    assert "🌙" in names
    assert any(unicodedata.combining(letter) for letter in names)


def test_some_artists_have_no_genre_and_some_genres_are_not_ascii(first):
    genres = [artist["genres"] for artist in first[0].values()]
    assert [] in genres
    assert any(not name.isascii() for several in genres for name in several)
    assert all(len(several) == len(set(several)) <= 3 for several in genres)


def test_release_dates_have_all_three_precisions(first):
    forms = {"year": r"\d{4}", "month": r"\d{4}-\d\d", "day": r"\d{4}-\d\d-\d\d"}
    seen = set()
    for album in first[1].values():
        seen.add(album["release_date_precision"])
        assert re.fullmatch(forms[album["release_date_precision"]], album["release_date"])
        assert album["release_date"] <= FIRST_DAY.isoformat()
    assert seen == set(forms)


def test_albums_are_of_all_types_and_some_are_long(first):
    albums = first[1].values()
    assert {album["album_type"] for album in albums} == set(OWN_GROUPS)
    assert any(album["total_tracks"] > 50 for album in albums)
    assert any(album["total_tracks"] == 1 for album in albums)


def test_an_albums_tracks_are_numbered_without_gap_or_double(world, first):
    view = world.on(FIRST_DAY)
    whole = 0
    for id_, album in first[1].items():
        places = [(track["disc_number"], track["track_number"]) for track in view.album_tracks(id_)]
        assert len(places) == album["total_tracks"] == len(set(places))
        assert places == sorted(places)
        whole += places[-1][0] > 1
    assert whole, "no album has several discs"


def test_a_track_tells_of_its_album_what_the_album_says(world, first):
    _, albums, tracks = first
    view = world.on(FIRST_DAY)
    for id_, album in list(albums.items())[:50]:
        for simple in view.album_tracks(id_):
            whole = tracks[simple["id"]]
            assert {field: whole[field] for field in simple} == simple
            assert whole["album"].items() <= album.items()


def test_artists_work_together(world, first):
    artists, albums, tracks = first
    assert any(len(album["artists"]) > 1 for album in albums.values())
    guests = {
        credit["id"]
        for track in tracks.values()
        for credit in track["artists"]
        if credit["id"] not in {owner["id"] for owner in track["album"]["artists"]}
    }
    assert guests & artists.keys(), "nobody with records of their own is a guest"
    assert guests - artists.keys(), "nobody is a guest only"
    assert all(world.on(FIRST_DAY).artist(id_) for id_ in guests)


def test_an_artist_lists_exactly_the_albums_that_credit_them(world, first):
    view = world.on(FIRST_DAY)
    albums = first[1].values()
    guests = {
        credit["id"]: credit
        for album in albums
        for track in view.album_tracks(album["id"])
        for credit in track["artists"]
    }
    for artist_id in guests:
        own = {a["id"] for a in albums if artist_id in [credit["id"] for credit in a["artists"]]}
        appears = {
            album["id"]
            for album in albums
            for track in view.album_tracks(album["id"])
            if artist_id in [credit["id"] for credit in track["artists"]]
        }
        listed = view.artist_albums(artist_id, (*OWN_GROUPS, "appears_on"))
        assert {a["id"] for a in listed if a["album_group"] != "appears_on"} == own
        assert {a["id"] for a in listed if a["album_group"] == "appears_on"} == appears - own
        assert len(listed) == len(appears)


def test_listings_begin_with_the_newest(world):
    view = world.on(FIRST_DAY)
    for id_ in world.artist_ids():
        dates = [album["release_date"] for album in view.artist_albums(id_, OWN_GROUPS)]
        assert [date[:4] for date in dates] == sorted((date[:4] for date in dates), reverse=True)


def test_top_tracks_are_the_most_popular(world, first):
    artist_id = world.artist_ids()[0]
    top = world.on(FIRST_DAY).top_tracks(artist_id)
    credited = [t for t in first[2].values() if artist_id in [credit["id"] for credit in t["artists"]]]
    assert [t["popularity"] for t in top] == sorted((t["popularity"] for t in credited), reverse=True)[:10]


def test_popularity_stays_within_0_and_100_and_moves(days):
    changed = set()
    for before, after in pairwise(days):
        for kind, (old, new) in enumerate(zip(before, after, strict=True)):
            for id_ in old.keys() & new.keys():
                assert 0 <= new[id_]["popularity"] <= 100
                step = new[id_]["popularity"] - old[id_]["popularity"]
                assert abs(step) <= 8, "nobody jumps overnight"
                if step:
                    changed.add(kind)
    assert changed == {0, 1, 2}


def test_there_are_climbers_and_fallers(days):
    early, late = days[0][2], days[-1][2]
    changes = [late[id_]["popularity"] - early[id_]["popularity"] for id_ in early.keys() & late.keys()]
    assert max(changes) >= 12
    assert min(changes) <= -8
    assert sum(abs(change) <= 5 for change in changes) > len(changes) / 2


def test_followers_move_daily(days):
    for before, after in pairwise(days):
        moved = sum(before[0][id_]["followers"] != after[0][id_]["followers"] for id_ in before[0])
        assert moved > len(before[0]) / 2
        for id_, old in before[0].items():
            step = after[0][id_]["followers"]["total"] / old["followers"]["total"] - 1
            assert -0.02 < step < 0.15, "not even the artist of the hit finds a crowd overnight"


def test_within_weeks_artists_are_renamed_in_every_credit(days):
    renamed = {id_ for id_ in days[0][0] if days[0][0][id_]["name"] != days[-1][0][id_]["name"]}
    assert renamed
    for artists, _, tracks in days:
        for track in tracks.values():
            for credit in track["artists"]:
                if credit["id"] in artists:
                    assert credit["name"] == artists[credit["id"]]["name"]


def test_within_weeks_albums_come_out_on_the_day_they_are_dated(days):
    before_all = set()
    fresh = {}
    for day, (_, albums, _) in zip(DAYS, days, strict=True):
        if before_all:
            fresh |= {id_: (day, albums[id_]) for id_ in albums.keys() - before_all}
        before_all |= albums.keys()
    assert len(fresh) >= 5
    assert all(album["release_date"] == day.isoformat() for day, album in fresh.values())


def test_within_weeks_tracks_are_withdrawn_and_some_return(days):
    gone, returned = set(), set()
    for (_, _, before), (_, _, after) in pairwise(days):
        returned |= gone & (after.keys() - before.keys())
        gone |= before.keys() - after.keys()
    assert len(gone) >= 3
    assert returned
    assert gone - returned - days[-1][2].keys()


def test_an_album_that_changes_its_tracks_changes_their_number(days):
    def group(tracks):
        pages = {}
        for id_, track in tracks.items():
            pages.setdefault(track["album"]["id"], set()).add(id_)
        return pages

    for (_, before, old_tracks), (_, after, new_tracks) in pairwise(days):
        old, new = group(old_tracks), group(new_tracks)
        for id_ in before.keys() & after.keys():
            assert (old[id_] != new[id_]) == (before[id_]["total_tracks"] != after[id_]["total_tracks"])


def test_nothing_else_changes(days):
    def describe(item, kind):
        hidden = MEASURES | ({"total_tracks"} if kind == "album" else {"artists", "album"})
        hidden |= {"name"} if kind == "artist" else {"artists"}
        return {field: value for field, value in item.items() if field not in hidden}

    for objects, kind in zip(range(3), ("artist", "album", "track"), strict=True):
        seen = {}
        for day in days:
            for id_, item in day[objects].items():
                assert seen.setdefault(id_, describe(item, kind)) == describe(item, kind)


@pytest.mark.parametrize("years", [-30, 10])
def test_far_days_have_answers_too(world, years):
    artists, albums, tracks = take_stock(world, FIRST_DAY.replace(year=FIRST_DAY.year + years))
    assert all(artist["followers"]["total"] >= 0 for artist in artists.values())
    assert all(0 <= item["popularity"] <= 100 for item in (*albums.values(), *tracks.values()))
    assert bool(albums)


def test_a_world_of_a_million_tracks_takes_little_memory():
    tracemalloc.start()
    view = World.of_tracks(1_000_000).on(FIRST_DAY)
    ids = World.of_tracks(1_000_000).artist_ids()
    tracks = view.top_tracks(ids[-1])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert tracks
    assert peak < 20_000_000


def test_a_world_has_about_the_tracks_asked_for():
    _, _, tracks = take_stock(World.of_tracks(15_000), FIRST_DAY)
    assert len(tracks) == pytest.approx(15_000, rel=0.15)


@pytest.mark.parametrize("sizes", [{"artists": 0}, {"albums_per_artist": 0}, {"tracks_per_album": 51}])
def test_impossible_sizes_are_refused(sizes):
    with pytest.raises(CatalogueError, match="must be between"):
        World(**sizes)


def test_a_world_of_one_artist_is_possible():
    artists, albums, _ = take_stock(World(artists=1), FIRST_DAY)
    assert len(artists) == 1
    assert albums


def test_audio_features_are_in_their_ranges(world, first):
    view = world.on(FIRST_DAY)
    features = [view.audio_features(id_) for id_ in first[2]]
    found = [item for item in features if item]
    assert 0 < len(features) - len(found) < len(features) / 10, "a few tracks have none"
    for item in found:
        shares = ("acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness", "valence")
        assert all(0 <= item[name] <= 1 for name in shares)
        assert item["key"] in range(-1, 12)
        assert item["mode"] in (0, 1)
        assert -60 <= item["loudness"] <= 0
        assert item["duration_ms"] == first[2][item["id"]]["duration_ms"]
    assert any(item["tempo"] == 0 == item["time_signature"] for item in found)


def test_search_finds_by_name_best_first(world, first):
    view = world.on(FIRST_DAY)
    for artist in list(first[0].values())[:10]:
        assert view.search(artist["name"], "artist")[0]["name"] == artist["name"]
        assert view.search(f'artist:"{artist["name"]}"', "artist")[0]["name"] == artist["name"]
    assert view.search("nobody is called like this", "artist") == []


def test_search_minds_neither_case_nor_diacritics(world, first):
    name = next(artist["name"] for artist in first[0].values() if "ñ" in artist["name"])
    plain = unicodedata.normalize("NFKD", name.upper()).encode("ascii", "ignore").decode()
    assert name in [artist["name"] for artist in world.on(FIRST_DAY).search(plain, "artist")]


def test_search_of_tracks_and_albums_can_name_the_artist(world, first):
    track = next(iter(first[2].values()))
    artist = track["artists"][0]
    view = world.on(FIRST_DAY)
    found = view.search(f'track:"{track["name"]}" artist:"{artist["name"]}"', "track")
    assert track["id"] in [hit["id"] for hit in found]
    assert all(artist["name"] in [credit["name"] for credit in hit["artists"]] for hit in found)
    albums = view.search(f'album:"{track["album"]["name"]}" artist:"{artist["name"]}"', "album")
    assert track["album"]["id"] in [hit["id"] for hit in albums]
