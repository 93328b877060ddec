"""How the local Web API can be told to misbehave: each fault by name, scripted or drawn from a seed."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Literal, Protocol

_JSON = "application/json; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"

_HTML_BODY = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


@dataclass(frozen=True)
class Fault:
    """One way to misbehave.

    Attributes:
        name: What the fault is called.
        status: The HTTP status given instead of the answer; None leaves the answer itself.
        body: What is given instead of the answer.
        headers: Headers of the faulty answer.
        cut: `json` sends half the answer as if it were whole, `body` announces the whole and hangs up at half,
            `connection` hangs up (TCP reset) before the first byte.
        delay: Seconds to wait before answering.
    """

    name: str
    status: int | None = None
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: Literal["json", "body", "connection"] | None = None
    delay: float = 0.0

    def with_retry_after(self, seconds: int) -> Fault:
        """Make the same fault with another Retry-After, in seconds."""
        return replace(self, headers={**self.headers, "Retry-After": str(seconds)})

    def with_delay(self, seconds: float) -> Fault:
        """Make the same fault with another delay before the answer, in seconds."""
        return replace(self, delay=seconds)


def _refuse(name: str, status: int, message: str, retry_after: int | None = None, **more: str) -> Fault:
    error = {"status": status, "message": message, **more}
    headers = {"Content-Type": _JSON}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Fault(name, status, json.dumps({"error": error}), headers)


RATE_LIMITED = _refuse("rate_limited", 429, "API rate limit exceeded", retry_after=1)
RATE_LIMITED_TEXT = Fault("rate_limited_text", 429, "Too many requests", {"Content-Type": _TEXT, "Retry-After": "1"})
QUOTA_EXCEEDED = _refuse("quota_exceeded", 429, "Too many requests", retry_after=48_925, reason="QUOTA_EXCEEDED")
TOKEN_EXPIRED = _refuse("token_expired", 401, "The access token expired")
PREMIUM_REQUIRED = Fault(
    "premium_required",
    403,
    "Active premium subscription required for the owner of the app. "
    "Please check the Developer Dashboard for more information.",
    {"Content-Type": _TEXT},
)
SERVER_ERROR = _refuse("server_error", 500, "Internal server error")
BAD_GATEWAY = _refuse("bad_gateway", 502, "Bad gateway.")
UNAVAILABLE = _refuse("unavailable", 503, "Service temporarily unavailable")
HTML_PAGE = Fault("html_page", 200, _HTML_BODY.format("One moment, please"), {"Content-Type": _HTML})
HTML_BAD_GATEWAY = Fault("html_bad_gateway", 502, _HTML_BODY.format("502 Bad Gateway"), {"Content-Type": _HTML})
CUT_JSON = Fault("cut_json", cut="json")
CUT_BODY = Fault("cut_body", cut="body")
DROPPED = Fault("dropped", cut="connection")
SLOW = Fault("slow", delay=0.5)

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        RATE_LIMITED,
        RATE_LIMITED_TEXT,
        QUOTA_EXCEEDED,
        TOKEN_EXPIRED,
        PREMIUM_REQUIRED,
        SERVER_ERROR,
        BAD_GATEWAY,
        UNAVAILABLE,
        HTML_PAGE,
        HTML_BAD_GATEWAY,
        CUT_JSON,
        CUT_BODY,
        DROPPED,
        SLOW,
    )
}
# Those that are over when one asks again soon.
TRANSIENT = tuple(fault for fault in FAULTS.values() if fault not in (QUOTA_EXCEEDED, PREMIUM_REQUIRED))

Rule = tuple[str, "int | Container[int] | None", Fault]


class FaultPlan(Protocol):
    """Decides for every call whether it meets a fault."""

    def choose(self, endpoint: str) -> Fault | None:
        """Choose the fault for the next call of an endpoint, such as `GET /v1/artists/{id}`."""


class Script:
    """Faults at given calls.

    Args:
        rules: Each names endpoints (a pattern such as `GET /v1/albums*`; `*` is any), which of the calls that match
            it meet the fault (1 is the first; a number, a range or other container of numbers, None for every one),
            and the fault. Of several rules for one call the first counts.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = list(rules)
        self._seen = [0] * len(self._rules)
        self._lock = threading.Lock()

    def choose(self, endpoint: str) -> Fault | None:
        """Choose the fault of the first rule that names this call."""
        chosen = None
        with self._lock:
            for place, (pattern, calls, fault) in enumerate(self._rules):
                if _matches(endpoint, pattern):
                    self._seen[place] += 1
                    if chosen is None and _includes(calls, self._seen[place]):
                        chosen = fault
        return chosen


class Random:
    """Faults drawn from a seed: the same sequence of calls meets the same faults.

    Args:
        rate: The share of calls that meet a fault, 0 to 1.
        seed: Any integer.
        kinds: The faults to draw from.
        endpoints: A pattern of the endpoints that meet faults.
    """

    def __init__(self, rate: float, seed: int, kinds: Sequence[Fault] = TRANSIENT, endpoints: str = "*") -> None:
        self._rate = rate
        self._chance = random.Random(seed)  # noqa: S311 - a test, not a secret
        self._kinds = tuple(kinds)
        self._endpoints = endpoints
        self._lock = threading.Lock()

    def choose(self, endpoint: str) -> Fault | None:
        """Draw whether the call meets a fault, and which."""
        if not _matches(endpoint, self._endpoints):
            return None
        with self._lock:
            is_faulty = self._chance.random() < self._rate
            return self._chance.choice(self._kinds) if is_faulty else None


def _matches(endpoint: str, pattern: str) -> bool:
    return endpoint == pattern or fnmatchcase(endpoint, pattern)


def _includes(calls: int | Container[int] | None, number: int) -> bool:
    if calls is None:
        return True
    return number == calls if isinstance(calls, int) else number in calls
