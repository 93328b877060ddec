"""What can come of a request besides an answer: refused, put wrongly, not now, no sensible answer."""

from __future__ import annotations

from loader.errors import StoppedEarlyError


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
