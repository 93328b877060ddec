"""One careful client: every call to the Web API goes through `Client.ask`, which decides what an answer means."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any

import requests
from spotipy.exceptions import SpotifyOauthError

from loader.errors import LoaderError, MendableError
from loader.json import read_json
from loader.settings import ApiSettings
from loader.spotify.outcomes import BudgetSpent, InvalidRequest, QuotaExceeded, Refused, TooManyRequests, Unanswered
from loader.spotify.pace import Pace
from loader.spotify.replay import check_answer
from loader.spotify.request import Request
from loader.spotify.session import build_session
from loader.spotify.sign_in import TIMEOUT, AppSignIn, SignIn

DEFAULT_MAX_WAIT = 60.0
WORKERS = 4
_ATTEMPTS = 8
_RENEWALS = 3
_BACKOFF = 0.2
_LONGEST_BACKOFF = 10.0
_LONGEST_PIECE = 2**20
_NO_REASON = "no reason given"


class _Broken(Exception):
    """An answer that means nothing: a fault on the way or at the server. Worth another try."""


@dataclass(frozen=True)
class _Answer:
    """What came back, unread: reading is much of a load's work, and most of an answer is never needed."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class _Error:
    """What the body of an error says: `{"error": {"status", "message", "reason"}}`, or plain text."""

    message: str
    reason: str | None
    is_json: bool


