"""Replays: an answer is kept under a past day only if the server says that it is about that day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loader.settings import DEFAULT_API_URL
from loader.spotify import replay
from loader.spotify.replay import WrongDayError, check_answer, find_replayed_day, refuse_replay
from local_api import server as local_server
from local_api.catalogue import FIRST_DAY, World
from local_api.listener import MadeUpListener
from local_api.server import REFRESH_TOKEN, serve
from tests.conftest import read_raw, read_rows

DAY = date(2026, 9, 7)
NEXT_DAY = FIRST_DAY + timedelta(days=1)
ADDRESS = "http://127.0.0.1:8787/v1/"
UNKNOWN_ID = "0" * 22


@pytest.fixture(scope="module")
def world():
    return World(seed=3, artists=10)


@pytest.fixture
def point_at_with_listener(point_at, monkeypatch):
    def point(server):
        point_at(server)
        monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", REFRESH_TOKEN)

    return point


def check_one_line(result, *words):
    assert result.exit_code == 2, result.errors
    assert len(result.errors.strip().splitlines()) == 1, result.errors
    for word in words:
        assert word in result.errors


@pytest.mark.parametrize("url", [ADDRESS, "http://localhost:1/v1/", "http://[::1]:1/v1/", "http://127.9.9.9/v1/"])
def test_a_server_on_this_machine_may_be_asked_for_a_past_day(url):
    refuse_replay(DAY, url)


@pytest.mark.parametrize("url", [DEFAULT_API_URL, "https://localhost.example/v1/", "http://10.0.0.1/v1/"])
def test_any_other_server_only_answers_for_today(url):
    with pytest.raises(WrongDayError, match=rf"--as-of {DAY} has passed, and {url} only answers for today"):
        refuse_replay(DAY, url)
    refuse_replay(datetime.now(UTC).date(), url)


@pytest.mark.parametrize(
    ("started_at", "replayed"),
    [
        (datetime(2026, 9, 7, 23, 59, tzinfo=UTC), None),
        (datetime(2026, 9, 8, 0, 4, tzinfo=UTC), None),  # called before midnight
        (datetime(2026, 9, 8, 0, 6, tzinfo=UTC), DAY),
        (datetime(2026, 9, 7, 0, 1, tzinfo=UTC), None),
    ],
)
def test_a_load_of_today_replays_nothing(started_at, replayed):
    assert find_replayed_day(DAY, started_at) == replayed


def test_an_answer_must_be_about_the_day():
    check_answer({replay.DAY_HEADER: "2026-09-07"}, DAY, ADDRESS)
    check_answer({}, None, ADDRESS)
    with pytest.raises(WrongDayError, match=r"answers for 2026-09-08, and not for 2026-09-07"):
        check_answer({replay.DAY_HEADER: "2026-09-08"}, DAY, ADDRESS)
    with pytest.raises(WrongDayError, match=r"does not say that it can answer for 2026-09-07.*--as-of"):
        check_answer({}, DAY, ADDRESS)


@pytest.mark.parametrize("command", [("--artist", UNKNOWN_ID), ("listening",)])
def test_spotify_is_not_asked_for_a_past_day(world, warehouse, point_at_with_listener, monkeypatch, load, command):
    with serve(world, day=FIRST_DAY) as server:
        point_at_with_listener(server)
        monkeypatch.delenv("SPOTIFY_API_URL")
        check_one_line(load(*command, "--as-of", FIRST_DAY), str(FIRST_DAY), DEFAULT_API_URL, "leave --as-of out")
        assert server.calls.count("*") == 0, "not even for a token"
    assert not warehouse.parent.exists()


def load_both(load, world):
    """Load the catalogue and the listening as of the first day."""
    yield load("--quiet", "--artist", world.artist_ids()[0], "--as-of", FIRST_DAY)
    yield load("listening", "--quiet", "--as-of", FIRST_DAY)


@pytest.fixture
def listener(world):
    return MadeUpListener(world)


def test_a_server_that_plays_another_day_is_refused(world, listener, warehouse, point_at_with_listener, load):
    with serve(world, day=NEXT_DAY, listener=listener) as server:
        point_at_with_listener(server)
        for result in load_both(load, world):
            check_one_line(result, f"answers for {NEXT_DAY}, and not for {FIRST_DAY}")
        assert not warehouse.exists(), "nothing is written"
        server.day = FIRST_DAY
        for result in load_both(load, world):
            assert result.exit_code == 0, result.errors


def test_a_server_that_does_not_say_its_day_is_refused(
    world, listener, warehouse, point_at_with_listener, load, monkeypatch
):
    with serve(world, day=FIRST_DAY, listener=listener) as server:
        point_at_with_listener(server)
        with monkeypatch.context() as silent:
            silent.setattr(local_server, "DAY_HEADER", "X-Something-Else")
            for result in load_both(load, world):
                check_one_line(result, "does not say that it can answer", str(FIRST_DAY))
        assert not warehouse.exists(), "nothing is written"


def test_what_another_day_does_not_have_is_not_taken_for_absent(world, warehouse, point_at_with_listener, load):
    with serve(world, day=NEXT_DAY) as server:
        point_at_with_listener(server)
        # Found by nobody: an answer without anything in it is about a day, too.
        check_one_line(load("--artist", UNKNOWN_ID, "--as-of", FIRST_DAY), f"answers for {NEXT_DAY}")


def test_a_replay_that_is_refused_is_recorded_as_failed(world, warehouse, point_at_with_listener, load):
    arguments = ("--quiet", "--artist", world.artist_ids()[0], "--as-of")
    with serve(world, day=FIRST_DAY) as server:
        point_at_with_listener(server)
        assert load(*arguments, FIRST_DAY).exit_code == 0
        rows = read_raw(warehouse)
        check_one_line(load(*arguments, NEXT_DAY), f"answers for {FIRST_DAY}, and not for {NEXT_DAY}")
    assert read_raw(warehouse) == rows
    assert read_rows(warehouse, "select outcome from raw_spotify.load_runs order by started_at") == [
        ("done",),
        ("failed",),
    ]


def test_of_today_no_day_need_be_said(world, warehouse, point_at_with_listener, load, monkeypatch):
    monkeypatch.setattr(local_server, "DAY_HEADER", "X-Something-Else")
    with serve(world, day=FIRST_DAY) as server:
        point_at_with_listener(server)
        today = datetime.now(UTC).date()
        assert load("--quiet", "--artist", world.artist_ids()[0], "--as-of", today).exit_code == 0
