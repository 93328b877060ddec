"""The accounts service: who may ask, and for how long."""

from __future__ import annotations

import binascii
import hashlib
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode

from local_api.contract import ApiObject

CLIENT_ID = "demo-client"
CLIENT_SECRET = "demo-secret"  # noqa: S105 - the local server's own, known to all
REFRESH_TOKEN = "demo-refresh"  # noqa: S105
TOKEN_LIFETIME = 3600
# What a person may allow an app to read.
SCOPES = (
    "playlist-read-collaborative",
    "playlist-read-private",
    "user-library-read",
    "user-read-recently-played",
    "user-top-read",
)

_OK = 200
_BAD_REQUEST = 400


@dataclass(frozen=True)
class _Question:
    """What a code is good for: the question it answers."""

    redirect_uri: str
    challenge: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class _Token:
    """What an access token is good for.

    Attributes:
        good_until: On the monotonic clock, in seconds.
        scopes: What a person allowed; None where the app asks by itself.
    """

    good_until: float
    scopes: frozenset[str] | None


class Accounts:
    """Gives access tokens to one app and one person who authorizes it, and knows which are good.

    Args:
        client_id: The app's client id.
        client_secret: The app's client secret.
        refresh_token: The refresh token of an authorization that was given before.
        token_lifetime: How many seconds a token is good for.
        scopes: What the person allows, if asked for.
        rotates: Whether a renewal brings a new refresh token, after whose first use the one before is worth nothing.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        token_lifetime: int,
        scopes: Iterable[str] = SCOPES,
        rotates: bool = False,
    ) -> None:
        self.says_yes = True
        self._client_id = client_id
        self._client_secret = client_secret
        self._lifetime = token_lifetime
        self._scopes = frozenset(scopes)
        self._rotates = rotates
        self._codes: dict[str, _Question] = {}
        self._authorizations = {refresh_token: self._scopes}
        self._replaced: dict[str, str] = {}
        self._tokens: dict[str, _Token] = {}
        self._lock = threading.Lock()

    def answer_authorize_request(self, params: Mapping[str, str]) -> str | None:
        """Answer `GET /authorize`, as a person does who sees the page that Spotify shows.

        Args:
            params: The question.

        Returns:
            Where the browser is sent to; None if the question is refused without anybody being asked.
        """
        redirect_uri = params.get("redirect_uri", "")
        is_allowed = redirect_uri.startswith(("https://", "http://127.0.0.1:", "http://[::1]:"))
        if params.get("client_id") != self._client_id or params.get("response_type") != "code" or not is_allowed:
            return None
        if params.get("code_challenge_method") != "S256" or not params.get("code_challenge"):
            said = {"error": "invalid_request"}
        elif not self.says_yes:
            said = {"error": "access_denied"}
        else:
            asked = frozenset(params.get("scope", "").split())
            said = {"code": f"AQ{secrets.token_urlsafe(48)}"}
            with self._lock:
                self._codes[said["code"]] = _Question(redirect_uri, params["code_challenge"], asked & self._scopes)
        if "state" in params:
            said["state"] = params["state"]
        return f"{redirect_uri}?{urlencode(said)}"

    def answer_token_request(self, authorization: str, body: str) -> tuple[int, ApiObject]:
        """Answer `POST /api/token` for the client-credentials, authorization-code (PKCE) and refresh-token grants.

        Args:
            authorization: The request's Authorization header, `Basic ...`; not needed where a person allowed it.
            body: The request's form.

        Returns:
            The HTTP status and the answer.
        """
        form = {name: values[-1] for name, values in parse_qs(body).items()}
        client_id, secret = _read_basic(authorization)
        grant = form.get("grant_type")
        if form.get("client_id", client_id) != self._client_id:
            return _refuse("invalid_client", "Invalid client")
        said_secret = form.get("client_secret", secret)
        if said_secret != self._client_secret and (said_secret or grant == "client_credentials"):
            return _refuse("invalid_client", "Invalid client secret")
        if grant == "client_credentials":
            return _OK, self._issue(None)
        if grant == "authorization_code":
            return self._exchange_code(form)
        if grant == "refresh_token":
            return self._renew(form.get("refresh_token", ""))
        return _refuse(
            "unsupported_grant_type", "grant_type must be client_credentials, authorization_code or refresh_token"
        )

    def find_fault(self, authorization: str) -> str | None:
        """Say what is wrong with the Authorization header of a call, or None if it is good."""
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() != "bearer" or not value:
            return "No token provided"
        with self._lock:
            token = self._tokens.get(value)
        if token is None:
            return "Invalid access token"
        return "The access token expired" if time.monotonic() >= token.good_until else None

    def find_scopes(self, authorization: str) -> frozenset[str] | None:
        """Find what a person allowed the bearer of a good token; None where the app asks by itself."""
        with self._lock:
            return self._tokens[authorization.partition(" ")[2]].scopes

    def expire_tokens(self) -> None:
        """End all access tokens given so far."""
        with self._lock:
            self._tokens = {value: replace(token, good_until=0.0) for value, token in self._tokens.items()}

    def revoke(self) -> None:
        """End all authorizations given so far, as a person does in the account's settings."""
        self.expire_tokens()
        with self._lock:
            self._authorizations.clear()

    def _exchange_code(self, form: Mapping[str, str]) -> tuple[int, ApiObject]:
        with self._lock:
            # A code is good for one try.
            question = self._codes.pop(form.get("code", ""), None)
        if question is None:
            return _refuse("invalid_grant", "Invalid authorization code")
        if form.get("redirect_uri") != question.redirect_uri:
            return _refuse("invalid_grant", "Invalid redirect URI")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if urlsafe_b64encode(digest).rstrip(b"=").decode() != question.challenge:
            return _refuse("invalid_grant", "code_verifier was incorrect")
        return _OK, {**self._issue(question.scopes), "refresh_token": self._authorize(question.scopes)}

    def _renew(self, refresh_token: str) -> tuple[int, ApiObject]:
        with self._lock:
            scopes = self._authorizations.get(refresh_token)
            if before := self._replaced.pop(refresh_token, None):
                self._authorizations.pop(before, None)
        if scopes is None:
            return _refuse("invalid_grant", "Refresh token revoked")
        answer = self._issue(scopes)
        if self._rotates:
            answer["refresh_token"] = self._authorize(scopes)
            with self._lock:
                self._replaced[answer["refresh_token"]] = refresh_token
        return _OK, answer

    def _authorize(self, scopes: frozenset[str]) -> str:
        refresh_token = f"AQ{secrets.token_urlsafe(64)}"
        with self._lock:
            self._authorizations[refresh_token] = scopes
        return refresh_token

    def _issue(self, scopes: frozenset[str] | None) -> ApiObject:
        value = f"BQ{secrets.token_urlsafe(48)}"
        with self._lock:
            self._tokens[value] = _Token(time.monotonic() + self._lifetime, scopes)
        answer: ApiObject = {"access_token": value, "token_type": "Bearer", "expires_in": self._lifetime}
        return answer if scopes is None else {**answer, "scope": " ".join(sorted(scopes))}


def _read_basic(authorization: str) -> tuple[str, str]:
    try:
        decoded = b64decode(authorization.removeprefix("Basic ")).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client_id, _, secret = decoded.partition(":")
    return client_id, secret


def _refuse(error: str, description: str) -> tuple[int, ApiObject]:
    return _BAD_REQUEST, {"error": error, "error_description": description}
