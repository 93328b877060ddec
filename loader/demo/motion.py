"""How popularity and followers move: a pure function of object and day, so that no day needs the ones before it."""

from __future__ import annotations

import math

from loader.demo.mixing import MASK, derive_key, draw, mix

MOST_POPULAR = 100

_KNOT_DAYS = 9
_SEASON_DAYS = 100
_UNIT = 1 / (1 << 16)
_DEBUT_DAYS = 40


class Motion:
    """The measures of a world's objects on any day (day numbers may be negative)."""

    def __init__(self, seed: int) -> None:
        self._artist_key = derive_key(seed, "artist motion")
        self._album_key = derive_key(seed, "album motion")
        self._track_key = derive_key(seed, "track motion")

    def artist_level(self, number: int, is_guest: bool, day: int) -> float:
        """How popular an artist is, before rounding, 0 to 100."""
        bits = draw(self._artist_key, number)
        base = _artist_base(bits) * (0.6 if is_guest else 1)
        return _clamp(base + 2 * _drift(bits, day) + 0.4 * _season(bits, day))

    def artist_followers(self, number: int, level: float, day: int) -> int:
        """How many follow an artist: mostly growing, by up to a thousandth a day, with bad days."""
        bits = mix(draw(self._artist_key, number))
        base = 10 ** (1.8 + 5.6 * _artist_base(draw(self._artist_key, number)) / MOST_POPULAR)
        daily_rate = 0.00012 * ((bits & 0xFF) / 32 - 0.6)
        # Growth slows down over the years instead of going on for ever.
        growth = math.exp(daily_rate * 1500 * math.tanh(day / 1500) + 0.004 * _drift(bits, day))
        return int(base * growth + level)

    def album_popularity(self, number: int, artist_level: float, age: int, day: int) -> int:
        """An album's popularity, 0 to 100, `age` days after its release."""
        bits = draw(self._album_key, number)
        level = artist_level - 26 * (bits >> 48) * _UNIT + 1.5 * _drift(bits, day) + 0.5 * _season(bits, day)
        return round(_clamp(level - _debut(age)))

    def track_popularity(self, number: int, artist_level: float, age: int, day: int) -> int:
        """A track's popularity, 0 to 100, `age` days after its release."""
        bits = draw(self._track_key, number)
        level = artist_level - 40 * (bits >> 48) * _UNIT + 2 * _drift(bits, day) + _season(bits, day)
        return round(_clamp(level - _debut(age)))


def _artist_base(bits: int) -> float:
    return float(14 + 78 * ((bits >> 32 & 0xFFFF) * _UNIT) ** 1.4)


def _clamp(level: float) -> float:
    return 0.0 if level < 0 else 100.0 if level > MOST_POPULAR else level


def _drift(bits: int, day: int) -> float:
    """Wander smoothly between -1 and 1, another way for every object."""
    knot, step = divmod(day + (bits & 7), _KNOT_DAYS)
    before = (mix((bits + knot) & MASK) >> 48) * _UNIT
    after = (mix((bits + knot + 1) & MASK) >> 48) * _UNIT
    share = step / _KNOT_DAYS
    return 2 * (before + (after - before) * share * share * (3 - 2 * share)) - 1


def _season(bits: int, day: int) -> float:
    """Rise by up to 30 and fall back, or the other way round, in some seasons of some objects."""
    season, step = divmod(day + (bits >> 8) % _SEASON_DAYS, _SEASON_DAYS)
    chance = mix((bits ^ season) & MASK)
    direction = _DIRECTIONS[chance & 15]
    if not direction:
        return 0.0
    return direction * (8 + (chance >> 8) % 22) * math.sin(math.pi * step / _SEASON_DAYS) ** 2


_DIRECTIONS = (1, 1, -1, *[0] * 13)


def _debut(age: int) -> float:
    return 18 * math.exp(-age / 6) if age < _DEBUT_DAYS else 0.0
