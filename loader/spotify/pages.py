"""Listings page by page: by offset, in the largest pages that the app may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from loader.errors import LoaderError
from loader.json import Reader, Shape
from loader.spotify.access import PAGE_SIZES, Access
from loader.spotify.answers import Answers
from loader.spotify.outcomes import InvalidRequest
from loader.spotify.request import Request


class Pages:
    """Asks for listings, and finds out how large their pages may be."""

    def __init__(self, answers: Answers, access: Access) -> None:
        """Ask for answers, as far as the app's access goes."""
        self._answers = answers
        self._access = access

    def walk(
        self, listing: Request, reader: Reader, start: int = 0, keeps_refusal: bool = False
    ) -> Iterator[tuple[list[Any], int]]:
        """Walk the pages of a listing by offset: an absolute `next` may name any host.

        Args:
            listing: What is asked, but for the page.
            reader: Reads of a page what is to be kept.
            start: How many items to leave out.
            keeps_refusal: Whether a refusal is about this listing alone, and so an answer to keep.

        Yields:
            The items of each page, and how many the listing has in all; nothing if there is no such listing (404).

        Raises:
            Refused: If this app may not ask this.
            LoaderError: If the listing cannot be asked for in any size.
        """
        offset = start
        while (page := self._fetch(listing, reader, offset, keeps_refusal)) is not None:
            items, total = read_items(page), read_total(page)
            yield items, total
            offset += len(items)
            if not items or offset >= total:
                return

    def _fetch(self, listing: Request, reader: Reader, offset: int, keeps_refusal: bool) -> Any:
        return self._access.find_out_once(
            lambda: self._access.page_size(listing.template) is None,
            lambda: self._try(listing, reader, offset, keeps_refusal),
        )

    def _try(self, listing: Request, reader: Reader, offset: int, keeps_refusal: bool) -> Any:
        endpoint = listing.template
        known = self._access.page_size(endpoint)
        for size in (known,) if known else PAGE_SIZES:
            try:
                page = self._answers.ask(
                    listing.with_params(limit=size, offset=offset), reader.read, keeps_refusal or known is None
                )
            except InvalidRequest as error:
                if "limit" not in str(error).lower():
                    raise LoaderError(f"Spotify does not take the request {endpoint}: {error}.") from error
            else:
                self._access.note_page_size(endpoint, size)
                return page
        if known is None:
            raise LoaderError(f"Spotify takes no page size for {endpoint}.")
        self._access.note_page_size(endpoint, None)
        return self._try(listing, reader, offset, keeps_refusal)


def shape_page(item: Shape) -> Shape:
    """Make the shape of a page of items of the given shape."""
    return {"total": None, "items": item}


def read_items(page: Any) -> list[Any]:
    """Read the items of a page; none where there is no page, or no list in it."""
    items = page.get("items") if isinstance(page, dict) else None
    return list(items) if isinstance(items, list) else []


def read_total(page: Any) -> int:
    """Read how many items a listing has in all."""
    total = page.get("total") if isinstance(page, dict) else None
    return int(total) if isinstance(total, int | float) else 0
