"""ReccoBeats' client: what it makes of every answer, also of those that ReccoBeats does not give today."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from loader.audio_features.reccobeats import ReccoBeats, Unavailable

IDS = [f"{number:022d}" for number in range(40)]


@pytest.fixture(autouse=True)
def sleeps(monkeypatch):
    """How long the client waited, without waiting."""
    waited = []
    monkeypatch.setattr("loader.audio_features.reccobeats.time.sleep", waited.append)
    return waited


@contextmanager
def answering(answer):
    """A server whose answers a function makes of the ids: status, headers, body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            ids = parse_qs(urlsplit(self.path).query)["ids"][0].split(",")
            status, headers, body = answer(ids)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/"
    finally:
        server.shutdown()
        server.server_close()


def build_item(id_, **values):
    return {"id": "a-uuid", "href": f"https://open.spotify.com/track/{id_}", "tempo": int(id_[-2:]), **values}


def say(content, status=200, **headers):
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(content).encode()


def ask(answer, ids=IDS, max_wait=60.0):
    with answering(answer) as address:
        client = ReccoBeats(address, max_wait)
        return client.fetch_features(ids), client.calls


def test_features_are_told_apart_by_their_links_in_any_order():
    found, calls = ask(lambda ids: say({"content": [build_item(id_) for id_ in reversed(ids[5:])]}))
    assert found == {id_: {"tempo": int(id_[-2:])} for id_ in IDS[5:]}
    assert calls == 1


def test_none_known_is_an_answer():
    assert ask(lambda _: say({"content": []})) == ({}, 1)


@pytest.mark.parametrize(
    "odd", [None, 7, "text", [], {}, {"href": None}, {"href": 5}, {"href": "https://open.spotify.com/album/x"}]
)
def test_odd_items_are_passed_over(odd):
    found, _ = ask(lambda ids: say({"content": [odd, build_item(ids[0])]}))
    assert list(found) == IDS[:1]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"content": null}',
        b'{"content": {}}',
        b"<html></html>",
        b"\xff",
        b"[" * 100_000,
        json.dumps({"content": [build_item("z" * 20 + "99")]}).encode(),
        json.dumps({"content": [{"id": "a-uuid", "tempo": 1}]}).encode(),
    ],
)
def test_an_odd_answer_is_asked_again_and_then_given_up(body, sleeps):
    with pytest.raises(Unavailable):
        ask(lambda _: (200, {}, body))
    assert 0 < sum(sleeps) < 60


def test_it_goes_nowhere_else():
    asked = []

    def answer(ids):
        asked.append(ids)
        return say({"content": []})

    with answering(answer) as elsewhere, pytest.raises(Unavailable, match="status 302"):
        ask(lambda _: (302, {"Location": f"{elsewhere}audio-features?ids=a"}, b""))
    assert asked == []


def test_fewer_ids_a_call_are_found_out():
    sizes = []

    def answer(ids):
        sizes.append(len(ids))
        if len(ids) > 15:
            return say({"error": "size must be between 1 and 15"}, 400)
        return say({"content": [build_item(id_) for id_ in ids]})

    found, _ = ask(answer)
    assert list(found) == IDS
    assert sizes == [40, 20, 10, 10, 10, 10]


def test_a_question_that_is_not_taken_at_all_is_given_up():
    with pytest.raises(Unavailable):
        ask(lambda _: say({"error": "gone"}, 400))


@pytest.mark.parametrize(
    ("said", "seconds"), [({"Retry_After": "3"}, 3), ({}, 1), ({"Retry_After": "soon"}, 1), ({"Retry_After": "nan"}, 1)]
)
def test_a_short_wait_is_obeyed(said, seconds, sleeps):
    turns = iter([say({}, 429, **said), say({}, 429, **said)])
    found, calls = ask(lambda ids: next(turns, say({"content": [build_item(ids[0])]})))
    assert list(found) == IDS[:1]
    assert calls == 3
    assert sleeps == [seconds, seconds]


def test_a_long_wait_is_left_for_the_next_time(sleeps):
    with pytest.raises(Unavailable, match="86,207"):
        ask(lambda _: say({}, 429, Retry_After="86207"))
    assert sleeps == []


def test_short_waits_do_not_add_up_to_a_long_one(sleeps):
    with pytest.raises(Unavailable):
        ask(lambda _: say({}, 429, Retry_After="0"), max_wait=5)
    assert sum(sleeps) <= 5


def test_no_server_is_given_up_soon(sleeps):
    with answering(lambda _: say({})) as address:
        pass
    with pytest.raises(Unavailable, match="no connection"):
        ReccoBeats(address, 60).fetch_features(IDS)
    assert sum(sleeps) < 2
