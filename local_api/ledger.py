"""What the local Web API was asked and how it answered, counted."""

from __future__ import annotations

import threading
from collections import Counter
from fnmatch import fnmatchcase
from typing import NamedTuple

DROPPED_STATUS = 0


class Call(NamedTuple):
    """One call.

    Attributes:
        endpoint: The endpoint, such as `GET /v1/artists/{id}`.
        target: The path and query asked for.
        status: The HTTP status answered, 0 if the connection was dropped.
        fault: The name of the fault the call met, or None.
    """

    endpoint: str
    target: str
    status: int
    fault: str | None


class Calls:
    """Counts calls; any number of threads may count and read."""

    def __init__(self, keep_log: bool) -> None:
        self._keep_log = keep_log
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget all calls so far."""
        with self._lock:
            self._by_endpoint: Counter[str] = Counter()
            self._by_status: Counter[int] = Counter()
            self._log: list[Call] = []

    def record(self, call: Call) -> None:
        """Count one call."""
        with self._lock:
            self._by_endpoint[call.endpoint] += 1
            self._by_status[call.status] += 1
            if self._keep_log:
                self._log.append(call)

    @property
    def total(self) -> int:
        """How many calls there were, those for tokens and those that failed included."""
        with self._lock:
            return self._by_endpoint.total()

    @property
    def by_endpoint(self) -> Counter[str]:
        """How many calls each endpoint had."""
        with self._lock:
            return self._by_endpoint.copy()

    @property
    def by_status(self) -> Counter[int]:
        """How many calls ended in each HTTP status; 0 stands for dropped connections."""
        with self._lock:
            return self._by_status.copy()

    @property
    def log(self) -> tuple[Call, ...]:
        """All calls in the order of their answers; empty where no log is kept."""
        with self._lock:
            return tuple(self._log)

    def count(self, pattern: str) -> int:
        """Count the calls of the endpoints that match a pattern such as `GET /v1/*`."""
        return sum(calls for endpoint, calls in self.by_endpoint.items() if fnmatchcase(endpoint, pattern))
