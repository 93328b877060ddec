"""Every fault at every endpoint: what is read ends whole, or stops and goes on over the journal where it stopped.

Whole loads under faults are in tests/loader/test_faults.py and tests/loader/listening/test_faults.py.
"""

from collections import Counter

import pytest

from loader.errors import LoaderError, MendableError
from loader.spotify.outcomes import QuotaExceeded, TooManyRequests, Unanswered
from local_api import faults
from local_api.catalogue import FIRST_DAY
from tests.loader.spotify.conftest import sign_person_in

TOKEN = "POST /api/token"  # noqa: S105 - an endpoint
ENDPOINTS = {
    ("extended", "app"): (
        TOKEN,
        "GET /v1/search",
        "GET /v1/artists",
        "GET /v1/artists/{id}/albums",
        "GET /v1/albums",
        "GET /v1/albums/{id}/tracks",
        "GET /v1/tracks",
        "GET /v1/audio-features",
    ),
    ("dev", "app"): (
        TOKEN,
        "GET /v1/search",
        "GET /v1/artists",
        "GET /v1/artists/{id}",
        "GET /v1/artists/{id}/albums",
        "GET /v1/albums/{id}",
        "GET /v1/albums/{id}/tracks",
        "GET /v1/tracks/{id}",
    ),
    ("extended", "person"): (
        TOKEN,
        "GET /v1/me",
        "GET /v1/me/player/recently-played",
        "GET /v1/me/top/artists",
        "GET /v1/me/top/tracks",
        "GET /v1/me/tracks",
        "GET /v1/me/playlists",
        "GET /v1/playlists/{id}/items",
    ),
}
CASES = [(mode, who, endpoint) for (mode, who), endpoints in ENDPOINTS.items() for endpoint in endpoints]
LONG_WAIT = 90
# What a fault that stays is, and after how many calls that is clear.
ENDINGS = {
    "rate_limited": (TooManyRequests, 1),
    "rate_limited_text": (TooManyRequests, 1),
    "quota_exceeded": (QuotaExceeded, 1),
    "token_expired": (MendableError, 4),
    "premium_required": (MendableError, 1),
}
GIVEN_UP = (Unanswered, 8)


def shorten(fault):
    """Make the same fault with a delay that tries no patience, and a Retry-After beyond any."""
    if "Retry-After" in fault.headers:
        return fault.with_retry_after(LONG_WAIT)
    return fault.with_delay(0.01) if fault.delay else fault


FAULTS = [pytest.param(shorten(fault), id=name) for name, fault in faults.FAULTS.items()]
STAYING = [pytest.param(shorten(fault), id=name) for name, fault in faults.FAULTS.items() if name != "slow"]
TRANSIENT = [
    pytest.param(fault.with_delay(0.01) if fault.delay else fault, id=fault.name) for fault in faults.TRANSIENT
]
EVERYWHERE = pytest.mark.parametrize(("mode", "who", "endpoint"), CASES)


@pytest.fixture(scope="session")
def ids(world):
    """An artist with an album of several pages of tracks, the album first of theirs, and some tracks."""
    view = world.on(FIRST_DAY)
    groups = ("album", "compilation")
    artist_id, album = next(
        (artist_id, album)
        for artist_id in world.artist_ids()
        for album in view.artist_albums(artist_id, groups)
        if album["total_tracks"] > 50
    )
    tracks = [track["id"] for track in view.album_tracks(album["id"])[:3]]
    return {"artist": artist_id, "name": view.artist(artist_id)["name"], "album": album["id"], "tracks": tracks}


def never(*_):
    return False


def read_catalogue(reader, ids):
    """Ask about the catalogue in each of the ways there are."""
    api = reader.web_api
    return [
        api.search_artists(ids["name"]),
        list(api.fetch_artists([ids["artist"]])),
        list(api.list_albums([(ids["artist"], never)])),
        list(api.fetch_albums([ids["album"]])),
        list(api.fetch_tracks(ids["tracks"])),
        list(api.fetch_audio_features(ids["tracks"])),
    ]


def read_library(reader, _):
    """Ask about the listener in each of the ways there are."""
    api = reader.library
    playlists = list(api.list_playlists())
    return [
        api.fetch_listener_id(),
        api.fetch_plays(None),
        api.fetch_top("artists", "short_term"),
        api.fetch_top("tracks", "long_term"),
        list(api.list_saved_tracks()),
        playlists,
        list(api.fetch_items(playlists[:2])),
    ]


