"""One careful client: every call to the Web API goes through `Client.ask`.

spotipy by itself sleeps as long as a `Retry-After` says and loses why a call was refused; here it only builds and
sends requests, over a session that never waits, and what an answer means is decided in this module.
"""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import requests
import spotipy
from requests.adapters import HTTPAdapter
from spotipy.cache_handler import MemoryCacheHandler
from spotipy.exceptions import SpotifyException, SpotifyOauthError
from spotipy.oauth2 import SpotifyClientCredentials
from urllib3.util.retry import Retry

from loader.errors import LoaderError, MendableError, StoppedEarlyError
from loader.settings import ApiSettings

DEFAULT_MAX_WAIT = 60.0
_TIMEOUT = 30.0
_ATTEMPTS = 6
_BACKOFF = 0.3

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


class _Broken(Exception):
    """An answer that means nothing: a fault on the way or at the server. Worth another try."""


class Client:
    """Calls the Web API as one app, with the client credentials flow.

    Attributes:
        calls: How many requests were sent, by endpoint.
        refusals: How many answers were refusals (403).
        seconds_waited: How long the client waited because Spotify said so, in seconds.
    """

    def __init__(self, settings: ApiSettings, max_wait: float = DEFAULT_MAX_WAIT) -> None:
        """Prepare the client; nothing is sent yet.

        Args:
            settings: Where the API stands, and the app's credentials.
            max_wait: The longest `Retry-After` that is obeyed, in seconds.
        """
        self.calls: Counter[str] = Counter()
        self.refusals = 0
        self.seconds_waited = 0.0
        self._max_wait = max_wait
        self._settings = settings
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=Retry(0, respect_retry_after_header=False)))
        self._auth = SpotifyClientCredentials(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            cache_handler=MemoryCacheHandler(),
            requests_session=session,
            requests_timeout=_TIMEOUT,
        )
        self._auth.OAUTH_TOKEN_URL = f"{settings.accounts_url}/api/token"
        self._spotify = spotipy.Spotify(auth_manager=self._auth, requests_session=session, requests_timeout=_TIMEOUT)
        self._spotify.prefix = settings.api_url

    @property
    def call_count(self) -> int:
        """How many requests were sent to the Web API."""
        return self.calls.total()

    def ask(self, endpoint: str, call: Callable[[spotipy.Spotify], Any]) -> dict[str, Any] | None:
        """Put one question to the Web API, again after faults and short waits.

        Args:
            endpoint: The endpoint's template, such as `artists/{id}`: what calls are counted under.
            call: Puts the question through spotipy.

        Returns:
            The answer's object; None if what was asked for does not exist (404).

        Raises:
            Refused: If this app may not ask this (403).
            InvalidRequest: If the question is put wrongly (400).
            QuotaExceeded: If the account's quota is used up.
            TooManyRequests: If Spotify asks for a longer wait than allowed.
            MendableError: If the credentials are wrong.
            LoaderError: If no sensible answer came after several tries.
        """
        token_renewed = False
        fault = ""
        for attempt in range(_ATTEMPTS):
            try:
                return self._ask_once(endpoint, call)
            except _Broken as broken:
                fault = str(broken)
                time.sleep(_BACKOFF * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
            except SpotifyException as error:
                if error.http_status == requests.codes.unauthorized and not token_renewed:
                    token_renewed = True
                    self._auth.cache_handler.save_token_to_cache(None)
                elif error.http_status == requests.codes.too_many_requests:
                    self._wait_as_told(error)
                    fault = "Too many requests"
                else:
                    self._raise_unless_absent(endpoint, error)
                    return None
        raise LoaderError(
            f"{self._settings.api_url} gives no sensible answer to {endpoint} ({fault}): check the network "
            "and SPOTIFY_API_URL, or try again later."
        )

    def _ask_once(self, endpoint: str, call: Callable[[spotipy.Spotify], Any]) -> dict[str, Any]:
        self._sign_in()
        self.calls[endpoint] += 1
        try:
            answer = call(self._spotify)
        except SpotifyException as error:
            if error.http_status >= requests.codes.server_error:
                raise _Broken(f"status {error.http_status}") from error
            raise
        # An error body of another shape than the API's makes spotipy trip over it (AttributeError).
        except (requests.RequestException, AttributeError) as error:
            raise _Broken(_name_fault(error)) from error
        if not isinstance(answer, dict):
            raise _Broken("not JSON")
        return answer

    def _sign_in(self) -> None:
        """Have a valid token at hand before the question is counted and put."""
        try:
            self._auth.get_access_token(as_dict=False)
        except SpotifyOauthError as error:
            if error.error in {"invalid_client", "invalid_grant", "invalid_request", "unauthorized_client"}:
                raise MendableError(
                    f"Spotify does not accept the credentials ({error.error_description or error.error}): "
                    "check SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET."
                ) from None
            raise _Broken("no token") from error
        except (requests.RequestException, AttributeError, KeyError, TypeError) as error:
            raise _Broken(_name_fault(error)) from error

    def _wait_as_told(self, error: SpotifyException) -> None:
        seconds = _read_retry_after(error)
        if error.reason == "QUOTA_EXCEEDED":
            raise QuotaExceeded(
                f"Spotify's quota for this app is used up: run the load again in {_tell_duration(seconds)}.",
                retry_after=seconds,
            )
        if seconds > self._max_wait:
            raise TooManyRequests(
                f"Spotify asks to wait {_tell_duration(seconds)}: run the load again then.", retry_after=seconds
            )
        self.seconds_waited += seconds
        time.sleep(seconds)

    def _raise_unless_absent(self, endpoint: str, error: SpotifyException) -> None:
        """Turn a final error status into one of our errors, unless it means absence."""
        said = error.msg.split("\n", 1)[-1].strip()
        if error.http_status == requests.codes.not_found:
            return
        if error.http_status == requests.codes.forbidden:
            self.refusals += 1
            raise Refused(said)
        if error.http_status == requests.codes.bad_request:
            raise InvalidRequest(said)
        if error.http_status == requests.codes.unauthorized:
            raise MendableError(
                f"Spotify does not accept the access token ({said}): check SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET."
            )
        raise LoaderError(f"Spotify answers {endpoint} with status {error.http_status}: {said}.")


def _read_retry_after(error: SpotifyException) -> float:
    """Read how long to wait, in seconds; one second where nothing sensible is said."""
    try:
        return max(float(error.headers.get("Retry-After", 1)), 0.0)
    except (TypeError, ValueError):
        return 1.0


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
