"""The accounts service: who may ask, and for how long."""

from __future__ import annotations

import binascii
import secrets
import threading
import time
from base64 import b64decode
from urllib.parse import parse_qs

from loader.demo.contract import ApiObject

CLIENT_ID = "demo-client"
CLIENT_SECRET = "demo-secret"  # noqa: S105 - the local server's own, known to all
REFRESH_TOKEN = "demo-refresh"  # noqa: S105
TOKEN_LIFETIME = 3600

_OK = 200
_BAD_REQUEST = 400


class Accounts:
    """Gives access tokens to one app and knows which are good.

    Args:
        client_id: The app's client id.
        client_secret: The app's client secret.
        refresh_token: The refresh token of the one person who authorized the app.
        token_lifetime: How many seconds a token is good for.
    """

    def __init__(self, client_id: str, client_secret: str, refresh_token: str, token_lifetime: int) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._refresh_token = refresh_token
        self._lifetime = token_lifetime
        self._good_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def answer_token_request(self, authorization: str, body: str) -> tuple[int, ApiObject]:
        """Answer `POST /api/token` for the client-credentials and refresh-token grants.

        Args:
            authorization: The request's Authorization header, `Basic ...`.
            body: The request's form.

        Returns:
            The HTTP status and the answer.
        """
        form = {name: values[-1] for name, values in parse_qs(body).items()}
        client_id, secret = _read_basic(authorization)
        if form.get("client_id", client_id) != self._client_id:
            return _refuse("invalid_client", "Invalid client")
        if form.get("client_secret", secret) != self._client_secret:
            return _refuse("invalid_client", "Invalid client secret")
        grant = form.get("grant_type")
        if grant == "client_credentials":
            return _OK, self._issue()
        if grant != "refresh_token":
            return _refuse("unsupported_grant_type", "grant_type must be client_credentials or refresh_token")
        if form.get("refresh_token") != self._refresh_token:
            return _refuse("invalid_grant", "Refresh token revoked")
        return _OK, {**self._issue(), "scope": "user-library-read user-read-recently-played user-top-read"}

    def find_fault(self, authorization: str) -> str | None:
        """Say what is wrong with the Authorization header of a call, or None if it is good."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            return "No token provided"
        with self._lock:
            good_until = self._good_until.get(token)
        if good_until is None:
            return "Invalid access token"
        return "The access token expired" if time.monotonic() >= good_until else None

    def expire_tokens(self) -> None:
        """End all tokens given so far."""
        with self._lock:
            self._good_until = dict.fromkeys(self._good_until, 0.0)

    def _issue(self) -> ApiObject:
        token = f"BQ{secrets.token_urlsafe(48)}"
        with self._lock:
            self._good_until[token] = time.monotonic() + self._lifetime
        return {"access_token": token, "token_type": "Bearer", "expires_in": self._lifetime}


def _read_basic(authorization: str) -> tuple[str, str]:
    try:
        decoded = b64decode(authorization.removeprefix("Basic ")).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client_id, _, secret = decoded.partition(":")
    return client_id, secret


def _refuse(error: str, description: str) -> tuple[int, ApiObject]:
    return _BAD_REQUEST, {"error": error, "error_description": description}
