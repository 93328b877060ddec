"""One question at a time: what the client makes of every answer, how often it asks, and how long it waits."""

import io
import logging
import socket
import threading
from collections import Counter
from contextlib import contextmanager

import pytest

from loader.errors import LoaderError, MendableError, StoppedEarlyError
from loader.settings import ApiSettings
from loader.spotify.client import Client
from loader.spotify.outcomes import BudgetSpent, InvalidRequest, QuotaExceeded, Refused, TooManyRequests, Unanswered
from loader.spotify.request import Request
from local_api import faults
from local_api.faults import Fault
from local_api.server import CLIENT_SECRET
from tests.loader.spotify.conftest import name_settings, sign_person_in

ENDPOINT = "GET /v1/artists/{id}"
TOKEN = "POST /api/token"  # noqa: S105 - an endpoint
ATTEMPTS = 8
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def server(get_server):
    return get_server()


@pytest.fixture
def artist_id(world):
    return world.artist_ids()[0]


@pytest.fixture
def build_client(server, clock):
    def build(**options):
        return Client(name_settings(server), **options)

    return build


def ask(client, artist_id):
    return client.ask(Request("artists/{id}", {"id": artist_id}))


def refuse(status, message, **headers):
    body = f'{{"error": {{"status": {status}, "message": "{message}"}}}}'
    return Fault("test", status, body, {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}})


def rate_limit(seconds):
    return faults.RATE_LIMITED.with_retry_after(seconds)


def always(fault, endpoint=ENDPOINT):
    return faults.Script([(endpoint, None, fault)])


def at_first(*kinds, endpoint=ENDPOINT):
    """One fault after the other, then answers."""
    return faults.Script([(endpoint, number, fault) for number, fault in enumerate(kinds, 1)])


def test_an_answer_comes_as_it_was_given(server, build_client, artist_id):
    client = build_client()
    assert ask(client, artist_id)["id"] == artist_id
    assert (client.calls, client.retries, client.refusals) == (Counter({"artists/{id}": 1}), 0, 0)


def test_an_answer_of_many_pieces_comes_whole(server, build_client, artist_id):
    text = "ö" * 2_000_000
    server.faults = always(Fault("test", 200, f'{{"id": "{text}"}}', JSON))
    assert ask(build_client(), artist_id) == {"id": text}


def test_only_a_404_means_that_something_does_not_exist(server, build_client):
    client = build_client()
    assert ask(client, "4" * 22) is None
    assert client.retries == 0


def test_a_refusal_is_told_with_its_reason_and_counted(server, build_client, artist_id):
    server.faults = always(refuse(403, "Forbidden by the test"))
    client = build_client()
    with pytest.raises(Refused, match=r"^Forbidden by the test$"):
        ask(client, artist_id)
    assert (client.refusals, client.call_count, client.retries) == (1, 1, 0)


def test_a_refusal_in_plain_text_turns_the_whole_app_away(server, build_client, artist_id):
    server.faults = always(faults.PREMIUM_REQUIRED)
    client = build_client()
    with pytest.raises(MendableError, match=r"turns this app away \(Active premium subscription required"):
        ask(client, artist_id)
    assert client.call_count == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_an_error_that_is_cut_off_is_not_taken_at_its_word(server, build_client, artist_id, status):
    server.faults = at_first(Fault("test", status, '{"error": {"status": 4', JSON))
    client = build_client()
    assert ask(client, artist_id)["id"] == artist_id
    assert (client.retries, client.refusals) == (1, 0)


def test_a_question_put_wrongly_is_not_put_again(server, build_client, artist_id):
    server.faults = always(refuse(400, "Invalid limit"))
    client = build_client()
    with pytest.raises(InvalidRequest, match=r"^Invalid limit$"):
        ask(client, artist_id)
    assert client.call_count == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(server, build_client, artist_id, status):
    target = f"{server.api_url}artists/{artist_id}"
    server.faults = always(Fault("test", status, "", {"Location": target}))
    client = build_client()
    with pytest.raises(Unanswered, match=rf"\(status {status}, a redirect, which is not followed\): check the network"):
        ask(client, artist_id)
    assert server.calls.count(ENDPOINT) == client.call_count == ATTEMPTS


