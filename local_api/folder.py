"""A folder of real Web API objects, one file a day, as a catalogue.

A file `YYYY-MM-DD.json` holds `{"artists": [...], "albums": [...], "tracks": [...]}`, each list holding whole objects
and each album its `tracks` page; an optional list `audio_features` is served as well. A day without a file looks like
the latest earlier one that has a file.

Objects held only inside others are completed: a track takes its album's popularity and no external ids, an album
known from a track holds the tracks that name it. What nobody said is left out and not made up: an artist known only
by name has neither `popularity` nor `followers`, an album known from a track no `popularity` and no `label`.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

from local_api.contract import TOP_TRACKS, ApiObject, CatalogueError, SearchType
from local_api.search import Entry, find

_SIMPLE_ALBUM_LACKS = {"tracks", "copyrights", "external_ids", "genres", "label", "popularity"}
_SIMPLE_TRACK_LACKS = {"album", "external_ids", "popularity"}


class Folder:
    """A folder of daily files of Web API objects.

    Args:
        path: The folder; files of other names than `YYYY-MM-DD.json` are left alone.

    Raises:
        CatalogueError: If there is no such folder, or no daily file in it.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_dir():
            raise CatalogueError(f"{path} is not a folder.")
        self._files = {day: file for file in path.glob("*.json") if (day := _read_day(file.stem))}
        if not self._files:
            raise CatalogueError(f"{path} holds no file named YYYY-MM-DD.json.")
        self._path = path
        self.days = sorted(self._files)
        self._load = lru_cache(maxsize=2)(FolderDay)

    def artist_ids(self) -> list[str]:
        """Name the artists that the last file holds whole.

        Raises:
            CatalogueError: If the file cannot be read.
        """
        return self.on(self.days[-1]).whole_artists

    def on(self, day: date) -> FolderDay:
        """See what the latest file up to a day holds.

        Raises:
            CatalogueError: If the folder begins later, or the file cannot be read.
        """
        place = bisect_right(self.days, day)
        if place == 0:
            raise CatalogueError(f"{self._path} holds nothing for {day}: its first day is {self.days[0]}.")
        return self._load(self._files[self.days[place - 1]])


