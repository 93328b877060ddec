"""Finding objects by name: the parts of Spotify's search syntax that people use to look things up."""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from local_api.contract import SEARCH_LIMIT, SearchType

Key = TypeVar("Key")

_FILTER = re.compile(r'\b(artist|album|track):\s*(?:"([^"]*)"|(.*?))(?=\s+(?:artist|album|track):|\s*$)', re.I)
_EXACT, _BEGINS, _NAMED, _RELATED = range(4)


class Entry(NamedTuple, Generic[Key]):
    """Something that can be found.

    Attributes:
        key: What stands for the object with the one who asks.
        name: The object's own name.
        artists: The names of its artists, of an album or a track.
        album: The name of its album, of a track.
    """

    key: Key
    name: str
    artists: str = ""
    album: str = ""


@dataclass(frozen=True)
class _Wanted:
    words: tuple[str, ...]
    filters: tuple[tuple[str, tuple[str, ...]], ...]


def find(query: str, kind: SearchType, entries: Iterable[Entry[Key]], popularity: Callable[[Key], int]) -> list[Key]:
    """Find what a query names, the best match first, then the most popular, at most `SEARCH_LIMIT`.

    Upper and lower case and diacritics do not matter; every word of the query has to occur. Filters
    (`artist:`, `album:`, `track:`) look at one field only.
    """
    wanted = _read(query)
    whole = " ".join(wanted.words or next((words for field, words in wanted.filters if field == kind), ()))
    found = (
        (rank, -popularity(entry.key), place, entry.key)
        for place, entry in enumerate(entries)
        if (rank := _rank(wanted, whole, kind, entry)) is not None
    )
    return [key for *_, key in heapq.nsmallest(SEARCH_LIMIT, found, key=lambda hit: hit[:3])]


def _read(query: str) -> _Wanted:
    filters = tuple((field.lower(), _split(quoted or bare)) for field, quoted, bare in _FILTER.findall(query))
    return _Wanted(_split(_FILTER.sub(" ", query)), filters)


def _split(text: str) -> tuple[str, ...]:
    return tuple(_fold(text.replace('"', " ")).split())


def _fold(text: str) -> str:
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _rank(wanted: _Wanted, whole: str, kind: SearchType, entry: Entry[Key]) -> int | None:
    name = _fold(entry.name)
    fields = {"artist": entry.artists, "album": entry.album, kind: entry.name}
    for field, words in wanted.filters:
        text = _fold(fields.get(field, ""))
        if not all(word in text for word in words):
            return None
    if name == whole:
        return _EXACT
    if name.startswith(whole):
        return _BEGINS
    if all(word in name for word in wanted.words):
        return _NAMED
    text = f"{name} {_fold(entry.artists)} {_fold(entry.album)}"
    return _RELATED if all(word in text for word in wanted.words) else None