@pytest.fixture(autouse=True)
def one_after_the_other(monkeypatch):
    """Calls that are under way side by side would be counted differently from run to run."""
    monkeypatch.setattr("loader.spotify.answers.WORKERS", 1)


@pytest.fixture
def read(open_reader, ids):
    """Reads everything as an app or as a person; called again it goes on where the one before it stopped."""

    def run(server, who, **options):
        reader = open_reader(server, sign_in=sign_person_in(server) if who == "person" else None, **options)
        what = (read_library if who == "person" else read_catalogue)(reader, ids)
        return reader, what

    return run


@pytest.fixture(scope="session")
def undisturbed():
    return {}


@pytest.fixture
def expected(undisturbed, read, get_server, tmp_path):
    """What is read without faults, and of which endpoints."""

    def find(mode, who):
        if (mode, who) not in undisturbed:
            server = get_server(mode)
            _, what = read(server, who)
            assert all(server.calls.count(endpoint) for endpoint in ENDPOINTS[mode, who]), server.calls.by_endpoint
            undisturbed[mode, who] = (what, server.calls.by_endpoint)
            (tmp_path / "answers.jsonl").unlink()
        return undisturbed[mode, who]

    return find


def find_answered(server):
    """The questions that were answered, by address."""
    return Counter(
        call.target
        for call in server.calls.log
        if call.endpoint != TOKEN and (call.fault is None or call.fault == "slow") and call.status
    )


@EVERYWHERE
@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_fault_that_passes_leaves_no_trace_and_costs_one_call(mode, who, endpoint, fault, expected, read, get_server):
    what, calls = expected(mode, who)
    server = get_server(mode)
    server.faults = faults.Script([(endpoint, 1, fault)])
    reader, found = read(server, who)
    assert found == what
    again = 0 if fault.name == "slow" else 1
    # Which is also when a token that is not accepted is fetched anew.
    tokens = again if fault.name == "token_expired" and endpoint != TOKEN else 0
    assert server.calls.by_endpoint == calls + Counter({endpoint: again}) + Counter({TOKEN: tokens})
    assert reader.client.retries == again


@EVERYWHERE
def test_all_faults_that_pass_one_after_the_other_leave_no_trace(
    mode, who, endpoint, expected, read, get_server, monkeypatch
):
    monkeypatch.setattr("loader.spotify.client._ATTEMPTS", 100)
    what, _ = expected(mode, who)
    server = get_server(mode)
    kinds = [fault.values[0] for fault in TRANSIENT]
    server.faults = faults.Script([(endpoint, number, fault) for number, fault in enumerate(kinds, 1)])
    _, found = read(server, who)
    assert found == what
    assert {call.fault for call in server.calls.log} >= {fault.name for fault in kinds}


@pytest.mark.deep
@EVERYWHERE
@pytest.mark.parametrize("fault", STAYING)
def test_a_fault_that_stays_stops_the_run_and_the_next_one_asks_only_what_is_left(
    mode, who, endpoint, fault, expected, read, readers, get_server
):
    what, calls = expected(mode, who)
    server = get_server(mode)
    server.faults = faults.Script([(endpoint, None, fault)])
    kind, asked = ENDINGS.get(fault.name, GIVEN_UP)
    if endpoint == TOKEN:
        # The accounts service says of everything but the credentials only that there is no token, and where nobody
        # ever said a word, nothing was begun.
        kind, asked = LoaderError if fault.name == "dropped" else Unanswered, GIVEN_UP[1]
    with pytest.raises(LoaderError) as caught:
        read(server, who)
    assert caught.type is kind
    assert len(str(caught.value).splitlines()) == 1
    assert "again" in str(caught.value) or kind is not Unanswered
    readers.close()
    # Other workers may have been on their way.
    assert server.calls.count(endpoint) >= asked
    answered = find_answered(server)
    server.calls.reset()
    server.faults = None
    _, found = read(server, who)
    assert found == what
    assert not answered & find_answered(server), "what was answered is not asked again"
    if endpoint != TOKEN:
        assert server.calls.count(endpoint) == calls[endpoint]
