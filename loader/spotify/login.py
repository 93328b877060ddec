"""Obtains a person's authorization once: an authorization code with PKCE, exchanged for a refresh token."""

from __future__ import annotations

import os
import secrets
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests
import tomlkit
from spotipy.exceptions import SpotifyOauthError
from tomlkit.exceptions import TOMLKitError

from loader.errors import LoaderError, MendableError
from loader.settings import ApiSettings
from loader.spotify.sign_in import SCOPES, PersonSignIn

_HOST = "127.0.0.1"
# An answer of one line; whoever connects and says nothing may not keep the answer from coming in.
_LONGEST_REQUEST = 10.0
_PAGE = (
    b"<!DOCTYPE html><html><head><title>EchoStream</title></head>"
    b"<body><p>EchoStream has the answer: look at the terminal. You can close this page.</p></body></html>"
)
_SECRETS = Path(".dlt") / "secrets.toml"

Tell = Callable[[str], None]
"""Shows a person one line."""


@dataclass(frozen=True)
class Authorization:
    """What a person allowed.

    Attributes:
        refresh_token: What later loads sign in with; a secret.
        missing_scopes: What the loads need and the person did not allow.
    """

    refresh_token: str
    missing_scopes: list[str]


def log_in(
    settings: ApiSettings, redirect_uri: str, tell: Tell, ask: Callable[[], str] | None, timeout: float
) -> Authorization:
    """Have a person authorize the app in a browser.

    Args:
        settings: The app, and where the accounts service stands.
        redirect_uri: Where the browser is sent to with the answer, as it stands in the app's settings.
        tell: Shows the address to open.
        ask: Asks the person for the address that their browser was sent to; None to wait for it on this machine.
        timeout: How long to wait for it, in seconds.

    Raises:
        MendableError: If the redirect URI cannot be used, the person does not allow it, no answer comes in time, or
            an answer comes that is not one to this question.
        LoaderError: If the accounts service does not answer.
    """
    port = _check_redirect_uri(redirect_uri)
    sign_in = PersonSignIn(settings, None, redirect_uri)
    state = secrets.token_urlsafe(24)
    sign_in.get_pkce_handshake_parameters()
    address = sign_in.get_authorize_url(state)
    if ask is None:
        with _Listener(redirect_uri, port) as listener:
            tell(f"Open this address in a browser on this machine, if it does not open by itself:\n{address}")
            webbrowser.open(address)
            answer = listener.wait(timeout)
    else:
        tell(
            f"Open this address in any browser:\n{address}\nThen paste here the address that the browser ends at, "
            f"which begins with {redirect_uri} (that nothing is shown there is all right):"
        )
        try:
            answer = ask().strip()
        except EOFError:
            raise MendableError("No address was pasted: run the login again where you can type.") from None
    return _exchange(sign_in, _read_code(answer, redirect_uri, state))


def check_secrets_file() -> None:
    """Make sure that a refresh token can be saved, before a person goes to the trouble of giving one.

    Raises:
        MendableError: If `.dlt/secrets.toml` is not what it should be.
    """
    _read_secrets()


def save_refresh_token(refresh_token: str) -> Path:
    """Save a refresh token in `.dlt/secrets.toml`, where the loads find it; what else stands there stays.

    Returns:
        The file.

    Raises:
        MendableError: If the file cannot be read or written.
    """
    secrets_ = _read_secrets()
    table = secrets_.setdefault("sources", tomlkit.table(is_super_table=True))
    table.setdefault("spotify", tomlkit.table())["refresh_token"] = refresh_token
    new = _SECRETS.with_suffix(".new")
    try:
        _SECRETS.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(tomlkit.dumps(secrets_))
        new.replace(_SECRETS)
    except OSError as error:
        raise MendableError(f"{_SECRETS} cannot be written: {error.strerror}.") from error
    return _SECRETS


def _read_secrets() -> tomlkit.TOMLDocument:
    try:
        secrets_ = tomlkit.parse(_SECRETS.read_text(encoding="utf-8"))
        if not isinstance(secrets_.get("sources", {}).get("spotify", {}), dict):
            raise MendableError(f"{_SECRETS}: sources.spotify is not a table.")
    except FileNotFoundError:
        return tomlkit.document()
    except (OSError, ValueError, AttributeError, TOMLKitError) as error:
        raise MendableError(f"{_SECRETS} cannot be read: {str(error).splitlines()[0]}") from error
    return secrets_


