"""What the loader asks the Web API for, object by object, in as few calls as the app may make.

An app cannot say beforehand what it may do: batches are tried first and dropped for single calls at the first
refusal, pages start at the largest size and shrink when Spotify refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import spotipy

from loader.batches import split_into_batches
from loader.errors import LoaderError, MendableError
from loader.spotify.client import Client, InvalidRequest, Refused

ApiObject = dict[str, Any]
PageCall = Callable[[spotipy.Spotify, int, int], Any]
"""Asks spotipy for a page of the given size (objects) from the given offset."""

ALBUM_GROUPS = "album,single,compilation"
BATCH_SIZES = {"artists": 50, "albums": 20, "tracks": 50}
_PAGE_SIZES = (50, 10)


class WebApi:
    """Fetches objects of the catalogue and remembers what the app may do."""

    def __init__(self, client: Client) -> None:
        """Ask through the given client."""
        self._client = client
        self._refused_batches: set[str] = set()
        self._allowed_batches: set[str] = set()
        self._page_sizes: dict[str, int] = {}

    @property
    def app_mode(self) -> str:
        """What the answers have shown the app to be: `extended`, `development` or `unknown`."""
        if self._refused_batches:
            return "development"
        return "extended" if self._allowed_batches else "unknown"

    @property
    def shows_track_popularity(self) -> bool:
        """Whether tracks may carry a popularity: not for an app that is refused batches."""
        return "tracks" not in self._refused_batches

    def fetch_artists(self, ids: Sequence[str]) -> Iterator[tuple[str, ApiObject | None]]:
        """Fetch artists by their ids (Web API: Get Several Artists, Get Artist).

        Yields:
            Each id asked for with its artist, or with None where there is no such artist.

        Raises:
            MendableError: If Spotify refuses the app altogether.
        """
        yield from self._fetch("artists", ids)

    def fetch_albums(self, ids: Sequence[str]) -> Iterator[tuple[str, ApiObject | None]]:
        """Fetch albums, each with its first 50 tracks (Web API: Get Several Albums, Get Album).

        Yields:
            Each id asked for with its album, or with None where there is no such album.
        """
        yield from self._fetch("albums", ids)

    def fetch_tracks(self, ids: Sequence[str]) -> Iterator[tuple[str, ApiObject | None]]:
        """Fetch tracks by their ids (Web API: Get Several Tracks, Get Track).

        Yields:
            Each id asked for with its track, or with None where there is no such track.
        """
        yield from self._fetch("tracks", ids)

    def fetch_track_batches(self, ids: Sequence[str]) -> Iterator[tuple[str, ApiObject | None]]:
        """Fetch tracks as `fetch_tracks` does, but only as long as batches are allowed.

        Yields:
            Each id with its track or None; nothing more once batches are refused.
        """
        for batch in split_into_batches(ids, BATCH_SIZES["tracks"]):
            yield from self._fetch_batch("tracks", batch) or ()

    def list_albums(self, artist_id: str) -> Iterator[ApiObject]:
        """List an artist's albums, singles and compilations (Web API: Get Artist's Albums).

        Yields:
            Simplified albums; none if the artist does not exist.

        Raises:
            MendableError: If Spotify refuses the app the listing.
        """
        yield from self._walk_pages(
            "artists/{id}/albums",
            lambda spotify, limit, offset: spotify.artist_albums(
                artist_id, include_groups=ALBUM_GROUPS, limit=limit, offset=offset
            ),
        )

    def list_album_tracks(self, album: ApiObject) -> Iterator[ApiObject]:
        """List an album's tracks: those it carries, then the further pages (Web API: Get Album Tracks).

        Args:
            album: A full album.

        Yields:
            Simplified tracks.
        """
        page = album.get("tracks") or {}
        carried = page.get("items") or []
        yield from _skip_nulls(carried)
        if carried and len(carried) < (page.get("total") or 0):
            yield from self._walk_pages(
                "albums/{id}/tracks",
                lambda spotify, limit, offset: spotify.album_tracks(album["id"], limit=limit, offset=offset),
                start=len(carried),
            )

    def search_artists(self, name: str) -> list[ApiObject]:
        """Search artists by name, best match first (Web API: Search for Item).

        Raises:
            MendableError: If Spotify refuses the app the search.
        """
        try:
            answer = self._client.ask(
                "search", lambda spotify: spotify.search(name, limit=_PAGE_SIZES[-1], type="artist")
            )
        except Refused as refused:
            raise _explain(refused) from refused
        return list(_skip_nulls(((answer or {}).get("artists") or {}).get("items") or []))

    def _fetch(self, kind: str, ids: Sequence[str]) -> Iterator[tuple[str, ApiObject | None]]:
        for batch in split_into_batches(ids, BATCH_SIZES[kind]):
            found = self._fetch_batch(kind, batch)
            if found is None:
                found = ((id_, self._fetch_one(kind, id_)) for id_ in batch)
            yield from found

    def _fetch_batch(self, kind: str, ids: Sequence[str]) -> Iterator[tuple[str, ApiObject | None]] | None:
        """Fetch several objects in one call; None if the app may not."""
        if kind in self._refused_batches:
            return None
        try:
            answer = self._client.ask(kind, lambda spotify: getattr(spotify, kind)(ids))
        except Refused:
            self._refused_batches.add(kind)
            return None
        self._allowed_batches.add(kind)
        objects = (answer or {}).get(kind)
        if not isinstance(objects, list) or len(objects) != len(ids):
            raise LoaderError(f"Spotify answered a batch of {len(ids)} {kind} with something else.")
        # Spotify may answer with a relinked object of another id: what was asked for is what counts.
        return zip(ids, objects, strict=True)

    def _fetch_one(self, kind: str, id_: str) -> ApiObject | None:
        method = kind.removesuffix("s")
        try:
            return self._client.ask(f"{kind}/{{id}}", lambda spotify: getattr(spotify, method)(id_))
        except Refused as refused:
            raise _explain(refused) from refused
        except InvalidRequest:
            # "Invalid base62 id": no object has such an id.
            return None

    def _walk_pages(self, endpoint: str, call: PageCall, start: int = 0) -> Iterator[ApiObject]:
        """Walk the pages of a listing by offset: an absolute `next` may name any host."""
        offset = start
        while True:
            page = self._fetch_page(endpoint, call, offset) or {}
            items = page.get("items") or []
            yield from _skip_nulls(items)
            offset += len(items)
            if not items or offset >= (page.get("total") or 0):
                return

    def _fetch_page(self, endpoint: str, call: PageCall, offset: int) -> ApiObject | None:
        for limit in _PAGE_SIZES:
            # What is too large for one endpoint need not be for another.
            if limit > self._page_sizes.get(endpoint, limit):
                continue
            try:
                return self._client.ask(endpoint, partial(_call_page, call, limit, offset))
            except InvalidRequest as error:
                if "limit" not in str(error).lower():
                    raise LoaderError(f"Spotify does not take the request {endpoint}: {error}.") from error
                self._page_sizes[endpoint] = limit - 1
            except Refused as refused:
                raise _explain(refused) from refused
        raise LoaderError(f"Spotify takes no page size for {endpoint}.")


def _call_page(call: PageCall, limit: int, offset: int, spotify: spotipy.Spotify) -> Any:
    return call(spotify, limit, offset)


def _skip_nulls(items: Sequence[ApiObject | None]) -> Iterator[ApiObject]:
    return (item for item in items if item is not None)


def _explain(refused: Refused) -> MendableError:
    return MendableError(
        f"Spotify refuses this app ({str(refused) or 'no reason given'}): look at the app's state in "
        "Spotify's developer dashboard."
    )
