"""What a load costs: the calls that the server counts are those of the formulas in docs/calls.md."""

from datetime import timedelta
from math import ceil

import pytest

from local_api.catalogue import FIRST_DAY, World
from local_api.server import serve
from tests.conftest import follow

NEXT_DAY = FIRST_DAY + timedelta(days=1)
GROUPS = ("album", "single", "compilation")


class Standstill:
    """A world in which nothing moves, but for one album that can be hidden."""

    def __init__(self, world):
        self._view = world.on(FIRST_DAY)
        self.hidden = None
        self.artist_ids = world.artist_ids

    def on(self, _day):
        return self

    def __getattr__(self, name):
        return getattr(self._view, name)

    def artist_albums(self, artist_id, groups):
        return [album for album in self._view.artist_albums(artist_id, groups) if album["id"] != self.hidden]

    def album(self, album_id):
        return None if album_id == self.hidden else self._view.album(album_id)


@pytest.fixture(scope="module")
def world():
    return World(seed=11, artists=60)


@pytest.fixture
def catalogue(world):
    return Standstill(world)


@pytest.fixture
def count_calls(catalogue, warehouse, point_at, load):
    """Loads a day of a catalogue and counts the calls to the Web API."""

    def run(mode, day):
        with serve(catalogue, mode=mode, day=day) as server:
            point_at(server)
            arguments = follow(catalogue.artist_ids())
            result = load("--quiet", *arguments, "--as-of", day)
            assert result.exit_code == 0, result.errors
            return server.calls.count("GET /v1/*")

    return run


def measure(catalogue, page):
    """Artists, pages of their listings, albums, tracks and further pages of tracks."""
    listings = [catalogue.artist_albums(artist_id, GROUPS) for artist_id in catalogue.artist_ids()]
    albums = {album["id"] for listing in listings for album in listing}
    lengths = [len(catalogue.album_tracks(album_id)) for album_id in albums]
    return (
        len(listings),
        sum(max(ceil(len(listing) / page), 1) for listing in listings),
        len(albums),
        sum(lengths),
        sum(ceil(length / 50) - 1 for length in lengths),
    )


@pytest.mark.deep
def test_an_extended_app_asks_in_batches_every_day(catalogue, count_calls):
    artists, listing_pages, albums, tracks, track_pages = measure(catalogue, page=50)
    assert track_pages, "the world has albums of more than 50 tracks"
    calls = ceil(artists / 50) + listing_pages + ceil(albums / 20) + track_pages + ceil(tracks / 50)
    assert count_calls("extended", FIRST_DAY) == calls + ceil(tracks / 100), "audio features are asked for once"
    assert count_calls("extended", NEXT_DAY) == calls


@pytest.mark.deep
def test_an_extended_app_pays_a_new_album_only_with_its_place_in_the_batches(catalogue, count_calls):
    catalogue.hidden = catalogue.artist_albums(catalogue.artist_ids()[3], GROUPS)[0]["id"]
    count_calls("extended", FIRST_DAY)
    catalogue.hidden = None
    artists, listing_pages, albums, tracks, track_pages = measure(catalogue, page=50)
    calls = ceil(artists / 50) + listing_pages + ceil(albums / 20) + track_pages + ceil(tracks / 50)
    assert count_calls("extended", NEXT_DAY) == calls + 1, "the audio features of its tracks"


def test_a_development_app_asks_one_by_one_and_finds_out_once(catalogue, count_calls):
    artists, listing_pages, albums, _, track_pages = measure(catalogue, page=10)
    # The one call more is the batch of artists that was refused.
    assert count_calls("dev", FIRST_DAY) == 1 + artists + listing_pages + albums + track_pages


@pytest.mark.deep
def test_a_development_app_asks_two_calls_an_artist_when_nothing_changed(catalogue, count_calls):
    count_calls("dev", FIRST_DAY)
    artists, *_ = measure(catalogue, page=10)
    assert count_calls("dev", NEXT_DAY) == 2 * artists


@pytest.mark.deep
def test_a_development_app_pays_a_new_album_with_the_rest_of_the_listing_and_the_album(catalogue, count_calls):
    artist_id = next(id_ for id_ in catalogue.artist_ids() if len(catalogue.artist_albums(id_, GROUPS)) > 10)
    listing = catalogue.artist_albums(artist_id, GROUPS)
    catalogue.hidden = listing[0]["id"]
    shared = sum(
        any(album["id"] == catalogue.hidden for album in catalogue._view.artist_albums(id_, GROUPS))
        for id_ in catalogue.artist_ids()
    )
    assert shared == 1, "nobody else has the album in a listing"
    count_calls("dev", FIRST_DAY)
    catalogue.hidden = None
    artists, *_ = measure(catalogue, page=10)
    further_pages = ceil(len(listing) / 10) - 1
    track_pages = ceil(len(catalogue.album_tracks(listing[0]["id"])) / 50) - 1
    assert count_calls("dev", NEXT_DAY) == 2 * artists + further_pages + 1 + track_pages


@pytest.mark.deep
def test_a_budget_stops_the_load_and_the_next_ones_go_on(catalogue, warehouse, point_at, load):
    with serve(catalogue, mode="dev", day=FIRST_DAY) as server:
        point_at(server)
        arguments = follow(catalogue.artist_ids()[:6])
        runs = 0
        while True:
            result = load("--quiet", *arguments, "--as-of", FIRST_DAY, "--max-calls", 20)
            runs += 1
            if result.exit_code == 0:
                break
            assert result.exit_code == 75, result.errors
            assert server.calls.count("GET /v1/*") == 20 * runs, "every call is spent on something new"
        calls = server.calls.count("GET /v1/*")
    warehouse.unlink()
    with serve(catalogue, mode="dev", day=FIRST_DAY) as server:
        point_at(server)
        load("--quiet", *arguments, "--as-of", FIRST_DAY)
        assert calls == server.calls.count("GET /v1/*"), "together they cost no more than one"