def _check_redirect_uri(redirect_uri: str) -> int:
    """Make sure that Spotify will take the redirect URI and that it leads here; returns its port."""
    try:
        parts = urlsplit(redirect_uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if host == "localhost":
        raise MendableError(
            f"{redirect_uri}: Spotify does not take localhost; write 127.0.0.1, here and in the app's settings."
        )
    if host != _HOST or not port or parts.scheme != "http" or parts.query or parts.fragment:
        raise MendableError(
            f"{redirect_uri!r} is not a redirect URI on this machine: write one such as "
            "http://127.0.0.1:8765/callback, as it stands in the app's settings."
        )
    return port


def _read_code(answer: str, redirect_uri: str, state: str) -> str:
    """Read the code out of the address that the browser was sent to."""
    try:
        wanted, said = urlsplit(redirect_uri), urlsplit(answer)
    except ValueError:
        said = None
    if said is None or (said.netloc, said.path.rstrip("/")) != (wanted.netloc, wanted.path.rstrip("/")):
        raise MendableError(f"That is not the address the browser was sent to: it begins with {redirect_uri}?code=.")
    fields = {name: values[-1] for name, values in parse_qs(said.query).items()}
    if not secrets.compare_digest(fields.get("state", "").encode(), state.encode()):
        raise MendableError("The answer is not one to this login (another state): run the login again.")
    if "error" in fields:
        reason = "you did not allow it" if fields["error"] == "access_denied" else f"Spotify says {fields['error']}"
        raise MendableError(f"No authorization: {reason}. Run the login again to change that.")
    if "code" not in fields:
        raise MendableError("The address holds no code: run the login again, and paste the whole address.")
    return fields["code"]


def _exchange(sign_in: PersonSignIn, code: str) -> Authorization:
    try:
        sign_in.get_access_token(code, check_cache=False)
        token = sign_in.cache_handler.get_cached_token()
        refresh_token = token["refresh_token"]
        granted = str(token.get("scope") or "").split()
    except SpotifyOauthError as error:
        if error.error not in ("invalid_client", "invalid_grant", "invalid_request", "unauthorized_client"):
            raise LoaderError("Spotify's accounts service gives no sensible answer: run the login again.") from error
        raise MendableError(
            f"Spotify does not take the authorization ({error.error_description or error.error}): "
            f"{sign_in.advise(error.error)}."
        ) from None
    except (requests.RequestException, ValueError, AttributeError, KeyError, TypeError) as error:
        raise LoaderError(
            "Spotify's accounts service gives no sensible answer: check the network and SPOTIFY_ACCOUNTS_URL, then run "
            "the login again."
        ) from error
    return Authorization(str(refresh_token), [scope for scope in SCOPES if scope not in granted])


class _Listener:
    """Waits on this machine for the browser to come with the answer."""

    def __init__(self, redirect_uri: str, port: int) -> None:
        parts = urlsplit(redirect_uri)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._path = parts.path or "/"
        try:
            self._server = _Server((_HOST, port), _Handler)
        except OSError as error:
            raise MendableError(
                f"Port {port} of {_HOST} cannot be used ({error.strerror}): end what uses it, take another "
                "--redirect-uri (here and in the app's settings), or log in with --headless."
            ) from error

    def __enter__(self) -> _Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def wait(self, timeout: float) -> str:
        """Wait for the answer; other requests, such as for a page's icon, are none.

        Returns:
            The address that the browser was sent to.

        Raises:
            MendableError: If none comes in time (seconds).
        """
        self._server.path = self._path
        deadline = time.monotonic() + timeout
        while self._server.answer is None:
            self._server.timeout = deadline - time.monotonic()
            if self._server.timeout <= 0:
                raise MendableError(
                    f"No answer came within {timeout:.0f} seconds: run the login again, or with --headless if the "
                    "browser runs on another machine."
                )
            self._server.handle_request()
        return self._origin + self._server.answer


class _Server(HTTPServer):
    path = "/"
    answer: str | None = None

    def handle_error(self, *_: object) -> None:
        """Say nothing of a browser that hangs up."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _LONGEST_REQUEST

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != self.server.path:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.server.answer = self.path
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(_PAGE)))
        self.end_headers()
        self.wfile.write(_PAGE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Say nothing: the code in the address is a secret."""
