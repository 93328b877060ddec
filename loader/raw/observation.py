"""Rows of the raw tables as they are made: stamped with when they were observed, or rejected with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from loader.raw.fields import UnexpectedValue
from loader.raw.tables import Row

Record = tuple[str, Row]
"""A row with the name of the raw table it belongs to."""

_LONGEST_BODY = 10_000


@dataclass(frozen=True)
class Observation:
    """When answers were given.

    Attributes:
        observed_on: The day the answers are about.
        loaded_at: When the run started, UTC.
    """

    observed_on: date
    loaded_at: datetime

    def stamp(self, **values: Any) -> Row:
        """Make a row of the given values with the observation's day and time."""
        return {**values, "observed_on": self.observed_on, "loaded_at": self.loaded_at}


def build_or_reject(
    object_type: str, object_id: str, body: Any, seen: Observation, build: Callable[[], Iterator[Record]]
) -> list[Record]:
    """Build an object's rows, or the row that says why it has none.

    Args:
        object_type: artist, album or track.
        object_id: The id that was asked for, or an empty text.
        body: The object as it came.
        seen: When it was observed.
        build: Builds the rows.

    Returns:
        The rows; or one of `rejected_objects`, if the object holds something the raw tables have no place for.
    """
    try:
        return list(build())
    except UnexpectedValue as error:
        row = seen.stamp(
            object_type=object_type,
            object_id=object_id,
            reason=str(error),
            body=json.dumps(body)[:_LONGEST_BODY],
        )
        return [("rejected_objects", row)]
