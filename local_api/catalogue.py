"""A made-up music world that changes from day to day: the same seed and sizes give the same world everywhere.

From `FIRST_DAY` on artists are renamed, albums come out, tracks (now and then whole albums) are withdrawn, some of
them for a few days only; popularity and followers move daily. In the first weeks a track becomes a hit, an artist falls
from favour, and an album is launched (`local_api.story`). Days before and long after have answers, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache

from local_api import names
from local_api.contract import (
    API_ORIGIN,
    TOP_TRACKS,
    ApiObject,
    CatalogueError,
    SearchType,
)
from local_api.layout import (
    FIRST_DAY,
    FIRST_DAY_ORDINAL,
    WHOLE_ALBUM,
    AlbumPlan,
    ArtistPlan,
    Layout,
    join_track_number,
    split_position,
    split_track_number,
)
from local_api.mixing import IdCodec, derive_key, draw, mix
from local_api.motion import Motion
from local_api.search import Entry, find
from local_api.sound import draw_duration, draw_features
from local_api.story import Story, choose_cast, choose_hit

__all__ = ["FIRST_DAY", "World", "WorldDay"]

DEFAULT_SEED = 7
DEFAULT_ARTISTS = 40
DEFAULT_ALBUMS_PER_ARTIST = 8
DEFAULT_TRACKS_PER_ALBUM = 9

_MARKETS = ["AR", "AU", "BR", "CA", "DE", "ES", "FR", "GB", "JP", "KR", "MX", "US"]
_EXPLICIT_STEPS = 1 << 16
# While these days last, the hit is always there.
_WEEKS_OF_THE_HIT = range(120)


class World:
    """A made-up music world.

    Objects are computed when they are asked for: a world of millions of tracks starts at once.

    Args:
        seed: Any integer; another seed makes another world.
        artists: How many artists own albums (others are credited as guests only).
        albums_per_artist: How many albums an artist has on the first day, on average.
        tracks_per_album: How many tracks an album has, on average.

    Raises:
        CatalogueError: If a size is out of bounds.
    """

    def __init__(
        self,
        seed: int = DEFAULT_SEED,
        artists: int = DEFAULT_ARTISTS,
        albums_per_artist: int = DEFAULT_ALBUMS_PER_ARTIST,
        tracks_per_album: int = DEFAULT_TRACKS_PER_ALBUM,
    ) -> None:
        usual = Motion(seed)
        cast = choose_cast(seed, max(1, artists), usual.artist_base)
        self.layout = Layout(seed, artists, albums_per_artist, tracks_per_album, cast)
        hit = None if cast.hit is None else choose_hit(self._measure_tracks(cast.hit, usual))
        self.story = Story(cast, hit, self.layout.launched_album)
        self.motion = Motion(seed, self.story)
        self.artist_codec = IdCodec(seed, "artist")
        self.album_codec = IdCodec(seed, "album")
        self.track_codec = IdCodec(seed, "track")
        self.track_key = derive_key(seed, "track")
        self.features_key = derive_key(seed, "audio features")

    @classmethod
    def of_tracks(cls, tracks: int, seed: int = DEFAULT_SEED) -> World:
        """Make a world of about so many tracks on the first day.

        Raises:
            CatalogueError: If there can be no such world.
        """
        if tracks < 1:
            raise CatalogueError(f"The number of tracks must be at least 1, not {tracks:,}.")
        tracks_per_artist = DEFAULT_ALBUMS_PER_ARTIST * DEFAULT_TRACKS_PER_ALBUM
        return cls(seed, max(1, round(tracks / tracks_per_artist)))

    def artist_ids(self) -> list[str]:
        """Name the artists who own albums."""
        return [self.artist_codec.encode(number) for number in range(self.layout.artists)]

    def _measure_tracks(self, artist: int, motion: Motion) -> dict[int, float]:
        """Measure how popular the tracks of an artist are on the first day, if they are there for weeks to come."""
        level = motion.artist_level(artist, is_guest=False, day=0)
        numbers = {
            join_track_number(album.number, position): -album.released_on
            for album, position in self.layout.lasting_tracks(artist, _WEEKS_OF_THE_HIT)
        }
        return {number: motion.track_popularity(number, level, age, 0) for number, age in numbers.items()}

    def on(self, day: date) -> WorldDay:
        """See the world as it is on a day."""
        return WorldDay(self, day.toordinal() - FIRST_DAY_ORDINAL)


class WorldDay:
    """A made-up world on one day, as whole Web API objects."""

    def __init__(self, world: World, day: int) -> None:
        self._world = world
        self._layout = world.layout
        self._motion = world.motion
        self._day = day
        # Bounded, so that memory does not grow with the world; large enough for what neighbours in one answer share.
        self._level = lru_cache(maxsize=8192)(self._compute_level)
        self._credit = lru_cache(maxsize=8192)(self._build_credit)
        self._simple_album = lru_cache(maxsize=2048)(self._build_simple_album)

    def artist(self, artist_id: str) -> ApiObject | None:
        """Get a whole artist object."""
        number = self._find_artist(artist_id)
        if number is None:
            return None
        plan = self._layout.artist(number)
        credit = self._credit(number)
        level = self._level(number)
        return {
            "external_urls": credit["external_urls"],
            "followers": {"href": None, "total": self._motion.artist_followers(number, level, self._day)},
            "genres": plan.genres,
            "href": credit["href"],
            "id": credit["id"],
            "images": _build_images("ab6761610000", plan.bits),
            "name": credit["name"],
            "popularity": round(level),
            "type": "artist",
            "uri": credit["uri"],
        }

    def artist_albums(self, artist_id: str, groups: Iterable[str]) -> list[ApiObject] | None:
        """Get an artist's simplified albums with their `album_group`, the newest release first."""
        number = self._find_artist(artist_id)
        if number is None:
            return None
        wanted = set(groups)
        found = [
            (album, group) for album, group in self._group_albums(number, "appears_on" in wanted) if group in wanted
        ]
        found.sort(key=lambda hit: (-hit[0].released_on, hit[0].number))
        return [{**self._simple_album(album.number), "album_group": group} for album, group in found]

    def top_tracks(self, artist_id: str) -> list[ApiObject] | None:
        """Get the most popular of the tracks an artist is credited on."""
        number = self._find_artist(artist_id)
        if number is None:
            return None
        tracks = [
            track
            for album, _ in self._group_albums(number, with_appearances=True)
            for position in self._layout.track_positions(album, self._day)
            if number in self._track_artists(album, position) and (track := self._build_track(album, position))
        ]
        return sorted(tracks, key=lambda track: (-track["popularity"], track["id"]))[:TOP_TRACKS]

    def album(self, album_id: str) -> ApiObject | None:
        """Get a whole album object but for its `tracks`."""
        plan = self._find_album(album_id)
        if plan is None:
            return None
        label = names.make_label(plan.bits >> 30)
        year = plan.release_date[:4]
        return {
            **self._simple_album(plan.number),
            "copyrights": [
                {"text": f"{year} {label}", "type": "C"},
                {"text": f"{year} {label}", "type": "P"},
            ],
            "external_ids": {"upc": f"{plan.bits % 10**12:012d}"},
            "genres": [],
            "label": label,
            "popularity": self._motion.album_popularity(
                plan.number, self._level(plan.owner), self._day - plan.released_on, self._day
            ),
        }

    def album_tracks(self, album_id: str) -> list[ApiObject] | None:
        """Get all simplified tracks of an album, in order."""
        plan = self._find_album(album_id)
        if plan is None:
            return None
        return [self._build_simple_track(plan, position) for position in self._layout.track_positions(plan, self._day)]

    def track(self, track_id: str) -> ApiObject | None:
        """Get a whole track object."""
        found = self._find_track(track_id)
        return None if found is None else self._build_track(*found)

    def audio_features(self, track_id: str) -> ApiObject | None:
        """Get a track's audio features; a few tracks have none, a few no detected tempo."""
        found = self._find_track(track_id)
        if found is None:
            return None
        plan, position = found
        number = join_track_number(plan.number, position)
        bits = draw(self._world.features_key, number)
        if bits % 50 == 0:
            return None
        artist = self._layout.artist(plan.owner)
        return {
            **draw_features(artist.archetype, mix(artist.bits), mix(bits), is_beatless=bits % 200 == 1),
            "analysis_url": f"{API_ORIGIN}audio-analysis/{track_id}",
            "duration_ms": draw_duration(plan.typical_duration, self._draw_track(number)),
            "id": track_id,
            "track_href": f"{API_ORIGIN}tracks/{track_id}",
            "type": "audio_features",
            "uri": f"spotify:track:{track_id}",
        }

    def search(self, query: str, kind: SearchType) -> Sequence[ApiObject]:
        """Find objects by name; looks at every object of the kind, so large worlds take their time."""
        if kind == "artist":
            artists = ((number, self._name_artist(number)) for number in self._all_artists())
            keys = find(query, kind, (Entry(*artist) for artist in artists), lambda n: round(self._level(n)))
            return [found for key in keys if (found := self.artist(self._world.artist_codec.encode(key)))]
        if kind == "album":
            albums = (
                Entry(plan, plan.name, ", ".join(map(self._name_artist, plan.owners))) for plan in self._all_albums()
            )
            plans = find(query, kind, albums, lambda plan: round(self._level(plan.owner)))
            return [self._simple_album(plan.number) for plan in plans]
        tracks = (
            Entry(
                (plan, position),
                self._name_track(plan, position),
                ", ".join(map(self._name_artist, self._track_artists(plan, position))),
                plan.name,
            )
            for plan in self._all_albums()
            for position in self._layout.track_positions(plan, self._day)
        )
        hits = find(query, kind, tracks, lambda hit: self._measure_track(*hit))
        return [self._build_track(*hit) for hit in hits]

    def _all_artists(self) -> range:
        return range(self._layout.artists + self._layout.guests)

    def _all_albums(self) -> Iterator[AlbumPlan]:
        for owner in range(self._layout.artists):
            yield from self._own_albums(owner)

    def _own_albums(self, artist: int) -> Iterator[AlbumPlan]:
        for number in self._layout.album_numbers(artist, self._day):
            plan = self._layout.album(number)
            if plan and self._is_there(plan):
                yield plan

    def _group_albums(self, artist: int, with_appearances: bool) -> Iterator[tuple[AlbumPlan, str]]:
        for plan in self._own_albums(artist):
            yield plan, plan.album_type
        for plan in self._layout.crediting_albums(artist, self._day):
            if not self._is_there(plan):
                continue
            if artist in plan.owners:
                yield plan, plan.album_type
            elif with_appearances and any(
                plan.features_at(position) for position in self._layout.track_positions(plan, self._day)
            ):
                yield plan, "appears_on"

    def _is_there(self, plan: AlbumPlan) -> bool:
        return self._layout.missing_on(plan, self._day) != WHOLE_ALBUM

    def _find_artist(self, artist_id: str) -> int | None:
        number = self._world.artist_codec.decode(artist_id)
        return number if number is not None and self._layout.has_artist(number) else None

    def _find_album(self, album_id: str) -> AlbumPlan | None:
        number = self._world.album_codec.decode(album_id)
        plan = None if number is None else self._layout.album(number)
        return plan if plan and self._is_there(plan) else None

    def _find_track(self, track_id: str) -> tuple[AlbumPlan, int] | None:
        number = self._world.track_codec.decode(track_id)
        if number is None:
            return None
        album, position = split_track_number(number)
        plan = self._layout.album(album)
        if plan is None or position >= plan.track_count:
            return None
        missing = self._layout.missing_on(plan, self._day)
        return None if missing in {WHOLE_ALBUM, position} else (plan, position)

    def _compute_level(self, artist: int) -> float:
        return self._motion.artist_level(artist, artist >= self._layout.artists, self._day)

    def _name_artist(self, number: int) -> str:
        plan: ArtistPlan = self._layout.artist(number)
        is_renamed = plan.renamed_on is not None and self._day >= plan.renamed_on
        return plan.new_name if is_renamed else plan.name

    def _build_credit(self, artist: int) -> ApiObject:
        id_ = self._world.artist_codec.encode(artist)
        return {
            "external_urls": {"spotify": f"https://open.spotify.com/artist/{id_}"},
            "href": f"{API_ORIGIN}artists/{id_}",
            "id": id_,
            "name": self._name_artist(artist),
            "type": "artist",
            "uri": f"spotify:artist:{id_}",
        }

    def _build_simple_album(self, number: int) -> ApiObject:
        plan = self._layout.album(number)
        if plan is None:
            raise LookupError(number)
        id_ = self._world.album_codec.encode(number)
        return {
            "album_type": plan.album_type,
            "total_tracks": len(self._layout.track_positions(plan, self._day)),
            "available_markets": _MARKETS,
            "external_urls": {"spotify": f"https://open.spotify.com/album/{id_}"},
            "href": f"{API_ORIGIN}albums/{id_}",
            "id": id_,
            "images": _build_images("ab67616d0000", plan.bits),
            "name": plan.name,
            "release_date": plan.release_date,
            "release_date_precision": plan.release_date_precision,
            "type": "album",
            "uri": f"spotify:album:{id_}",
            "artists": [self._credit(artist) for artist in plan.owners],
        }

    def _track_artists(self, plan: AlbumPlan, position: int) -> tuple[int, ...]:
        if plan.featured is not None and plan.features_at(position):
            return (*plan.owners, plan.featured)
        return plan.owners

    def _name_track(self, plan: AlbumPlan, position: int) -> str:
        if position == 0:
            return plan.name
        bits = draw(self._world.track_key, join_track_number(plan.number, position))
        return names.make_track_name(plan.style, bits)

    def _measure_track(self, plan: AlbumPlan, position: int) -> int:
        return self._motion.track_popularity(
            join_track_number(plan.number, position),
            self._level(plan.owner),
            self._day - plan.released_on,
            self._day,
        )

    def _draw_track(self, number: int) -> int:
        return mix(draw(self._world.track_key, number))

    def _build_simple_track(self, plan: AlbumPlan, position: int) -> ApiObject:
        number = join_track_number(plan.number, position)
        bits = self._draw_track(number)
        id_ = self._world.track_codec.encode(number)
        disc, place = split_position(position, plan.track_count)
        return {
            "artists": [self._credit(artist) for artist in self._track_artists(plan, position)],
            "available_markets": _MARKETS,
            "disc_number": disc,
            "duration_ms": draw_duration(plan.typical_duration, bits),
            "explicit": (bits >> 48) < plan.explicit_share * _EXPLICIT_STEPS,
            "external_urls": {"spotify": f"https://open.spotify.com/track/{id_}"},
            "href": f"{API_ORIGIN}tracks/{id_}",
            "id": id_,
            "is_local": False,
            "name": self._name_track(plan, position),
            "preview_url": None,
            "track_number": place,
            "type": "track",
            "uri": f"spotify:track:{id_}",
        }

    def _build_track(self, plan: AlbumPlan, position: int) -> ApiObject:
        number = join_track_number(plan.number, position)
        registrant, year = plan.bits >> 40 & 63, int(plan.release_date[2:4])
        return {
            **self._build_simple_track(plan, position),
            "album": self._simple_album(plan.number),
            "external_ids": {"isrc": f"{plan.style.country}E{registrant:02d}{year:02d}{number % 100_000:05d}"},
            "popularity": self._measure_track(plan, position),
        }


def _build_images(prefix: str, bits: int) -> list[ApiObject]:
    return [
        {"url": f"https://i.scdn.co/image/{prefix}{size}{bits:024x}", "height": pixels, "width": pixels}
        for size, pixels in (("b273", 640), ("1e02", 300), ("4851", 64))
    ]
