"""How popularity and followers move: a pure function of object and day, so that no day needs the ones before it."""

from __future__ import annotations

import math

from local_api.layout import split_track_number
from local_api.mixing import MASK, derive_key, draw, mix
from local_api.story import Story, lift_hit, lift_launched

MOST_POPULAR = 100

_KNOT_DAYS = 9
_SEASON_DAYS = 100
_UNIT = 1 / (1 << 16)
_NEW_DAYS = 150
# How far steady growth carries an artist before it levels off: a logarithm of followers, points of popularity.
_MOST_GROWTH = 1.1
_MOST_CLIMB = 14
_SPURT_DAYS = 84


class Motion:
    """The measures of a world's objects on any day (day numbers may be negative).

    Args:
        seed: The world's seed.
        story: What happens to a few of the artists, or None for a world in which nothing does.
    """

    def __init__(self, seed: int, story: Story | None = None) -> None:
        self._story = story
        self._hit_track = story.hit_track if story else None
        self._launched_album = story.launched_album if story else None
        self._artist_key = derive_key(seed, "artist motion")
        self._album_key = derive_key(seed, "album motion")
        self._track_key = derive_key(seed, "track motion")

    def artist_base(self, number: int) -> float:
        """How popular an artist usually is, 0 to 100."""
        return _artist_base(draw(self._artist_key, number))

    def artist_level(self, number: int, is_guest: bool, day: int) -> float:
        """How popular an artist is, before rounding, 0 to 100."""
        bits = draw(self._artist_key, number)
        base = _artist_base(bits) * (0.6 if is_guest else 1)
        level = base + 2 * _drift(bits, day) + 0.4 * _season(bits, day) + _MOST_CLIMB * _grow(mix(bits), day)
        return _clamp(self._story.move_artist(number, level, day) if self._story else level)

    def artist_followers(self, number: int, level: float, day: int) -> int:
        """How many follow an artist: mostly growing, a few by a quarter in a week, some losing, with bad days."""
        bits = mix(draw(self._artist_key, number))
        base = 10 ** (1.8 + 5.6 * self.artist_base(number) / MOST_POPULAR)
        growth = _MOST_GROWTH * _grow(bits, day) + 0.004 * _drift(bits, day)
        if self._story:
            growth += self._story.grow_followers(number, day)
        return int(base * math.exp(growth) + level)

    def album_popularity(self, number: int, artist_level: float, age: int, day: int) -> int:
        """An album's popularity, 0 to 100, `age` days after its release."""
        bits = draw(self._album_key, number)
        level = artist_level - 26 * (bits >> 48) * _UNIT + 1.5 * _drift(bits, day) + 0.5 * _season(bits, day)
        if number == self._launched_album:
            level += lift_launched(age)
        return round(_clamp(level + _release(age)))

    def track_popularity(self, number: int, artist_level: float, age: int, day: int) -> int:
        """A track's popularity, 0 to 100, `age` days after its release."""
        bits = draw(self._track_key, number)
        level = artist_level - 40 * (bits >> 48) * _UNIT + 2 * _drift(bits, day) + _season(bits, day)
        level += _release(age)
        if number == self._hit_track:
            level = lift_hit(level, day)
        elif split_track_number(number)[0] == self._launched_album:
            level += lift_launched(age)
        return round(_clamp(level))


def _artist_base(bits: int) -> float:
    # Few are at the top, and the tail is long.
    return float(10 + 80 * ((bits >> 32 & 0xFFFF) * _UNIT) ** 1.7)


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


def _grow(bits: int, day: int) -> float:
    """Grow from the first day on, in spurts, and level off: between -1 and 1, and 0 about the first day.

    Most artists grow by up to two in a hundred a week, one in ten by far more; one in five loses a little.
    """
    lot = (bits & 0xFFFF) * _UNIT
    daily_rate = 0.0034 * (lot - 0.22) + (0.012 * (lot - 0.88) / 0.12 if lot > 0.88 else 0.0)  # noqa: PLR2004
    turns = 2 * math.pi / _SPURT_DAYS
    phase = (bits >> 16 & 0xFFFF) * _UNIT * _SPURT_DAYS
    # The days pass faster and slower, never backwards.
    passed = day - 0.8 / turns * (math.sin(turns * (day + phase)) - math.sin(turns * phase))
    return math.tanh(daily_rate * passed / _MOST_GROWTH)


def _release(age: int) -> float:
    """What being new does to the popularity of a release: unknown at first, then talked about, then not new."""
    return 12 * math.exp(-age / 28) - 18 * math.exp(-age / 5) if age < _NEW_DAYS else 0.0