class FolderDay:
    """The objects of one daily file.

    Odd entries of an album's page (null, or without an id) are served as they are.

    Attributes:
        whole_artists: The ids of the artists whose whole objects the file holds.

    Raises:
        CatalogueError: If the file cannot be read.
    """

    def __init__(self, file: Path) -> None:
        held = _read_file(file)
        try:
            self._features = {item["id"]: item for item in held.get("audio_features", [])}
            self._albums = {album["id"]: album for album in held["albums"]}
            self._tracks = {track["id"]: track for track in held["tracks"]}
            self._complete_albums()
            self._pages = self._arrange_tracks()
            self._complete_tracks()
            self.whole_artists = [artist["id"] for artist in held["artists"]]
            self._artists = self._gather_artists(held["artists"])
        except (KeyError, TypeError, AttributeError) as error:
            raise CatalogueError(
                f"{file} does not hold the lists of whole objects `artists`, `albums` and `tracks` "
                f"({type(error).__name__}: {error})."
            ) from error

    def artist(self, artist_id: str) -> ApiObject | None:
        """Get an artist object, whole as far as the file goes."""
        return self._artists.get(artist_id)

    def artist_albums(self, artist_id: str, groups: Iterable[str]) -> list[ApiObject] | None:
        """Get an artist's simplified albums with their `album_group`, the newest release first."""
        if artist_id not in self._artists:
            return None
        wanted = set(groups)
        found = [
            {**_without(album, _SIMPLE_ALBUM_LACKS), "album_group": group}
            for album in self._albums.values()
            if (group := self._find_group(album, artist_id)) in wanted
        ]
        # Sorted by id first, so that the order of releases of one day does not hang on the file's.
        found.sort(key=lambda album: str(album["id"]))
        return sorted(found, key=lambda album: str(album["release_date"] or ""), reverse=True)

    def top_tracks(self, artist_id: str) -> list[ApiObject] | None:
        """Get the most popular of the tracks an artist is credited on."""
        if artist_id not in self._artists:
            return None
        tracks = [track for track in self._tracks.values() if _credits(track, artist_id)]
        return sorted(tracks, key=lambda track: (-track.get("popularity", 0), track["id"]))[:TOP_TRACKS]

    def album(self, album_id: str) -> ApiObject | None:
        """Get a whole album object but for its `tracks`."""
        album = self._albums.get(album_id)
        return album and _without(album, {"tracks"})

    def album_tracks(self, album_id: str) -> list[ApiObject] | None:
        """Get all simplified tracks that the file holds of an album, in order."""
        return self._pages.get(album_id)

    def track(self, track_id: str) -> ApiObject | None:
        """Get a whole track object."""
        return self._tracks.get(track_id)

    def audio_features(self, track_id: str) -> ApiObject | None:
        """Get a track's audio features, if the file holds them."""
        return self._features.get(track_id)

    def search(self, query: str, kind: SearchType) -> list[ApiObject]:
        """Find objects by name."""
        pool = {"artist": self._artists, "album": self._albums, "track": self._tracks}[kind]
        entries = (
            Entry(id_, item["name"], _name_artists(item), item.get("album", {}).get("name", ""))
            for id_, item in pool.items()
        )
        found = [pool[id_] for id_ in find(query, kind, entries, lambda id_: pool[id_].get("popularity", 0))]
        return [_without(album, _SIMPLE_ALBUM_LACKS) for album in found] if kind == "album" else found

    def _find_group(self, album: ApiObject, artist_id: str) -> str | None:
        if _credits(album, artist_id):
            return str(album["album_type"])
        if any(track and _credits(track, artist_id) for track in self._pages[album["id"]]):
            return "appears_on"
        return None

    def _complete_albums(self) -> None:
        for track in self._tracks.values():
            album = track["album"]
            if album["id"] not in self._albums:
                self._albums[album["id"]] = {**album, "copyrights": [], "external_ids": {}, "genres": []}

    def _arrange_tracks(self) -> dict[str, list[ApiObject]]:
        pages = {id_: [*album.get("tracks", {}).get("items", ())] for id_, album in self._albums.items()}
        held = {track["id"] for page in pages.values() for track in page if track}
        for track in self._tracks.values():
            if track["id"] not in held:
                pages[track["album"]["id"]].append(_without(track, _SIMPLE_TRACK_LACKS))
        return pages

    def _complete_tracks(self) -> None:
        for id_, page in self._pages.items():
            album = self._albums[id_]
            simple_album = _without(album, _SIMPLE_ALBUM_LACKS)
            measures = {"popularity": album["popularity"]} if "popularity" in album else {}
            for track in page:
                if track and track["id"] is not None:
                    whole = {**track, "album": simple_album, "external_ids": {}, **measures}
                    self._tracks.setdefault(track["id"], whole)

    def _gather_artists(self, whole: list[ApiObject]) -> dict[str, ApiObject]:
        artists = {artist["id"]: artist for artist in whole}
        for item in (*self._albums.values(), *self._tracks.values()):
            for artist in item["artists"]:
                if artist:
                    artists.setdefault(artist["id"], {**artist, "genres": [], "images": []})
        return artists


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _read_file(file: Path) -> ApiObject:
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{file} cannot be read: {error}.") from error
    if not isinstance(held, dict):
        raise CatalogueError(f"{file} does not hold a JSON object.")
    return held


def _without(item: ApiObject, fields: set[str]) -> ApiObject:
    return {field: value for field, value in item.items() if field not in fields}


def _credits(item: ApiObject, artist_id: str) -> bool:
    return any(artist and artist["id"] == artist_id for artist in item["artists"])


def _name_artists(item: ApiObject) -> str:
    return ", ".join(artist["name"] for artist in item.get("artists", ()) if artist)
