"""When a made-up listener listens: hours of the day, weeks without music, a trip, a long streak, summers.

Sessions begin around the same hours, never at the same minute: on the way to work and back, in the evening, late on
weekends. All of it follows from the seed and the day.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from local_api.layout import FIRST_DAY
from local_api.mixing import derive_key, draw, draw_unit

HOME = "PT"

_DAYS_OFF = 0.06
_WEEKS_OFF_ONE_IN = 26
_SATURDAY = 5
# Listening grows until it is what it is.
_FULL_SINCE, _GREW_FOR, _LEAST = FIRST_DAY - timedelta(days=600), 500, 0.55
_NEW_PHONE = FIRST_DAY - timedelta(days=480)
# Countries, and how far their clocks are from the one at home, in hours.
_DESTINATIONS = (("JP", 9), ("KR", 9), ("MX", -6), ("US", -7), ("AU", 10))
_SUMMER_BEGINS, _SUMMER_DAYS = (6, 10), 90
_OFFLINE_ON_COMMUTES, _OFFLINE_ON_TRIPS, _OFFLINE = 0.14, 0.3, 0.01
_AT_A_DESK = 0.85


@dataclass(frozen=True, slots=True)
class Peak:
    """A time of the day at which sessions begin.

    Attributes:
        hour: On the listener's clock, 0 to 24.
        spread: How far they stray from it, a standard deviation in hours.
        likelihood: How likely there is one, 0 to 1.
        tracks: How many tracks they have, the fewest and the most.
        is_commute: Whether the listener is on the way to work or back.
        is_at_desk: Whether the listener sits at a computer.
    """

    hour: float
    spread: float
    likelihood: float
    tracks: tuple[int, int]
    is_commute: bool = False
    is_at_desk: bool = False


_WORKDAY = (
    Peak(7.9, 0.6, 0.82, (5, 10), is_commute=True),
    Peak(10.6, 1.2, 0.30, (6, 14), is_at_desk=True),
    Peak(14.4, 1.6, 0.20, (6, 14), is_at_desk=True),
    Peak(17.9, 0.8, 0.74, (5, 10), is_commute=True),
    Peak(20.8, 1.3, 0.55, (6, 16)),
    Peak(22.5, 0.7, 0.14, (3, 8)),
)
_WEEKEND = (
    # The night before goes on.
    Peak(0.8, 0.8, 0.28, (6, 14)),
    Peak(11.4, 1.6, 0.60, (6, 16)),
    Peak(15.6, 2.0, 0.50, (6, 18)),
    Peak(19.0, 1.8, 0.42, (5, 14)),
    Peak(21.6, 1.3, 0.50, (6, 16)),
)


@dataclass(frozen=True, slots=True)
class Session:
    """A time of listening without a pause.

    Attributes:
        starts_at: When it begins, UTC.
        tracks: How many tracks it has, at most.
        is_commute: Whether the listener is on the way to work or back.
        platform: The player, as the account export names it.
        country: Where the listener is, as two letters.
        is_offline: Whether the player is not connected.
    """

    starts_at: datetime
    tracks: int
    is_commute: bool
    platform: str
    country: str
    is_offline: bool


@dataclass(frozen=True, slots=True)
class Trip:
    """Some weeks abroad.

    Attributes:
        first_day: The first day there.
        last_day: The last day there.
        country: Where, as two letters.
        offset_hours: How far the clocks there are from those at home.
    """

    first_day: date
    last_day: date
    country: str
    offset_hours: int


class Habits:
    """When a listener listens.

    Args:
        seed: The listener's seed.
    """

    def __init__(self, seed: int) -> None:
        self._week_key = derive_key(seed, "listener/week")
        self._summer_key = derive_key(seed, "listener/summer")
        bits = derive_key(seed, "listener/trip")
        first = FIRST_DAY - timedelta(days=125 + bits % 100)
        country, offset = _DESTINATIONS[(bits >> 8) % len(_DESTINATIONS)]
        self.trip = Trip(first, first + timedelta(days=15 + (bits >> 16) % 6), country, offset)
        bits = derive_key(seed, "listener/streak")
        first = FIRST_DAY - timedelta(days=330 + bits % 120)
        self._streak = (first, first + timedelta(days=64 + (bits >> 8) % 30))

    def plan_sessions(self, day: date, chance: random.Random) -> list[Session]:
        """Plan the sessions of a day, in order; all of them begin on the day as UTC has it."""
        is_away = self.trip.first_day <= day <= self.trip.last_day
        is_in_streak = self._streak[0] <= day <= self._streak[1]
        is_off = draw(self._week_key, day.toordinal() // 7) % _WEEKS_OFF_ONE_IN == 0
        if (chance.random() < _DAYS_OFF or is_off) and not is_away and not is_in_streak:
            return []
        peaks = _WEEKEND if is_away or day.weekday() >= _SATURDAY else _WORKDAY
        volume = _measure_volume(day)
        chosen = [peak for peak in peaks if chance.random() < peak.likelihood * volume]
        if is_in_streak and not chosen:
            chosen = [peaks[-1]]
        sessions = [self._plan_session(day, peak, is_away, chance) for peak in chosen]
        return sorted(sessions, key=lambda session: session.starts_at)

    def measure_obsession(self, day: date) -> float:
        """Measure how likely a session is about the artist of the summer: 0 but in summer, most at its height."""
        began = date(day.year, *_SUMMER_BEGINS)
        share = (day - began).days / _SUMMER_DAYS
        if not 0 < share < 1:
            return 0.0
        return (0.42 + 0.2 * draw_unit(self._summer_key, day.year)) * math.sin(math.pi * share)

    def _plan_session(self, day: date, peak: Peak, is_away: bool, chance: random.Random) -> Session:
        hour = peak.hour + chance.gauss(0, peak.spread)
        # Nights end after midnight, and days do not begin before it.
        hour = abs(hour) if not is_away else hour - self.trip.offset_hours
        fewest, most = peak.tracks
        offline = _OFFLINE_ON_TRIPS if is_away else _OFFLINE_ON_COMMUTES if peak.is_commute else _OFFLINE
        return Session(
            starts_at=datetime.combine(day, time(), UTC) + timedelta(hours=hour % 24),
            tracks=fewest + int(chance.random() * (most - fewest + 1)),
            is_commute=peak.is_commute,
            platform=_choose_platform(day, peak, chance),
            country=self.trip.country if is_away else HOME,
            is_offline=chance.random() < offline,
        )


def _measure_volume(day: date) -> float:
    """Measure how much the listener listens on a day, as a share of what they do today."""
    missing = (_FULL_SINCE - day).days / _GREW_FOR
    return 1 - (1 - _LEAST) * min(1.0, max(0.0, missing))


def _choose_platform(day: date, peak: Peak, chance: random.Random) -> str:
    if peak.is_at_desk:
        return "osx" if chance.random() < _AT_A_DESK else "web_player"
    return "ios" if day >= _NEW_PHONE else "android"
