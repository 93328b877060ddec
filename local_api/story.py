"""What happens in the made-up world's first weeks: a hit, a slump and an album launch, each to another artist.

Every world has them, whatever its seed; with fewer than four artists some are left out. Like all motion they are
pure functions of object and day, so no day needs the ones before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from local_api.mixing import derive_key

# Day numbers, counted from the world's first day, which is a Monday.
LAUNCH_DAY = 11
_HIT_TAKES_OFF = 12
_HIT_FADES_FROM = 60
_SLUMP = 17

# A large world is not searched for its cast: these many artists are looked at.
_CANDIDATES = 64
_HIT_LEVEL, _HIT_STARTS_AT, _HIT_REACHES = 44, 30, 92
_SLUMPING_LEVEL = 78
_LAUNCHING_LEVEL = 68


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays which part; None if there are not enough artists.

    Attributes:
        renamed: The artist who takes another name.
        hit: The artist of the hit.
        slumping: The artist who loses popularity.
        launching: The artist whose album is launched.
    """

    renamed: int
    hit: int | None
    slumping: int | None
    launching: int | None


@dataclass(frozen=True, slots=True)
class Story:
    """What happens to whom.

    Attributes:
        cast: The artists.
        hit_track: The number of the track that takes off, or None.
        launched_album: The number of the album that is launched, or None.
    """

    cast: Cast
    hit_track: int | None
    launched_album: int | None

    def move_artist(self, artist: int, level: float, day: int) -> float:
        """Move an artist's level of popularity by what happens to them.

        Returns:
            The level with that, not yet limited to 0 to 100.
        """
        cast = self.cast
        if artist == cast.hit:
            # The other songs hang on the artist's level, and so follow the hit.
            return level + max(0.0, 84 - level) * 0.85 * _rise(day, _HIT_TAKES_OFF + 3, 3.5) * _fade(day)
        if artist == cast.slumping:
            return level - 27 * _rise(day, _SLUMP, 3.5)
        if artist == cast.launching and day >= LAUNCH_DAY:
            return level + 7 * _rise(day, LAUNCH_DAY + 6, 2) * math.exp(-(day - LAUNCH_DAY) / 60)
        return level

    def grow_followers(self, artist: int, day: int) -> float:
        """Get by how much an artist's followers grow by what happens to them, as a logarithm."""
        cast = self.cast
        if artist == cast.hit:
            return 1.2 * _rise(day, _HIT_TAKES_OFF + 5, 4)
        if artist == cast.slumping:
            return -0.1 * _rise(day, _SLUMP + 3, 5)
        if artist == cast.launching:
            return 0.12 * _rise(day, LAUNCH_DAY + 4, 3)
        return 0.0


def lift_hit(level: float, day: int) -> float:
    """Lift the popularity of the track that takes off."""
    return level + max(0.0, _HIT_REACHES - level) * _rise(day, _HIT_TAKES_OFF, 3) * _fade(day)


def lift_launched(age: int) -> float:
    """Get by how much a launch lifts an album and its tracks, `age` days after their release."""
    return 24 * (math.exp(-age / 24) - math.exp(-age / 4)) if age >= 0 else 0.0


def choose_cast(seed: int, artists: int, measure_level: Callable[[int], float]) -> Cast:
    """Choose an artist for every part, whose usual popularity suits it.

    Args:
        seed: The world's seed.
        artists: How many artists own albums.
        measure_level: Measures an artist's usual popularity.
    """
    renamed = derive_key(seed, "forced rename") % artists
    start = derive_key(seed, "cast")
    left = {(start + step) % artists for step in range(min(artists, _CANDIDATES))} - {renamed}

    def take(level: int) -> int | None:
        chosen = min(left, key=lambda artist: (abs(measure_level(artist) - level), artist), default=None)
        left.discard(-1 if chosen is None else chosen)
        return chosen

    slumping, launching, hit = take(_SLUMPING_LEVEL), take(_LAUNCHING_LEVEL), take(_HIT_LEVEL)
    return Cast(renamed, hit, slumping, launching)


def choose_hit(tracks: dict[int, float]) -> int | None:
    """Choose the track that takes off: one that hardly anybody plays yet.

    Args:
        tracks: The popularity of the tracks to choose from, by number.
    """
    return min(tracks, key=lambda track: (abs(tracks[track] - _HIT_STARTS_AT), track), default=None)


def _rise(day: int, middle: float, scale: float) -> float:
    """Rise smoothly from 0 to 1, half of it by a day, most of it within four scales around it."""
    return 0.5 + 0.5 * math.tanh((day - middle) / (2 * scale))


def _fade(day: int) -> float:
    return 1.0 if day < _HIT_FADES_FROM else math.exp(-(day - _HIT_FADES_FROM) / 150)
