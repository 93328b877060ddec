"""What the marts show of the made-up world: each finding is a question to them that knows nothing of what was planted.

So an account that names the hit, the slump and the summer is a proof that the whole way from the Web API to the marts
holds. The questions are for DuckDB.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import duckdb

T = TypeVar("T")


@dataclass(frozen=True)
class HitDay:
    """A day of the hit: when, popularity of track and artist (0 to 100), followers of the artist."""

    observed_on: date
    track_popularity: int
    artist_popularity: int
    followers: int


@dataclass(frozen=True)
class Hit:
    """The track that rose most in popularity."""

    track_id: str
    track_name: str
    artist_name: str
    days: tuple[HitDay, ...]


@dataclass(frozen=True)
class Slump:
    """The artist who lost most popularity (0 to 100) between the first day and the last one."""

    artist_id: str
    artist_name: str
    popularity: tuple[int, int]
    followers: tuple[int, int]


@dataclass(frozen=True)
class Launch:
    """The album that came out in the weeks and rose most in popularity (0 to 100), beyond what its artist did.

    The best place is that of its best track among all tracks on any day.
    """

    album_id: str
    album_name: str
    artist_name: str
    released_on: date
    first: int
    peak: int
    peak_on: date
    last: int
    best_place: int


@dataclass(frozen=True)
class Renaming:
    """An artist of two names, each a version in `dim_artist`."""

    old_name: str
    new_name: str
    renamed_on: date


@dataclass(frozen=True)
class Return:
    """A track that was withdrawn and came back: two versions in `dim_track`, and a gap."""

    track_name: str
    gone_on: date
    back_on: date


@dataclass(frozen=True)
class GenreSound:
    """How a genre sounds: means of its tracks, shares 0 to 1, loudness in decibels, tempo in beats a minute."""

    genre: str
    tracks: int
    energy: float
    loudness: float
    acousticness: float
    speechiness: float
    tempo: float


@dataclass(frozen=True)
class Length:
    """The median length of the tracks released in some years, in seconds, and which share of them is explicit."""

    first_year: int
    last_year: int
    tracks: int
    seconds: float
    explicit_share: float


@dataclass(frozen=True)
class Summer:
    """The artist who had the largest share (0 to 1) of a month's streams, and the track of theirs heard most in it."""

    artist_id: str
    artist_name: str
    month: date
    streams: int
    share: float
    track_name: str
    track_streams: int


@dataclass(frozen=True)
class Journey:
    """Days away from the country where most is played."""

    country: str
    first_day: date
    last_day: date
    plays: int


@dataclass(frozen=True)
class Skips:
    """Shares of the plays that were skipped, 0 to 1: of those in shuffled order, and of all others."""

    shuffled: float
    others: float


@dataclass(frozen=True)
class Podcasts:
    """Plays of podcasts on working days, and the share of them (0 to 1) at the hours of commuting."""

    plays: int
    commute_share: float


@dataclass(frozen=True)
class Streak:
    """The longest run of days with music."""

    first_day: date
    last_day: date
    days: int


