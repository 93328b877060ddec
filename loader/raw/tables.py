"""The contract of the raw schema: every table the loader writes, its columns, their types and its key.

A column declared here exists in the warehouse with its type after any run, also when no answer ever held it.
Entities hold the latest answer about an object; measurements hold one row an object and day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, Literal

import pyarrow as pa

SCHEMA_NAME = "raw_spotify"
LIST_SEPARATOR = ","

Row = dict[str, Any]
Kind = Literal["entity", "measurement", "event", "file", "state", "log"]


@dataclass(frozen=True)
class Table:
    """One raw table.

    Attributes:
        name: The table's name in the raw schema.
        kind: `entity` (the latest answer, never replaced by an older one), `measurement` (one row a key,
            which holds the day it was taken on), `event` (one row a key, which never changes), `file` (the rows
            of a file as it was last read), `state` (what the loader knows) or `log` (appended).
        key: The columns that identify a row, or the file it belongs to; empty for a log.
        columns: The columns besides the key's, in order, with their Arrow types.
    """

    name: str
    kind: Kind
    key: tuple[str, ...]
    columns: tuple[tuple[str, pa.DataType], ...]

    @cached_property
    def read_key(self) -> Callable[[Row], Any]:
        """What reads the values of a row's key; not for a log, which has none."""
        return itemgetter(*self.key)

    @cached_property
    def arrow_schema(self) -> pa.Schema:
        """The table's columns as an Arrow schema; columns of the key refuse nulls."""
        return pa.schema(pa.field(name, type_, nullable=name not in self.key) for name, type_ in self.columns)

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """The names of the table's columns, in order."""
        return tuple(name for name, _ in self.columns)


# Lists of ids stand in one text column, comma-separated in Spotify's order: ids are ASCII without commas, and an
# object's lists are part of its history, which child rows are not.
# `observed_on` is the day the row is about; `loaded_at` (UTC) is when the run started that last changed it.
_OBSERVED = (("observed_on", pa.date32()), ("loaded_at", pa.timestamp("us", tz="UTC")))

_ALBUM_ATTRIBUTES = (
    ("id", pa.string()),
    ("name", pa.string()),
    ("album_type", pa.string()),
    ("release_date", pa.string()),
    ("release_date_precision", pa.string()),
    ("total_tracks", pa.int64()),
    ("artist_ids", pa.string()),
)
_TRACK_ATTRIBUTES = (
    ("id", pa.string()),
    ("name", pa.string()),
    ("album_id", pa.string()),
    ("disc_number", pa.int64()),
    ("track_number", pa.int64()),
    ("duration_ms", pa.int64()),
    ("explicit", pa.bool_()),
    ("artist_ids", pa.string()),
)

