"""One careful client: every call to the Web API goes through `Client.ask`.

spotipy by itself sleeps as long as a `Retry-After` says and loses why a call was refused; here it only builds and
sends requests, over a session that never waits, and what an answer means is decided in this module.
"""

from __future__ import annotations

import logging
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
import spotipy
from requests.adapters import HTTPAdapter
from spotipy.exceptions import SpotifyException, SpotifyOauthError

from loader.errors import LoaderError, MendableError, StoppedEarlyError
from loader.json import read_json
from loader.settings import ApiSettings
from loader.spotify.pace import Pace
from loader.spotify.replay import check_answer
from loader.spotify.session import build_session
from loader.spotify.sign_in import TIMEOUT, AppSignIn, SignIn

DEFAULT_MAX_WAIT = 60.0
WORKERS = 4
_ATTEMPTS = 8
_RENEWALS = 3
_BACKOFF = 0.2
_LONGEST_BACKOFF = 10.0
_LONGEST_PIECE = 2**20

# spotipy logs bearer tokens at DEBUG and repeats every error on stderr; what matters of them is raised here.
logging.getLogger("spotipy").addHandler(logging.NullHandler())
logging.getLogger("spotipy").propagate = False


class Refused(Exception):
    """Spotify refuses this app or token the endpoint (403): says nothing about whether the object exists."""


class InvalidRequest(Exception):
    """Spotify does not take the request as it was put (400), such as `Invalid limit`."""


class TooManyRequests(StoppedEarlyError):
    """Spotify asks to wait for longer than the load may (429)."""


class QuotaExceeded(StoppedEarlyError):
    """The developer account's quota is used up (429, reason QUOTA_EXCEEDED)."""


class BudgetSpent(StoppedEarlyError):
    """The load has made as many calls as it may."""


class Unanswered(StoppedEarlyError):
    """No sensible answer came after several tries: a fault on the way or at the server."""


