"""What the app may do: Spotify does not say, so it is found out from answers and remembered between runs."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import TypeVar

from loader.raw.tables import Row

PAGE_SIZES = (50, 10)
"""The sizes of pages to try, in objects: what extended and development apps may ask for."""

_CHECK_AFTER = timedelta(days=7)

Answer = TypeVar("Answer")


class Access:
    """What one app may do, by endpoint.

    Attributes:
        finding_out: Held while an endpoint is tried for the first time, so that it is tried once.
    """

    def __init__(self, client_id: str, remembered: Iterable[Row], today: date) -> None:
        """Start with what earlier runs found out, except for what is too old.

        Args:
            client_id: The app.
            remembered: Rows of `app_access`.
            today: The real day, which decides what has to be found out again.
        """
        # The id of an app is no secret, but there is no need to store it.
        self._app = hashlib.sha256(client_id.encode()).hexdigest()[:16]
        self._today = today
        self._allowed: dict[str, tuple[bool, date]] = {}
        self._page_sizes: dict[str, tuple[int, date]] = {}
        self.finding_out = threading.RLock()
        for row in remembered:
            if row["app"] == self._app and today - row["checked_on"] < _CHECK_AFTER:
                if row["is_allowed"] is not None:
                    self._allowed[row["endpoint"]] = (row["is_allowed"], row["checked_on"])
                if row["page_size"] is not None:
                    self._page_sizes[row["endpoint"]] = (row["page_size"], row["checked_on"])

    @property
    def mode(self) -> str:
        """The kind of app: `development` if it is refused batches, `extended` if not, else `unknown`."""
        batches = [
            allowed
            for endpoint, (allowed, _) in self._allowed.items()
            if "?ids=" in endpoint and endpoint != "audio-features?ids="
        ]
        if not batches:
            return "unknown"
        return "extended" if all(batches) else "development"

    def find_out_once(self, is_unknown: Callable[[], bool], ask: Callable[[], Answer]) -> Answer:
        """Ask; as long as the answer also shows what the app may do, one thread at a time.

        Args:
            is_unknown: Whether that is still to be found out. The threads that waited for it then ask side by side.
            ask: Asks, and notes what the answer shows.
        """
        if is_unknown():
            with self.finding_out:
                if is_unknown():
                    return ask()
        return ask()

    def is_allowed(self, endpoint: str) -> bool | None:
        """Return whether the app may use an endpoint; None if that is not known yet."""
        return self._allowed.get(endpoint, (None, None))[0]

    def note_allowed(self, endpoint: str, allowed: bool) -> None:
        """Note what an endpoint answered."""
        if self.is_allowed(endpoint) is not allowed:
            self._allowed[endpoint] = (allowed, self._today)

    def page_size(self, endpoint: str) -> int | None:
        """Return how many objects a page may have; None if that is not known yet."""
        return self._page_sizes.get(endpoint, (None, None))[0]

    def note_page_size(self, endpoint: str, size: int | None) -> None:
        """Note the size of page that an endpoint takes; None if it no longer takes what it took."""
        if size is None:
            self._page_sizes.pop(endpoint, None)
        elif self.page_size(endpoint) != size:
            self._page_sizes[endpoint] = (size, self._today)

    def list_refused(self) -> list[str]:
        """List the endpoints that the app may not use."""
        return sorted(endpoint for endpoint, (allowed, _) in self._allowed.items() if not allowed)

    def build_rows(self) -> Iterator[Row]:
        """Build rows of `app_access` from what is known now."""
        for endpoint in sorted({*self._allowed, *self._page_sizes}):
            allowed, allowed_on = self._allowed.get(endpoint, (None, None))
            size, size_on = self._page_sizes.get(endpoint, (None, None))
            yield {
                "app": self._app,
                "endpoint": endpoint,
                "is_allowed": allowed,
                "page_size": size,
                "checked_on": min(day for day in (allowed_on, size_on) if day),
            }
