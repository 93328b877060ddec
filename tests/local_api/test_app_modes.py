"""What a development-mode app is refused, and what it no longer sees."""

from __future__ import annotations

import pytest

from local_api.catalogue import FIRST_DAY

HIDDEN = {
    "artist": {"followers", "popularity"},
    "album": {"album_group", "available_markets", "label", "popularity"},
    "track": {"available_markets", "popularity"},
}


@pytest.fixture(scope="module")
def ids(world):
    artist = world.artist_ids()[0]
    view = world.on(FIRST_DAY)
    album = view.artist_albums(artist, ("album", "single"))[0]["id"]
    return artist, album, view.album_tracks(album)[0]["id"]


def find_hidden_fields(answer, path=""):
    """Every field, at any depth, that a development-mode app must not see, with where it is."""
    if isinstance(answer, list):
        return [found for item in answer for found in find_hidden_fields(item, path)]
    if not isinstance(answer, dict):
        return []
    hidden = HIDDEN.get(answer.get("type"), set()) & answer.keys()
    inside = [found for field, value in answer.items() for found in find_hidden_fields(value, f"{path}/{field}")]
    return [f"{path}/{field}" for field in hidden] + inside


TARGETS = [
    "artists/{0}",
    "artists/{0}/albums",
    "albums/{1}",
    "albums/{1}/tracks",
    "tracks/{2}",
    "search?q=a&type=artist,album,track",
]


@pytest.mark.parametrize("target", TARGETS)
def test_fields_are_hidden_and_nothing_else(dev, extended, ids, target):
    seen, whole = dev.get(target.format(*ids)), extended.get(target.format(*ids))
    assert find_hidden_fields(seen) == []
    assert find_hidden_fields(whole)

    def compare(shown, full):
        if isinstance(shown, dict):
            assert full.keys() - shown.keys() <= HIDDEN.get(full.get("type"), set())
            for field in shown.keys() - {"href", "next", "limit"}:
                compare(shown[field], full[field])
        elif isinstance(shown, list):
            for one, other in zip(shown, full, strict=False):
                compare(one, other)
        elif not (isinstance(shown, str) and shown.startswith("http")):
            assert shown == full

    compare(seen, whole)


@pytest.mark.parametrize("target", ["artists?ids={0}", "artists/{0}/top-tracks", "albums?ids={1}", "tracks?ids={2}"])
def test_removed_endpoints_are_refused(dev, ids, target):
    answer = dev.ask(target.format(*ids))
    assert answer.status_code == 403
    assert answer.json() == {"error": {"status": 403, "message": "Forbidden"}}


@pytest.mark.parametrize("target", ["audio-features?ids={2}", "audio-features/{2}"])
def test_audio_features_are_refused_without_a_word(dev, connect, world, ids, target):
    new_extended = connect(world, day=FIRST_DAY, audio_features=False)
    for client in (dev, new_extended):
        answer = client.ask(target.format(*ids))
        assert answer.status_code == 403
        assert answer.json() == {"error": {"status": 403}}


@pytest.mark.parametrize("target", ["artists/{0}/albums", "search?q=a&type=artist"])
def test_pages_are_short(dev, ids, target):
    def get_page(**params):
        answer = dev.get(target.format(*ids), **params)
        return answer.get("artists", answer)

    assert get_page()["limit"] == 5
    assert get_page(limit=10)["limit"] == 10
    refused = dev.ask(target.format(*ids), limit=11)
    assert (refused.status_code, refused.json()["error"]["message"]) == (400, "Invalid limit")


def test_pages_of_an_albums_tracks_are_as_long_as_ever(dev, ids):
    assert dev.get(f"albums/{ids[1]}/tracks", limit=50)["limit"] == 50


def test_short_pages_lead_to_the_same_albums(dev, extended, world):
    for id_ in world.artist_ids()[:5]:
        seen, whole = (client.walk(f"artists/{id_}/albums") for client in (dev, extended))
        assert [album["id"] for album in seen] == [album["id"] for album in whole]


def test_the_mode_can_change_while_the_server_runs(connect, world, ids):
    client = connect(world, day=FIRST_DAY)
    assert "popularity" in client.get(f"artists/{ids[0]}")
    client.server.mode = "dev"
    assert "popularity" not in client.get(f"artists/{ids[0]}")
