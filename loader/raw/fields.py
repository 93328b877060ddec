"""Reading the fields of the Web API's objects: what is missing is null, what has an unexpected type is refused."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any

_match_id = re.compile(r"[0-9A-Za-z]{1,64}").fullmatch
_LARGEST_INTEGER = 2**63 - 1


class UnexpectedValue(Exception):
    """A field holds something that the raw tables have no place for; the message names field and value's type."""


def read_id(owner: Any, name: str = "id") -> str:
    """Read the id of an object.

    Raises:
        UnexpectedValue: If there is none, or something that is not a Spotify id.
    """
    value = _read(owner, name)
    if type(value) is not str or not _match_id(value):
        raise UnexpectedValue(f"{name} is not a Spotify id")
    return value


def read_text(owner: Any, name: str) -> str | None:
    """Read a text.

    Raises:
        UnexpectedValue: If it is no text, or one that no encoding can write.
    """
    value = _read(owner, name)
    if value is None:
        return None
    if type(value) is not str:
        raise _refuse(name, "a text", value)
    if not value.isascii():
        check_text(value, name)
    return value


def check_text(value: str, name: str) -> None:
    """Make sure that a text can be written.

    Raises:
        UnexpectedValue: If it holds half a character (a lone surrogate).
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UnexpectedValue(f"{name} is not valid Unicode") from None


def read_integer(owner: Any, name: str) -> int | None:
    """Read a whole number; Spotify sometimes sends them with a fraction of zero.

    Raises:
        UnexpectedValue: If it is no whole number, or one beyond 64 bits.
    """
    value = _read(owner, name)
    if value is None:
        return None
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is float:
        raise UnexpectedValue(f"{name} is not a whole number of 64 bits")
    if type(value) is not int:
        raise _refuse(name, "a number", value)
    if not -_LARGEST_INTEGER <= value <= _LARGEST_INTEGER:
        raise UnexpectedValue(f"{name} is not a whole number of 64 bits")
    return value


def read_number(owner: Any, name: str) -> float | None:
    """Read a number.

    Raises:
        UnexpectedValue: If it is no number, or one that 64 bits cannot hold.
    """
    value = _read(owner, name)
    if value is None:
        return None
    if type(value) not in {int, float}:
        raise _refuse(name, "a number", value)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise UnexpectedValue(f"{name} is not a finite number of 64 bits")
    return number


def read_boolean(owner: Any, name: str) -> bool | None:
    """Read a yes or no.

    Raises:
        UnexpectedValue: If it is something else.
    """
    value = _read(owner, name)
    if value is None or type(value) is bool:
        return value
    raise _refuse(name, "true or false", value)


def read_time(owner: Any, name: str) -> datetime | None:
    """Read a moment, written as ISO 8601 in UTC such as `2026-02-25T20:15:20.497Z`.

    Raises:
        UnexpectedValue: If it is none.
    """
    text = read_text(owner, name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnexpectedValue(f"{name} is not a date and time") from None


def read_list(owner: Any, name: str) -> list[Any] | None:
    """Read a list, without the nulls that Spotify puts in place of what is gone.

    Raises:
        UnexpectedValue: If it is no list.
    """
    value = _read(owner, name)
    if value is None:
        return None
    if type(value) is not list:
        raise _refuse(name, "a list", value)
    return [item for item in value if item is not None]


def read_object(owner: Any, name: str) -> dict[str, Any] | None:
    """Read an object.

    Raises:
        UnexpectedValue: If it is no object.
    """
    value = _read(owner, name)
    if value is None or type(value) is dict:
        return value
    raise _refuse(name, "an object", value)


def _read(owner: Any, name: str) -> Any:
    try:
        return owner.get(name)
    except AttributeError:
        # Of all that JSON knows, only an object can be asked for a field.
        raise UnexpectedValue(f"an object is {type(owner).__name__}") from None


def _refuse(name: str, wanted: str, value: Any) -> UnexpectedValue:
    return UnexpectedValue(f"{name} is not {wanted} but {type(value).__name__}")
