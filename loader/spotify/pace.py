"""Rate limiting: a rate that rises until Spotify answers 429, and pauses that all workers keep."""

from __future__ import annotations

import threading
import time

_FIRST_RATE = 20.0
_CLIMB_AT_FIRST = 5.0
_CLIMB_LATER = 0.05
_SLOWEST_RATE = 0.5
_SHARE_KEPT = 0.5


class Pace:
    """Spaces calls of several workers: steep climb until the first 429, then down by half and slowly up again.

    Attributes:
        rate: Calls a second that are allowed now.
        seconds_waited: How long Spotify made everybody wait, in seconds.
    """

    def __init__(self) -> None:
        """Start with a modest rate."""
        self.rate = _FIRST_RATE
        self.seconds_waited = 0.0
        self._climb = _CLIMB_AT_FIRST
        self._next_slot = 0.0
        self._paused_until = 0.0
        self._lock = threading.Lock()

    def wait_for_turn(self) -> None:
        """Wait until the next call may be sent."""
        with self._lock:
            now = time.monotonic()
            slot = max(now, self._next_slot)
            self._next_slot = slot + 1 / self.rate
        if slot > now:
            time.sleep(slot - now)
        # A pause may have begun while this worker waited for its turn.
        while (rest := self._paused_until - time.monotonic()) > 0:
            time.sleep(rest)

    def speed_up(self) -> None:
        """A call was answered: raise the rate a little."""
        with self._lock:
            self.rate += self._climb

    def slow_down(self, seconds: float) -> None:
        """Spotify asks to wait: no worker sends for so many seconds, and then at half the rate.

        Args:
            seconds: The wait that Spotify asked for.
        """
        with self._lock:
            now = time.monotonic()
            if now >= self._paused_until:
                # Calls that were in flight together are refused together: they count as one.
                self.rate = max(self.rate * _SHARE_KEPT, _SLOWEST_RATE)
                self._climb = _CLIMB_LATER
            until = now + seconds
            if until > self._paused_until:
                self.seconds_waited += until - max(self._paused_until, now)
                self._paused_until = until
                self._next_slot = max(self._next_slot, until)
