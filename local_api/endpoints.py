"""The Web API's endpoints over a catalogue's day, as the reference of the Web API describes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import get_args

from local_api.contract import ALBUM_GROUPS, API_ORIGIN, SEARCH_LIMIT, ApiObject, CatalogueDay, LibraryDay, SearchType
from local_api.mixing import is_base62
from local_api.shapes import Lens, Mode, build_page

MODES: tuple[Mode, ...] = get_args(Mode)
_SEARCH_TYPES: tuple[SearchType, ...] = get_args(SearchType)

_MOST_ARTISTS = 50
_MOST_ALBUMS = 20
_MOST_TRACKS = 50
_MOST_FEATURES = 100
_PAGE = 50
# The page sizes of artists' albums and of searches, (default, most); the tracks of an album know no difference.
_PAGE_SIZES: dict[Mode, tuple[int, int]] = {"extended": (20, 50), "dev": (5, 10)}
_TRACKS_PAGE_SIZES = (20, _PAGE)


class Refusal(Exception):
    """The Web API refuses to answer.

    Attributes:
        status: The HTTP status.
        body: The body, in the shape of a Web API error.
    """

    def __init__(self, status: int, message: str | None) -> None:
        super().__init__(message)
        self.status = status
        self.body: ApiObject = {"error": {"status": status}}
        if message is not None:
            self.body["error"]["message"] = message


@dataclass(frozen=True)
class Request:
    """A call, and what the app that makes it may see.

    Attributes:
        day: The catalogue on the day served.
        mode: The kind of app.
        has_audio_features: Whether an extended-quota app may ask for audio features.
        id: The id in the path, or an empty text.
        params: What the query says.
        library: What Spotify knows of the listener; None where there is nobody.
        scopes: What the listener allows the app; None where the app asks by itself.
    """

    day: CatalogueDay
    mode: Mode
    has_audio_features: bool
    id: str
    params: dict[str, str]
    library: LibraryDay | None = None
    scopes: frozenset[str] | None = None

    @property
    def lens(self) -> Lens:
        """How the app sees objects."""
        return Lens(self.mode, "market" in self.params)


def find_template(path: str) -> tuple[str, str]:
    """Split a path into its template, such as `/v1/artists/{id}/albums`, and the id in it (or an empty text).

    A trailing slash makes no difference.
    """
    parts = path.strip("/").split("/")
    if parts[0] != "v1" or len(parts) < len(("v1", "artists", "id")) or parts[1] == "me":
        return "/" + "/".join(parts), ""
    id_, parts[2] = parts[2], "{id}"
    return "/" + "/".join(parts), id_


def answer(template: str, request: Request) -> ApiObject:
    """Answer a call of a Web API endpoint.

    Raises:
        Refusal: If the Web API would not answer.
    """
    endpoint = _ENDPOINTS.get(template)
    if endpoint is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "Service not found")
    if template in _AUDIO_FEATURES and (request.mode == "dev" or not request.has_audio_features):
        raise Refusal(HTTPStatus.FORBIDDEN, None)
    if template in _REMOVED_FOR_DEV and request.mode == "dev":
        raise Refusal(HTTPStatus.FORBIDDEN, "Forbidden")
    if request.id:
        _check_id(request.id)
    return endpoint(request)


def _get_artist(request: Request) -> ApiObject:
    return _require(request.lens.show_artist(request.day.artist(request.id)))


def _get_artists(request: Request) -> ApiObject:
    ids = _read_ids(request, _MOST_ARTISTS)
    return {"artists": [request.lens.show_artist(request.day.artist(id_)) for id_ in ids]}


def _get_artist_albums(request: Request) -> ApiObject:
    groups = request.params.get("include_groups", ",".join(ALBUM_GROUPS)).split(",")
    if not set(groups) <= set(ALBUM_GROUPS):
        raise Refusal(HTTPStatus.BAD_REQUEST, "Invalid include_groups")
    limit, offset = read_window(request, _PAGE_SIZES[request.mode])
    albums = request.day.artist_albums(request.id, groups)
    if albums is None:
        raise not_found()
    lens = request.lens
    shown = [lens.show_album(album) for album in albums[offset : offset + limit]]
    address = f"{API_ORIGIN}artists/{request.id}/albums"
    return build_page(shown, len(albums), limit, offset, address, other_params(request))


def _get_top_tracks(request: Request) -> ApiObject:
    tracks = request.day.top_tracks(request.id)
    if tracks is None:
        raise not_found()
    lens = request.lens
    return {"tracks": [lens.show_track(track) for track in tracks]}


def _get_album(request: Request) -> ApiObject:
    return _require(_show_whole_album(request, request.id))


def _get_albums(request: Request) -> ApiObject:
    return {"albums": [_show_whole_album(request, id_) for id_ in _read_ids(request, _MOST_ALBUMS)]}


def _get_album_tracks(request: Request) -> ApiObject:
    limit, offset = read_window(request, _TRACKS_PAGE_SIZES)
    tracks = request.day.album_tracks(request.id)
    if tracks is None:
        raise not_found()
    return _build_tracks_page(request, request.id, tracks, limit, offset)


def _get_track(request: Request) -> ApiObject:
    return _require(request.lens.show_track(request.day.track(request.id)))


def _get_tracks(request: Request) -> ApiObject:
    lens = request.lens
    ids = _read_ids(request, _MOST_TRACKS)
    return {"tracks": [lens.show_track(request.day.track(id_)) for id_ in ids]}


def _get_track_features(request: Request) -> ApiObject:
    return _require(request.day.audio_features(request.id))


def _get_features(request: Request) -> ApiObject:
    ids = _read_ids(request, _MOST_FEATURES)
    return {"audio_features": [request.day.audio_features(id_) for id_ in ids]}


def _search(request: Request) -> ApiObject:
    query = request.params.get("q", "").strip()
    if not query:
        raise Refusal(HTTPStatus.BAD_REQUEST, "No search query")
    kinds = request.params.get("type", "").split(",")
    limit, offset = read_window(request, _PAGE_SIZES[request.mode])
    if offset > SEARCH_LIMIT:
        raise Refusal(HTTPStatus.BAD_REQUEST, "Invalid offset")
    lens = request.lens
    show = {"artist": lens.show_artist, "album": lens.show_album, "track": lens.show_track}
    answer_ = {}
    for kind in kinds:
        wanted = next((known for known in _SEARCH_TYPES if known == kind), None)
        if wanted is None:
            raise Refusal(HTTPStatus.BAD_REQUEST, f"Bad search type field {kind}")
        found = request.day.search(query, wanted)
        shown = [show[kind](item) for item in found[offset : offset + limit]]
        params = {**other_params(request), "type": kind}
        answer_[f"{kind}s"] = build_page(shown, len(found), limit, offset, f"{API_ORIGIN}search", params)
    return answer_


_ENDPOINTS: dict[str, Callable[[Request], ApiObject]] = {
    "/v1/artists": _get_artists,
    "/v1/artists/{id}": _get_artist,
    "/v1/artists/{id}/albums": _get_artist_albums,
    "/v1/artists/{id}/top-tracks": _get_top_tracks,
    "/v1/albums": _get_albums,
    "/v1/albums/{id}": _get_album,
    "/v1/albums/{id}/tracks": _get_album_tracks,
    "/v1/tracks": _get_tracks,
    "/v1/tracks/{id}": _get_track,
    "/v1/audio-features": _get_features,
    "/v1/audio-features/{id}": _get_track_features,
    "/v1/search": _search,
}
_REMOVED_FOR_DEV = {"/v1/artists", "/v1/artists/{id}/top-tracks", "/v1/albums", "/v1/tracks"}
_AUDIO_FEATURES = {"/v1/audio-features", "/v1/audio-features/{id}"}


def _show_whole_album(request: Request, album_id: str) -> ApiObject | None:
    album = request.lens.show_album(request.day.album(album_id))
    if album is None:
        return None
    tracks = request.day.album_tracks(album_id) or ()
    return {**album, "tracks": _build_tracks_page(request, album_id, tracks, _PAGE, 0)}


def _build_tracks_page(
    request: Request, album_id: str, tracks: Sequence[ApiObject], limit: int, offset: int
) -> ApiObject:
    lens = request.lens
    shown = [lens.show_track(track) for track in tracks[offset : offset + limit]]
    params = {name: value for name, value in other_params(request).items() if name != "ids"}
    return build_page(shown, len(tracks), limit, offset, f"{API_ORIGIN}albums/{album_id}/tracks", params)


def other_params(request: Request) -> dict[str, str]:
    """Say what else than a page was asked."""
    return {name: value for name, value in request.params.items() if name not in {"limit", "offset"}}


def _read_ids(request: Request, most: int) -> list[str]:
    ids = [id_ for id_ in request.params.get("ids", "").split(",") if id_]
    if not ids:
        raise Refusal(HTTPStatus.BAD_REQUEST, "Missing required field: ids")
    if len(ids) > most:
        raise Refusal(HTTPStatus.BAD_REQUEST, "Too many ids requested")
    for id_ in ids:
        _check_id(id_)
    return ids


def _check_id(id_: str) -> None:
    if not is_base62(id_):
        raise Refusal(HTTPStatus.BAD_REQUEST, "Invalid base62 id")


def read_window(request: Request, sizes: tuple[int, int]) -> tuple[int, int]:
    """Read limit and offset of a page, by the default size and the most.

    Raises:
        Refusal: If they are not what the Web API takes.
    """
    default, most = sizes
    limit = read_number(request.params.get("limit"), default)
    if limit is None or not 1 <= limit <= most:
        raise Refusal(HTTPStatus.BAD_REQUEST, "Invalid limit")
    offset = read_number(request.params.get("offset"), 0)
    if offset is None:
        raise Refusal(HTTPStatus.BAD_REQUEST, "Invalid offset")
    return limit, offset


def read_number(text: str | None, default: int) -> int | None:
    """Read a whole number; None if it is none."""
    if text is None:
        return default
    return int(text) if text.isascii() and text.isdigit() else None


def _require(found: ApiObject | None) -> ApiObject:
    if found is None:
        raise not_found()
    return found


def not_found() -> Refusal:
    """Make the refusal of what is not there."""
    return Refusal(HTTPStatus.NOT_FOUND, "Resource not found")
