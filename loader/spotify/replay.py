"""Replays of past days: what is answered may be kept under a day only if it is about that day.

Spotify answers for now, whatever day is asked for. A server that plays a day, as the local Web API does, says so in a
header of every answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from loader.errors import UserError

DAY_HEADER = "X-Answers-For"

# A load of today that begins at midnight is still one of the day on which it was called.
_GRACE = timedelta(minutes=5)
_WAYS_OUT = "leave --as-of out, or replay the made-up world: python -m tour load --as-of {day}"


class WrongDayError(UserError):
    """The answers are not about the day that they would be kept under."""


def refuse_replay(day: date, api_url: str) -> None:
    """Refuse a past day of a Web API that only answers for now, before it is asked.

    Args:
        day: The day that is to be loaded.
        api_url: The Web API's address. One on this machine may be able to play the day: its answers will say so.

    Raises:
        WrongDayError: If the day is past, and the Web API is not on this machine.
    """
    if day < datetime.now(UTC).date() and not _is_loopback(api_url):
        raise WrongDayError(
            f"--as-of {day} has passed, and {api_url} only answers for today: its answers would be kept under a day "
            f"that they are not about: {_WAYS_OUT.format(day=day)}."
        )


def find_replayed_day(observed_on: date, started_at: datetime) -> date | None:
    """Find the past day that a load replays; None if it is one of today.

    Args:
        observed_on: The day that is loaded.
        started_at: When the load started, UTC.
    """
    return observed_on if observed_on < (started_at - _GRACE).date() else None


def check_answer(headers: Mapping[str, str], replayed_day: date | None, api_url: str) -> None:
    """Refuse an answer that is not about the day that is replayed.

    Args:
        headers: The answer's headers.
        replayed_day: The day that is replayed; None for today, of which every answer is.
        api_url: The Web API's address.

    Raises:
        WrongDayError: If the answer is about another day, or does not say which.
    """
    if replayed_day is None:
        return
    said = headers.get(DAY_HEADER)
    if said is None:
        raise WrongDayError(
            f"{api_url} does not say that it can answer for {replayed_day} (header {DAY_HEADER}): "
            f"{_WAYS_OUT.format(day=replayed_day)}."
        )
    if said != replayed_day.isoformat():
        raise WrongDayError(
            f"{api_url} answers for {said}, and not for {replayed_day}: have it play that day, or load the day that "
            "it plays."
        )


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
