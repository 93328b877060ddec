"""Tokens: who gets one, and how long it is good for."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from urllib.parse import parse_qsl

import pytest
import requests

from local_api.server import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, serve


def ask_token(client, auth=(CLIENT_ID, CLIENT_SECRET), **form):
    return requests.post(f"{client.server.accounts_url}/api/token", data=form, auth=auth, timeout=5)


def test_client_credentials_give_a_token_that_works(extended, world):
    answer = ask_token(extended, grant_type="client_credentials").json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    address = f"{extended.server.api_url}artists/{world.artist_ids()[0]}"
    assert requests.get(address, headers=headers, timeout=5).status_code == 200


def test_a_refresh_token_gives_a_token_with_its_scope(extended):
    answer = ask_token(extended, grant_type="refresh_token", refresh_token=REFRESH_TOKEN).json()
    assert answer.keys() == {"access_token", "token_type", "expires_in", "scope"}


@pytest.mark.parametrize(
    ("auth", "form", "error"),
    [
        (("nobody", CLIENT_SECRET), {"grant_type": "client_credentials"}, "invalid_client"),
        ((CLIENT_ID, "wrong"), {"grant_type": "client_credentials"}, "invalid_client"),
        (None, {"grant_type": "client_credentials"}, "invalid_client"),
        ((CLIENT_ID, CLIENT_SECRET), {"grant_type": "refresh_token", "refresh_token": "old"}, "invalid_grant"),
        ((CLIENT_ID, CLIENT_SECRET), {"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_others_get_none(extended, auth, form, error):
    answer = ask_token(extended, auth, **form)
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


@pytest.mark.parametrize(
    ("header", "message"),
    [({}, "No token provided"), ({"Authorization": "Bearer made-up"}, "Invalid access token")],
)
def test_calls_without_a_good_token_are_refused(extended, world, header, message):
    address = f"{extended.server.api_url}artists/{world.artist_ids()[0]}"
    answer = requests.get(address, headers=header, timeout=5)
    assert answer.status_code == 401
    assert answer.json() == {"error": {"status": 401, "message": message}}


def test_tokens_expire(connect, world):
    target = f"artists/{world.artist_ids()[0]}"
    expired = connect(world, token_lifetime=0).ask(target)
    assert (expired.status_code, expired.json()["error"]["message"]) == (401, "The access token expired")

    client = connect(world)
    assert client.ask(target).status_code == 200
    client.server.expire_tokens()
    assert client.ask(target).status_code == 401
    client.fetch_token()
    assert client.ask(target).status_code == 200


def test_credentials_can_be_chosen(world):
    app = {"client_id": "mine", "client_secret": "other", "refresh_token": "long"}
    with serve(world, **app) as server:
        address = f"{server.accounts_url}/api/token"
        form = {"grant_type": "refresh_token", "refresh_token": "long"}
        statuses = [
            requests.post(address, data=form, auth=auth, timeout=5).status_code
            for auth in (("mine", "other"), (CLIENT_ID, CLIENT_SECRET))
        ]
    assert statuses == [200, 400]


def test_an_app_of_its_own_secret_or_none_may_renew(extended):
    form = {"grant_type": "refresh_token", "refresh_token": REFRESH_TOKEN, "client_id": CLIENT_ID}
    assert ask_token(extended, auth=None, **form).status_code == 200
    assert ask_token(extended, auth=(CLIENT_ID, "wrong"), **form).json()["error"] == "invalid_client"


class TestAuthorizationCode:
    VERIFIER = "v" * 64
    CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    REDIRECT = "http://127.0.0.1:8765/callback"

    def authorize(self, client, **changes):
        params = {
            "client_id": CLIENT_ID,
            "response_type": "code",
            "redirect_uri": self.REDIRECT,
            "scope": "user-top-read",
            "state": "s",
            "code_challenge_method": "S256",
            "code_challenge": self.CHALLENGE,
            **changes,
        }
        address = f"{client.server.accounts_url}/authorize"
        return requests.get(address, params=params, allow_redirects=False, timeout=5)

    def read_answer(self, answer):
        assert answer.status_code == 302
        address, _, query = answer.headers["Location"].partition("?")
        assert address == self.REDIRECT
        return dict(parse_qsl(query))

    def exchange(self, client, **changes):
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "code": self.read_answer(self.authorize(client)).get("code"),
            "redirect_uri": self.REDIRECT,
            "code_verifier": self.VERIFIER,
            **changes,
        }
        return ask_token(client, auth=None, **form), form

    def test_a_code_is_good_once(self, extended):
        answer, form = self.exchange(extended)
        assert answer.status_code == 200
        assert answer.json()["scope"] == "user-top-read"
        assert answer.json()["refresh_token"]
        again = ask_token(extended, auth=None, **form)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")

    @pytest.mark.parametrize(
        "changes", [{"code_verifier": "w" * 64}, {"redirect_uri": "http://127.0.0.1:1/callback"}, {"code": "made-up"}]
    )
    def test_what_does_not_belong_to_the_code_is_refused(self, extended, changes):
        answer, _ = self.exchange(extended, **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")

    @pytest.mark.parametrize(
        "changes",
        [{"client_id": "nobody"}, {"redirect_uri": "http://localhost:8765/callback"}, {"response_type": "token"}],
    )
    def test_nobody_is_asked_a_question_put_wrongly(self, extended, changes):
        assert self.authorize(extended, **changes).status_code == 400

    def test_without_a_challenge_there_is_no_code(self, extended):
        answer = self.read_answer(self.authorize(extended, code_challenge=""))
        assert answer == {"error": "invalid_request", "state": "s"}
