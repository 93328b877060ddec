"""From audio features as a provider tells them to rows of the raw table; pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pyarrow as pa

from loader.raw.fields import read_integer, read_number
from loader.raw.observation import Observation, Record, build_or_reject
from loader.raw.tables import AUDIO_FEATURES, Row

TABLE = "audio_features"


def build_features_rows(track_id: str, provider: str, features: Any, seen: Observation) -> list[Record]:
    """Build the row of a track's audio features (Web API: Get Track's Audio Features).

    Values land as they came: loudness in dB, tempo in beats per minute, key -1 for none detected, tempo and
    time signature 0 for undetected.

    Args:
        track_id: The id that was asked for.
        provider: Who was asked.
        features: The features as they came; None if the provider has none.
        seen: When it was asked.

    Returns:
        A row of `audio_features`. One without features says that there are none as of that day; it also stands
        beside a row of `rejected_objects`, if a feature is of an unexpected type.
    """
    if features is None:
        return [_build_row(track_id, provider, {}, seen)]
    records = build_or_reject(TABLE, track_id, features, seen, partial(_read_row, track_id, provider, features, seen))
    if records[0][0] != TABLE:
        records.append(_build_row(track_id, provider, {}, seen))
    return records


def _read_row(track_id: str, provider: str, features: Any, seen: Observation) -> Iterator[Record]:
    values = {
        name: read_integer(features, name) if type_ == pa.int64() else read_number(features, name)
        for name, type_ in AUDIO_FEATURES.items()
    }
    yield _build_row(track_id, provider, values, seen)


def _build_row(track_id: str, provider: str, values: Row, seen: Observation) -> Record:
    features = {name: values.get(name) for name in AUDIO_FEATURES}
    is_known = any(value is not None for value in features.values())
    return TABLE, seen.stamp(track_id=track_id, provider=provider, is_known=is_known, **features)
