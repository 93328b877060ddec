"""Reading and writing JSON, fast where it can be and tolerant where it must be."""

from __future__ import annotations

import json
from typing import Any

import orjson


def read_json(content: bytes) -> Any:
    """Read JSON.

    Raises:
        ValueError: If it is none.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        # Python's own reader takes what orjson refuses: half characters and numbers of any size.
        return json.loads(content)


def write_json(value: Any) -> bytes:
    """Write JSON in one line."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()
