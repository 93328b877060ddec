"""Faults as a client observes them, and the plans that bring them."""

from __future__ import annotations

import json
import time

import pytest
import requests

from local_api import faults
from local_api.catalogue import FIRST_DAY


@pytest.fixture
def ask(connect, world):
    """Ask once for an artist while a plan of faults is in force."""
    client = connect(world, day=FIRST_DAY)
    target = f"artists/{world.artist_ids()[0]}"

    def ask_once(plan):
        client.server.faults = plan
        return client.ask(target)

    ask_once.server = client.server
    ask_once.target = target
    return ask_once


def always(fault):
    return faults.Script([("*", None, fault)])


@pytest.mark.parametrize(
    ("fault", "status", "message"),
    [
        (faults.RATE_LIMITED, 429, "API rate limit exceeded"),
        (faults.QUOTA_EXCEEDED, 429, "Too many requests"),
        (faults.TOKEN_EXPIRED, 401, "The access token expired"),
        (faults.SERVER_ERROR, 500, "Internal server error"),
        (faults.BAD_GATEWAY, 502, "Bad gateway."),
        (faults.UNAVAILABLE, 503, "Service temporarily unavailable"),
    ],
)
def test_refusals_in_the_documented_shape(ask, fault, status, message):
    answer = ask(always(fault))
    assert answer.status_code == status
    assert answer.json()["error"]["status"] == status
    assert answer.json()["error"]["message"] == message


def test_waits_are_short_at_the_rate_limit_and_long_at_the_quota(ask):
    assert ask(always(faults.RATE_LIMITED)).headers["Retry-After"] == "1"
    assert ask(always(faults.RATE_LIMITED.with_retry_after(7))).headers["Retry-After"] == "7"
    quota = ask(always(faults.QUOTA_EXCEEDED))
    assert int(quota.headers["Retry-After"]) > 3600
    assert quota.json()["error"]["reason"] == "QUOTA_EXCEEDED"


@pytest.mark.parametrize(
    ("fault", "status", "kind", "words"),
    [
        (faults.RATE_LIMITED_TEXT, 429, "text/plain", "Too many requests"),
        (faults.PREMIUM_REQUIRED, 403, "text/plain", "Active premium subscription required"),
        (faults.HTML_PAGE, 200, "text/html", "<html>"),
        (faults.HTML_BAD_GATEWAY, 502, "text/html", "502 Bad Gateway"),
    ],
)
def test_answers_that_are_no_json(ask, fault, status, kind, words):
    answer = ask(always(fault))
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith(kind)
    assert words in answer.text
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_cut_json_looks_whole_to_http(ask):
    answer = ask(always(faults.CUT_JSON))
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert ask(None).content.startswith(answer.content)


def test_a_cut_body_ends_before_its_announced_length(ask):
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        ask(always(faults.CUT_BODY))
    assert ask.server.calls.by_status[200] == 1


def test_a_dropped_connection_brings_no_byte(ask):
    with pytest.raises(requests.ConnectionError, match=r"reset|RemoteDisconnected"):
        ask(always(faults.DROPPED))
    assert ask.server.calls.by_status[0] == 1


def test_a_slow_answer_is_a_right_one(ask):
    whole = ask(None)
    began = time.perf_counter()
    answer = ask(always(faults.SLOW.with_delay(0.2)))
    assert time.perf_counter() - began >= 0.2
    assert answer.content == whole.content


def test_a_slow_answer_makes_an_impatient_client_give_up(ask):
    ask.server.faults = always(faults.SLOW.with_delay(2))
    token = {"Authorization": "Bearer any"}
    with pytest.raises(requests.ReadTimeout):
        requests.get(ask.server.api_url + ask.target, headers=token, timeout=0.1)


@pytest.mark.parametrize("fault", faults.FAULTS.values(), ids=lambda fault: fault.name)
def test_every_fault_passes(ask, fault):
    """Whatever happened to a call, the next one over the same session is answered."""
    whole = ask(None)
    ask.server.faults = faults.Script([("GET /v1/*", 1, fault.with_delay(0.01) if fault.delay else fault)])
    try:
        faulty = ask(ask.server.faults)
    except requests.RequestException:
        faulty = None
    assert fault is faults.SLOW or faulty is None or faulty.content != whole.content
    assert ask(ask.server.faults).content == whole.content
    assert [call.fault for call in ask.server.calls.log] == [None, fault.name, None]


def test_a_script_names_calls_by_endpoint_and_number(connect, world):
    artist = world.artist_ids()[0]
    plan = faults.Script(
        [
            ("GET /v1/artists/{id}/albums", 2, faults.QUOTA_EXCEEDED),
            ("GET /v1/artists/{id}", range(1, 3), faults.SERVER_ERROR),
            ("GET /v1/artists*", (4, 6), faults.UNAVAILABLE),
        ]
    )
    client = connect(world, day=FIRST_DAY, faults=plan)
    targets = ["", "/albums", "", "", "/albums", "/albums", ""]
    statuses = [client.ask(f"artists/{artist}{target}").status_code for target in targets]
    assert statuses == [500, 200, 500, 503, 429, 503, 200]


def test_the_token_endpoint_can_fail_too(connect, world):
    client = connect(world, faults=faults.Script([("POST /api/token", 1, faults.UNAVAILABLE)]))
    answers = [requests.post(f"{client.server.accounts_url}/api/token", timeout=5).status_code for _ in range(2)]
    assert answers == [503, 400]


def draw_names(plan, count=400, endpoint="GET /v1/tracks"):
    return [fault and fault.name for fault in (plan.choose(endpoint) for _ in range(count))]


def test_drawn_faults_follow_from_the_seed():
    drawn = draw_names(faults.Random(0.3, seed=1))
    assert drawn == draw_names(faults.Random(0.3, seed=1))
    assert drawn != draw_names(faults.Random(0.3, seed=2))
    assert 80 < len([name for name in drawn if name]) < 160
    assert set(drawn) - {None} == {fault.name for fault in faults.TRANSIENT}


def test_drawn_faults_keep_to_their_kinds_and_endpoints():
    plan = faults.Random(1.0, seed=1, kinds=[faults.DROPPED], endpoints="GET /v1/*")
    assert set(draw_names(plan, 10)) == {"dropped"}
    assert set(draw_names(plan, 10, "POST /api/token")) == {None}


def test_faults_reach_reccobeats(ask):
    ask.server.faults = faults.Script([("GET /reccobeats/*", None, faults.RATE_LIMITED)])
    assert requests.get(ask.server.reccobeats_url + "audio-features?ids=a", timeout=5).status_code == 429


def test_transient_faults_are_those_that_pass_soon():
    assert {fault.name for fault in faults.FAULTS.values()} - {fault.name for fault in faults.TRANSIENT} == {
        "quota_exceeded",
        "premium_required",
    }
    bodies = [
        fault.body
        for fault in faults.FAULTS.values()
        if fault.headers.get("Content-Type", "").startswith("application")
    ]
    assert all(json.loads(body)["error"]["status"] for body in bodies)
