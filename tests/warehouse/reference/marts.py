"""The rows that the marts of history hold after some runs: dimensions, bridges and daily facts.

Keys are texts hashed: of a version `id|YYYY-MM-DD` with the day it is valid from, of what all versions share the id.
"""

from collections.abc import Iterable
from datetime import date
from hashlib import md5

from tests.warehouse.reference.catalogue import Step
from tests.warehouse.reference.history import END_OF_TIME, History, find_version
from tests.warehouse.reference.knowledge import Knowledge, encode_genre


def build_marts(steps: Iterable[Step]) -> dict[str, list[dict]]:
    """Build the marts after some runs.

    Args:
        steps: The runs, in the order in which they were made.

    Returns:
        The rows of each mart. `loaded_at` is the number of a run.
    """
    known, history = Knowledge(), History()
    for step in steps:
        known.learn(step.load)
        if step.is_looked_at:
            history.look(known)
    return {
        **_build_dimensions(known, history),
        **_build_bridges(history),
        **{f"fct_{kind}_popularity": _build_fact(kind, known, history) for kind in ("artist", "album", "track")},
    }


def _build_dimensions(known, history):
    return {
        "dim_artist": [
            {**_identify("artist", id_, version), **version.attributes} for id_, version in _walk(history, "artist")
        ],
        "dim_album": [
            {
                **_identify("album", id_, version),
                **version.attributes,
                "released_on": (released_on := read_release_day(version.attributes["release_date"])),
                "release_year": released_on and released_on.year,
            }
            for id_, version in _walk(history, "album")
        ],
        "dim_track": [
            {
                **_identify("track", id_, version),
                **version.attributes,
                "album_durable_key": hash_text(version.attributes["album_id"]),
            }
            for id_, version in _walk(history, "track")
        ],
        "dim_genre": [
            {"genre_key": hash_text(encode_genre(genre)), "genre_id": encode_genre(genre), "genre_name": genre}
            for genre in known.genres
        ],
    }


def _build_bridges(history):
    """Build a row for each entry of a version's list, with its place from 1."""
    return {
        name: [
            {
                f"{kind}_key": make_version_key(id_, version.valid_from),
                f"{kind}_durable_key": hash_text(id_),
                entry_key: hash_text(entry),
                place_name: place,
            }
            for id_, version in _walk(history, kind)
            for place, entry in enumerate(filter(None, (version.attributes[column] or "").split(",")), start=1)
        ]
        for name, kind, column, entry_key, place_name in (
            ("bridge_artist_genre", "artist", "genre_ids", "genre_key", "genre_position"),
            ("bridge_album_artist", "album", "artist_ids", "artist_durable_key", "credit_position"),
            ("bridge_track_artist", "track", "artist_ids", "artist_durable_key", "credit_position"),
        )
    }


def _build_fact(kind, known, history):
    """Build a row for each object and day on which anything was measured, with the version of that day."""
    versions = history.list_versions(kind)
    return [
        {
            f"{kind}_key": make_version_key(id_, find_version(versions[id_], day).valid_from),
            f"{kind}_durable_key": hash_text(id_),
            f"{kind}_id": id_,
            "date_key": int(f"{day:%Y%m%d}"),
            **measurement.values,
            "observed_on": day,
            "loaded_at": measurement.number,
        }
        for (measured_kind, id_, day), measurement in known.measurements.items()
        if measured_kind == kind
    ]


def _walk(history, kind):
    return [(id_, version) for id_, versions in history.list_versions(kind).items() for version in versions]


def _identify(kind, id_, version):
    return {
        f"{kind}_key": make_version_key(id_, version.valid_from),
        f"{kind}_durable_key": hash_text(id_),
        f"{kind}_id": id_,
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
        "is_current": version.valid_to == END_OF_TIME,
        "origin": "spotify",
    }


def make_version_key(id_: str, valid_from: date) -> str:
    """Make the key of a version."""
    return hash_text(f"{id_}|{valid_from.isoformat()}")


def hash_text(text: str) -> str:
    """Hash a text of plain ASCII: lower-case hex MD5."""
    return md5(text.encode("ascii"), usedforsecurity=False).hexdigest()


def read_release_day(text: str) -> date | None:
    """Read the first day that a release date of any precision can mean; None where it is none."""
    missing = {len("YYYY"): "-01-01", len("YYYY-MM"): "-01", len("YYYY-MM-DD"): ""}.get(len(text))
    try:
        return date.fromisoformat(text + missing) if missing is not None else None
    except ValueError:
        return None
