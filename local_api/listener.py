"""A made-up listener to a made-up world: what they played on any day, what they saved, which playlists they keep.

Everything about a day follows from the seed and the day. When there is music is a matter of `local_api.habits`;
favourites change with the season, and the taste with the years; some sessions are for finding something new, which is
skipped more often; commutes are a time for podcasts; every summer belongs to one artist, and to one track of theirs.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Literal

from local_api.catalogue import World, WorldDay
from local_api.contract import API_ORIGIN, ApiObject, TopType
from local_api.habits import Habits, Session
from local_api.layout import FIRST_DAY, join_track_number, split_track_number
from local_api.mixing import IdCodec, derive_key, draw

LISTENER_ID = "demo-listener"
_SOMEBODY_ELSE = "another-listener"
YEARS = 3

_PAUSE = timedelta(minutes=10)
_SEASON_DAYS = 45
_FAVOURITES = 5
_FAVOURITES_OF_ONE = 9
# Of so many artists that could be the next favourite, the one nearest to the taste of the time is.
_TRIED = 4
# From where to where the energy of what pleases goes over the years, or the other way round.
_TASTES = (0.85, 0.25)
_MOMENT_DAYS = 12
_SUMMER_TRACK = 0.4
_WEEKS_OF_SUMMER = 16
_TRIED_FOR_SUMMER = 50
_PRIVATE = 0.03
_PODCAST_ON_COMMUTES, _PODCAST = 0.24, 0.015

_KEPT_PLAYS = 50
_SHORTEST_TOLD_MS = 30_000
_LOOK_BACK_DAYS = 60
_TOP_DAYS = {"short_term": 28, "medium_term": 182, "long_term": 365}
_MOST_TOP = 99
_SAVES_A_WEEK = 2

Mood = Literal["album", "mix", "discovery", "summer", "podcast"]
_MOODS: tuple[Mood, ...] = ("album",) * 6 + ("mix",) * 10 + ("discovery",) * 3
# How often a track is skipped: what is new often, what was chosen hardly ever.
_SKIPS: dict[Mood, float] = {"album": 0.04, "mix": 0.13, "discovery": 0.42, "summer": 0.02, "podcast": 0.0}


@dataclass(frozen=True, slots=True)
class Show:
    """A podcast.

    Attributes:
        name: Its name.
        every_days: How many days are between its episodes.
        minutes: How long they are.
        share: How often it is chosen among podcasts, 0 to 1.
    """

    name: str
    every_days: int
    minutes: int
    share: float


SHOWS = (Show("Talking Needles", 7, 41, 0.45), Show("Morning Static", 1, 17, 1.0))
# A commute takes so long, the shortest and the longest, in minutes.
_COMMUTE = (18, 38)
_FIRST_EPISODE = 1_000_000


@dataclass(frozen=True, slots=True)
class Play:
    """One play.

    Attributes:
        ended_at: When it ended, UTC.
        item_id: The track, or the episode of a podcast.
        kind: track or episode.
        ms_played: For how long, in milliseconds.
        reason_start: Why it began, as Spotify names it.
        reason_end: Why it ended.
        context_uri: What it was played from, or None.
        shuffle: Whether the order was left to chance.
        incognito: Whether it was a private session, of which Spotify tells nothing but in the account export.
        platform: The player.
        country: Where the listener was, as two letters.
        is_offline: Whether the player was not connected.
    """

    ended_at: datetime
    item_id: str
    kind: Literal["track", "episode"]
    ms_played: int
    reason_start: str
    reason_end: str
    context_uri: str | None
    shuffle: bool
    incognito: bool
    platform: str
    country: str
    is_offline: bool


class MadeUpListener:
    """A listener to a made-up world.

    Args:
        world: What they listen to.
        seed: Any integer; another seed makes another listener.
    """

    def __init__(self, world: World, seed: int = 1) -> None:
        self.world = world
        self._day_key = derive_key(seed, "listener/day")
        self.habits = Habits(seed)
        self._taste = _TASTES if derive_key(seed, "listener/taste") % 2 else _TASTES[::-1]
        self._summer_key = derive_key(seed, "listener/summer artist")
        self._season_key = derive_key(seed, "listener/season")
        self._save_key = derive_key(seed, "listener/save")
        self._playlist_codec = IdCodec(seed, "listener/playlist")
        self._episode_codec = IdCodec(seed, "listener/episode")
        self.view = lru_cache(maxsize=32)(world.on)
        self.plays = lru_cache(maxsize=2 * 366 * YEARS)(self._play_day)
        self._durations = lru_cache(maxsize=65_536)(self._find_duration)
        self._albums = lru_cache(maxsize=4096)(self._list_albums)
        self._favourites = lru_cache(maxsize=64)(self._choose_favourites)
        self._artists = lru_cache(maxsize=64)(self._choose_artists)
        self.choose_summer = lru_cache(maxsize=64)(self._choose_summer)

    def on(self, day: date) -> MadeUpLibrary:
        """See what Spotify knows of the listener on a day."""
        return MadeUpLibrary(self, day)

    def find_track(self, track_id: str, day: date) -> ApiObject:
        """Find a track as it is on a day; one that is withdrawn as it was when it came out."""
        track = self.view(day).track(track_id)
        if track is None:
            number = self.world.track_codec.decode(track_id)
            plan = None if number is None else self.world.layout.album(split_track_number(number)[0])
            if plan:
                track = self.view(FIRST_DAY + timedelta(days=plan.released_on)).track(track_id)
        if track is None:
            raise LookupError(track_id)
        return track

    def choose_favourites(self, day: date) -> Sequence[str]:
        """Choose the tracks of the season, those heard most first."""
        return self._favourites(_number_season(day))

    def choose_saves(self, week: int) -> list[str]:
        """Choose the tracks saved in a week, weeks counted as in `date.toordinal() // 7`."""
        chance = self._chance(self._save_key, week)
        favourites = self._favourites(_number_season(date.fromordinal(week * 7)))
        return chance.sample(favourites, min(_SAVES_A_WEEK, len(favourites)))

    def name_playlist(self, number: int) -> str:
        """Make the id of a playlist."""
        return self._playlist_codec.encode(number)

    def name_episode(self, episode_id: str) -> tuple[str, str]:
        """Name a podcast's episode: the show, and the title.

        Raises:
            LookupError: If there is no such episode.
        """
        number = self._episode_codec.decode(episode_id)
        if number is None or number < _FIRST_EPISODE:
            raise LookupError(episode_id)
        show = SHOWS[number // _FIRST_EPISODE - 1]
        return show.name, f"{show.name} of {date.fromordinal(number % _FIRST_EPISODE):%d %B %Y}"

    def _play_day(self, day: date) -> tuple[Play, ...]:
        """Play what is played on a day, all of it between midnight and midnight (UTC)."""
        chance = self._chance(self._day_key, day.toordinal())
        plays: list[Play] = []
        clock = datetime.combine(day, time(), UTC)
        midnight = clock + timedelta(days=1)
        for session in self.habits.plan_sessions(day, chance):
            clock = max(session.starts_at, clock + _PAUSE)
            for play in self._play_session(day, clock, session, chance):
                if play.ended_at >= midnight:
                    break
                plays.append(play)
                clock = play.ended_at
        return tuple(plays)

    def _play_session(self, day: date, clock: datetime, session: Session, chance: random.Random) -> Iterator[Play]:
        mood = self._pick_mood(day, session, chance)
        if mood == "podcast":
            yield self._play_podcast(day, clock, session, chance)
            return
        incognito = chance.random() < _PRIVATE
        context_uri, items = self._choose_items(mood, day, session.tracks, chance)
        reason_start = "clickrow"
        for item_id in items:
            duration = self._durations(item_id)
            is_skipped = chance.random() < _SKIPS[mood]
            ms_played = int(duration * chance.random() ** 2) if is_skipped else duration
            # Milliseconds of their own, so that no two players tell the same moment.
            clock += timedelta(milliseconds=ms_played + int(chance.random() * 2000))
            reason_end = "fwdbtn" if is_skipped else "trackdone"
            yield Play(
                ended_at=clock,
                item_id=item_id,
                kind="track",
                ms_played=ms_played,
                reason_start=reason_start,
                reason_end=reason_end,
                context_uri=context_uri,
                shuffle=mood in {"mix", "discovery"},
                incognito=incognito,
                platform=session.platform,
                country=session.country,
                is_offline=session.is_offline,
            )
            reason_start = reason_end

    def _play_podcast(self, day: date, clock: datetime, session: Session, chance: random.Random) -> Play:
        """Play the newest episode of a podcast, until it ends or the listener is there."""
        number = 0 if chance.random() < SHOWS[0].share else 1
        show = SHOWS[number]
        issued = day.toordinal() // show.every_days * show.every_days
        shortest, longest = _COMMUTE
        time_left = int(60_000 * (shortest + chance.random() * (longest - shortest)))
        ms_played = min(60_000 * show.minutes, time_left)
        return Play(
            ended_at=clock + timedelta(milliseconds=ms_played),
            item_id=self._episode_codec.encode(_FIRST_EPISODE * (number + 1) + issued),
            kind="episode",
            ms_played=ms_played,
            reason_start="clickrow",
            reason_end="endplay" if ms_played == time_left else "trackdone",
            context_uri=f"spotify:show:{self._episode_codec.encode(number)}",
            shuffle=False,
            incognito=False,
            platform=session.platform,
            country=session.country,
            is_offline=session.is_offline,
        )

    def _pick_mood(self, day: date, session: Session, chance: random.Random) -> Mood:
        if chance.random() < (_PODCAST_ON_COMMUTES if session.is_commute else _PODCAST):
            return "podcast"
        if chance.random() < self.habits.measure_obsession(day) and self.choose_summer(day.year):
            return "summer"
        return _MOODS[int(chance.random() * len(_MOODS))]

    def _choose_items(
        self, mood: Mood, day: date, length: int, chance: random.Random
    ) -> tuple[str | None, Sequence[str]]:
        """Choose what a session plays, and what it is played from."""
        if mood == "summer" and (summer := self.choose_summer(day.year)):
            artist, track = summer
            known = [item for _, tracks in self._albums(artist, day.toordinal() // 7) for item in tracks]
            played = [
                track if chance.random() < _SUMMER_TRACK else known[int(chance.random() * len(known))]
                for _ in range(length)
            ]
            return f"spotify:artist:{self.world.artist_codec.encode(artist)}", played
        if mood == "album":
            albums = self._albums(self._pick_artist(day, chance), day.toordinal() // 7)
            if albums:
                album_id, tracks = albums[int(chance.random() * len(albums))]
                return f"spotify:album:{album_id}", tracks[:length]
        if mood == "discovery":
            found: list[str] = []
            while len(found) < length:
                artist = int(chance.random() * self.world.layout.artists)
                for _, tracks in self._albums(artist, day.toordinal() // 7)[:2]:
                    found.append(tracks[int(chance.random() * len(tracks))])
            return None, found[:length]
        favourites = self.choose_favourites(day)
        # The first favourites are heard most; the one of the moment comes again within the session.
        chosen = [favourites[int(chance.random() ** 2 * len(favourites))] for _ in range(length)]
        moment = favourites[day.toordinal() // _MOMENT_DAYS % len(favourites)]
        return f"spotify:playlist:{self.name_playlist(0)}", [moment, *chosen[:-1]]

    def _choose_summer(self, year: int) -> tuple[int, str] | None:
        """Choose the artist of a summer and the track of theirs that is heard most; None if nobody has any."""
        chance = self._chance(self._summer_key, year)
        week = date(year, 6, 1).toordinal() // 7
        for _ in range(_TRIED_FOR_SUMMER):
            artist = int(chance.random() * self.world.layout.artists)
            # A track that is withdrawn cannot be played: it has to be there all summer.
            known = [
                {track for _, tracks in self._albums(artist, week + later) for track in tracks}
                for later in range(_WEEKS_OF_SUMMER)
            ]
            if lasting := sorted(set.intersection(*known)):
                return artist, lasting[int(chance.random() * len(lasting))]
        return None

    def _pick_artist(self, day: date, chance: random.Random) -> int:
        artists = self._artists(_number_season(day))
        return artists[int(chance.random() * len(artists))]

    def _choose_artists(self, season: int) -> list[int]:
        """Choose the artists of a season: two for good, some of the last season, some new."""
        constant = self._chance(self._season_key, -1)
        artists = [int(constant.random() * self.world.layout.artists) for _ in range(2)]
        for number in (season - 1, season):
            chance = self._chance(self._season_key, number)
            artists += [self._find_to_taste(number, chance) for _ in range(_FAVOURITES)]
        return list(dict.fromkeys(artists))

    def _find_to_taste(self, season: int, chance: random.Random) -> int:
        """Find an artist whose music is about as energetic as pleases in a season."""
        first = _number_season(FIRST_DAY - timedelta(days=365 * YEARS))
        passed = min(1.0, max(0.0, (season - first) / (_number_season(FIRST_DAY) - first)))
        before, now = self._taste
        wanted = before + (now - before) * passed
        tried = [int(chance.random() * self.world.layout.artists) for _ in range(_TRIED)]
        return min(tried, key=lambda artist: abs(self.world.layout.artist(artist).archetype.energy - wanted))

    def _choose_favourites(self, season: int) -> tuple[str, ...]:
        chance = self._chance(self._season_key, season)
        first_week = season * _SEASON_DAYS // 7
        tracks: list[str] = []
        for artist in self._artists(season):
            known = [track for _, tracks_of_album in self._albums(artist, first_week) for track in tracks_of_album]
            # Nobody is a favourite for having made many records.
            tracks += chance.sample(known, min(_FAVOURITES_OF_ONE, len(known)))
        return tuple(chance.sample(tracks, min(60, len(tracks))))

    def _list_albums(self, artist: int, week: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """List the albums with tracks that an artist has in a week: their ids, each with its tracks' ids."""
        layout, day = self.world.layout, week * 7 - FIRST_DAY.toordinal()
        found = []
        for number in layout.album_numbers(artist, day):
            plan = layout.album(number)
            positions = layout.track_positions(plan, day) if plan else []
            if positions:
                tracks = tuple(self.world.track_codec.encode(join_track_number(number, place)) for place in positions)
                found.append((self.world.album_codec.encode(number), tracks))
        return tuple(found)

    def _find_duration(self, track_id: str) -> int:
        return int(self.find_track(track_id, FIRST_DAY)["duration_ms"])

    def _chance(self, key: int, number: int) -> random.Random:
        return random.Random(draw(key, number))  # noqa: S311 - habits, not secrets


