"""Artists: how popular they are and were, who climbs, and what they were called before."""

from __future__ import annotations

import altair as alt

from dashboard.figures import Bands, Choice, Column, Figure, Section
from dashboard.sections.marks import (
    UTC,
    draw_bars,
    draw_lines,
    make_day_axis,
    start_chart,
)

# A name ends where its bar does, in pixels.
_ROOM_IN_BAR = "max(1, scale('x', toDate(datum.shown_to)) - scale('x', toDate(datum.shown_from)) - 14)"
_DAY = alt.Tooltip("utcyearmonthdate(day):T", title="Day")
_ARTIST = alt.Tooltip("artist_name:N", title="Artist")
_FOLLOWERS = alt.Tooltip("followers:Q", title="Followers", format=",")


def make_artists_section(why_empty: str) -> Section:
    """Make the section of popularity and followers.

    Args:
        why_empty: Why nothing was measured, if nothing was.
    """
    return Section(
        "artists",
        "Artists: popularity and followers",
        "Popularity is Spotify’s own measure, from 0 to 100, based mostly on recent plays. Followers are people. Up to "
        "50 artists are shown, the most popular ones.",
        (
            Figure(
                "standing",
                "Current standing",
                "On the newest day of the period: rank by popularity, followers, and their change over exactly 7 and "
                "28 days (empty if that day was not measured).",
                "artist_days",
                (
                    Column("popularity_rank", "Rank", "number"),
                    Column("artist_name", "Artist"),
                    Column("popularity", "Popularity (0–100)", "bar"),
                    Column("followers", "Followers", "number"),
                    Column("followers_change_7d", "in 7 days", "signed"),
                    Column("followers_change_28d", "in 28 days", "signed"),
                ),
                why_empty,
                wide=True,
                by_artist="rows",
                by_period="newest",
            ),
            Figure(
                "popularity",
                "Popularity over time",
                "Popularity (0 to 100) on each observed day: the six most popular artists, or the chosen one, in "
                "colour, the others in grey.",
                "artist_days",
                (
                    Column("day", "Day", "day"),
                    Column("artist_name", "Artist"),
                    Column("popularity", "Popularity (0–100)", "number"),
                ),
                why_empty,
                draw_lines(
                    start_chart().transform_calculate(order="datum.artist + 1"),
                    make_day_axis(),
                    alt.Y("popularity:Q", title="Popularity (0–100)"),
                    [_ARTIST, _DAY, alt.Tooltip("popularity:Q", title="Popularity")],
                ),
                by_artist="highlight",
                by_period="day",
                needs="popularity",
            ),
            Figure(
                "followers",
                "Followers over time",
                "Change in followers since the first day of the period, in percent, so that small and large artists "
                "can be compared. Point at a dot to see the number of followers.",
                "artist_days",
                (
                    Column("day", "Day", "day"),
                    Column("artist_name", "Artist"),
                    Column("followers", "Followers", "number"),
                ),
                why_empty,
                draw_lines(
                    start_chart()
                    .transform_filter("datum.followers > 0")
                    .transform_calculate(order="datum.artist + 1")
                    .transform_window(first="first_value(followers)", groupby=["artist"], sort=[alt.SortField("day")])
                    .transform_calculate(percent="100 * (datum.followers - datum.first) / datum.first"),
                    make_day_axis(),
                    alt.Y("percent:Q", title="Change in followers (%)"),
                    [_ARTIST, _DAY, _FOLLOWERS, alt.Tooltip("percent:Q", title="Change (%)", format="+.2f")],
                ),
                by_artist="highlight",
                by_period="day",
                needs="followers",
            ),
        ),
    )


