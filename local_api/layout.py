"""The made-up world's plan: which artists, albums and tracks there are, who is credited, what comes and goes when.

Everything about object n follows from the seed and n, so a world of millions of tracks costs nothing until it is
asked. Days are counted from `FIRST_DAY` (day 0); days before it have negative numbers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from local_api import names
from local_api.contract import CatalogueError
from local_api.mixing import derive_key, draw, draw_unit, mix
from local_api.sound import Archetype, find_archetype, find_explicit_share, find_typical_duration
from local_api.story import LAUNCH_DAY, Cast

FIRST_DAY = date(2026, 9, 7)
FIRST_DAY_ORDINAL = FIRST_DAY.toordinal()

WHOLE_ALBUM = -1

# An album's number is its owner's number and a slot; a track's is its album's number and a position.
_SLOT_BITS = 12
_POSITION_BITS = 8
# Slots from here on are for the albums released from the first day on.
_FIRST_NEW_SLOT = 1 << (_SLOT_BITS - 1)
_SLOT_MASK = (1 << _SLOT_BITS) - 1
_POSITION_MASK = (1 << _POSITION_BITS) - 1

_MOST_ARTISTS = 1 << 40
_MOST_ALBUMS_PER_ARTIST = 500
_MOST_TRACKS_PER_ALBUM = 50
_MOST_TRACKS = 200
_TRACKS_PER_DISC = 20
_OWNERS_PER_GUEST = 4

# Shares of the kinds of records, of 128, and how many tracks they have before scaling.
_KINDS = (
    ("single", 52, (1, 3)),
    ("single", 6, (4, 6)),
    ("album", 54, (7, 15)),
    ("compilation", 14, (12, 26)),
)
_LAUNCHED = ("album", (9, 15))
_BOX_SHARE = 2
_BOX_TRACKS = (51, 120)
_KIND_BY_BITS = (
    tuple((kind, span) for kind, share, span in _KINDS for _ in range(share))
    + (("compilation", _BOX_TRACKS),) * _BOX_SHARE
)
_MEAN_TRACKS_IN_BOXES = _BOX_SHARE * sum(_BOX_TRACKS) / 2 / len(_KIND_BY_BITS)
_MEAN_OTHER_TRACKS = sum(share * sum(span) / 2 for _, share, span in _KINDS) / len(_KIND_BY_BITS)

_FORCED_RENAME_DAYS = (6, 15)
_RENAMED_ONE_IN = 24
_RENAMES_SPAN_DAYS = 500

_CYCLE_DAYS = 60
_DAYS_A_YEAR = 365.25
_FIRST_DAY_AS_YEAR = FIRST_DAY.year + FIRST_DAY.timetuple().tm_yday / _DAYS_A_YEAR
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class ArtistPlan:
    """An artist.

    Attributes:
        number: The artist's number; guests, who own no albums, come after the owners.
        bits: 64 bits of chance that are the artist's own.
        style: How names in the artist's language are made.
        name: The name before `renamed_on`.
        new_name: The name from then on.
        renamed_on: The day number of the renaming, or None.
        genres: The artist's genres, as the Web API gives them.
        archetype: How their music typically sounds.
    """

    number: int
    bits: int
    style: names.Style
    name: str
    new_name: str
    renamed_on: int | None
    genres: list[str]
    archetype: Archetype


@dataclass(frozen=True, slots=True)
class AlbumPlan:
    """An album and what is credited on it.

    Attributes:
        number: The album's number.
        bits: 64 bits of chance that are the album's own.
        style: How names in the album's language are made.
        name: The title.
        album_type: `album`, `single` or `compilation`.
        released_on: The day number from which the album is there.
        typical_duration: How long its tracks typically are, in milliseconds.
        explicit_share: The share of its tracks with explicit words, 0 to 1.
        release_date: The date as the Web API writes it, in full or only month or year.
        release_date_precision: `year`, `month` or `day`.
        track_count: How many tracks it has while none is withdrawn.
        owners: The numbers of the credited artists, the owner first.
        featured: The number of an artist credited on some of the tracks only, or None.
        feature_every: The featured artist is on every n-th track.
        withdrawn: What is withdrawn for good: a track's position, `WHOLE_ALBUM`, or None.
        withdrawn_on: The day number of that.
    """

    number: int
    bits: int
    style: names.Style
    name: str
    album_type: str
    released_on: int
    typical_duration: float
    explicit_share: float
    release_date: str
    release_date_precision: str
    track_count: int
    owners: tuple[int, ...]
    featured: int | None
    feature_every: int
    withdrawn: int | None
    withdrawn_on: int

    @property
    def owner(self) -> int:
        """The number of the artist whose record this is."""
        return self.number >> _SLOT_BITS

    def features_at(self, position: int) -> bool:
        """Tell whether the featured artist is credited on the track at a position."""
        return self.featured is not None and position % self.feature_every == 0


class Layout:
    """The plan of a world: a pure function of seed and sizes.

    Args:
        seed: Any integer; another seed makes another world.
        artists: How many artists own albums; a quarter as many again are guests on their tracks.
        albums_per_artist: How many albums an artist has on the first day, on average.
        tracks_per_album: How many tracks an album has, on average (about; some albums have more than 50).
        cast: Who takes another name and who launches an album.

    Raises:
        CatalogueError: If a size is out of bounds.
    """

    def __init__(self, seed: int, artists: int, albums_per_artist: int, tracks_per_album: int, cast: Cast) -> None:
        _check_size("artists", artists, _MOST_ARTISTS)
        _check_size("albums per artist", albums_per_artist, _MOST_ALBUMS_PER_ARTIST)
        _check_size("tracks per album", tracks_per_album, _MOST_TRACKS_PER_ALBUM)
        self.artists = artists
        self.guests = max(1, artists // _OWNERS_PER_GUEST)
        self._albums_per_artist = albums_per_artist
        self._track_scale = max(0.1, (tracks_per_album - _MEAN_TRACKS_IN_BOXES) / _MEAN_OTHER_TRACKS)
        self._artist_key = derive_key(seed, "artist")
        self._album_key = derive_key(seed, "album")
        self._release_key = derive_key(seed, "release")
        self._withdrawal_key = derive_key(seed, "withdrawal")
        self._absence_key = derive_key(seed, "absence")
        self._rename_key = derive_key(seed, "rename")
        self._cast = cast
        # Partners stand at fixed distances, so that one can go from an artist to those who credit them.
        chance = random.Random(seed)  # noqa: S311 - a world, not a secret
        distances = chance.sample(range(1, artists), min(4, artists - 1)) if artists > 1 else []
        self._owner_distances = distances[:2]
        self._feature_distances = distances[2:]
        self._guest_distances = [chance.randrange(self.guests) for _ in range(2)]
        self.artist = lru_cache(maxsize=8192)(self._plan_artist)
        self.album = lru_cache(maxsize=8192)(self._plan_album)

    @property
    def launched_album(self) -> int | None:
        """The number of the album that is launched in the first weeks, or None."""
        launching = self._cast.launching
        return None if launching is None else launching << _SLOT_BITS | _FIRST_NEW_SLOT

    def has_artist(self, number: int) -> bool:
        """Tell whether there is an artist of this number, owner or guest."""
        return number < self.artists + self.guests

    def album_numbers(self, artist: int, day: int) -> Iterator[int]:
        """Name the albums an artist owns that are released by a day, withdrawn or not."""
        if artist >= self.artists:
            return
        first = artist << _SLOT_BITS
        for slot in range(self._count_past_albums(artist)):
            if self._past_release(artist, slot) <= day:
                yield first | slot
        for slot in range(_FIRST_NEW_SLOT, _SLOT_MASK):
            if self._new_release(artist, slot) > day:
                break
            yield first | slot

    def crediting_albums(self, artist: int, day: int) -> Iterator[AlbumPlan]:
        """Plan the released albums of others that credit an artist, on the album or on some of its tracks."""
        for owner in self._possible_partners(artist):
            for number in self.album_numbers(owner, day):
                album = self.album(number)
                if album and (artist in album.owners or artist == album.featured):
                    yield album

    def missing_on(self, album: AlbumPlan, day: int) -> int | None:
        """Tell what of an album is missing on a day: a track's position, `WHOLE_ALBUM`, or None.

        Never more than one track of an album is missing, so a change of its tracks shows in their number.
        """
        if day < album.released_on:
            return WHOLE_ALBUM
        if album.withdrawn is not None:
            return album.withdrawn if day >= album.withdrawn_on else None
        cycle = day // _CYCLE_DAYS
        bits = draw(self._absence_key ^ mix(album.number), cycle)
        if bits % 25:
            return None
        first = cycle * _CYCLE_DAYS + (bits >> 8) % 45
        last = first + 4 + (bits >> 16) % 9
        if first < album.released_on + 14 or not first <= day <= last:
            return None
        return _pick_withdrawn(bits >> 24, album.track_count)

    def lasting_tracks(self, artist: int, days: range) -> Iterator[tuple[AlbumPlan, int]]:
        """Name the tracks of an artist alone that are never missing on some days, each by album and position."""
        for number in self.album_numbers(artist, days.start):
            album = self.album(number)
            if album and album.owners == (artist,):
                missing = {self.missing_on(album, day) for day in days}
                for position in range(album.track_count):
                    if not {WHOLE_ALBUM, position} & missing and not album.features_at(position):
                        yield album, position

    def track_positions(self, album: AlbumPlan, day: int) -> list[int]:
        """Name the positions of an album's tracks that are there on a day."""
        missing = self.missing_on(album, day)
        if missing == WHOLE_ALBUM:
            return []
        return [position for position in range(album.track_count) if position != missing]

    def _possible_partners(self, artist: int) -> list[int]:
        if artist < self.artists:
            distances = self._owner_distances + self._feature_distances
            return [(artist - distance) % self.artists for distance in distances]
        guest = artist - self.artists
        return sorted(
            {
                owner
                for distance in self._guest_distances
                for owner in range((guest - distance) % self.guests, self.artists, self.guests)
            }
        )

    def _plan_artist(self, number: int) -> ArtistPlan:
        bits = draw(self._artist_key, number)
        style = names.pick_style(bits)
        name = names.make_artist_name(style, mix(bits))
        renaming = draw(self._rename_key, number)
        renamed_on = None
        if number == self._cast.renamed:
            first, last = _FORCED_RENAME_DAYS
            renamed_on = first + renaming % (last - first + 1)
        elif renaming % _RENAMED_ONE_IN == 0:
            renamed_on = (renaming >> 8) % _RENAMES_SPAN_DAYS
        new_name = name if renamed_on is None else names.make_new_artist_name(name, style, renaming >> 16)
        family, genre, genres = names.pick_genres(style, bits >> 40)
        archetype = find_archetype(family, genre)
        return ArtistPlan(number, bits, style, name, new_name, renamed_on, genres, archetype)

    def _plan_album(self, number: int) -> AlbumPlan | None:
        owner, slot = number >> _SLOT_BITS, number & _SLOT_MASK
        if owner >= self.artists or _FIRST_NEW_SLOT > slot >= self._count_past_albums(owner):
            return None
        is_new = slot >= _FIRST_NEW_SLOT
        released_on = self._new_release(owner, slot) if is_new else self._past_release(owner, slot)
        bits = draw(self._album_key, number)
        is_launched = number == self.launched_album
        album_type, (fewest, most) = _LAUNCHED if is_launched else _KIND_BY_BITS[bits & 127]
        track_count = fewest + (bits >> 7) % (most - fewest + 1)
        if (fewest, most) != _BOX_TRACKS:
            track_count = min(_MOST_TRACKS, max(1, round(track_count * self._track_scale)))
        precision = "day" if is_new else _pick_precision(bits >> 14, released_on)
        artist = self.artist(owner)
        style = names.pick_title_style(artist.style, bits >> 20)
        year = _FIRST_DAY_AS_YEAR + released_on / _DAYS_A_YEAR
        withdrawn, withdrawn_on = (None, 0) if is_launched else self._plan_withdrawal(number, released_on, track_count)
        return AlbumPlan(
            number=number,
            bits=bits,
            style=style,
            name=names.make_album_name(style, mix(bits)),
            album_type=album_type,
            released_on=released_on,
            typical_duration=find_typical_duration(artist.archetype, year),
            explicit_share=find_explicit_share(artist.archetype, year),
            release_date=_write_date(released_on, precision),
            release_date_precision=precision,
            track_count=track_count,
            owners=self._pick_owners(owner, bits >> 24),
            featured=self._pick_featured(owner, bits >> 32),
            feature_every=2 + (bits >> 44) % 6,
            withdrawn=withdrawn,
            withdrawn_on=withdrawn_on,
        )

    def _count_past_albums(self, artist: int) -> int:
        return 1 + draw(self._album_key, ~artist) % (2 * self._albums_per_artist - 1)

    def _past_release(self, artist: int, slot: int) -> int:
        # Careers begin between 1958 and last year, most of them late.
        career_days = 300 + int(24_500 * draw_unit(self._release_key, artist) ** 2)
        step = career_days / self._count_past_albums(artist)
        return -1 - int(step * (slot + draw_unit(self._release_key, ~(artist << _SLOT_BITS | slot))))

    def _new_release(self, artist: int, slot: int) -> int:
        bits = draw(self._release_key, artist)
        interval = 80 + bits % 200
        first = LAUNCH_DAY if artist == self._cast.launching else (bits >> 16) % interval
        day = first + (slot - _FIRST_NEW_SLOT) * interval
        # Records come out on Fridays.
        return day + (_FRIDAY - (day + FIRST_DAY.weekday())) % 7

    def _pick_owners(self, owner: int, bits: int) -> tuple[int, ...]:
        if bits % 9 or not self._owner_distances:
            return (owner,)
        distance = self._owner_distances[(bits >> 4) % len(self._owner_distances)]
        return (owner, (owner + distance) % self.artists)

    def _pick_featured(self, owner: int, bits: int) -> int | None:
        if bits % 4 == 0:
            distance = self._guest_distances[(bits >> 3) % len(self._guest_distances)]
            return self.artists + (owner + distance) % self.guests
        if bits % 4 == 1 and self._feature_distances:
            distance = self._feature_distances[(bits >> 3) % len(self._feature_distances)]
            return (owner + distance) % self.artists
        return None

    def _plan_withdrawal(self, album: int, released_on: int, track_count: int) -> tuple[int | None, int]:
        bits = draw(self._withdrawal_key, album)
        if bits % 10:
            return None, 0
        # Most of what goes for good goes soon, so that a few weeks show some of it.
        days = int(1000 * ((bits >> 8) % 4096 / 4096) ** 2)
        return _pick_withdrawn(bits >> 24, track_count), max(0, released_on) + 2 + days


