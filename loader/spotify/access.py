"""What the app may do, which it cannot say beforehand: found out from answers, and remembered from run to run."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from loader.raw.tables import Row

PAGE_SIZES = (50, 10)
"""The sizes of pages to try, in objects: what extended and development apps may ask for."""

_CHECK_AFTER = timedelta(days=7)


class Access:
    """What one app may do, by endpoint.

    Attributes:
        finding_out: Held while an endpoint is tried for the first time, so that it is tried once.
    """

    def __init__(self, client_id: str, remembered: Iterable[Row], today: date) -> None:
        """Begin with what earlier runs found out, but for what was found out long ago.

        Args:
            client_id: The app.
            remembered: Rows of `app_access`.
            today: The real day, which decides what is to be found out anew.
        """
        # The id of an app is no secret, but it is nobody's business either.
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

    def is_allowed(self, endpoint: str) -> bool | None:
        """Tell whether the app may use an endpoint; None if that is still to be found out."""
        return self._allowed.get(endpoint, (None, None))[0]

    def note_allowed(self, endpoint: str, allowed: bool) -> None:
        """Note what an endpoint answered."""
        if self.is_allowed(endpoint) is not allowed:
            self._allowed[endpoint] = (allowed, self._today)

    def page_size(self, endpoint: str) -> int | None:
        """Tell how many objects a page may have; None if that is still to be found out."""
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