_HIT = """
    with changes as (
        select track_durable_key, max(popularity) - min_by(popularity, observed_on) as rise
        from marts.fct_track_popularity
        group by track_durable_key
    ),
    hit as (
        select track.*
        from changes
        inner join marts.dim_track_current as track using (track_durable_key)
        order by changes.rise desc, track.track_id
        limit 1
    )
    select
        hit.track_id, hit.track_name, artist.artist_name, days.observed_on, days.popularity,
        measured.popularity, measured.followers
    from hit
    inner join marts.dim_artist_current as artist using (artist_durable_key)
    inner join marts.fct_track_popularity as days on days.track_durable_key = hit.track_durable_key
    inner join marts.fct_artist_popularity as measured
        on measured.artist_durable_key = artist.artist_durable_key and measured.observed_on = days.observed_on
    order by days.observed_on
"""
_SLUMP = """
    with spans as (
        select
            artist_durable_key,
            min_by(popularity, observed_on) as first_popularity, max_by(popularity, observed_on) as last_popularity,
            min_by(followers, observed_on) as first_followers, max_by(followers, observed_on) as last_followers
        from marts.fct_artist_popularity
        group by artist_durable_key
    )
    select
        artist.artist_id, artist.artist_name, first_popularity, last_popularity, first_followers, last_followers
    from spans
    inner join marts.dim_artist_current as artist using (artist_durable_key)
    where last_popularity < first_popularity
    order by last_popularity - first_popularity, artist.artist_id
    limit 1
"""
_LAUNCH = """
    with launches as (
        select
            days.album_durable_key,
            min_by(days.popularity, days.observed_on) as first,
            max(days.popularity) as peak,
            -- The first of the days on which it stood highest.
            max_by(days.observed_on, (days.popularity, -days.date_key)) as peak_on,
            max_by(days.popularity, days.observed_on) as last
        from marts.fct_album_popularity as days
        inner join marts.dim_album_current as album using (album_durable_key)
        inner join marts.fct_artist_popularity as artist
            on artist.artist_durable_key = album.artist_durable_key and artist.observed_on = days.observed_on
        where
            album.album_type = 'album'
            and album.released_on > (select min(observed_on) from marts.fct_album_popularity)
        group by days.album_durable_key
        -- What it rose more than its artist did: whoever rises takes every record along.
        order by
            max(days.popularity - artist.popularity)
                - min_by(days.popularity - artist.popularity, days.observed_on) desc,
            days.album_durable_key
        limit 1
    ),
    places as (
        select track_durable_key, rank() over (partition by observed_on order by popularity desc) as place
        from marts.fct_track_popularity
    )
    select
        album.album_id, album.album_name, artist.artist_name, album.released_on, first, peak, peak_on, last,
        min(places.place)
    from launches
    inner join marts.dim_album_current as album using (album_durable_key)
    inner join marts.dim_artist_current as artist on artist.artist_durable_key = album.artist_durable_key
    inner join marts.dim_track_current as track on track.album_durable_key = album.album_durable_key
    inner join places on places.track_durable_key = track.track_durable_key
    group by all
"""
_RENAMING = """
    select old_name, artist_name, valid_from
    from (
        select
            artist_name, valid_from, artist_id,
            lag(artist_name) over (partition by artist_id order by valid_from) as old_name
        from marts.dim_artist
    )
    where old_name <> artist_name
    order by valid_from, artist_id
    limit 1
"""
_RETURN = """
    select track_name, valid_to, next_from
    from (
        select track_name, valid_to, lead(valid_from) over (partition by track_id order by valid_from) as next_from
        from marts.dim_track
    )
    where next_from > valid_to
    order by valid_to, track_name
    limit 1
"""
_GENRES = """
    with genres as (
        select
            genre_name,
            sum(tracks_with_features) as tracks,
            sum(energy * tracks_with_features) / sum(tracks_with_features) as energy,
            sum(loudness * tracks_with_features) / sum(tracks_with_features) as loudness,
            sum(acousticness * tracks_with_features) / sum(tracks_with_features) as acousticness,
            sum(speechiness * tracks_with_features) / sum(tracks_with_features) as speechiness,
            sum(tempo * tracks_with_features) / sum(tracks_with_features) as tempo
        from marts.rpt_audio_profile
        where genre_key is not null and tracks_with_features > 0
        group by genre_name
    ),
    -- Genres of the same tracks sound the same: one of them is enough. The largest of each kind is told.
    different as (
        select * from genres
        where tracks >= 30
        qualify row_number() over (partition by tracks, round(tempo, 3) order by genre_name) = 1
    ),
    kinds as (
        select *, ntile(11) over (order by energy) as kind from different
    )
    select genre_name, tracks, energy, loudness, acousticness, speechiness, tempo
    from kinds
    qualify row_number() over (partition by kind order by tracks desc, genre_name) = 1
    order by energy desc
"""
# The years before 2010 in one, then four at a time.
_LENGTHS = """
    select
        min(album.release_year), max(album.release_year), count(*), median(track.duration_ms) / 1000,
        avg(case when track.is_explicit then 1.0 else 0.0 end)
    from marts.dim_track_current as track
    inner join marts.dim_album_current as album using (album_durable_key)
    where album.release_year is not null
    group by case when album.release_year < 2010 then 0 else (album.release_year - 2010) // 4 + 1 end
    order by 1
"""
_SUMMER = """
    with months as (
        select *, streams / sum(streams) over (partition by period_start) as share
        from marts.rpt_top_artists
        where period_type = 'month'
        -- The first month and the last one may have few days.
        qualify sum(streams) over (partition by period_start) > 300
        order by share desc, period_start
        limit 1
    )
    select
        artist.artist_id, months.artist_name, months.period_start, months.streams, months.share, track.track_name,
        count(*) as track_streams
    from months
    inner join marts.dim_artist_current as artist using (artist_durable_key)
    inner join marts.dim_date as days on days.first_day_of_month = months.period_start
    inner join marts.fct_plays as plays on plays.date_key = days.date_key and plays.is_stream
    inner join marts.dim_track_current as track
        on track.track_durable_key = plays.track_durable_key and track.artist_durable_key = artist.artist_durable_key
    group by all
    order by track_streams desc, track.track_name
    limit 1
"""
_JOURNEY = """
    select country, min(played_on), max(played_on), count(*)
    from marts.fct_plays
    where
        country is not null
        and country <> (select country from marts.fct_plays where country is not null group by all
            order by count(*) desc limit 1)
    group by country
    order by count(*) desc
    limit 1
"""
_SKIPS = """
    select
        avg(case when is_skipped then 1.0 else 0.0 end) filter (is_shuffled),
        avg(case when is_skipped then 1.0 else 0.0 end) filter (not is_shuffled)
    from marts.fct_plays
    where is_skipped is not null and is_shuffled is not null and content_type = 'track'
    having count(*) filter (is_shuffled) > 0 and count(*) filter (not is_shuffled) > 0
"""
_PODCASTS = """
    select count(*), avg(case when hour_of_day in (7, 8, 9, 17, 18, 19) then 1.0 else 0.0 end)
    from marts.fct_plays as plays
    inner join marts.dim_date as days on days.date_key = plays.date_key
    where content_type = 'episode' and not days.is_weekend
    having count(*) > 0
"""
_STREAK = """
    select first_day, last_day, days from marts.rpt_listening_streaks order by days desc, first_day limit 1
"""


