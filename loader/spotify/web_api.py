"""What the loader asks the Web API for, object by object, in as few calls as the app may make.

An app cannot say beforehand what it may do: batches are tried first and dropped for single calls at the first
refusal, pages start at the largest size and shrink when Spotify refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from loader.errors import UserError
from loader.json import Reader, Shape
from loader.raw.batches import split_into_batches
from loader.raw.tables import AUDIO_FEATURES
from loader.spotify.access import PAGE_SIZES, Access
from loader.spotify.answers import Answers
from loader.spotify.outcomes import InvalidRequest, Refused
from loader.spotify.pages import Pages, read_items, read_total, shape_page
from loader.spotify.request import Request

ApiObject = dict[str, Any]
Found = tuple[str, Any]
"""An id that was asked for, and what was found: an object, or None where there is none."""

IsEnough = Callable[[list[Any], int], bool]
"""Told the items of a listing's first page and the listing's length: whether to leave it at that page."""

ALBUM_GROUPS = "album,single,compilation"
CREDIT = {"id": None, "name": None}
ARTIST = {"id": None, "name": None, "genres": None, "popularity": None, "followers": {"total": None}}
TRACK: Shape = {
    "id": None,
    "type": None,
    "name": None,
    "disc_number": None,
    "track_number": None,
    "duration_ms": None,
    "explicit": None,
    "artists": CREDIT,
}
ALBUM: Shape = {
    "id": None,
    "name": None,
    "album_type": None,
    "release_date": None,
    "release_date_precision": None,
    "total_tracks": None,
    "artists": CREDIT,
    "popularity": None,
}


# What the raw tables hold of each kind of object.
_SHAPES: dict[str, Shape] = {
    "artists": ARTIST,
    "albums": {**ALBUM, "tracks": shape_page(TRACK)},
    "tracks": {**TRACK, "popularity": None, "album": ALBUM},
}
_OBJECTS = {kind: Reader(shape) for kind, shape in _SHAPES.items()}
_BATCHES = {kind: Reader({kind: shape}) for kind, shape in _SHAPES.items()}
_MEASURES = Reader({"tracks": {"popularity": None}})
_FEATURES = Reader({"audio_features": dict.fromkeys(AUDIO_FEATURES)})
_LISTED_ALBUMS = Reader(shape_page(ALBUM))
_LISTED_TRACKS = Reader(shape_page(TRACK))
_HITS = Reader({"artists": {"items": CREDIT}})
_BATCH_SIZES = {"artists": 50, "albums": 20, "tracks": 50, "audio-features": 100}
_LISTING = "artists/{id}/albums"
_SEARCH_SIZE = PAGE_SIZES[-1]


class WebApi:
    """Fetches objects of the catalogue, several at a time, and finds out what the app may do."""

    def __init__(self, answers: Answers, access: Access) -> None:
        """Ask for answers, as far as the app's access goes."""
        self._answers = answers
        self._access = access
        self._pages = Pages(answers, access)

    @property
    def shows_popularity(self) -> bool:
        """Whether tracks may carry a popularity: not for an app that is refused batches of them."""
        return self._access.is_allowed(_name_batch("tracks")) is not False

    def fetch_artists(self, ids: Iterable[str]) -> Iterator[Found]:
        """Fetch artists by their ids (Web API: Get Several Artists, Get Artist).

        Yields:
            Each id asked for with its artist, or with None where there is no such artist.

        Raises:
            UserError: If Spotify refuses the app altogether.
        """
        for artist_id, artist in self._fetch("artists", ids):
            if isinstance(artist, dict) and "popularity" not in artist:
                self._note_restricted_app()
            yield artist_id, artist

    def fetch_albums(self, ids: Iterable[str]) -> Iterator[Found]:
        """Fetch albums with all their tracks (Web API: Get Several Albums, Get Album, Get Album Tracks).

        Yields:
            Each id asked for with its album, whose `tracks` is a list of simplified tracks, or with None where
            there is no such album.
        """
        yield from self._answers.map(self._complete_tracks, self._fetch("albums", ids))

    def fetch_tracks(self, ids: Iterable[str]) -> Iterator[Found]:
        """Fetch tracks by their ids (Web API: Get Several Tracks, Get Track).

        Yields:
            Each id asked for with its track, or with None where there is no such track.
        """
        yield from self._fetch("tracks", ids)

    def fetch_measured_tracks(self, ids: Iterable[str]) -> Iterator[list[Found]]:
        """Fetch tracks as `fetch_tracks` does, as long as they may carry a popularity: never one by one.

        Yields:
            For each batch of ids, the ids with their tracks or None; nothing in it if batches are refused.
        """
        batches = split_into_batches(ids, _BATCH_SIZES["tracks"])
        for _, found in self._fetch_batches("tracks", batches, _MEASURES):
            yield found or []

    def fetch_audio_features(self, ids: Iterable[str]) -> Iterator[Found]:
        """Fetch tracks' audio features by the tracks' ids (Web API: Get Several Tracks' Audio Features).

        Yields:
            Each id asked for with its features, or with None where Spotify has none; nothing once Spotify refuses.
        """
        batches = split_into_batches(ids, _BATCH_SIZES["audio-features"])
        for _, found in self._fetch_batches("audio-features", batches, _FEATURES):
            if found is None:
                return
            yield from found

    def list_albums(self, artists: Iterable[tuple[str, IsEnough]]) -> Iterator[tuple[str, list[Any], int, bool]]:
        """List artists' albums, singles and compilations (Web API: Get Artist's Albums).

        Args:
            artists: The artists' ids, each with what decides whether the first page is enough.

        Yields:
            An artist's id, simplified albums, how many Spotify says there are, and whether these are all.

        Raises:
            UserError: If Spotify refuses the app the listing.
        """
        yield from self._answers.map(self._list_albums, artists)

    def _list_albums(self, artist: tuple[str, IsEnough]) -> tuple[str, list[Any], int, bool]:
        artist_id, is_enough = artist
        items: list[Any] = []
        total = 0
        listing = Request(_LISTING, {"id": artist_id, "include_groups": ALBUM_GROUPS})
        for page, total in self._walk_pages(listing, _LISTED_ALBUMS):
            is_first = not items
            items += page
            if is_first and len(items) < total and is_enough(items, total):
                return artist_id, items, total, False
        return artist_id, items, total, True

    def search_artists(self, name: str) -> list[ApiObject]:
        """Search artists by name, best match first (Web API: Search for Item).

        Raises:
            UserError: If Spotify refuses the app the search.
        """
        request = Request("search", {"q": name, "type": "artist", "limit": _SEARCH_SIZE})
        try:
            answer = self._answers.ask(request, _HITS.read)
        except Refused as refused:
            raise _explain(refused) from refused
        return [item for item in read_items((answer or {}).get("artists")) if isinstance(item, dict)]

    def _fetch(self, kind: str, ids: Iterable[str]) -> Iterator[Found]:
        for batch, found in self._fetch_batches(kind, split_into_batches(ids, _BATCH_SIZES[kind]), _BATCHES[kind]):
            yield from self._answers.map(partial(self._fetch_one, kind), batch) if found is None else found

    def _fetch_batches(
        self, kind: str, batches: Iterable[list[str]], reader: Reader
    ) -> Iterator[tuple[list[str], list[Found] | None]]:
        """Fetch batches, several at a time; None in place of what the app may not fetch like this."""
        yield from self._answers.map(lambda batch: (batch, self._fetch_batch(kind, batch, reader)), batches)

    def _fetch_batch(self, kind: str, ids: Sequence[str], reader: Reader) -> list[Found] | None:
        """Fetch several objects in one call; None if the app may not."""
        endpoint = _name_batch(kind)
        return self._access.find_out_once(
            lambda: self._access.is_allowed(endpoint) is None, lambda: self._try_batch(kind, endpoint, ids, reader)
        )

    def _try_batch(self, kind: str, endpoint: str, ids: Sequence[str], reader: Reader) -> list[Found] | None:
        if self._access.is_allowed(endpoint) is False:
            return None
        name = kind.replace("-", "_")
        request = Request(endpoint, {"ids": ",".join(ids)})
        try:
            answer = self._answers.ask(request, partial(_read_batch, reader, name, len(ids)), keeps_refusal=True)
        except Refused:
            self._access.note_allowed(endpoint, False)
            return None
        self._access.note_allowed(endpoint, True)
        # Spotify may answer with a relinked object of another id: what was asked for is what counts.
        return list(zip(ids, answer[name], strict=True))

    def _fetch_one(self, kind: str, id_: str) -> Found:
        try:
            return id_, self._answers.ask(Request(f"{kind}/{{id}}", {"id": id_}), _OBJECTS[kind].read)
        except Refused as refused:
            raise _explain(refused) from refused
        except InvalidRequest:
            # "Invalid base62 id": no object has such an id.
            return id_, None

    def _complete_tracks(self, found: Found) -> Found:
        album_id, album = found
        if not isinstance(album, dict):
            return found
        carried = album.get("tracks")
        tracks = read_items(carried)
        total = read_total(carried)
        if tracks and len(tracks) < total:
            listing = Request("albums/{id}/tracks", {"id": album_id})
            for page, _ in self._walk_pages(listing, _LISTED_TRACKS, start=len(tracks)):
                tracks += page
        return album_id, {**album, "tracks": tracks}

    def _walk_pages(self, listing: Request, reader: Reader, start: int = 0) -> Iterator[tuple[list[Any], int]]:
        """Walk the pages of a listing that every app may read."""
        try:
            yield from self._pages.walk(listing, reader, start)
        except Refused as refused:
            raise _explain(refused) from refused

    def _note_restricted_app(self) -> None:
        """Conclude from an artist without a popularity that batches and large pages are refused as well."""
        with self._access.finding_out:
            if self._access.is_allowed(_name_batch("artists")) is False:
                for kind in ("albums", "tracks", "audio-features"):
                    self._access.note_allowed(_name_batch(kind), False)
                if self._access.page_size(_LISTING) is None:
                    self._access.note_page_size(_LISTING, PAGE_SIZES[-1])


def _read_batch(reader: Reader, name: str, size: int, content: bytes) -> Any:
    """Read the answer to a batch: an object or null for each id, in their order."""
    answer = reader.read(content)
    objects = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(objects, list) or len(objects) != size:
        raise ValueError(f"not the {size} objects asked for")
    return answer


def _name_batch(kind: str) -> str:
    return f"{kind}?ids="


def _explain(refused: Refused) -> UserError:
    return UserError(
        f"Spotify refuses this app ({str(refused) or 'no reason given'}): look at the app's state in "
        "Spotify's developer dashboard."
    )
