"""What the Web API is asked of a listener: plays, favourites, saved tracks, playlists and what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from loader.errors import LoaderError
from loader.json import Reader, Shape
from loader.raw.fields import UnexpectedValue, read_id
from loader.spotify.access import Access
from loader.spotify.answers import Answers
from loader.spotify.outcomes import InvalidRequest, Refused
from loader.spotify.pages import Pages, read_items, shape_page
from loader.spotify.request import Request
from loader.spotify.web_api import ALBUM, ARTIST, TRACK, ApiObject

MOST_PLAYS = 50
"""How many plays Spotify tells at most, and about how many it keeps."""

# Measures are the catalogue's: what a listener is shown of them is left out.
_ALBUM: Shape = {name: part for name, part in ALBUM.items() if name != "popularity"}
_ITEM: Shape = {**TRACK, "uri": None, "is_local": None, "album": _ALBUM}
_PLAYS = Reader({"items": {"track": _ITEM, "played_at": None, "context": {"uri": None}}})
_TOP = {"artists": Reader(shape_page(ARTIST)), "tracks": Reader(shape_page(_ITEM))}
_SAVED = Reader(shape_page({"added_at": None, "track": _ITEM}))
_PLAYLISTS = Reader(
    shape_page(
        {
            **dict.fromkeys(("id", "name", "public", "collaborative", "snapshot_id")),
            "owner": {"id": None},
            # The same under two names: `tracks` until 2026, `items` since.
            "tracks": {"total": None},
            "items": {"total": None},
        }
    )
)
_PLAYLIST_ITEMS = Reader(
    shape_page({"added_at": None, "added_by": {"id": None}, "is_local": None, "track": _ITEM, "item": _ITEM})
)
_LISTENER = Reader({"id": None})


class LibraryApi:
    """Asks about the listener who authorized the app."""

    def __init__(self, answers: Answers, access: Access) -> None:
        """Ask for answers, in pages as large as the app's access allows."""
        self._answers = answers
        self._pages = Pages(answers, access)

    def fetch_listener_id(self) -> str | None:
        """Fetch the id by which the listener's own playlists are known (Web API: Get Current User's Profile)."""
        id_ = self._ask(Request("me"), _LISTENER).get("id")
        return id_ if isinstance(id_, str) else None

    def fetch_plays(self, after: int | None) -> list[Any]:
        """Fetch what was played lately (Web API: Get Recently Played Tracks).

        Args:
            after: Only plays after this moment, in milliseconds since 1970; None for all that Spotify keeps.

        Returns:
            At most `MOST_PLAYS` plays, the newest first.

        Raises:
            Refused: If the authorization does not include it.
        """
        since = {} if after is None else {"after": after}
        return read_items(self._ask(Request("me/player/recently-played", {"limit": MOST_PLAYS, **since}), _PLAYS))

    def fetch_top(self, kind: str, time_range: str) -> list[Any]:
        """Fetch the listener's favourites, the first page of them (Web API: Get User's Top Items).

        Args:
            kind: artists or tracks.
            time_range: short_term, medium_term or long_term.

        Raises:
            Refused: If the authorization does not include it.
        """
        return next(self._walk_own(Request(f"me/top/{kind}", {"time_range": time_range}), _TOP[kind]))

    def list_saved_tracks(self) -> Iterator[Any]:
        """List the tracks that the listener saved, the newest first (Web API: Get User's Saved Tracks).

        Raises:
            Refused: If the authorization does not include it.
        """
        for items in self._walk_own(Request("me/tracks"), _SAVED):
            yield from items

    def list_playlists(self) -> Iterator[ApiObject]:
        """List the playlists in the library, each once and without the nulls among them.

        (Web API: Get Current User's Playlists.)

        Raises:
            Refused: If the authorization does not include it.
        """
        listed: set[str] = set()
        for items in self._walk_own(Request("me/playlists"), _PLAYLISTS):
            for playlist in items:
                # While the pages are read a playlist may move from one to the next.
                if isinstance(playlist, dict) and (id_ := str(playlist.get("id"))) not in listed:
                    listed.add(id_)
                    yield playlist

    def fetch_items(self, playlists: Iterable[ApiObject]) -> Iterator[tuple[ApiObject, str, list[Any]]]:
        """Fetch what is in playlists, several at a time (Web API: Get Playlist Items).

        Yields:
            Each playlist; `listed`, `refused` (403: not the listener's own) or `absent` (404: Spotify's own);
            and its entries.
        """
        yield from self._answers.map(self._fetch_items, playlists)

    def _fetch_items(self, playlist: ApiObject) -> tuple[ApiObject, str, list[Any]]:
        try:
            id_ = read_id(playlist)
        except UnexpectedValue:
            return playlist, "absent", []
        listing = Request("playlists/{id}/items", {"id": id_, "additional_types": "track,episode"})
        try:
            pages = list(self._pages.walk(listing, _PLAYLIST_ITEMS, keeps_refusal=True))
        except Refused:
            return playlist, "refused", []
        return playlist, "listed" if pages else "absent", [entry for items, _ in pages for entry in items]

    def _walk_own(self, listing: Request, reader: Reader) -> Iterator[list[Any]]:
        """Walk a listing that every listener has, be it empty."""
        is_there = False
        for items, _ in self._pages.walk(listing, reader):
            is_there = True
            yield items
        if not is_there:
            raise _miss(listing.template)

    def _ask(self, request: Request, reader: Reader) -> ApiObject:
        try:
            answer = self._answers.ask(request, reader.read)
        except InvalidRequest as error:
            raise LoaderError(f"Spotify does not take the request {request.template}: {error}.") from error
        if not isinstance(answer, dict):
            raise _miss(request.template)
        return answer


def _miss(endpoint: str) -> LoaderError:
    return LoaderError(f"There is no {endpoint}, which every listener has: check SPOTIFY_API_URL.")