@pytest.mark.parametrize("endpoint", ["GET /v1/*", TOKEN])
def test_a_token_goes_to_nobody_that_an_answer_names(server, build_client, artist_id, endpoint):
    server.faults = always(Fault("test", 307, "", {"Location": f"{server.api_url}elsewhere"}), endpoint)
    with pytest.raises(Unanswered):
        ask(build_client(), artist_id)
    assert not [call for call in server.calls.log if "elsewhere" in call.target]


@pytest.mark.parametrize("body", ["", "[]", '{"error": "slow down"}', '{"error": {"status": 4'])
def test_a_wait_is_kept_whatever_the_body_says(server, build_client, artist_id, body):
    server.faults = at_first(Fault("test", 429, body, {**JSON, "Retry-After": "7"}))
    client = build_client()
    assert ask(client, artist_id)["id"] == artist_id
    assert client.seconds_waited == pytest.approx(7)


@pytest.mark.parametrize("status", [402, 405, 409, 410, 418])
def test_an_answer_that_has_no_meaning_here_is_told_and_not_waited_for(server, build_client, artist_id, status):
    server.faults = always(refuse(status, "No."))
    client = build_client()
    with pytest.raises(LoaderError, match=rf"answers artists/\{{id\}} with status {status}: No\.\.$") as caught:
        ask(client, artist_id)
    assert caught.type is LoaderError
    assert client.call_count == 1


# Bodies that are JSON, or nearly, and yet nothing that Spotify answers.
NO_OBJECTS = {"nothing": "", "null": "null", "a list": "[]", "a number": "7", "a text": '"text"', "depth": "[" * 5000}
NO_ERRORS = {**NO_OBJECTS, "no message": '{"error": {}}', "a list of errors": '{"error": ["a"]}'}
BROKEN = {
    fault.name: fault
    for fault in (
        faults.SERVER_ERROR,
        faults.BAD_GATEWAY,
        faults.UNAVAILABLE,
        faults.HTML_PAGE,
        faults.HTML_BAD_GATEWAY,
        faults.CUT_JSON,
        faults.CUT_BODY,
        faults.DROPPED,
        *(Fault(f"answer of {name}", 200, body, JSON) for name, body in NO_OBJECTS.items()),
        *(Fault(f"error of {name}", 500, body, JSON) for name, body in NO_ERRORS.items()),
    )
}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN)
def test_nonsense_is_asked_again_and_then_given_up(server, build_client, artist_id, clock, fault):
    server.faults = always(fault)
    client = build_client()
    with pytest.raises(Unanswered, match=r"no sensible answer to artists/\{id\} \(.+\): .+ run the load again\.$"):
        ask(client, artist_id)
    assert server.calls.count(ENDPOINT) == client.call_count == ATTEMPTS
    assert client.retries == ATTEMPTS - 1


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN)
def test_nonsense_that_passes_at_the_last_try_leaves_no_trace(server, build_client, artist_id, fault):
    expected = ask(build_client(), artist_id)
    server.faults = at_first(*[fault] * (ATTEMPTS - 1))
    assert ask(build_client(), artist_id) == expected


def test_waits_between_tries_grow_up_to_a_limit_and_differ(server, build_client, artist_id, clock, monkeypatch):
    monkeypatch.setattr("loader.spotify.client._BACKOFF", 1)
    server.faults = always(faults.SERVER_ERROR)
    # Turns are taken without sleeping here: what is slept is slept between tries.
    monkeypatch.setattr("loader.spotify.pace.Pace.wait_for_turn", lambda _: None)
    with pytest.raises(Unanswered):
        ask(build_client(), artist_id)
    limits = [2, 4, 8, 10, 10, 10, 10]
    assert len(clock.slept) == len(limits)
    for seconds, limit in zip(clock.slept, limits, strict=True):
        assert limit / 2 <= seconds <= limit
    assert len(set(clock.slept)) == len(limits), "clients that failed together do not come back together"


