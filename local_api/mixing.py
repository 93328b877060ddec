"""Cheap, repeatable chance: 64 mixed bits for any number, and ids that can be read back without a table."""

from __future__ import annotations

import string
from hashlib import blake2b

MASK = (1 << 64) - 1
ID_LENGTH = 22

_DIGITS = string.digits + string.ascii_lowercase + string.ascii_uppercase
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]
_BASE = len(_DIGITS)
_HALF_LENGTH = ID_LENGTH // 2
_GOLDEN = 0x9E3779B97F4A7C15
_MULTIPLIER_1 = 0xBF58476D1CE4E5B9
_MULTIPLIER_2 = 0x94D049BB133111EB
_INVERSE_1 = pow(_MULTIPLIER_1, -1, 1 << 64)
_INVERSE_2 = pow(_MULTIPLIER_2, -1, 1 << 64)
# Spotify's ids are 128 bits wide and so begin with a digit up to 7; 62 bits in the upper half look alike.
_CHECK_MASK = (1 << 62) - 1


def derive_key(seed: int, purpose: str) -> int:
    """Derive a 64-bit key from a seed, another one for every purpose."""
    return int.from_bytes(blake2b(f"{seed}/{purpose}".encode(), digest_size=8).digest(), "big")


def mix(number: int) -> int:
    """Mix 64 bits: a bijection in which every bit of the result hangs on every bit given (splitmix64)."""
    number = ((number ^ (number >> 30)) * _MULTIPLIER_1) & MASK
    number = ((number ^ (number >> 27)) * _MULTIPLIER_2) & MASK
    return number ^ (number >> 31)


def draw(key: int, number: int) -> int:
    """Draw 64 bits for a number (of any sign) under a key."""
    return mix((key + number * _GOLDEN) & MASK)


def draw_unit(key: int, number: int) -> float:
    """Draw a fraction in [0, 1) for a number under a key."""
    return draw(key, number) / (MASK + 1)


def is_base62(text: str) -> bool:
    """Tell whether a text has the form of a Spotify id: 22 digits and ASCII letters."""
    return len(text) == ID_LENGTH and text.isascii() and text.isalnum()


class IdCodec:
    """Turns numbers below 2**64 into ids that look like Spotify's, and back.

    The lower half of an id is the number, mixed under a key; the upper half follows from the lower one, so that a
    made-up id is all but never taken for a known one.
    """

    def __init__(self, seed: int, kind: str) -> None:
        self._key = derive_key(seed, f"{kind}/id")
        self._check_key = derive_key(seed, f"{kind}/id check")

    def encode(self, number: int) -> str:
        """Make the id of a number."""
        lower = mix(number ^ self._key)
        return _write_half(mix(lower ^ self._check_key) & _CHECK_MASK) + _write_half(lower)

    def decode(self, id_: str) -> int | None:
        """Read the number back from its id, or None if no number has this id."""
        if not is_base62(id_):
            return None
        lower = _read_half(id_[_HALF_LENGTH:])
        if lower > MASK or _read_half(id_[:_HALF_LENGTH]) != mix(lower ^ self._check_key) & _CHECK_MASK:
            return None
        return _unmix(lower) ^ self._key


def _unmix(number: int) -> int:
    number = ((number ^ (number >> 31) ^ (number >> 62)) * _INVERSE_2) & MASK
    number = ((number ^ (number >> 27) ^ (number >> 54)) * _INVERSE_1) & MASK
    return number ^ (number >> 30) ^ (number >> 60)


def _write_half(number: int) -> str:
    number, p5 = divmod(number, 3844)
    number, p4 = divmod(number, 3844)
    number, p3 = divmod(number, 3844)
    number, p2 = divmod(number, 3844)
    first, p1 = divmod(number, 3844)
    return _DIGITS[first] + _PAIRS[p1] + _PAIRS[p2] + _PAIRS[p3] + _PAIRS[p4] + _PAIRS[p5]


_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}


def _read_half(text: str) -> int:
    number = 0
    for digit in text:
        number = number * _BASE + _VALUES[digit]
    return number