class MadeUpLibrary:
    """What Spotify knows of a made-up listener on one day, before the day's own plays."""

    def __init__(self, listener: MadeUpListener, day: date) -> None:
        self._listener = listener
        self._day = day
        self._view: WorldDay = listener.view(day)

    def profile(self) -> ApiObject:
        """Get the listener's profile."""
        return _build_user(LISTENER_ID)

    def plays(self) -> list[ApiObject]:
        """Get the last plays, the newest first: no skips, no podcasts, no private sessions."""
        return list(islice(self._list_plays(), _KEPT_PLAYS))

    def top(self, kind: TopType, time_range: str) -> list[ApiObject] | None:
        """Get the artists or tracks that were played most."""
        if time_range not in _TOP_DAYS:
            return None
        played = Counter(play.item_id for play in self._look_back(_TOP_DAYS[time_range]) if play.kind == "track")
        ranked = sorted(played, key=lambda id_: (-played[id_], id_))
        if kind == "tracks":
            return [self._find(track_id) for track_id in ranked[:_MOST_TOP]]
        artists: Counter[str] = Counter()
        for track_id in ranked:
            artists[self._find(track_id)["artists"][0]["id"]] += played[track_id]
        names = sorted(artists, key=lambda id_: (-artists[id_], id_))[:_MOST_TOP]
        return [artist for id_ in names if (artist := self._view.artist(id_))]

    def saved_tracks(self) -> list[ApiObject]:
        """Get the saved tracks, the newest first; some are taken out again after a year."""
        this_week = self._day.toordinal() // 7
        saved: dict[str, ApiObject] = {}
        for week in range(this_week - 1, this_week - 52 * YEARS, -1):
            for number, track_id in enumerate(self._listener.choose_saves(week)):
                if (number or this_week - week < 52) and track_id not in saved:  # noqa: PLR2004 - weeks of a year
                    added_at = f"{date.fromordinal(week * 7 + 4)}T19:{week % 60:02d}:{number:02d}Z"
                    saved[track_id] = {"added_at": added_at, "track": self._find(track_id)}
        return list(saved.values())

    def playlists(self) -> list[ApiObject | None]:
        """Get the playlists: two own, one together with others, one of somebody else's, one of Spotify's, and a gap."""
        return [
            self._build_playlist(0, "On repeat", LISTENER_ID),
            self._build_playlist(1, "Found on Fridays", LISTENER_ID),
            None,
            self._build_playlist(2, "Road trip", _SOMEBODY_ELSE, collaborative=True),
            self._build_playlist(3, "Somebody else's songs", _SOMEBODY_ELSE),
            self._build_playlist(None, "Daily Mix 1", "spotify"),
        ]

    def playlist_items(self, playlist_id: str) -> list[ApiObject | None] | None:
        """Get what is in a playlist; Spotify's own are shown to nobody."""
        for number in range(4):
            if playlist_id == self._listener.name_playlist(number):
                return self._fill_playlist(number)
        return None

    def _list_plays(self) -> Iterator[ApiObject]:
        for play in self._look_back(_LOOK_BACK_DAYS):
            if play.kind == "track" and play.ms_played >= _SHORTEST_TOLD_MS and not play.incognito:
                moment = play.ended_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
                yield {
                    "track": self._find(play.item_id),
                    "played_at": moment,
                    "context": play.context_uri and _build_context(play.context_uri),
                }

    def _look_back(self, days: int) -> Iterator[Play]:
        """Go back through the plays of so many days, the newest first."""
        for offset in range(1, days + 1):
            yield from reversed(self._listener.plays(self._day - timedelta(days=offset)))

    def _find(self, track_id: str) -> ApiObject:
        return self._listener.find_track(track_id, self._day)

    def _build_playlist(self, number: int | None, name: str, owner: str, collaborative: bool = False) -> ApiObject:
        id_ = "37i9dQZF1E3" + "demo0mix001" if number is None else self._listener.name_playlist(number)
        items = [] if number is None else self._fill_playlist(number)
        return {
            "collaborative": collaborative,
            "description": "",
            "href": f"{API_ORIGIN}playlists/{id_}",
            "id": id_,
            "images": None,
            "name": name,
            "owner": _build_user(owner),
            "public": not collaborative,
            # It changes with the weeks, as what is in the playlist does.
            "snapshot_id": f"{number}/{self._day.toordinal() // 7}",
            "tracks": {
                "href": f"{API_ORIGIN}playlists/{id_}/tracks",
                "total": None if number is None else len(items),
            },
            "type": "playlist",
            "uri": f"spotify:playlist:{id_}",
        }

    def _fill_playlist(self, number: int) -> list[ApiObject | None]:
        week = self._day.toordinal() // 7
        if number == 0:
            favourites = self._listener.choose_favourites(self._day)
            return [
                self._build_entry(track_id, week - place, LISTENER_ID) for place, track_id in enumerate(favourites[:30])
            ]
        # Each of the others is fed by its own past: the tracks saved in the weeks of some time ago.
        weeks = range(week - 40 - 60 * number, week - 60 * number)
        ids = dict.fromkeys(track_id for past in weeks for track_id in self._listener.choose_saves(past))
        # Two add to the one they keep together, in turn.
        adders = {1: (LISTENER_ID,), 2: (LISTENER_ID, _SOMEBODY_ELSE)}.get(number, (_SOMEBODY_ELSE,))
        entries: list[ApiObject | None] = [
            self._build_entry(track_id, week - 1, adders[place % len(adders)]) for place, track_id in enumerate(ids)
        ]
        if number == 1:
            entries[3:3] = [{**entries[0], "track": None} if entries[0] else None, None, _LOCAL_FILE, _EPISODE]
        return entries

    def _build_entry(self, track_id: str, week: int, adder: str) -> ApiObject:
        return {
            "added_at": f"{date.fromordinal(week * 7)}T08:00:00Z",
            "added_by": _build_user(adder),
            "is_local": False,
            "track": self._find(track_id),
        }


