"""Who asks: the app or a person; tokens are fetched when there is none, and what is theirs stays theirs."""

import json

import pytest
import requests

from loader.spotify.client import Client
from loader.spotify.refresh_token import RefreshToken
from loader.spotify.request import Request
from loader.spotify.session import build_session
from loader.spotify.sign_in import AppSignIn, PersonSignIn
from local_api import faults
from local_api.accounts import REFRESH_TOKEN
from local_api.catalogue import FIRST_DAY
from local_api.server import serve
from tests.loader.spotify.conftest import name_settings, sign_person_in

TOKEN = "POST /api/token"  # noqa: S105 - an endpoint


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of the test's own: refresh tokens are kept in the one that the loader is called in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(params=["app", "person"])
def sign_in(request, get_server):
    server = get_server()
    return AppSignIn(name_settings(server)) if request.param == "app" else sign_person_in(server)


def test_a_token_is_fetched_once(sign_in, get_server):
    server = get_server()
    assert sign_in.get_access_token(as_dict=False) == sign_in.get_access_token(as_dict=False)
    assert server.calls.by_endpoint == {TOKEN: 1}


def test_a_token_that_is_taken_away_is_fetched_anew(sign_in, get_server):
    server = get_server()
    first = sign_in.get_access_token(as_dict=False)
    sign_in.cache_handler.save_token_to_cache(None)
    assert sign_in.get_access_token(as_dict=False) != first
    assert server.calls.by_endpoint == {TOKEN: 2}


def test_a_token_that_is_about_to_end_is_renewed_before_it_does(world, listener, clock):
    with serve(world, day=FIRST_DAY, listener=listener, token_lifetime=30) as server:
        for sign_in in (AppSignIn(name_settings(server)), sign_person_in(server)):
            server.calls.reset()
            client = Client(name_settings(server), sign_in=sign_in)
            for _ in range(2):
                assert client.ask(Request("artists/{id}", {"id": world.artist_ids()[0]}))
            assert server.calls.count(TOKEN) > 1
            assert server.calls.by_status[401] == client.retries == 0


@pytest.fixture
def rotating(world, listener):
    with serve(world, day=FIRST_DAY, listener=listener, rotates_refresh_tokens=True) as server:
        yield server


def test_a_refresh_token_given_in_place_of_another_is_used_and_kept(rotating, folder):
    token = RefreshToken(REFRESH_TOKEN)
    sign_in = PersonSignIn(name_settings(rotating), token)
    for _ in range(2):
        sign_in.get_access_token()
        sign_in.cache_handler.save_token_to_cache(None)
    assert token.value != REFRESH_TOKEN
    assert token.value not in token.notice
    assert RefreshToken(REFRESH_TOKEN).value == token.value, "the next run finds it"
    assert (folder / ".dlt" / "refresh_token.json").stat().st_mode & 0o077 == 0


def test_a_refresh_token_that_is_set_anew_counts_again(rotating):
    PersonSignIn(name_settings(rotating), RefreshToken(REFRESH_TOKEN)).get_access_token()
    assert RefreshToken("set by another login").value == "set by another login"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"instead_of": 1}', "null"])
def test_a_kept_token_that_cannot_be_read_is_none(folder, content):
    (folder / ".dlt").mkdir()
    (folder / ".dlt" / "refresh_token.json").write_text(content)
    assert RefreshToken(REFRESH_TOKEN).value == REFRESH_TOKEN


def test_a_token_that_cannot_be_kept_is_told_and_the_run_goes_on(rotating, folder):
    (folder / ".dlt").write_text("a file where the folder should be")
    token = RefreshToken(REFRESH_TOKEN)
    assert PersonSignIn(name_settings(rotating), token).get_access_token()
    assert "run `python -m loader login` again" in token.warning
    assert token.value not in token.warning


@pytest.mark.parametrize("nothing", [None, "", 7, REFRESH_TOKEN])
def test_no_new_token_changes_nothing(folder, nothing):
    token = RefreshToken(REFRESH_TOKEN)
    token.replace(nothing)
    assert (token.value, token.notice, token.warning) == (REFRESH_TOKEN, None, None)
    assert not (folder / ".dlt").exists()


def test_what_is_told_of_a_kept_token_is_no_token(folder, rotating):
    PersonSignIn(name_settings(rotating), RefreshToken(REFRESH_TOKEN)).get_access_token()
    kept = json.loads((folder / ".dlt" / "refresh_token.json").read_text())
    assert REFRESH_TOKEN not in json.dumps(kept), "the one that was set is only recognized"


def test_a_session_hands_every_answer_on_at_once(get_server):
    """requests would wait as long as a Retry-After says, and ask again by itself."""
    server = get_server()
    for fault in (faults.RATE_LIMITED.with_retry_after(60), faults.UNAVAILABLE.with_retry_after(60)):
        server.faults = faults.Script([("*", None, fault)])
        server.calls.reset()
        answer = build_session(server.api_url).get(f"{server.api_url}artists", timeout=5)
        assert (answer.status_code, server.calls.total) == (fault.status, 1)


def test_a_session_asks_once_where_nobody_answers(get_server):
    server = get_server()
    server.faults = faults.Script([("*", None, faults.DROPPED)])
    with pytest.raises(requests.ConnectionError):
        build_session(server.api_url).get(f"{server.api_url}artists", timeout=5)
    assert server.calls.total == 1


def test_a_session_keeps_to_the_proxy_and_the_certificates_of_the_environment(monkeypatch, folder):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert build_session("https://api.test/").verify is True
    monkeypatch.setenv("https_proxy", "http://proxy.test:8080")
    monkeypatch.setenv("no_proxy", "near.test")
    monkeypatch.setenv("CURL_CA_BUNDLE", str(folder / "curl.pem"))
    session = build_session("https://api.test/")
    assert session.proxies["https"] == "http://proxy.test:8080"
    assert session.verify == str(folder / "curl.pem")
    assert build_session("https://near.test/").proxies.get("https") is None
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(folder / "requests.pem"))
    assert build_session("https://api.test/").verify == str(folder / "requests.pem")
