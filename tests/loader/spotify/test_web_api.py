"""The catalogue in as few calls as the app may make, and all of it that was asked for."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from loader.errors import LoaderError, MendableError
from loader.spotify.access import Access
from loader.spotify.outcomes import Unanswered
from loader.spotify.web_api import WebApi
from local_api import faults
from local_api.catalogue import FIRST_DAY
from local_api.faults import Fault
from local_api.server import CLIENT_ID

NOBODY = "4" * 22
GROUPS = ("album", "single", "compilation")


@pytest.fixture
def view(world):
    return world.on(FIRST_DAY)


@pytest.fixture
def artist_ids(world):
    return world.artist_ids()


@pytest.fixture
def track_ids(view, artist_ids):
    albums = [album for artist_id in artist_ids for album in view.artist_albums(artist_id, GROUPS)]
    return sorted({track["id"] for album in albums for track in view.album_tracks(album["id"])})[:120]


@pytest.fixture
def remember():
    """What an earlier run of the same app found out."""
    return lambda reader: list(reader.access.build_rows())


def test_batches_are_as_large_as_spotify_allows_and_keep_the_order(get_server, open_reader, track_ids):
    server = get_server()
    found = list(open_reader(server).web_api.fetch_tracks(track_ids))
    assert [(id_, track["id"]) for id_, track in found] == [(id_, id_) for id_ in track_ids]
    assert server.calls.count("GET /v1/tracks") == 3


@pytest.mark.parametrize("mode", ["extended", "dev"])
def test_what_does_not_exist_is_told_apart_in_its_place(get_server, open_reader, artist_ids, mode):
    wanted = [artist_ids[0], NOBODY, artist_ids[1]]
    found = dict(open_reader(get_server(mode)).web_api.fetch_artists(wanted))
    assert list(found) == wanted
    assert found[NOBODY] is None
    assert all(found[id_]["id"] == id_ for id_ in artist_ids[:2])


def test_an_id_that_spotify_does_not_take_is_nobodys(get_server, open_reader, artist_ids):
    reader = open_reader(get_server("dev"))
    assert dict(reader.web_api.fetch_artists([artist_ids[0], "!"]))["!"] is None


def test_an_app_that_is_refused_one_batch_tries_no_other(get_server, open_reader, artist_ids, track_ids):
    server = get_server("dev")
    reader = open_reader(server)
    assert len(list(reader.web_api.fetch_artists(artist_ids))) == len(artist_ids)
    assert len(list(reader.web_api.fetch_tracks(track_ids[:5]))) == 5
    refused = [call for call in server.calls.log if "?ids=" in call.target]
    assert [call.endpoint for call in refused] == ["GET /v1/artists"]
    assert reader.access.mode == "development"
    assert not reader.web_api.shows_popularity


def test_the_next_run_does_not_try_at_all(get_server, open_reader, artist_ids, remember, tmp_path):
    server = get_server("dev")
    reader = open_reader(server)
    list(reader.web_api.fetch_artists(artist_ids))
    remembered = remember(reader)
    server.calls.reset()
    (tmp_path / "answers.jsonl").unlink()
    list(open_reader(server, remembered=remembered).web_api.fetch_artists(artist_ids))
    assert server.calls.count("GET /v1/artists") == 0
    assert server.calls.count("GET /v1/artists/{id}") == len(artist_ids)


@pytest.mark.parametrize(("mode", "found"), [("extended", 120), ("dev", 0)])
def test_popularity_alone_is_never_asked_for_one_by_one(get_server, open_reader, track_ids, mode, found):
    server = get_server(mode)
    measured = [one for batch in open_reader(server).web_api.fetch_measured_tracks(track_ids) for one in batch]
    assert len(measured) == found
    assert all(set(track) == {"popularity"} for _, track in measured)
    assert server.calls.count("GET /v1/tracks/{id}") == 0


@pytest.mark.parametrize(("mode", "found"), [("extended", 120), ("dev", 0)])
def test_audio_features_come_for_all_or_from_elsewhere(get_server, open_reader, track_ids, mode, found):
    assert len(list(open_reader(get_server(mode)).web_api.fetch_audio_features(track_ids))) == found


@pytest.mark.parametrize("mode", ["extended", "dev"])
def test_albums_come_with_all_their_tracks(get_server, open_reader, view, artist_ids, mode):
    albums = [album["id"] for artist_id in artist_ids for album in view.artist_albums(artist_id, GROUPS)]
    longest = max(albums, key=lambda id_: len(view.album_tracks(id_)))
    wanted = {longest: view.album_tracks(longest), albums[0]: view.album_tracks(albums[0])}
    assert len(wanted[longest]) > 50
    found = dict(open_reader(get_server(mode)).web_api.fetch_albums([*wanted, NOBODY]))
    assert found.pop(NOBODY) is None
    for album_id, tracks in wanted.items():
        assert [track["id"] for track in found[album_id]["tracks"]] == [track["id"] for track in tracks]


@pytest.mark.parametrize("mode", ["extended", "dev"])
def test_a_listing_is_left_at_its_first_page_if_that_is_enough(get_server, open_reader, view, artist_ids, mode):
    artist_id = max(artist_ids, key=lambda id_: len(view.artist_albums(id_, GROUPS)))
    length = len(view.artist_albums(artist_id, GROUPS))
    reader = open_reader(get_server(mode))
    ((_, whole, total, is_whole),) = reader.web_api.list_albums([(artist_id, lambda *_: False)])
    assert (len(whole), total, is_whole) == (length, length, True)
    told = []
    ((_, first, total, is_whole),) = reader.web_api.list_albums(
        [(artist_id, lambda items, total: told.append((len(items), total)) or True)]
    )
    page = reader.access.page_size("artists/{id}/albums")
    assert (len(first), total, is_whole) == (min(page, length), length, length <= page)
    assert told == ([(page, length)] if length > page else [])


def test_an_artist_without_albums_has_an_empty_listing(get_server, open_reader):
    ((artist_id, albums, total, is_whole),) = open_reader(get_server()).web_api.list_albums(
        [(NOBODY, lambda *_: False)]
    )
    assert (artist_id, albums, total, is_whole) == (NOBODY, [], 0, True)


def test_a_search_gives_the_artists_it_finds(get_server, open_reader, view, artist_ids):
    name = view.artist(artist_ids[0])["name"]
    found = open_reader(get_server()).web_api.search_artists(name)
    assert (artist_ids[0], name) in [(hit["id"], hit["name"]) for hit in found]


JSON = {"Content-Type": "application/json"}
REFUSED = Fault("refused", 403, '{"error": {"status": 403, "message": "Forbidden"}}', JSON)


@pytest.mark.parametrize(
    ("endpoint", "ask"),
    [
        ("GET /v1/artists/{id}", lambda api, id_: list(api.fetch_artists([id_]))),
        ("GET /v1/artists/{id}/albums", lambda api, id_: list(api.list_albums([(id_, lambda *_: False)]))),
        ("GET /v1/search", lambda api, _: api.search_artists("anybody")),
    ],
)
def test_an_app_that_is_refused_what_every_app_may_is_sent_to_the_dashboard(
    get_server, open_reader, artist_ids, endpoint, ask
):
    server = get_server("dev")
    server.faults = faults.Script([(endpoint, None, REFUSED)])
    with pytest.raises(MendableError, match=r"refuses this app \(Forbidden\): look at the app's state in"):
        ask(open_reader(server).web_api, artist_ids[0])


def test_a_batch_that_is_nowhere_is_a_wrong_address_and_no_absence(get_server, open_reader, artist_ids):
    server = get_server()
    server.faults = faults.Script([("GET /v1/artists", None, Fault("gone", 404, '{"error": {"status": 404}}', JSON))])
    with pytest.raises(LoaderError, match=r"There is no artists at http.*: check SPOTIFY_API_URL\.$"):
        list(open_reader(server).web_api.fetch_artists(artist_ids))


@pytest.mark.parametrize(
    "body",
    ['{"artists": []}', '{"artists": null}', '{"artists": {}}', '{"albums": [null, null]}', '{"artists": [null]}'],
)
def test_a_batch_of_another_length_than_was_asked_for_says_nothing_about_anybody(
    get_server, open_reader, artist_ids, body
):
    server = get_server()
    server.faults = faults.Script([("GET /v1/artists", None, Fault("short", 200, body, JSON))])
    with pytest.raises(Unanswered):
        list(open_reader(server).web_api.fetch_artists(artist_ids[:2]))


def test_a_relinked_object_is_what_was_asked_for(get_server, open_reader, artist_ids):
    server = get_server()
    body = f'{{"artists": [{{"id": "{NOBODY}", "popularity": 1}}]}}'
    server.faults = faults.Script([("GET /v1/artists", None, Fault("relinked", 200, body, JSON))])
    ((id_, artist),) = open_reader(server).web_api.fetch_artists(artist_ids[:1])
    assert (id_, artist["id"]) == (artist_ids[0], NOBODY)


def test_once_it_is_found_out_that_batches_are_allowed_the_others_ask_side_by_side():
    """A worker that waits to hear it must not hold the others up while it asks itself."""
    workers = 4
    access = Access(CLIENT_ID, [], FIRST_DAY)
    together = Barrier(workers - 1, timeout=10)

    class Answers:
        def ask(self, request, read, keeps_refusal=False):
            if access.is_allowed(request.template):
                together.wait()
            return {"tracks": [{"id": id_} for id_ in request.params["ids"].split(",")]}

        def map(self, function, items):
            with ThreadPoolExecutor(workers) as pool:
                yield from pool.map(function, items)

    track_ids = [f"{number:022}" for number in range(50 * workers)]
    found = WebApi(Answers(), access).fetch_tracks(track_ids)
    assert [(id_, track["id"]) for id_, track in found] == [(id_, id_) for id_ in track_ids]