def test_a_short_wait_is_kept_by_everybody_and_counted(server, build_client, artist_id, clock):
    server.faults = at_first(rate_limit(7), rate_limit(3))
    client = build_client()
    started = clock.monotonic()
    assert ask(client, artist_id)["id"] == artist_id
    assert clock.monotonic() - started >= 10
    assert client.seconds_waited == pytest.approx(10)
    assert client.retries == 2


def test_a_wait_as_long_as_allowed_is_kept_and_a_longer_one_is_not(server, build_client, artist_id, clock):
    server.faults = at_first(rate_limit(60))
    assert ask(build_client(max_wait=60), artist_id)["id"] == artist_id
    server.faults = always(rate_limit(61))
    client = build_client(max_wait=60)
    started = clock.monotonic()
    with pytest.raises(
        TooManyRequests, match=r"^Spotify asks to wait 61 seconds: run the load again then\.$"
    ) as caught:
        ask(client, artist_id)
    assert caught.value.retry_after == 61
    assert client.call_count == 1
    assert clock.monotonic() == started, "nobody waited for nothing"


def test_waits_of_one_question_are_added_up(server, build_client, artist_id):
    server.faults = always(rate_limit(25))
    client = build_client(max_wait=60)
    with pytest.raises(TooManyRequests):
        ask(client, artist_id)
    assert client.call_count == 3
    assert client.seconds_waited == pytest.approx(50)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(None, 1), ("", 1), ("soon", 1), ("nan", 1), ("inf", 1), ("-5", 0), ("0", 0), ("2.5", 2.5), ("9", 9)],
)
def test_a_wait_without_sense_is_a_second(server, build_client, artist_id, said, seconds):
    headers = {} if said is None else {"Retry_After": said}
    server.faults = at_first(refuse(429, "API rate limit exceeded", **headers))
    client = build_client()
    assert ask(client, artist_id)["id"] == artist_id
    assert client.seconds_waited == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("seconds", "told"), [(90, "90 seconds"), (120, "2 minutes"), (7_199, "120 minutes"), (48_925, "14 hours")]
)
def test_a_used_up_quota_is_not_waited_for_however_long_one_may_wait(server, build_client, artist_id, seconds, told):
    server.faults = always(faults.QUOTA_EXCEEDED.with_retry_after(seconds))
    client = build_client(max_wait=1e9)
    with pytest.raises(
        QuotaExceeded, match=rf"quota for this app is used up: run the load again in {told}\.$"
    ) as caught:
        ask(client, artist_id)
    assert caught.value.retry_after == seconds
    assert client.call_count == 1


def test_an_expired_token_is_renewed_and_the_question_put_again(server, build_client, artist_id):
    client = build_client()
    ask(client, artist_id)
    server.expire_tokens()
    assert ask(client, artist_id)["id"] == artist_id
    assert server.calls.count(TOKEN) == 2


def test_a_token_that_no_renewal_helps_is_the_users_to_mend(server, build_client, artist_id):
    server.faults = always(faults.TOKEN_EXPIRED)
    client = build_client()
    with pytest.raises(MendableError, match=r"access token \(The access token expired\): check SPOTIFY_CLIENT_ID and"):
        ask(client, artist_id)
    assert server.calls.count(TOKEN) == client.call_count == 4, "the first token and three renewals"


def test_wrong_credentials_are_told_before_anything_is_asked(server, clock, artist_id):
    client = Client(name_settings(server, client_secret="wrong"))  # noqa: S106
    with pytest.raises(MendableError, match="check SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET"):
        ask(client, artist_id)
    assert client.call_count == server.calls.count("GET /v1/*") == 0


