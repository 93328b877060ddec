"""What an app gets to see of whole objects: fields hidden from development-mode apps, markets, pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import urlencode

from local_api.contract import ApiObject

Mode = Literal["extended", "dev"]

# What development-mode apps created since February 2026 no longer get.
_DEV_HIDES_ARTIST = frozenset({"followers", "popularity"})
_DEV_HIDES_ALBUM = frozenset({"album_group", "available_markets", "label", "popularity"})
_DEV_HIDES_TRACK = frozenset({"available_markets", "linked_from", "popularity"})
_MARKET_HIDES = frozenset({"available_markets"})
_PLAYABLE = {"is_playable": True}


class Lens:
    """Shows whole objects as an app sees them; null stays null.

    Args:
        mode: The kind of app.
        has_market: Whether a market was asked for: objects then say `is_playable` instead of `available_markets`.
    """

    def __init__(self, mode: Mode, has_market: bool) -> None:
        is_dev = mode == "dev"
        hidden = _MARKET_HIDES if has_market else frozenset()
        self._artist_hides = _DEV_HIDES_ARTIST if is_dev else frozenset()
        self._album_hides = hidden | _DEV_HIDES_ALBUM if is_dev else hidden
        self._track_hides = hidden | _DEV_HIDES_TRACK if is_dev else hidden
        self._adds = _PLAYABLE if has_market else {}
        self._is_clear = not is_dev and not has_market

    def show_artist(self, artist: ApiObject | None) -> ApiObject | None:
        """Show an artist."""
        if artist is None or self._is_clear:
            return artist
        return _hide(artist, self._artist_hides)

    def show_album(self, album: ApiObject | None) -> ApiObject | None:
        """Show an album, whole or simplified; its tracks are shown on their page."""
        if album is None or self._is_clear:
            return album
        return {**_hide(album, self._album_hides), **self._adds}

    def show_track(self, track: ApiObject | None) -> ApiObject | None:
        """Show a track, whole or simplified."""
        if track is None or self._is_clear:
            return track
        shown = {**_hide(track, self._track_hides), **self._adds}
        if "album" in shown:
            shown["album"] = self.show_album(shown["album"])
        return shown


def build_page(
    items: Sequence[ApiObject | None],
    total: int,
    limit: int,
    offset: int,
    address: str,
    params: Mapping[str, str],
) -> ApiObject:
    """Build a paging object around the items of one page.

    Args:
        items: The objects on this page, as the app sees them.
        total: How many there are on all pages.
        limit: The most objects on a page.
        offset: How many objects come before this page.
        address: The address of the list, without a query.
        params: What else was asked, repeated in the addresses of other pages.
    """

    def point_to(start: int) -> str:
        query = {**params, "offset": start, "limit": limit}
        return f"{address}?{urlencode(query)}"

    return {
        "href": point_to(offset),
        "limit": limit,
        "next": point_to(offset + limit) if offset + limit < total else None,
        "offset": offset,
        "previous": point_to(max(0, offset - limit)) if offset > 0 else None,
        "total": total,
        "items": items,
    }


def _hide(item: ApiObject, fields: frozenset[str]) -> ApiObject:
    return {field: value for field, value in item.items() if field not in fields}