def make_climbers_section(why_empty: str, why_no_rising: str) -> Section:
    """Make the section of who climbs.

    Args:
        why_empty: Why nobody gained followers, if nobody did.
        why_no_rising: Why no track rises, if none does.
    """
    return Section(
        "climbers",
        "Climbers",
        "The fastest growth up to the newest day of the period: artists by followers, tracks by popularity.",
        (
            Figure(
                "climbers",
                "Artists who gained followers",
                "Followers gained, in percent of the earlier number: the 15 artists with the largest gain.",
                "climbers",
                (
                    Column("artist_name", "Artist"),
                    Column("day", "Day", "day"),
                    Column("gained", "Gained", "signed"),
                    Column("followers", "Followers", "number"),
                    Column("gained_percent", "Gained (%)", "percent"),
                ),
                why_empty,
                draw_bars(
                    start_chart(),
                    "artist_name",
                    "gained_percent",
                    "Followers gained (%)",
                    "+.2f",
                    [
                        _ARTIST,
                        _DAY,
                        _FOLLOWERS,
                        alt.Tooltip("gained:Q", title="Gained", format="+,"),
                        alt.Tooltip("gained_percent:Q", title="Gained (%)", format="+.2f"),
                    ],
                ),
                by_artist="rows",
                by_period="newest",
                bands=Bands(),
                choice=Choice("Over", "over_days", ((7, "7 days"), (28, "28 days"), (1, "1 day"))),
            ),
            Figure(
                "rising-tracks",
                "Rising tracks",
                "The momentum of a track is the growth of its popularity, related to its level and weighted higher if "
                "it lasts. The 15 fastest.",
                "rising_tracks",
                (
                    Column("momentum_rank", "Rank", "number"),
                    Column("track_name", "Track"),
                    Column("artist_name", "Artist"),
                    Column("popularity", "Popularity (0–100)", "number"),
                    Column("popularity_change_7d", "in 7 days", "signed"),
                    Column("momentum_score", "Momentum", "decimal"),
                ),
                why_no_rising,
                draw_bars(
                    start_chart().transform_calculate(
                        label="datum.track_name + (datum.artist_name ? ' · ' + datum.artist_name : '')"
                    ),
                    "label",
                    "momentum_score",
                    "Momentum",
                    ".1f",
                    [
                        alt.Tooltip("track_name:N", title="Track"),
                        _ARTIST,
                        _DAY,
                        alt.Tooltip("popularity:Q", title="Popularity (0–100)"),
                        alt.Tooltip("popularity_change_7d:Q", title="Change in 7 days", format="+"),
                        alt.Tooltip("momentum_score:Q", title="Momentum", format=".2f"),
                    ],
                ),
                by_artist="rows",
                by_period="newest",
                bands=Bands(),
            ),
        ),
    )


def make_history_section() -> Section:
    """Make the section of the versions of artists."""
    chart = start_chart()
    bars = chart.encode(
        y=alt.Y("name_now:N", title=None),
        x=alt.X("shown_from:T", scale=UTC, title="Day", axis=alt.Axis(tickCount=6, labelOverlap=True)),
        tooltip=[
            alt.Tooltip("artist_name:N", title="Name"),
            alt.Tooltip("genres:N", title="Genres"),
            alt.Tooltip("valid_from_told:N", title="Valid from"),
            alt.Tooltip("valid_to_told:N", title="Valid until"),
        ],
    )
    return Section(
        "history",
        "History",
        "Every version of an artist: the name and the genres on Spotify, with the days on which they are valid. A "
        "version starts on the day on which the change was observed.",
        (
            Figure(
                "versions",
                "Artist versions",
                "One bar per version. If no artist is chosen, the artists that changed most recently are shown; "
                "otherwise all versions of the chosen one.",
                "versions",
                (
                    Column("name_now", "Current name"),
                    Column("artist_name", "Name in this version"),
                    Column("genres", "Genres"),
                    Column("valid_from_told", "Valid from"),
                    Column("valid_to_told", "Valid until (exclusive)"),
                ),
                "No artist has changed since the first load: each has one version. Choose an artist to see it.",
                alt.layer(
                    bars.mark_bar(cornerRadius=3, height={"band": 0.7}, stroke="var(--surface)", strokeWidth=2).encode(
                        x2="shown_to:T", color=alt.Color("version_number:N", title=None, legend=None)
                    ),
                    bars.mark_text(align="left", dx=8, color="var(--on-mark)", limit=alt.ExprRef(_ROOM_IN_BAR)).encode(
                        text="artist_name:N"
                    ),
                ),
                wide=True,
                by_artist="recent",
                by_period="span",
                period_fields=("shown_from", "shown_to"),
                bands=Bands("name_now", 34),
            ),
        ),
    )