class Client:
    """Calls the Web API as one app, by itself or for a person; several threads may ask at once.

    Attributes:
        calls: How many requests were sent to the Web API, by endpoint.
        refusals: How many answers were refusals (403).
        retries: How many calls had to be made again because of a fault.
    """

    def __init__(
        self,
        settings: ApiSettings,
        max_wait: float = DEFAULT_MAX_WAIT,
        max_calls: int | None = None,
        sign_in: SignIn | None = None,
        replayed_day: date | None = None,
    ) -> None:
        """Prepare the client; nothing is sent yet.

        Args:
            settings: Where the API stands, and the app's credentials.
            max_wait: The longest `Retry-After` that is obeyed, in seconds.
            max_calls: The most requests that may be sent to the Web API; None for no limit.
            sign_in: Who asks; None for the app itself.
            replayed_day: The past day that every answer must be about; None for today.
        """
        self.calls: Counter[str] = Counter()
        self.refusals = 0
        self.retries = 0
        self._max_wait = max_wait
        self._max_calls = max_calls
        self._settings = settings
        self._replayed_day = replayed_day
        self._pace = Pace()
        self._answered = False
        self._lock = threading.Lock()
        self._sign_in_lock = threading.Lock()
        self._auth: SignIn = sign_in or AppSignIn(settings)
        self._session = build_session(settings.api_url, connections=WORKERS)

    @property
    def call_count(self) -> int:
        """How many requests were sent to the Web API."""
        return self.calls.total()

    @property
    def seconds_waited(self) -> float:
        """How long the client waited because Spotify said so, in seconds."""
        return self._pace.seconds_waited

    def ask(self, request: Request, read: Callable[[bytes], Any] = read_json) -> dict[str, Any] | None:
        """Send one request to the Web API, again after faults and short waits.

        Args:
            request: What is asked.
            read: Reads the answer's JSON; raises ValueError if it is none.

        Returns:
            The answer's object, as it was read; None if what was asked for does not exist (404).

        Raises:
            Refused: If this app may not ask this (403).
            InvalidRequest: If the request is put wrongly (400).
            QuotaExceeded: If the account's quota is used up.
            TooManyRequests: If Spotify asks for a longer wait than allowed.
            BudgetSpent: If no more calls may be made.
            Unanswered: If no sensible answer came after several tries.
            MendableError: If the credentials are wrong, or the answer is not about the day that is replayed.
        """
        url = self._settings.api_url + request.url
        faults = renewals = 0
        waited = 0.0
        while True:
            try:
                answer = self._send(request.template, url)
                if answer.status < requests.codes.multiple_choices:
                    return self._read(answer, read)
                error = _read_error(answer)
            except _Broken as broken:
                faults += 1
                if faults == _ATTEMPTS:
                    raise self._give_up(request.template, broken) from broken
                time.sleep(min(_BACKOFF * 2**faults, _LONGEST_BACKOFF) * random.uniform(0.5, 1))  # noqa: S311 - jitter
            else:
                if answer.status == requests.codes.too_many_requests:
                    waited += self._wait_as_told(_read_retry_after(answer.headers), error.reason, waited)
                elif answer.status == requests.codes.unauthorized and renewals < _RENEWALS:
                    renewals += 1
                    self._auth.cache_handler.save_token_to_cache(None)
                else:
                    self._check_day(answer.headers)
                    self._raise_unless_absent(request, answer.status, error)
                    return None
            with self._lock:
                self.retries += 1

    def _send(self, endpoint: str, url: str) -> _Answer:
        """Send a request once, signed in and in its turn."""
        token = self._sign_in()
        self._pace.wait_for_turn()
        self._count(endpoint)
        try:
            with self._session.get(
                url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT, stream=True
            ) as response:
                # In one piece: requests would hand it on in thousands.
                content = b"".join(response.iter_content(_LONGEST_PIECE))
        except (requests.RequestException, ValueError) as error:
            raise self._note_fault(error) from error
        self._answered = True
        return _Answer(response.status_code, response.headers, content)

    def _read(self, answer: _Answer, read: Callable[[bytes], Any]) -> dict[str, Any]:
        try:
            value = read(answer.content)
        except (ValueError, RecursionError) as error:
            raise _Broken("not JSON") from error
        if not isinstance(value, dict):
            raise _Broken("not JSON")
        self._check_day(answer.headers)
        self._pace.speed_up()
        return value

    def _check_day(self, headers: Mapping[str, str]) -> None:
        check_answer(headers, self._replayed_day, self._settings.api_url)

    def _count(self, endpoint: str) -> None:
        with self._lock:
            if self._max_calls is not None and self.call_count >= self._max_calls:
                raise BudgetSpent(
                    f"The {self._max_calls:,} calls that this run may make are spent: run the load again to go on."
                )
            self.calls[endpoint] += 1

    def _sign_in(self) -> str:
        """Have a valid token at hand before the request is counted and sent."""
        try:
            # One worker fetches the token, the others find it in the cache.
            with self._sign_in_lock:
                token = self._auth.get_access_token(as_dict=False)
            self._answered = True
            return str(token)
        except SpotifyOauthError as error:
            # Where a gateway answers in the place of the accounts service, the error is no word but an object.
            if error.error in ("invalid_client", "invalid_grant", "invalid_request", "unauthorized_client"):
                raise MendableError(
                    f"Spotify does not accept the credentials ({error.error_description or error.error}): "
                    f"{self._auth.advise(error.error)}."
                ) from None
            self._answered = True
            raise _Broken("no token") from error
        except (requests.RequestException, ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
            raise self._note_fault(error) from error

    def _note_fault(self, error: Exception) -> _Broken:
        if not isinstance(error, requests.ConnectionError | requests.Timeout):
            self._answered = True
        return _Broken(_name_fault(error))

    def _give_up(self, endpoint: str, broken: _Broken) -> LoaderError:
        message = (
            f"{self._settings.api_url} gives no sensible answer to {endpoint} ({broken}): check the network and "
            "SPOTIFY_API_URL, then run the load again."
        )
        # A server that never said a word is a wrong address or a network that is down; nothing was begun.
        return Unanswered(message) if self._answered else LoaderError(message)

    def _wait_as_told(self, seconds: float, reason: str | None, waited: float) -> float:
        if reason == "QUOTA_EXCEEDED":
            raise QuotaExceeded(
                f"Spotify's quota for this app is used up: run the load again in {_tell_duration(seconds)}.",
                retry_after=seconds,
            )
        if waited + seconds > self._max_wait:
            raise TooManyRequests(
                f"Spotify asks to wait {_tell_duration(seconds)}: run the load again then.", retry_after=seconds
            )
        self._pace.slow_down(seconds)
        return seconds

    def _raise_unless_absent(self, request: Request, status: int, error: _Error) -> None:
        """Turn a final error status into one of our errors, unless it means absence."""
        said = error.message
        if status == requests.codes.not_found:
            if request.is_batch:
                raise LoaderError(f"There is no {request.path} at {self._settings.api_url}: check SPOTIFY_API_URL.")
            return
        if status == requests.codes.forbidden:
            with self._lock:
                self.refusals += 1
            if not error.is_json:
                # Refusals of an endpoint are JSON; in plain text Spotify turns the whole app away.
                raise MendableError(
                    f"Spotify turns this app away ({said}): look at the app in Spotify's developer dashboard."
                )
            raise Refused(said)
        if status == requests.codes.bad_request:
            raise InvalidRequest(said)
        if status == requests.codes.unauthorized:
            raise MendableError(f"Spotify does not accept the access token ({said}): {self._auth.advise(None)}.")
        raise LoaderError(f"Spotify answers {request.template} with status {status}: {said}.")


def _read_error(answer: _Answer) -> _Error:
    """Read what an error says.

    Raises:
        _Broken: If it is a fault or a redirect, or announces JSON and holds none: its status cannot be taken at its
            word then. A 429 always can: how long to wait is in its headers.
    """
    if answer.status >= requests.codes.server_error:
        raise _Broken(f"status {answer.status}")
    if answer.status < requests.codes.bad_request:
        raise _Broken(f"status {answer.status}, a redirect, which is not followed")
    is_told_to_wait = answer.status == requests.codes.too_many_requests
    try:
        body = read_json(answer.content)
    except ValueError:
        if "json" in answer.headers.get("Content-Type", "") and not is_told_to_wait:
            raise _Broken(f"status {answer.status}") from None
        return _Error(answer.content.decode(errors="replace").strip() or _NO_REASON, None, is_json=False)
    error = body.get("error", {}) if isinstance(body, dict) else None
    if isinstance(error, dict):
        return _Error(str(error.get("message") or _NO_REASON).strip(), error.get("reason"), is_json=True)
    if is_told_to_wait:
        return _Error(_NO_REASON, None, is_json=True)
    raise _Broken("not JSON")


def _read_retry_after(headers: Mapping[str, str]) -> float:
    """Read how long to wait, in seconds; one second where nothing sensible is said."""
    try:
        seconds = float(headers.get("Retry-After", 1))
    except ValueError:
        return 1.0
    return max(seconds, 0.0) if isfinite(seconds) else 1.0


def _name_fault(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate cannot be verified"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return "not JSON"


def _tell_duration(seconds: float) -> str:
    if seconds < 2 * 60:
        return f"{seconds:.0f} seconds"
    if seconds < 2 * 60 * 60:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours"