def test_a_person_whose_authorization_ended_is_sent_to_the_login(server, build_client):
    client = build_client(sign_in=sign_person_in(server))
    server.faults = always(
        Fault("test", 400, '{"error": "invalid_grant", "error_description": "Revoked"}', JSON), TOKEN
    )
    with pytest.raises(MendableError, match=r"\(Revoked\): run `python -m loader login` again\.$"):
        client.ask(Request("me"))
    assert client.call_count == 0


def test_no_more_calls_are_made_than_allowed_whatever_becomes_of_them(server, build_client, artist_id):
    server.faults = at_first(faults.SERVER_ERROR, rate_limit(1), faults.TOKEN_EXPIRED)
    client = build_client(max_calls=5)
    ask(client, artist_id)
    ask(client, artist_id)
    with pytest.raises(BudgetSpent, match=r"^The 5 calls that this run may make are spent"):
        ask(client, artist_id)
    assert server.calls.count("GET /v1/*") == client.call_count == 5


def test_tokens_cost_nothing_of_what_may_be_asked(server, build_client, artist_id):
    client = build_client(max_calls=1)
    assert ask(client, artist_id)["id"] == artist_id
    assert server.calls.count(TOKEN) == 1


def test_an_address_where_nobody_answers_was_never_begun(clock, artist_id):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        client = Client(ApiSettings("id", "secret", f"{address}/v1/", address))
        with pytest.raises(LoaderError, match=r"\(no connection\): check the network and SPOTIFY_API_URL") as caught:
            ask(client, artist_id)
    assert not isinstance(caught.value, StoppedEarlyError)
    assert client.call_count == 0


def test_a_slow_answer_is_an_answer(server, build_client, artist_id):
    server.faults = always(faults.SLOW.with_delay(0.05))
    client = build_client()
    assert ask(client, artist_id)["id"] == artist_id
    assert client.retries == 0


def test_an_answer_that_never_comes_is_asked_for_again(server, build_client, artist_id, monkeypatch):
    monkeypatch.setattr("loader.spotify.client.TIMEOUT", 0.2)
    server.faults = at_first(faults.SLOW.with_delay(5))
    client = build_client()
    assert ask(client, artist_id)["id"] == artist_id
    assert client.retries == 1


def test_workers_share_one_token_one_budget_and_one_count(server, build_client, artist_id):
    client = build_client(max_calls=30)
    outcomes = Counter()

    def work():
        for _ in range(10):
            try:
                outcomes[ask(client, artist_id)["id"]] += 1
            except BudgetSpent:
                outcomes["spent"] += 1

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert outcomes == {artist_id: 30, "spent": 10}
    assert server.calls.by_endpoint == {TOKEN: 1, ENDPOINT: 30}


@contextmanager
def log_everything():
    """Log all that reaches the root, as somebody who looks for a fault may do."""
    lines = io.StringIO()
    handler, root = logging.StreamHandler(lines), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("somebody else").debug("heard")
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.mark.parametrize("endpoint", [ENDPOINT, TOKEN])
@pytest.mark.parametrize("fault", faults.FAULTS.values(), ids=faults.FAULTS)
def test_no_fault_brings_a_secret_to_light(server, build_client, artist_id, capfd, fault, endpoint):
    server.faults = always(fault.with_delay(0.01) if fault.delay else fault, endpoint)
    client = build_client()
    said = ""
    with log_everything() as logged:
        try:
            ask(client, artist_id)
        except LoaderError as error:
            said = str(error)
            assert len(said.splitlines()) == 1
    shown = capfd.readouterr()
    token = client._auth.cache_handler.get_cached_token()
    secrets = {CLIENT_SECRET} | ({token["access_token"]} if token else set())
    for text in (said, logged.getvalue(), shown.out, shown.err):
        assert not [secret for secret in secrets if secret in text]
    assert "heard" in logged.getvalue()
