"""What the columns of a dataset mean: the known layouts, and what a user says of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from loader.errors import MendableError
from loader.raw.tables import AUDIO_FEATURES

TEXT_FIELDS = ("track_name", "artist_names", "album_id", "album_name", "release_date", "genre", "subgenre")
FIELDS = ("track_id", *TEXT_FIELDS, "popularity", "duration_ms", "explicit", *AUDIO_FEATURES)
"""What can be read of a track: the columns of `dataset_tracks` but for the dataset's name."""

_SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True)
class Layout:
    """What the columns of a file mean.

    Attributes:
        name: What a person calls it.
        columns: The file's column for each field; fields that are not named are read from columns of their own name.
        missing: Texts that stand for nothing, beside the empty one.
    """

    name: str
    columns: Mapping[str, str]
    missing: Sequence[str] = ()


KNOWN_LAYOUTS = (
    Layout(
        "Kaggle's Spotify Tracks",
        {"artist_names": "artists", "album_name": "album_name", "genre": "track_genre"},
    ),
    Layout(
        "TidyTuesday's Spotify songs",
        {
            "artist_names": "track_artist",
            "popularity": "track_popularity",
            "album_id": "track_album_id",
            "album_name": "track_album_name",
            "release_date": "track_album_release_date",
            "genre": "playlist_genre",
            "subgenre": "playlist_subgenre",
        },
        missing=("NA",),
    ),
    Layout(
        "artist, track, year",
        {"artist_names": "artist", "track_name": "track", "release_date": "year"},
    ),
)
_OWN_NAMES = Layout("columns named as the fields are", {})
_MAPPED = "columns as you said"


@dataclass(frozen=True)
class ColumnMap:
    """Which column of a file each field is read from, by the column's place in the file."""

    layout: Layout
    places: Mapping[str, int]


def map_columns(header: Sequence[str], said: Mapping[str, str], name: str) -> ColumnMap:
    """Find the column of each field.

    Args:
        header: The names of the file's columns.
        said: The columns that the user named, by field; an empty one leaves the field out.
        name: What a person calls the file.

    Raises:
        MendableError: If the columns are not those of a dataset of tracks, or one of them stands there twice.
    """
    columns = [column.strip().casefold() for column in header]
    layout = _choose_layout(columns, said)
    wanted = {field: field for field in FIELDS} | dict(layout.columns) | dict(said)
    lost = [column for column in said.values() if column and column.casefold() not in columns]
    if lost:
        raise MendableError(f"{name} has no column {lost[0]!r}: it has {_list(header)}.")
    places = {
        field: columns.index(column.casefold())
        for field, column in wanted.items()
        if column and column.casefold() in columns
    }
    if "track_id" not in places:
        raise MendableError(
            f"{name} has no column track_id: it has {_list(header)}. If one of them holds Spotify's ids, say so: "
            "--columns track_id=..."
        )
    stands = Counter(columns)
    for field, place in places.items():
        if stands[columns[place]] > 1:
            raise MendableError(f"{name} has several columns named {header[place]!r}: rename all but one ({field}).")
    if len(places) == 1:
        raise MendableError(
            f"{name} holds ids of tracks but nothing else that is known: it has {_list(header)}. "
            "Say what they are: --columns track_name=..."
        )
    return ColumnMap(layout, places)


def read_said_columns(text: str | None) -> dict[str, str]:
    """Read which columns the user named: `field=column,field=column`, or the path of a YAML file of such pairs.

    Raises:
        MendableError: If it cannot be understood.
    """
    if not text:
        return {}
    if text.lower().endswith(_SUFFIXES):
        pairs = _read_yaml(Path(text))
    else:
        parts = [part.partition("=") for part in text.split(",")]
        if wrong := [part for part, sign, _ in parts if not sign]:
            raise MendableError(f"--columns: {wrong[0].strip()!r} names no column: write field=column.")
        pairs = [(field.strip(), column.strip()) for field, _, column in parts]
    for field, _ in pairs:
        if field not in FIELDS:
            raise MendableError(f"--columns: there is no field {field!r}: choose of {', '.join(FIELDS)}.")
    if repeated := [field for field, times in Counter(field for field, _ in pairs).items() if times > 1]:
        raise MendableError(f"--columns names {repeated[0]} twice.")
    return dict(pairs)


def _choose_layout(columns: Sequence[str], said: Mapping[str, str]) -> Layout:
    for layout in KNOWN_LAYOUTS:
        if all(column in columns for column in ("track_id", *layout.columns.values())):
            return layout
    return Layout(_MAPPED, {}) if said else _OWN_NAMES


def _read_yaml(path: Path) -> list[tuple[str, str]]:
    try:
        said: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MendableError(f"{path} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise MendableError(f"{path} is not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(said, dict) or not said:
        raise MendableError(f"{path} holds no pairs: write one `field: column` a line.")
    return [(str(field), "" if column is None else str(column)) for field, column in said.items()]


def _list(header: Sequence[str]) -> str:
    shown = ", ".join(repr(column) for column in header[:12])
    return f"{shown} and {len(header) - 12} more" if len(header) > 12 else shown  # noqa: PLR2004
