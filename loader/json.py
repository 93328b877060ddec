"""Reading and writing JSON, fast where it can be and tolerant where it must be."""

from __future__ import annotations

import json
from typing import Any, TypedDict

import msgspec

Shape = dict[str, Any]
"""The fields to keep of an object, each with None (all of it) or the shape of the object or objects in it."""

_Scalar = str | int | float | bool | None


class Reader:
    """Reads JSON and leaves out what a shape does not name: most of an answer is never built in memory."""

    def __init__(self, shape: Shape | None = None) -> None:
        """Read by the given shape; without one, everything.

        What is no object where the shape expects one stays as it came: the reader does not validate.
        """
        self._type = Any if shape is None else _name_type(shape)
        self._decoder = msgspec.json.Decoder(self._type)

    def read(self, content: bytes) -> Any:
        """Read JSON.

        Raises:
            ValueError: If it is none.
        """
        try:
            return self._decoder.decode(content)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            # Python's own reader takes what msgspec refuses: half characters and numbers of any size.
            return self._read_tolerantly(content)

    def _read_tolerantly(self, content: bytes) -> Any:
        try:
            return msgspec.convert(json.loads(content), self._type)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError("nested in a way that no answer is") from error


_EVERYTHING = Reader()


def read_json(content: bytes) -> Any:
    """Read JSON, all of it.

    Raises:
        ValueError: If it is none.
    """
    return _EVERYTHING.read(content)


def write_json(value: Any) -> bytes:
    """Write JSON in one line."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def _name_type(shape: Shape) -> Any:
    """Name the type of a field that should hold an object of the shape: it, a list of it, or anything else."""
    fields = {name: Any if part is None else _name_type(part) for name, part in shape.items()}
    kept = TypedDict("kept", fields, total=False)  # type: ignore[misc]  # the fields are known when it runs
    return _Scalar | kept | list[_Scalar | kept | list[Any]]
