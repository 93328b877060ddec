"""The Web API's endpoints about a listener, as the reference of the Web API describes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import get_args

from local_api.contract import API_ORIGIN, ApiObject, LibraryDay, TopType
from local_api.endpoints import Refusal, Request, not_found, other_params, read_number, read_window
from local_api.shapes import build_page

_PAGE_SIZES = (20, 50)
_KINDS: tuple[TopType, ...] = get_args(TopType)
# What an app of 2026 gets in place of `tracks` and `track`.
_NEW_NAMES = {"tracks": "items", "track": "item"}


def answer(template: str, request: Request) -> ApiObject:
    """Answer a call of a Web API endpoint about a listener.

    Raises:
        Refusal: If the Web API would not answer.
    """
    endpoint, scope = ENDPOINTS[template]
    if request.library is None or request.scopes is None:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Valid user authentication required")
    if scope is not None and scope not in request.scopes:
        raise Refusal(HTTPStatus.FORBIDDEN, "Insufficient client scope")
    if template in _REMOVED_FOR_DEV and request.mode == "dev":
        raise Refusal(HTTPStatus.FORBIDDEN, "Forbidden")
    return endpoint(request, request.library)


def _get_profile(_: Request, library: LibraryDay) -> ApiObject:
    return library.profile()


def _get_plays(request: Request, library: LibraryDay) -> ApiObject:
    limit, _ = read_window(request, _PAGE_SIZES)
    after, before = _read_cursor(request, "after"), _read_cursor(request, "before")
    if after is not None and before is not None:
        raise Refusal(HTTPStatus.BAD_REQUEST, "Only one of before and after may be given")
    found = [
        (moment, play)
        for play in library.plays()
        if (moment := _read_moment(play)) > (after or 0) and (before is None or moment < before)
    ][:limit]
    address = f"{API_ORIGIN}me/player/recently-played?limit={limit}"
    cursors = {"after": str(found[0][0]), "before": str(found[-1][0])} if found else None
    return {
        "items": [{**play, "track": request.lens.show_track(play["track"])} for _, play in found],
        "next": f"{address}&before={cursors['before']}" if cursors and len(found) == limit else None,
        "cursors": cursors,
        "limit": limit,
        "href": address,
    }


def _get_top(kind: TopType) -> Callable[[Request, LibraryDay], ApiObject]:
    def get(request: Request, library: LibraryDay) -> ApiObject:
        show = request.lens.show_artist if kind == "artists" else request.lens.show_track
        found = library.top(kind, request.params.get("time_range", "medium_term"))
        if found is None:
            raise Refusal(HTTPStatus.BAD_REQUEST, "Invalid time range")
        return _build_page(request, [show(item) for item in found], f"me/top/{kind}")

    return get


def _get_saved_tracks(request: Request, library: LibraryDay) -> ApiObject:
    saved = [item and {**item, "track": request.lens.show_track(item["track"])} for item in library.saved_tracks()]
    return _build_page(request, saved, "me/tracks")


def _get_playlists(request: Request, library: LibraryDay) -> ApiObject:
    playlists = [playlist and _rename(playlist, request) for playlist in library.playlists()]
    return _build_page(request, playlists, "me/playlists")


def _get_playlist_items(request: Request, library: LibraryDay) -> ApiObject:
    entries = library.playlist_items(request.id)
    playlist = next((item for item in library.playlists() if item and item["id"] == request.id), None)
    if entries is None or playlist is None:
        raise not_found()
    is_own = playlist["owner"]["id"] == library.profile()["id"] or playlist["collaborative"]
    if request.mode == "dev" and not is_own:
        raise Refusal(HTTPStatus.FORBIDDEN, "Forbidden")
    shown = [
        entry and _rename({**entry, "track": request.lens.show_track(entry["track"])}, request) for entry in entries
    ]
    return _build_page(request, shown, f"playlists/{request.id}/items")


ENDPOINTS: dict[str, tuple[Callable[[Request, LibraryDay], ApiObject], str | None]] = {
    "/v1/me": (_get_profile, None),
    "/v1/me/player/recently-played": (_get_plays, "user-read-recently-played"),
    **{f"/v1/me/top/{kind}": (_get_top(kind), "user-top-read") for kind in _KINDS},
    "/v1/me/tracks": (_get_saved_tracks, "user-library-read"),
    "/v1/me/playlists": (_get_playlists, "playlist-read-private"),
    "/v1/playlists/{id}/items": (_get_playlist_items, "playlist-read-private"),
    "/v1/playlists/{id}/tracks": (_get_playlist_items, "playlist-read-private"),
}
"""Each endpoint with what answers it and the scope that it takes."""

_REMOVED_FOR_DEV = {"/v1/playlists/{id}/tracks"}


def _build_page(request: Request, items: Sequence[ApiObject | None], path: str) -> ApiObject:
    limit, offset = read_window(request, _PAGE_SIZES)
    address = f"{API_ORIGIN}{path}"
    return build_page(items[offset : offset + limit], len(items), limit, offset, address, other_params(request))


def _rename(item: ApiObject, request: Request) -> ApiObject:
    """Give what an app of 2026 gets under its new name; older apps get the old one."""
    if request.mode != "dev":
        return item
    return {_NEW_NAMES.get(name, name): value for name, value in item.items()}


def _read_cursor(request: Request, name: str) -> int | None:
    text = request.params.get(name)
    cursor = read_number(text, 0)
    if cursor is None:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"Invalid {name}")
    return None if text is None else cursor


def _read_moment(play: ApiObject) -> int:
    """Read when a play was, in milliseconds since 1970."""
    moment = datetime.fromisoformat(play["played_at"])
    return round((moment - _FIRST_MOMENT).total_seconds() * 1000)


_FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
