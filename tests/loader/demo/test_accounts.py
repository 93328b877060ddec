"""Tokens: who gets one, and how long it is good for."""

from __future__ import annotations

import pytest
import requests

from loader.demo.server import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, serve


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