# The features of a track, each with its Arrow type: loudness in dB, tempo in beats per minute, the others without
# a unit. Raw values: key -1 is none detected, tempo 0 and time_signature 0 are undetected.
AUDIO_FEATURES = {
    "danceability": pa.float64(),
    "energy": pa.float64(),
    "key": pa.int64(),
    "loudness": pa.float64(),
    "mode": pa.int64(),
    "speechiness": pa.float64(),
    "acousticness": pa.float64(),
    "instrumentalness": pa.float64(),
    "liveness": pa.float64(),
    "valence": pa.float64(),
    "tempo": pa.float64(),
    "time_signature": pa.int64(),
}

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "artists",
            "entity",
            ("id",),
            (("id", pa.string()), ("name", pa.string()), ("genre_ids", pa.string()), *_OBSERVED),
        ),
        Table(
            "albums",
            "entity",
            ("id",),
            (
                *_ALBUM_ATTRIBUTES,
                ("tracks_observed_on", pa.date32()),
                *_OBSERVED,
            ),
        ),
        Table(
            "tracks",
            "entity",
            ("id",),
            (*_TRACK_ATTRIBUTES, *_OBSERVED),
        ),
        # Artists named in the credits of albums and tracks, whether they are followed or not.
        Table(
            "credited_artists",
            "entity",
            ("id",),
            (("id", pa.string()), ("name", pa.string()), *_OBSERVED),
        ),
        # A genre's id is its name with everything percent-encoded that is not plain ASCII.
        Table("genres", "entity", ("id",), (("id", pa.string()), ("name", pa.string()), *_OBSERVED)),
        Table(
            "artist_metrics",
            "measurement",
            ("artist_id", "observed_on"),
            (
                ("artist_id", pa.string()),
                ("popularity", pa.int64()),
                ("followers", pa.int64()),
                *_OBSERVED,
            ),
        ),
        Table(
            "album_metrics",
            "measurement",
            ("album_id", "observed_on"),
            (("album_id", pa.string()), ("popularity", pa.int64()), *_OBSERVED),
        ),
        Table(
            "track_metrics",
            "measurement",
            ("track_id", "observed_on"),
            (("track_id", pa.string()), ("popularity", pa.int64()), *_OBSERVED),
        ),
        # What a provider last said of a track's audio features; also that it has none, with the day it was asked.
        Table(
            "audio_features",
            "entity",
            ("track_id", "provider"),
            (
                ("track_id", pa.string()),
                ("provider", pa.string()),
                ("is_known", pa.bool_()),
                *AUDIO_FEATURES.items(),
                *_OBSERVED,
            ),
        ),
        # Days on which Spotify said (404, or null in a batch) that an object it once had is not there.
        Table(
            "absences",
            "measurement",
            ("object_type", "object_id", "observed_on"),
            (("object_type", pa.string()), ("object_id", pa.string()), *_OBSERVED),
        ),
        # How many albums Spotify last said an artist has, when the listing was last read to its end.
        Table(
            "album_listings",
            "entity",
            ("artist_id",),
            (("artist_id", pa.string()), ("albums", pa.int64()), *_OBSERVED),
        ),
        # Objects of the API and rows of files that hold something no raw table has a place for: the rest of the load
        # goes on without them.
        Table(
            "rejected_objects",
            "measurement",
            ("object_type", "object_id", "observed_on"),
            (
                ("object_type", pa.string()),
                ("object_id", pa.string()),
                ("reason", pa.string()),
                ("body", pa.string()),
                *_OBSERVED,
            ),
        ),
        # Plays of the listener whose warehouse this is. A play is known by its source, its time, what was played and
        # for how long (where it is told), so that overlapping exports and runs hold the same rows; play_id is the MD5
        # of these.
        Table(
            "plays",
            "event",
            ("play_id",),
            (
                ("play_id", pa.string()),
                ("source", pa.string()),  # api or export
                ("export_format", pa.string()),  # extended (ends to the second, ids) or basic (to the minute, names)
                # When the play ended; in the API some players tell its start instead.
                ("played_at", pa.timestamp("us", tz="UTC")),
                ("ms_played", pa.int64()),
                ("content_type", pa.string()),  # track, episode, audiobook, video or unknown
                ("uri", pa.string()),
                ("track_id", pa.string()),
                ("track_name", pa.string()),
                ("artist_name", pa.string()),
                ("album_name", pa.string()),
                ("episode_name", pa.string()),
                ("show_name", pa.string()),
                ("audiobook_title", pa.string()),
                ("chapter_title", pa.string()),
                ("context_uri", pa.string()),
                ("reason_start", pa.string()),
                ("reason_end", pa.string()),
                ("shuffle", pa.bool_()),
                ("skipped", pa.bool_()),
                ("offline", pa.bool_()),
                ("incognito", pa.bool_()),
                ("platform", pa.string()),
                ("country", pa.string()),
                # Personal: null unless the listener asked for them to be kept.
                ("user_name", pa.string()),
                ("ip_address", pa.string()),
                ("user_agent", pa.string()),
                *_OBSERVED,
            ),
        ),
        # Tracks that the listener played or has in the library, and their albums: apart from `tracks` and `albums`, as
        # that Spotify still shows them to the listener does not say that the catalogue still has them.
        Table(
            "listener_albums",
            "entity",
            ("id",),
            (*_ALBUM_ATTRIBUTES, *_OBSERVED),
        ),
        Table(
            "listener_tracks",
            "entity",
            ("id",),
            (*_TRACK_ATTRIBUTES, *_OBSERVED),
        ),
        # The listener's library as it was on a day. A listing stands there when it was read to its end: what is not in
        # it that day is not in the library.
        Table(
            "library_listings",
            "measurement",
            ("listing", "observed_on"),
            (
                ("listing", pa.string()),  # saved_tracks, playlists, or top_<artists|tracks>/<time range>
                ("items", pa.int64()),
                *_OBSERVED,
            ),
        ),
        Table(
            "saved_tracks",
            "measurement",
            ("track_id", "observed_on"),
            (("track_id", pa.string()), ("added_at", pa.timestamp("us", tz="UTC")), *_OBSERVED),
        ),
        # What Spotify computes as the listener's favourites: the first 50 of each kind and range of time.
        Table(
            "top_items",
            "measurement",
            ("item_type", "time_range", "rank", "observed_on"),
            (
                ("item_type", pa.string()),  # artist or track
                ("time_range", pa.string()),  # short_term (weeks), medium_term (months) or long_term (years)
                ("rank", pa.int64()),  # from 1
                ("item_id", pa.string()),
                *_OBSERVED,
            ),
        ),
        # The playlists in the library, the listener's own and others'; nobody is named.
        Table(
            "playlists",
            "measurement",
            ("playlist_id", "observed_on"),
            (
                ("playlist_id", pa.string()),
                ("name", pa.string()),
                ("is_own", pa.bool_()),
                ("is_public", pa.bool_()),
                ("is_collaborative", pa.bool_()),
                ("snapshot_id", pa.string()),  # another one whenever the playlist changes
                ("total_items", pa.int64()),  # as Spotify says
                ("items_state", pa.string()),  # listed, refused (403) or absent (404)
                *_OBSERVED,
            ),
        ),
        # Everything that stands in a playlist, also what has no id: positions count from 0 in the playlist's order.
        Table(
            "playlist_items",
            "measurement",
            ("playlist_id", "position", "observed_on"),
            (
                ("playlist_id", pa.string()),
                ("position", pa.int64()),
                ("item_type", pa.string()),  # track, episode, local (a file of the listener's) or missing (a null)
                ("uri", pa.string()),
                ("track_id", pa.string()),
                ("item_name", pa.string()),
                ("added_at", pa.timestamp("us", tz="UTC")),
                ("is_added_by_listener", pa.bool_()),  # or by somebody else
                *_OBSERVED,
            ),
        ),
        # Rows of public datasets as their files hold them, a track maybe several times. Undetected features are null.
        Table(
            "dataset_tracks",
            "file",
            ("dataset",),
            (
                ("dataset", pa.string()),
                ("track_id", pa.string()),
                ("track_name", pa.string()),
                ("artist_names", pa.string()),
                ("album_id", pa.string()),
                ("album_name", pa.string()),
                ("release_date", pa.string()),
                ("genre", pa.string()),
                ("subgenre", pa.string()),
                ("popularity", pa.int64()),
                ("duration_ms", pa.int64()),
                ("explicit", pa.bool_()),
                *AUDIO_FEATURES.items(),
                *_OBSERVED,
            ),
        ),
        # What the app may do, as its answers have shown; another app may do other things.
        Table(
            "app_access",
            "state",
            ("app", "endpoint"),
            (
                ("app", pa.string()),
                ("endpoint", pa.string()),
                ("is_allowed", pa.bool_()),
                ("page_size", pa.int64()),
                ("checked_on", pa.date32()),
            ),
        ),
        Table(
            "load_runs",
            "log",
            (),
            (
                ("run_id", pa.string()),
                ("started_at", pa.timestamp("us", tz="UTC")),
                ("finished_at", pa.timestamp("us", tz="UTC")),
                ("observed_on", pa.date32()),
                ("source", pa.string()),
                ("app_mode", pa.string()),
                ("outcome", pa.string()),
                ("calls", pa.int64()),
                ("seconds_waited", pa.float64()),
                ("refusals", pa.int64()),
                ("retries", pa.int64()),
                ("rows_written", pa.int64()),
                ("rows_rejected", pa.int64()),
                ("message", pa.string()),
            ),
        ),
    )
}
