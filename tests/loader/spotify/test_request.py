"""Requests as data: the same value is what is sent, what is counted and what an answer is kept under."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from loader.spotify.client import Client
from loader.spotify.outcomes import InvalidRequest
from loader.spotify.request import Request
from tests.loader.spotify.conftest import name_settings

ARTIST = "4q3ewBCX7sLwd24euuV69X"


@pytest.mark.parametrize(
    ("request_", "url"),
    [
        (Request("me"), "me"),
        (Request("artists/{id}", {"id": ARTIST}), f"artists/{ARTIST}"),
        (Request("artists?ids=", {"ids": "1,2"}), "artists?ids=1,2"),
        (
            Request("artists/{id}/albums", {"id": ARTIST, "include_groups": "album,single"}).with_params(limit=50),
            f"artists/{ARTIST}/albums?include_groups=album,single&limit=50",
        ),
        (
            Request("search", {"q": "Él & ella: 100 %?", "limit": 10}),
            "search?q=%C3%89l+%26+ella%3A+100+%25%3F&limit=10",
        ),
        (Request("search", {"q": "half a \udc80 character"}), "search?q=half+a+%3F+character"),
    ],
)
def test_a_request_has_one_address(request_, url):
    assert request_.url == str(request_) == url


def test_further_parameters_make_another_request():
    listing = Request("me/tracks")
    assert listing.with_params(limit=1) == Request("me/tracks", {"limit": 1}) != listing


@pytest.mark.parametrize("id_", ["../me", "a/b", "a?b=c", "a#b", "%2e%2e", "é", " ", "a%2Fb", "\udc80"])
def test_an_id_stays_one_segment_of_the_path(id_):
    parts = urlsplit(f"https://api.test/v1/{Request('artists/{id}', {'id': id_}).url}")
    assert len(parts.path.split("/")) == 4
    assert not parts.query
    assert not parts.fragment


@pytest.mark.parametrize("id_", ["", ".", ".."])
def test_an_id_that_would_make_another_path_is_not_sent(id_):
    with pytest.raises(InvalidRequest):
        _ = Request("artists/{id}", {"id": id_}).url


@pytest.mark.parametrize("id_", ["../me", "a?b=c", "a%2Fb", "!"])
def test_what_is_sent_is_the_address(get_server, clock, id_):
    server = get_server("dev")
    request = Request("artists/{id}", {"id": id_})
    with pytest.raises(InvalidRequest, match=r"^Invalid base62 id$"):
        Client(name_settings(server)).ask(request)
    assert [call.target for call in server.calls.log if "artists" in call.target] == [f"/v1/{request.url}"]


@pytest.mark.parametrize("name", ["Sí & no", "50% off?", "a+b=c#d", "comma, then"])
def test_a_name_is_searched_for_as_it_is_written(get_server, clock, name):
    server = get_server()
    Client(name_settings(server)).ask(Request("search", {"q": name, "type": "artist", "limit": 10}))
    (call,) = [call for call in server.calls.log if "search" in call.target]
    assert dict(parse_qsl(urlsplit(call.target).query)) == {"q": name, "type": "artist", "limit": "10"}
