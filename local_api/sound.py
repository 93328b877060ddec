"""How music of a genre sounds: an archetype for each, around which artists and their tracks vary.

Within a genre the features hang together as they do in recordings: what is more intense is louder and less acoustic,
what is easier to dance to is a little happier. Shares vary on the logistic scale, so they stay between 0 and 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

from local_api.contract import ApiObject
from local_api.mixing import mix

_NORMAL_BITS = 10
_NORMAL_MASK = (1 << _NORMAL_BITS) - 1
_NORMAL = tuple(NormalDist().inv_cdf((step + 0.5) / (1 << _NORMAL_BITS)) for step in range(1 << _NORMAL_BITS))
_STRETCH = tuple(math.exp(0.19 * normal) for normal in _NORMAL)
_LOUDEST, _QUIETEST = -1.0, -42.0
_SLOWEST, _FASTEST = 52.0, 208.0
# Keys that guitars and keyboards like come more often; now and then none is detected (-1).
_KEYS = (*(0, 2, 4, 5, 7, 9) * 3, *(1, 3, 6, 8, 10, 11) * 2, -1)
_TIME_SIGNATURES = (*(4,) * 29, 3, 3, 5)

# What songs last while nothing shortens them, in milliseconds; from 2010 on they get shorter, year by year.
_LONG_MS, _SHORT_MS = 230_000, 168_000
_SHRINKS_FROM, _SHRINKS_UNTIL = 2010.0, 2026.7
_EXPLICIT_FROM, _EXPLICIT_UNTIL = 1985.0, 2026.0


@dataclass(frozen=True, slots=True)
class Archetype:
    """How a genre's typical track sounds.

    Attributes:
        energy: Intensity, 0 to 1, as the Web API measures it; so are the other shares.
        danceability: How well it suits dancing, 0 to 1.
        valence: How happy it sounds, 0 to 1.
        acousticness: How likely it is acoustic, 0 to 1.
        instrumentalness: How likely it has no vocals, 0 to 1.
        speechiness: How much of it is spoken, 0 to 1.
        loudness: In decibels below full scale.
        tempo: In beats a minute.
        tempo_spread: How far tracks stray from that, a standard deviation in beats a minute.
        minor: The share of tracks in a minor key, 0 to 1.
        explicit: The share of today's tracks with explicit words, 0 to 1.
        length: How long tracks are, as a multiple of what songs of their year last.
    """

    energy: float
    danceability: float
    valence: float
    acousticness: float
    instrumentalness: float
    speechiness: float
    loudness: float
    tempo: float
    tempo_spread: float
    minor: float
    explicit: float
    length: float


# Energy, danceability, valence, acousticness, instrumentalness, speechiness, loudness, tempo, its spread, minor,
# explicit, length.
FAMILIES = {
    "pop": Archetype(0.64, 0.68, 0.55, 0.20, 0.01, 0.06, -6.2, 116, 15, 0.38, 0.26, 0.97),
    "rock": Archetype(0.80, 0.49, 0.50, 0.06, 0.03, 0.05, -5.8, 129, 19, 0.34, 0.14, 1.04),
    "metal": Archetype(0.94, 0.37, 0.27, 0.01, 0.12, 0.08, -4.4, 146, 22, 0.62, 0.28, 1.12),
    "hip hop": Archetype(0.66, 0.79, 0.47, 0.14, 0.01, 0.26, -6.6, 94, 11, 0.55, 0.84, 0.95),
    "electronic": Archetype(0.79, 0.73, 0.42, 0.04, 0.52, 0.06, -6.9, 127, 6, 0.52, 0.06, 1.05),
    "ambient": Archetype(0.15, 0.21, 0.11, 0.88, 0.88, 0.04, -21.0, 88, 20, 0.48, 0.01, 1.10),
    "classical": Archetype(0.13, 0.28, 0.19, 0.96, 0.86, 0.04, -22.5, 98, 26, 0.42, 0.01, 1.06),
    "folk": Archetype(0.34, 0.52, 0.41, 0.74, 0.02, 0.04, -11.0, 112, 20, 0.28, 0.07, 0.99),
    "r&b": Archetype(0.52, 0.66, 0.46, 0.31, 0.01, 0.09, -7.6, 102, 17, 0.56, 0.42, 0.99),
    "latin": Archetype(0.74, 0.77, 0.72, 0.20, 0.01, 0.09, -5.4, 98, 12, 0.50, 0.34, 0.97),
    "jazz": Archetype(0.33, 0.55, 0.48, 0.78, 0.42, 0.05, -13.5, 111, 24, 0.46, 0.02, 1.10),
}
"""The archetypes of the broad genres."""

_POP, _HIP_HOP, _ELECTRONIC = FAMILIES["pop"], FAMILIES["hip hop"], FAMILIES["electronic"]
_OF_THEIR_OWN = {
    "dream pop": replace(_POP, energy=0.50, acousticness=0.34, valence=0.36, loudness=-8.4),
    "synthpop": replace(_POP, energy=0.73, danceability=0.72, acousticness=0.08, tempo=122),
    "hyperpop": replace(_POP, energy=0.85, speechiness=0.13, loudness=-4.2, tempo=146, explicit=0.5),
    "k-pop": replace(_POP, energy=0.78, danceability=0.71, valence=0.62, loudness=-4.4),
    "city pop": replace(_POP, energy=0.66, danceability=0.70, valence=0.72, tempo=110),
    "doom metal": replace(FAMILIES["metal"], energy=0.83, tempo=86, length=1.25),
    "trap": replace(_HIP_HOP, energy=0.62, speechiness=0.22, tempo=138),
    "uk drill": replace(_HIP_HOP, energy=0.70, speechiness=0.32, tempo=142),
    "drum and bass": replace(_ELECTRONIC, energy=0.89, danceability=0.58, tempo=174, tempo_spread=2),
    "vaporwave": replace(_ELECTRONIC, energy=0.46, danceability=0.60, acousticness=0.22, tempo=96, loudness=-10.5),
    "glitch": replace(_ELECTRONIC, energy=0.68, danceability=0.62, speechiness=0.11, tempo=118, tempo_spread=20),
    "drone": replace(FAMILIES["ambient"], energy=0.10, tempo=76),
    "folk rock": replace(FAMILIES["folk"], energy=0.52, acousticness=0.48, loudness=-8.8),
    "cumbia": replace(FAMILIES["latin"], acousticness=0.34, explicit=0.05),
    "samba": replace(FAMILIES["latin"], acousticness=0.52, energy=0.66, valence=0.78, loudness=-8.0, explicit=0.03),
    "forró": replace(FAMILIES["latin"], acousticness=0.42, valence=0.82, explicit=0.04),
}


def find_archetype(family: str, genre: str) -> Archetype:
    """Find how a genre sounds: as its family does, unless it has a sound of its own.

    Raises:
        KeyError: If there is no such family.
    """
    return _OF_THEIR_OWN.get(genre) or FAMILIES[family]


def draw_features(archetype: Archetype, artist_bits: int, bits: int, is_beatless: bool) -> ApiObject:
    """Draw what a track sounds like, as far as the Web API measures it, from 64 bits of its artist's and its own.

    Args:
        archetype: How the artist's genre sounds.
        artist_bits: In what the artist strays from it.
        bits: In what the track strays from the artist.
        is_beatless: Whether no tempo was detected.
    """
    more = mix(bits)
    # An artist's tracks resemble each other more than they do the genre's.
    intensity = 0.45 * _pick_normal(artist_bits, 0) + 0.75 * _pick_normal(bits, 0)
    groove = 0.4 * _pick_normal(artist_bits, 1) + 0.7 * _pick_normal(bits, 1)
    mood = 0.3 * _pick_normal(artist_bits, 2) + 0.8 * _pick_normal(bits, 2)
    loudness = archetype.loudness + (1.2 - 0.08 * archetype.loudness) * (0.8 * intensity + 0.6 * _pick_normal(more, 0))
    tempo = archetype.tempo + archetype.tempo_spread * (
        0.4 * _pick_normal(artist_bits, 3) + 0.8 * _pick_normal(bits, 3) + 0.15 * intensity
    )
    return {
        "acousticness": _stray(archetype.acousticness, -0.85 * intensity + 0.5 * _pick_normal(bits, 4), 4),
        "danceability": _stray(archetype.danceability, 0.55 * groove - 0.12 * intensity, 3),
        "energy": _stray(archetype.energy, 0.62 * intensity, 3),
        "instrumentalness": _stray(archetype.instrumentalness, 1.1 * _pick_normal(bits, 5), 5),
        "key": _KEYS[(more >> 40) % len(_KEYS)],
        # One recording in sixteen or so has an audience.
        "liveness": _stray(0.72 if more >> 60 == 0 else 0.14, 0.5 * _pick_normal(more, 1) + 0.15 * intensity, 4),
        "loudness": round(min(_LOUDEST, max(_QUIETEST, loudness)), 3),
        "mode": int((more >> 48 & 0xFF) >= archetype.minor * 256),
        "speechiness": _stray(archetype.speechiness, 0.45 * _pick_normal(more, 2), 4),
        "tempo": 0.0 if is_beatless else round(min(_FASTEST, max(_SLOWEST, tempo)), 3),
        "time_signature": 0 if is_beatless else _TIME_SIGNATURES[more >> 56 & 31],
        "valence": _stray(archetype.valence, 0.7 * mood + 0.3 * groove, 3),
    }


def find_typical_duration(archetype: Archetype, year: float) -> float:
    """Find how long the tracks of a year typically are, in milliseconds: shorter from 2010 on."""
    shrunk = min(1.0, max(0.0, (year - _SHRINKS_FROM) / (_SHRINKS_UNTIL - _SHRINKS_FROM)))
    return (_LONG_MS + (_SHORT_MS - _LONG_MS) * shrunk) * archetype.length


def draw_duration(typical: float, bits: int) -> int:
    """Draw how long a track is, in milliseconds; a very long one now and then."""
    if (bits >> 40) % 97 == 0:
        return 600_000 + (bits & 0xFFFF) * 9
    return int(typical * _STRETCH[bits & _NORMAL_MASK]) + (bits >> 20) % 1000


def find_explicit_share(archetype: Archetype, year: float) -> float:
    """Find which share of a year's tracks has explicit words, 0 to 1: a growing one."""
    rise = min(1.0, max(0.0, (year - _EXPLICIT_FROM) / (_EXPLICIT_UNTIL - _EXPLICIT_FROM)))
    return archetype.explicit * (0.1 + 0.9 * rise)


def _pick_normal(bits: int, place: int) -> float:
    """Pick a number of a standard normal distribution: ten of the bits, at one of six places."""
    return _NORMAL[bits >> place * _NORMAL_BITS & _NORMAL_MASK]


def _stray(typical: float, by: float, digits: int) -> float:
    """Move a share on the logistic scale."""
    return round(typical / (typical + (1.0 - typical) * math.exp(-by)), digits)