class _Broken(Exception):
    """An answer that means nothing: a fault on the way or at the server. Worth another try."""


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
        self._spotify = spotipy.Spotify(
            auth_manager=self._auth,
            requests_session=build_session(settings.api_url, _Adapter, connections=WORKERS),
            requests_timeout=TIMEOUT,
        )
        self._spotify.prefix = settings.api_url

    @property
    def call_count(self) -> int:
        """How many requests were sent to the Web API."""
        return self.calls.total()

    @property
    def seconds_waited(self) -> float:
        """How long the client waited because Spotify said so, in seconds."""
        return self._pace.seconds_waited

    def ask(
        self, endpoint: str, call: Callable[[spotipy.Spotify], Any], read: Callable[[bytes], Any] = read_json
    ) -> dict[str, Any] | None:
        """Put one question to the Web API, again after faults and short waits.

        Args:
            endpoint: The endpoint's template, such as `artists/{id}`: what calls are counted under.
            call: Puts the question through spotipy.
            read: Reads the answer's JSON; raises ValueError if it is none.

        Returns:
            The answer's object, as it was read; None if what was asked for does not exist (404).

        Raises:
            Refused: If this app may not ask this (403).
            InvalidRequest: If the question is put wrongly (400).
            QuotaExceeded: If the account's quota is used up.
            TooManyRequests: If Spotify asks for a longer wait than allowed.
            BudgetSpent: If no more calls may be made.
            Unanswered: If no sensible answer came after several tries.
            MendableError: If the credentials are wrong, or the answer is not about the day that is replayed.
        """
        faults = renewals = 0
        waited = 0.0
        while True:
            try:
                return self._ask_once(endpoint, call, read)
            except _Broken as broken:
                faults += 1
                if faults == _ATTEMPTS:
                    raise self._give_up(endpoint, broken) from broken
                time.sleep(min(_BACKOFF * 2**faults, _LONGEST_BACKOFF) * random.uniform(0.5, 1))  # noqa: S311 - jitter
            except SpotifyException as error:
                self._answered = True
                if error.http_status == requests.codes.too_many_requests:
                    waited += self._wait_as_told(error, waited)
                elif error.http_status == requests.codes.unauthorized and renewals < _RENEWALS:
                    renewals += 1
                    self._auth.cache_handler.save_token_to_cache(None)
                else:
                    self._check_day(error.headers or {})
                    self._raise_unless_absent(endpoint, error)
                    return None
            with self._lock:
                self.retries += 1

    def _ask_once(
        self, endpoint: str, call: Callable[[spotipy.Spotify], Any], read: Callable[[bytes], Any]
    ) -> dict[str, Any]:
        self._sign_in()
        self._pace.wait_for_turn()
        self._count(endpoint)
        try:
            unread = call(self._spotify)
            answer = read(unread.content)
        except SpotifyException as error:
            if error.http_status >= requests.codes.server_error or _is_cut_off(error):
                raise _Broken(f"status {error.http_status}") from error
            raise
        # An error body of another shape than the API's makes spotipy trip over it (AttributeError).
        except (requests.RequestException, AttributeError, ValueError, RecursionError) as error:
            raise self._note_fault(error) from error
        if not isinstance(answer, dict):
            raise _Broken("not JSON")
        self._check_day(unread.headers)
        self._pace.speed_up()
        self._answered = True
        return answer

    def _check_day(self, headers: Mapping[str, str]) -> None:
        check_answer(headers, self._replayed_day, self._settings.api_url)

    def _count(self, endpoint: str) -> None:
        with self._lock:
            if self._max_calls is not None and self.call_count >= self._max_calls:
                raise BudgetSpent(
                    f"The {self._max_calls:,} calls that this run may make are spent: run the load again to go on."
                )
            self.calls[endpoint] += 1

    def _sign_in(self) -> None:
        """Have a valid token at hand before the question is counted and put."""
        try:
            # One worker fetches the token, the others find it in the cache.
            with self._sign_in_lock:
                self._auth.get_access_token(as_dict=False)
            self._answered = True
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

    def _wait_as_told(self, error: SpotifyException, waited: float) -> float:
        seconds = _read_retry_after(error)
        if error.reason == "QUOTA_EXCEEDED":
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

    def _raise_unless_absent(self, endpoint: str, error: SpotifyException) -> None:
        """Turn a final error status into one of our errors, unless it means absence."""
        said = error.msg.split("\n", 1)[-1].strip()
        if error.http_status == requests.codes.not_found:
            return
        if error.http_status == requests.codes.forbidden:
            with self._lock:
                self.refusals += 1
            if not _is_json(error):
                # Refusals of an endpoint are JSON; in plain text Spotify turns the whole app away.
                raise MendableError(
                    f"Spotify turns this app away ({said}): look at the app in Spotify's developer dashboard."
                )
            raise Refused(said)
        if error.http_status == requests.codes.bad_request:
            raise InvalidRequest(said)
        if error.http_status == requests.codes.unauthorized:
            raise MendableError(f"Spotify does not accept the access token ({said}): {self._auth.advise(None)}.")
        raise LoaderError(f"Spotify answers {endpoint} with status {error.http_status}: {said}.")


class _Adapter(HTTPAdapter):
    """Hands answers on in one piece and unread: both are much of a load's work."""

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        response = super().build_response(req, resp)
        read_in_pieces = response.iter_content
        response.iter_content = lambda *_: read_in_pieces(_LONGEST_PIECE)  # type: ignore[method-assign]
        if response.ok:
            response.json = lambda **_: _Unread(response.content, response.headers)  # type: ignore[method-assign]
        return response


@dataclass(frozen=True)
class _Unread:
    """What an answer holds, for spotipy to pass on: it writes out every answer for its log, whether it logs or not."""

    content: bytes = field(repr=False)
    headers: Mapping[str, str]


def _is_cut_off(error: SpotifyException) -> bool:
    """Whether an answer announces JSON and holds none, so that its status cannot be taken at its word."""
    if error.http_status == requests.codes.too_many_requests:
        # How long to wait is in the header.
        return False
    response = _find_response(error)
    return response is not None and "json" in response.headers.get("Content-Type", "") and not _is_json(error)


def _is_json(error: SpotifyException) -> bool:
    """Whether the answer behind an error is JSON; spotipy keeps only what it says."""
    response = _find_response(error)
    try:
        return response is None or isinstance(response.json(), dict)
    except ValueError:
        return False


def _find_response(error: SpotifyException) -> requests.Response | None:
    return getattr(error.__context__, "response", None)


def _read_retry_after(error: SpotifyException) -> float:
    """Read how long to wait, in seconds; one second where nothing sensible is said."""
    try:
        seconds = float(error.headers.get("Retry-After", 1))
    except (TypeError, ValueError):
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
