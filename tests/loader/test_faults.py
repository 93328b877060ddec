"""Whole loads under faults: they end whole, or stop and go on; their rows are always the same.

Every kind of fault at every endpoint is in tests/loader/spotify/test_faults.py, for the client by itself.
"""

import pytest

from local_api import faults
from local_api.catalogue import FIRST_DAY, World
from local_api.folder import Folder
from local_api.server import serve
from tests.conftest import DAYS, FOLLOWED, REAL_DAYS, follow, read_raw
from tests.loader.spotify.conftest import Clock

RECCOBEATS = "GET /reccobeats/v1/audio-features"
ENDPOINTS = {
    "extended": (
        "POST /api/token",
        "GET /v1/artists",
        "GET /v1/artists/{id}/albums",
        "GET /v1/albums",
        "GET /v1/albums/{id}/tracks",
        "GET /v1/tracks",
        "GET /v1/audio-features",
    ),
    "dev": (
        "POST /api/token",
        "GET /v1/artists/{id}",
        "GET /v1/artists/{id}/albums",
        "GET /v1/albums/{id}",
        "GET /v1/albums/{id}/tracks",
        RECCOBEATS,
    ),
}
# A slow answer is an answer; these are the user's to mend, and everything else is left for the next run.
EXIT_CODES = {"premium_required": 2, "token_expired": 2, "slow": 0}
# The accounts service only says that there is no token; where it never said a word, nothing was begun.
EXIT_CODES_OF_TOKENS = {"dropped": 1, "slow": 0}


def set_waits(fault, seconds):
    """Make the same fault with the given Retry-After where it has one, in seconds; slowness that tries no patience."""
    if "Retry-After" in fault.headers:
        return fault.with_retry_after(seconds)
    return fault.with_delay(0.05) if fault.delay else fault


@pytest.fixture(scope="module")
def world():
    return World(seed=11, artists=10)


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    """Faults come one after the other here: no need to wait for them to pass."""
    hurry_up(monkeypatch)


def hurry_up(monkeypatch):
    """Let no client wait in earnest."""
    clock = Clock()
    for module in ("loader.spotify.client", "loader.spotify.pace", "loader.audio_features.reccobeats"):
        monkeypatch.setattr(f"{module}.time", clock)


def find_artists(world):
    """Two artists, one of them with an album of several pages of tracks."""
    view = world.on(FIRST_DAY)
    long = next(
        artist_id
        for artist_id in world.artist_ids()
        if any(album["total_tracks"] > 50 for album in view.artist_albums(artist_id, ("album", "compilation")))
    )
    return [long, next(id_ for id_ in world.artist_ids() if id_ != long)]


@pytest.fixture(scope="module")
def undisturbed():
    return {}


@pytest.fixture
def load_world(world, warehouse, point_at, load):
    def run(server):
        point_at(server)
        arguments = follow(find_artists(world))
        return load("--quiet", *arguments, "--as-of", FIRST_DAY)

    return run


@pytest.fixture
def expected(world, undisturbed, load_world, warehouse):
    def read(mode):
        if mode not in undisturbed:
            with serve(world, mode=mode, day=FIRST_DAY) as server:
                assert load_world(server).exit_code == 0
                assert all(server.calls.count(endpoint) for endpoint in ENDPOINTS[mode]), server.calls.by_endpoint
            undisturbed[mode] = read_raw(warehouse)
            warehouse.unlink()
        return undisturbed[mode]

    return read


def find_faults_met(server, endpoint):
    return {call.fault for call in server.calls.log if call.endpoint == endpoint and call.fault}


def spread_faults(endpoints):
    """Every kind of fault once, at endpoints in the order of a load: what was answered before does not meet one."""
    kinds = [set_waits(fault, 90) for fault in faults.FAULTS.values()]
    # A slow answer stops nothing: the load ends there, so it comes last.
    kinds.sort(key=lambda fault: fault.delay)
    places = sorted(number % len(endpoints) for number in range(len(kinds)))
    return [(endpoints[place], fault) for place, fault in zip(places, kinds, strict=True)]


def find_exit_code(endpoint, fault):
    if endpoint == RECCOBEATS:
        # Audio features from elsewhere are welcome, but no load fails for want of them.
        return 0
    return (EXIT_CODES_OF_TOKENS if endpoint == "POST /api/token" else EXIT_CODES).get(fault.name, 75)


@pytest.mark.deep
@pytest.mark.parametrize("mode", ENDPOINTS)
def test_faults_that_pass_leave_no_trace(mode, world, warehouse, load_world, expected, monkeypatch):
    """Every kind of fault, one after the other, before each of the endpoints answers."""
    monkeypatch.setattr("loader.spotify.client._ATTEMPTS", 100)
    monkeypatch.setattr("loader.spotify.client._RENEWALS", 100)
    monkeypatch.setattr("loader.audio_features.reccobeats._ATTEMPTS", 100)
    rows = expected(mode)
    kinds = [set_waits(fault, 0) for fault in faults.TRANSIENT]
    with serve(world, mode=mode, day=FIRST_DAY) as server:
        server.faults = faults.Script(
            [(endpoint, number, fault) for endpoint in ENDPOINTS[mode] for number, fault in enumerate(kinds, 1)]
        )
        result = load_world(server)
        for endpoint in ENDPOINTS[mode]:
            assert find_faults_met(server, endpoint) == {fault.name for fault in kinds}, endpoint
    assert result.exit_code == 0, result.errors
    assert read_raw(warehouse) == rows


@pytest.mark.deep
@pytest.mark.parametrize("mode", ENDPOINTS)
def test_faults_that_stay_stop_the_load_which_goes_on_without_them(mode, world, warehouse, load_world, expected):
    """Every kind of fault for a whole run, each endpoint in its turn, all over one warehouse, then a run in peace."""
    rows = expected(mode)
    with serve(world, mode=mode, day=FIRST_DAY) as server:
        for endpoint, fault in spread_faults(ENDPOINTS[mode]):
            server.faults = faults.Script([(endpoint, None, fault)])
            server.calls.reset()
            result = load_world(server)
            assert find_faults_met(server, endpoint) == {fault.name}, (
                endpoint,
                result.errors,
                server.calls.by_endpoint,
            )
            assert result.exit_code == find_exit_code(endpoint, fault), (endpoint, fault.name, result.errors)
            assert len(result.errors.strip().splitlines()) == (1 if result.exit_code else 0), result.errors
        server.faults = None
        result = load_world(server)
    assert result.exit_code == 0, result.errors
    assert read_raw(warehouse) == rows


@pytest.mark.deep
@pytest.mark.skipif(not REAL_DAYS.is_dir(), reason="the folder of test data is not there")
@pytest.mark.parametrize("mode", ["extended", "dev"])
def test_real_days_load_whole_with_a_third_of_all_answers_faulty(mode, warehouse, point_at, load):
    kinds = [set_waits(fault, 0) for fault in faults.TRANSIENT]

    def play(plan):
        with serve(Folder(REAL_DAYS), mode=mode, day=DAYS[0]) as server:
            point_at(server)
            server.faults = plan
            for day in DAYS:
                server.day = day
                result = load("--quiet", *follow(FOLLOWED), "--as-of", day)
                assert result.exit_code == 0, result.errors
        return read_raw(warehouse)

    undisturbed = play(None)
    warehouse.unlink()
    assert play(faults.Random(rate=0.3, seed=5, kinds=kinds)) == undisturbed
