"""A small client of ReccoBeats, which knows the audio features of many of Spotify's tracks and wants no key."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Sequence
from typing import Any

import requests

from loader.json import Reader
from loader.raw.tables import AUDIO_FEATURES

MOST_IDS = 40
"""The most ids that one call takes."""

_CONTENT = Reader({"content": {"href": None, **dict.fromkeys(AUDIO_FEATURES)}})
_TIMEOUT = 10.0
_ATTEMPTS = 8
# Where nothing ever came back, as behind a firewall, every load would wait for nothing.
_ATTEMPTS_IN_SILENCE = 3
_BACKOFF = 0.2
_LONGEST_BACKOFF = 10.0
_TRACK_ID = re.compile(r"[0-9A-Za-z]{22}")
_TRACK_LINK = re.compile(r"https?://open\.spotify\.com/(?:[^?#]*/)?track/([0-9A-Za-z]{22})(?:[?#].*)?")


class Unavailable(Exception):
    """ReccoBeats cannot be asked now; the message says why."""


class _Broken(Exception):
    """An answer that means nothing. Worth another try."""


class ReccoBeats:
    """Asks ReccoBeats, one call after the other, as its limits are not published.

    Attributes:
        calls: How many requests were sent.
    """

    def __init__(self, address: str, max_wait: float) -> None:
        """Prepare the client; nothing is sent yet.

        Args:
            address: The API's address, with a trailing slash.
            max_wait: The longest that a question may wait because of `Retry-After`, in seconds.
        """
        self.calls = 0
        self._address = address
        self._max_wait = max_wait
        self._most_ids = MOST_IDS
        self._answered = False
        self._session = requests.Session()

    def describe_question(self, track_ids: Sequence[str]) -> str:
        """Say in full what `fetch_features` asks: the same text is the same question."""
        return f"{self._address}audio-features?ids={','.join(track_ids)}"

    def fetch_features(self, track_ids: Sequence[str]) -> dict[str, Any]:
        """Fetch tracks' audio features (ReccoBeats: Get multiple tracks' audio features).

        Args:
            track_ids: Spotify's ids.

        Returns:
            The features by Spotify's ids, each value as it came; without the tracks that ReccoBeats does not have.

        Raises:
            Unavailable: If ReccoBeats gives no sensible answer, or asks for a longer wait than allowed.
        """
        found: dict[str, Any] = {}
        # ReccoBeats takes other kinds of ids as well: what cannot be a track of Spotify is not there.
        rest = [id_ for id_ in track_ids if _TRACK_ID.fullmatch(id_)]
        while rest:
            batch = rest[: self._most_ids]
            content = self._ask(batch)
            if content is None:
                if len(batch) == 1:
                    raise Unavailable("it does not take the request any more")
                self._most_ids = len(batch) // 2
                continue
            found |= content
            rest = rest[len(batch) :]
        return found

    def _ask(self, track_ids: list[str]) -> dict[str, Any] | None:
        """Put one question, again after faults and short waits; None if it is not taken as it is put (400)."""
        faults = 0
        waited = 0.0
        while True:
            try:
                response = self._send(track_ids)
                if response.status_code == requests.codes.bad_request:
                    return None
                if response.status_code != requests.codes.too_many_requests:
                    return _read_content(response, track_ids)
            except _Broken as broken:
                faults += 1
                if faults >= (_ATTEMPTS if self._answered else _ATTEMPTS_IN_SILENCE):
                    raise Unavailable(str(broken)) from broken
                time.sleep(min(_BACKOFF * 2**faults, _LONGEST_BACKOFF) * random.uniform(0.5, 1))  # noqa: S311 - jitter
            else:
                seconds = _read_retry_after(response)
                waited += seconds
                if waited > self._max_wait:
                    raise Unavailable(f"it asks to wait {seconds:,} seconds")
                time.sleep(seconds)

    def _send(self, track_ids: list[str]) -> requests.Response:
        self.calls += 1
        try:
            response = self._session.get(
                f"{self._address}audio-features",
                params={"ids": ",".join(track_ids)},
                timeout=_TIMEOUT,
                # The loader talks to the addresses it was given, and to nobody else.
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise _Broken("no connection, or no whole answer in time") from error
        self._answered = True
        return response


def _read_content(response: requests.Response, track_ids: list[str]) -> dict[str, Any]:
    """Read the features in an answer by the tracks' ids: their order is not promised."""
    if response.status_code != requests.codes.ok:
        raise _Broken(f"status {response.status_code}")
    try:
        answer = _CONTENT.read(response.content)
    except ValueError as error:
        raise _Broken("not JSON") from error
    content = answer.get("content") if isinstance(answer, dict) else None
    if not isinstance(content, list):
        raise _Broken("no list of features")
    found = {}
    for item in content:
        href = item.get("href") if isinstance(item, dict) else None
        link = _TRACK_LINK.fullmatch(href) if isinstance(href, str) else None
        if link and link[1] in track_ids:
            found[link[1]] = {name: item[name] for name in AUDIO_FEATURES if name in item}
    if content and not found:
        # Features that cannot be told whose they are do not mean that the tracks have none.
        raise _Broken("features of other tracks than were asked for")
    return found


def _read_retry_after(response: requests.Response) -> int:
    """Read how long to wait, in seconds; one second where nothing sensible is said."""
    said = response.headers.get("Retry-After", "")
    return max(int(said), 1) if re.fullmatch(r"[0-9]{1,9}", said) else 1
