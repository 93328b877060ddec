"""How people name an artist: by id, URI, link or plain name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from loader.errors import UserError
from loader.spotify.web_api import WebApi

_ID = r"[0-9A-Za-z]{22}"
_FORMS = (
    re.compile(rf"^({_ID})$"),
    re.compile(rf"^spotify:artist:({_ID})$"),
    re.compile(rf"^https?://open\.spotify\.com/(?:intl-[a-z]+/)?artist/({_ID})(?:[?#/].*)?$"),
)
_OTHER_SPOTIFY = re.compile(r"^(spotify:|https?://)")


def find_artist_ids(references: Iterable[str], api: WebApi) -> list[str]:
    """Find the ids of artists named by id, URI, link or name; names are searched for.

    Args:
        references: What the user named, in order.
        api: Where names are searched.

    Returns:
        The artists' ids in order, each once.

    Raises:
        UserError: If a reference is not an artist's, or no artist has the name.
    """
    ids = dict.fromkeys(_parse(reference) or _search(reference, api) for reference in references)
    return list(ids)


def _parse(reference: str) -> str | None:
    text = reference.strip()
    if not text:
        raise UserError("An artist is named by an empty text: give an id, URI, link or name.")
    for form in _FORMS:
        if match := form.match(text):
            return match.group(1)
    if _OTHER_SPOTIFY.match(text):
        raise UserError(
            f"{text!r} is not an artist's address: give one such as spotify:artist:<id> or "
            "https://open.spotify.com/artist/<id>, or the artist's name."
        )
    return None


def _search(name: str, api: WebApi) -> str:
    wanted = name.strip().casefold()
    found = [artist for artist in api.search_artists(name.strip()) if artist.get("id")]
    for artist in found:
        if str(artist.get("name", "")).casefold() == wanted:
            return str(artist["id"])
    if not found:
        raise UserError(f"No artist named {name!r} on Spotify: check the spelling, or give an id or link.")
    suggestions = ", ".join(f"{artist['name']} ({artist['id']})" for artist in found[:3])
    raise UserError(f"No artist is named exactly {name!r}; did you mean {suggestions}?")