_LOCAL_FILE: ApiObject = {
    "added_at": None,
    "added_by": {"id": ""},
    "is_local": True,
    "track": {
        "album": {"album_type": None, "artists": [], "id": None, "name": "Tapes", "release_date": None},
        "artists": [{"id": None, "name": "Grandfather", "uri": None}],
        "disc_number": 0,
        "duration_ms": 215_000,
        "explicit": False,
        "id": None,
        "is_local": True,
        "name": "Home recording",
        "track_number": 0,
        "type": "track",
        "uri": "spotify:local:Grandfather:Tapes:Home+recording:215",
    },
}
_EPISODE: ApiObject = {
    "added_at": "2026-01-02T08:00:00Z",
    "added_by": {"id": LISTENER_ID},
    "is_local": False,
    "track": {
        "duration_ms": 2_400_000,
        "id": "0demo0episode0000000001",
        "is_local": False,
        "name": "Needles and grooves",
        "show": {"name": SHOWS[0].name},
        "type": "episode",
        "uri": "spotify:episode:0demo0episode0000000001",
    },
}


def _number_season(day: date) -> int:
    return day.toordinal() // _SEASON_DAYS


def _build_user(id_: str) -> ApiObject:
    return {
        "display_name": id_,
        "href": f"{API_ORIGIN}users/{id_}",
        "id": id_,
        "type": "user",
        "uri": f"spotify:user:{id_}",
    }


def _build_context(uri: str) -> ApiObject:
    _, kind, id_ = uri.split(":")
    return {"type": kind, "href": f"{API_ORIGIN}{kind}s/{id_}", "uri": uri}
