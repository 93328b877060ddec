"""The browser that pages are looked at with: whichever Chromium the machine has."""

from __future__ import annotations

import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Containers have no room for Chromium's sandbox; the pages that are opened are our own.
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]


def find_chromium() -> str | None:
    """Find Chromium or Chrome; None if there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)