@dataclass(frozen=True)
class Findings:
    """What there is to tell; None or nothing where the warehouse shows no such thing."""

    days: tuple[date, ...]
    hit: Hit | None
    slump: Slump | None
    launch: Launch | None
    renaming: Renaming | None
    returned: Return | None
    genres: list[GenreSound]
    lengths: list[Length]
    summer: Summer | None
    journey: Journey | None
    skips: Skips | None
    podcasts: Podcasts | None
    streak: Streak | None


def find(warehouse: duckdb.DuckDBPyConnection) -> Findings:
    """Ask the marts of a demo's warehouse for everything worth telling.

    Raises:
        duckdb.Error: If there are no marts.
    """

    def ask_one(query: str, make: Callable[..., T]) -> T | None:
        row = warehouse.sql(query).fetchone()
        return None if row is None else make(*row)

    hit_days = warehouse.sql(_HIT).fetchall()
    observed = warehouse.sql("select distinct observed_on from marts.fct_artist_popularity order by 1").fetchall()
    return Findings(
        days=tuple(day for (day,) in observed),
        hit=_make_hit(hit_days) if hit_days else None,
        slump=ask_one(_SLUMP, lambda id_, name, *measures: Slump(id_, name, tuple(measures[:2]), tuple(measures[2:]))),
        launch=ask_one(_LAUNCH, Launch),
        renaming=ask_one(_RENAMING, Renaming),
        returned=ask_one(_RETURN, Return),
        genres=[GenreSound(*row) for row in warehouse.sql(_GENRES).fetchall()],
        lengths=[Length(*row) for row in warehouse.sql(_LENGTHS).fetchall()],
        summer=ask_one(_SUMMER, Summer),
        journey=ask_one(_JOURNEY, Journey),
        skips=ask_one(_SKIPS, Skips),
        podcasts=ask_one(_PODCASTS, Podcasts),
        streak=ask_one(_STREAK, Streak),
    )


def _make_hit(rows: list[tuple[Any, ...]]) -> Hit:
    track_id, track_name, artist_name = rows[0][:3]
    return Hit(track_id, track_name, artist_name, tuple(HitDay(*row[3:]) for row in rows))
