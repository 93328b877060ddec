"""A local Spotify Web API: token endpoint, Web API and ReccoBeats' audio features over a catalogue, on 127.0.0.1."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from local_api import endpoints, library, reccobeats
from local_api.accounts import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SCOPES, TOKEN_LIFETIME, Accounts
from local_api.contract import API_ORIGIN, ApiObject, Catalogue, Listener
from local_api.faults import Fault, FaultPlan
from local_api.ledger import DROPPED_STATUS, Call, Calls
from local_api.shapes import Mode

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN", "Server", "serve"]

HOST = "127.0.0.1"

_TOKEN_TEMPLATE = "/api/token"  # noqa: S105 - an address
_AUTHORIZE_TEMPLATE = "/authorize"
# Says of every answer which day it is about: only so can a past day be replayed from here.
DAY_HEADER = "X-Answers-For"
_JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
# Closing with an empty linger time resets the connection instead of ending it in good order.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: _JSON_HEADERS)


class Server:
    """The local Web API; a context manager that runs from entry to exit.

    What is served can be changed while it runs, and counts from the next call on.

    Attributes:
        mode: The kind of app it takes everybody for: `extended` or `dev`.
        faults: The plan of its faults, or None.
        calls: What it was asked.
        api_url: The Web API's address, with a trailing slash.
        accounts_url: The accounts service's address, without a trailing slash.
        reccobeats_url: ReccoBeats' address, with a trailing slash.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        mode: Mode,
        day: date,
        port: int,
        faults: FaultPlan | None,
        accounts: Accounts,
        audio_features: bool,
        keep_log: bool,
        listener: Listener | None,
    ) -> None:
        self._catalogue = catalogue
        self._person = listener
        self._accounts = accounts
        self._audio_features = audio_features
        self._ended = threading.Event()
        self.mode = mode
        self.faults = faults
        self.calls = Calls(keep_log)
        self.day = day
        self._listener = _Listener(self, port)
        self.accounts_url = f"http://{HOST}:{self._listener.server_address[1]}"
        self.api_url = f"{self.accounts_url}/v1/"
        self.reccobeats_url = f"{self.accounts_url}/reccobeats/v1/"
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.05}, name="web-api", daemon=True
        )

    @property
    def day(self) -> date:
        """The day served.

        Raises:
            CatalogueError: When set to a day of which the catalogue knows nothing.
        """
        return self._day

    @day.setter
    def day(self, day: date) -> None:
        self._view = self._catalogue.on(day)
        self._library = self._person.on(day) if self._person else None
        self._day = day

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End: open connections are closed, new ones refused."""
        self._ended.set()
        if self._thread.is_alive():
            self._listener.shutdown()
        self._listener.server_close()
        self._listener.close_connections()

    def expire_tokens(self) -> None:
        """End all access tokens given so far."""
        self._accounts.expire_tokens()

    def revoke_authorizations(self) -> None:
        """End all that a person allowed so far."""
        self._accounts.revoke()

    def refuse_authorizations(self) -> None:
        """Let the person refuse what they are asked from now on."""
        self._accounts.says_yes = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _choose_fault(self, endpoint: str) -> Fault | None:
        plan = self.faults
        return plan.choose(endpoint) if plan else None

    def _answer(self, method: str, path: str, query: str, authorization: str, body: bytes) -> _Answer:
        template, id_ = endpoints.find_template(path)
        params = dict(parse_qsl(query))
        if (method, template) == ("POST", _TOKEN_TEMPLATE):
            return self._write(*self._accounts.answer_token_request(authorization, body.decode(errors="replace")))
        if (method, template) == ("GET", _AUTHORIZE_TEMPLATE):
            return self._redirect(self._accounts.answer_authorize_request(params))
        if template == reccobeats.TEMPLATE:
            return self._write(*reccobeats.answer(self._view, params))
        try:
            if wrong := self._accounts.find_fault(authorization):
                raise endpoints.Refusal(HTTPStatus.UNAUTHORIZED, wrong)
            if method != "GET":
                raise endpoints.Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed")
            scopes = self._accounts.find_scopes(authorization)
            request = endpoints.Request(self._view, self.mode, self._audio_features, id_, params, self._library, scopes)
            answer = library.answer if template in library.ENDPOINTS else endpoints.answer
            return self._write(HTTPStatus.OK, answer(template, request))
        except endpoints.Refusal as refusal:
            return self._write(refusal.status, refusal.body)

    def _redirect(self, target: str | None) -> _Answer:
        if target is None:
            return _Answer(HTTPStatus.BAD_REQUEST, b"INVALID_CLIENT", {"Content-Type": "text/plain; charset=utf-8"})
        return _Answer(HTTPStatus.FOUND, b"", {"Location": target})

    def _write(self, status: int, body: ApiObject) -> _Answer:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        # All addresses of the Web API in an answer name the server that gave it.
        return _Answer(int(status), text.replace(API_ORIGIN, self.api_url).encode())


def serve(
    catalogue: Catalogue,
    *,
    mode: Mode = "extended",
    day: date | None = None,
    port: int = 0,
    faults: FaultPlan | None = None,
    client_id: str = CLIENT_ID,
    client_secret: str = CLIENT_SECRET,
    refresh_token: str = REFRESH_TOKEN,
    token_lifetime: int = TOKEN_LIFETIME,
    audio_features: bool = True,
    keep_log: bool = True,
    listener: Listener | None = None,
    scopes: Iterable[str] = SCOPES,
    rotates_refresh_tokens: bool = False,
) -> Server:
    """Make a local Web API, which answers while its context is entered, or from `start` to `stop`.

    Args:
        catalogue: What to serve.
        mode: The kind of app it takes everybody for: `extended` (quota) or `dev` (created since February 2026).
        day: The day to serve; today if None.
        port: The port on 127.0.0.1; 0 finds a free one.
        faults: A plan of faults (`faults.Script`, `faults.Random`), or None.
        client_id: The one client id it knows.
        client_secret: The secret that goes with it.
        refresh_token: The refresh token of an authorization given before.
        token_lifetime: How many seconds an access token is good for.
        audio_features: Whether an extended-quota app may ask for audio features, as only old ones may.
        keep_log: Whether every call is kept in `calls.log`; the counts are kept always.
        listener: The person who authorizes the app; None if there is nobody whose listening could be asked for.
        scopes: What that person allows, if asked for.
        rotates_refresh_tokens: Whether a renewal brings a new refresh token.

    Raises:
        CatalogueError: If the catalogue knows nothing about the day.
        OSError: If the port cannot be used.
    """
    accounts = Accounts(client_id, client_secret, refresh_token, token_lifetime, scopes, rotates_refresh_tokens)
    return Server(catalogue, mode, day or date.today(), port, faults, accounts, audio_features, keep_log, listener)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, web_api: Server, port: int) -> None:
        self.web_api = web_api
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()
        super().__init__((HOST, port), _Handler)

    def keep_connection(self, connection: socket.socket) -> None:
        with self._connections_lock:
            self._connections.add(connection)

    def forget_connection(self, connection: socket.socket) -> None:
        with self._connections_lock:
            self._connections.discard(connection)

    def close_connections(self) -> None:
        with self._connections_lock:
            for connection in self._connections:
                with suppress(OSError):  # the client was quicker
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up is no error of the server's.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener
    connection: socket.socket

    def setup(self) -> None:
        super().setup()
        self.server.keep_connection(self.connection)

    def finish(self) -> None:
        self.server.forget_connection(self.connection)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Say nothing: what was asked stands in the counts."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        web_api = self.server.web_api
        length = self.headers.get("Content-Length", "")
        body = self.rfile.read(int(length)) if length.isdecimal() else b""
        path, _, query = self.path.partition("?")
        endpoint = f"{method} {endpoints.find_template(path)[0]}"
        fault = web_api._choose_fault(endpoint)
        name = fault.name if fault else None
        answer: _Answer | None
        if fault and fault.cut == "connection":
            answer = None
        elif fault and fault.status:
            answer = _Answer(fault.status, fault.body.encode(), fault.headers)
        else:
            authorization = self.headers.get("Authorization", "")
            answer = web_api._answer(method, path, query, authorization, body)
        # Counted before it is sent: who has the answer, or waits for a slow one, finds it in the counts.
        web_api.calls.record(Call(endpoint, self.path, answer.status if answer else DROPPED_STATUS, name))
        if fault:
            # Not a sleep, so that the end of the server need not wait.
            web_api._ended.wait(fault.delay)
        if answer:
            self._send(answer, fault.cut if fault else None)
        else:
            self._reset()

    def _send(self, answer: _Answer, cut: str | None) -> None:
        half = answer.body[: len(answer.body) // 2]
        body = answer.body if cut is None else half
        announced = half if cut == "json" else answer.body
        self.send_response(answer.status)
        for header, value in answer.headers.items():
            self.send_header(header, value)
        self.send_header(DAY_HEADER, self.server.web_api.day.isoformat())
        self.send_header("Content-Length", str(len(announced)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or cut == "body"

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
