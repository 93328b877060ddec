"""Walks what Spotify knows of a listener and yields raw rows: plays every time, the library once a day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from loader.errors import MendableError
from loader.json import write_json
from loader.listening.library_api import MOST_PLAYS, LibraryApi
from loader.listening.rows import (
    SOURCE,
    build_item_rows,
    build_play_rows,
    build_playlist_row,
    build_saved_rows,
    build_top_rows,
)
from loader.raw.observation import Observation, Record, build_or_reject
from loader.raw.tables import TABLES
from loader.raw.warehouse_state import Known
from loader.spotify.answers import Answers
from loader.spotify.outcomes import Refused

Report = Callable[[str], None]
"""Told the kind of each thing as it is read: plays, favourites, tracks or playlists."""

_NEWEST = "the newest play known before"
_LISTED = "the listings read before"
_TIME_RANGES = ("short_term", "medium_term", "long_term")
# Plays of a device that was offline come in late, with the time they were played at.
_LOOK_BACK = timedelta(days=1)


class ListeningReader:
    """Reads a listener's plays and library on one day.

    Attributes:
        refused: What Spotify refuses to tell, with the reason it gives.
        missed: The end of the newest play known and that of the oldest one told, if there were probably plays
            between them that Spotify tells no more.
        played: The ids of the tracks whose plays were read.
    """

    def __init__(self, api: LibraryApi, answers: Answers, known: Known, seen: Observation, report: Report) -> None:
        """Read through the given API.

        Args:
            api: What the Web API is asked through.
            answers: Settles what must stay the same when a stopped run goes on.
            known: What the warehouse knows.
            seen: The day and time to stamp rows with.
            report: Told of each thing as it is read.
        """
        self.refused: dict[str, str] = {}
        self.missed: tuple[datetime, datetime] | None = None
        self.played: set[str] = set()
        self._api = api
        self._answers = answers
        self._known = known
        self._seen = seen
        self._report = report
        self._named: set[tuple[str, Any]] = set()

    def read(self) -> Iterator[Record]:
        """Read the plays since the last run, and what of the library was not read on this day.

        Yields:
            Rows with the names of their raw tables, as soon as they come; of a listing all or none.

        Raises:
            MendableError: If Spotify refuses everything.
        """
        before = self._answers.settle(_LISTED, lambda: self._known.read_listings(self._seen.observed_on))
        parts: list[tuple[str, Callable[[], Iterator[Record]]]] = [("plays", self._read_plays)]
        for kind in ("artists", "tracks"):
            for time_range in _TIME_RANGES:
                parts.append((f"top_{kind}/{time_range}", partial(self._read_top, kind, time_range)))
        parts += [("saved_tracks", self._read_saved), ("playlists", self._read_playlists)]
        wanted = [(name, read) for name, read in parts if name not in before]
        for name, read in wanted:
            try:
                yield from self._keep_first(read())
            except Refused as refused:
                self.refused[name] = str(refused)
        if len(self.refused) == len(wanted):
            reason = next(iter(self.refused.values())) or "no reason given"
            raise MendableError(
                f"Spotify refuses everything about your listening ({reason}): run `python -m loader login` again."
            )

    def _read_plays(self) -> Iterator[Record]:
        known = self._answers.settle(_NEWEST, self._find_newest)
        newest = datetime.fromisoformat(known) if known else None
        plays = self._api.fetch_plays(_write_cursor(newest - _LOOK_BACK) if newest else None)
        moments = []
        for play in plays:
            self._report("plays")
            for name, row in self._build("play", play, partial(build_play_rows, play, self._seen)):
                if name == "plays":
                    moments.append(row["played_at"])
                    self.played |= {row["track_id"]} - {None}
                yield name, row
        if newest and len(plays) >= MOST_PLAYS and moments and min(moments) > newest:
            self.missed = newest, min(moments)

    def _find_newest(self) -> str | None:
        newest = self._known.read_newest_play()
        return newest.astimezone(UTC).isoformat() if newest else None

    def _read_top(self, kind: str, time_range: str) -> Iterator[Record]:
        item_type = kind.removesuffix("s")
        items = self._api.fetch_top(kind, time_range)
        for rank, item in enumerate(items, 1):
            self._report("favourites")
            build = partial(build_top_rows, item, item_type, time_range, rank, self._seen)
            yield from self._build(item_type, item, build)
        yield self._note_listing(f"top_{kind}/{time_range}", len(items))

    def _read_saved(self) -> Iterator[Record]:
        # A listing lands whole: half of it would look as if the other half had been taken out.
        saved = list(self._api.list_saved_tracks())
        for item in saved:
            self._report("tracks")
            yield from self._build("saved track", item, partial(build_saved_rows, item, self._seen))
        yield self._note_listing("saved_tracks", len(saved))

    def _read_playlists(self) -> Iterator[Record]:
        listener_id = self._api.fetch_listener_id()
        playlists = list(self._api.list_playlists())
        for playlist, state, entries in self._api.fetch_items(playlists):
            self._report("playlists")
            build = partial(build_playlist_row, playlist, state, listener_id, self._seen)
            yield from self._build("playlist", playlist, build)
            for position, entry in enumerate(entries):
                build = partial(build_item_rows, entry, playlist["id"], position, listener_id, self._seen)
                yield from self._build("playlist item", entry, build)
        yield self._note_listing("playlists", len(playlists))

    def _build(self, object_type: str, body: Any, build: Callable[[], Iterator[Record]]) -> list[Record]:
        # What is not as expected may have no id: it is known by what it holds, as rows of files are.
        object_id = f"{SOURCE}/{hashlib.md5(write_json(body), usedforsecurity=False).hexdigest()}"
        return build_or_reject(object_type, object_id, body, self._seen, build)

    def _note_listing(self, listing: str, items: int) -> Record:
        return "library_listings", self._seen.stamp(listing=listing, items=items)

    def _keep_first(self, records: Iterator[Record]) -> Iterator[Record]:
        """Leave out rows whose key stood there before in this run: a track is played, saved and listed."""
        for name, row in records:
            key = (name, TABLES[name].read_key(row))
            if name == "rejected_objects" or key not in self._named:
                self._named.add(key)
                yield name, row


def _write_cursor(moment: datetime) -> int:
    """Write a moment as the Web API's cursors do: in milliseconds since 1970."""
    return int(moment.timestamp() * 1000)