def split_track_number(number: int) -> tuple[int, int]:
    """Split a track's number into its album's number and the position there."""
    return number >> _POSITION_BITS, number & _POSITION_MASK


def join_track_number(album: int, position: int) -> int:
    """Put a track's number together."""
    return album << _POSITION_BITS | position


def split_position(position: int, track_count: int) -> tuple[int, int]:
    """Turn a position into disc number and track number; long albums have several discs."""
    if track_count <= 2 * _TRACKS_PER_DISC:
        return 1, position + 1
    return position // _TRACKS_PER_DISC + 1, position % _TRACKS_PER_DISC + 1


def _check_size(what: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise CatalogueError(f"The number of {what} must be between 1 and {most:,}, not {value:,}.")


def _pick_withdrawn(bits: int, track_count: int) -> int:
    return WHOLE_ALBUM if track_count == 1 or bits % 6 == 0 else (bits >> 8) % track_count


def _pick_precision(bits: int, released_on: int) -> str:
    # Of old records often only the year is known.
    is_old = released_on < -365 * 25
    chance = bits & 15
    if chance < (6 if is_old else 1):
        return "year"
    return "month" if chance > (13 if is_old else 14) else "day"


_DATE_LENGTHS = {"year": 4, "month": 7, "day": 10}


def _write_date(day: int, precision: str) -> str:
    return (FIRST_DAY + timedelta(days=day)).isoformat()[: _DATE_LENGTHS[precision]]
