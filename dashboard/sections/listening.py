"""The listener's own listening: when, how long in a row, whom, and how the taste moves."""

from __future__ import annotations

import altair as alt

from dashboard.figures import Bands, Column, Figure, Section
from dashboard.sections.marks import (
    DENSE,
    HEIGHT,
    LINE_LEGEND,
    UTC,
    draw_bars,
    draw_cells,
    draw_lines,
    make_dots,
    start_chart,
)

_NONE = (
    "No listening is loaded. Load your account export (make history FILE=my_spotify_data.zip) or your new plays "
    "(python -m loader listening, then dbt build)."
)
_NO_TASTE = (
    "No audio features are loaded for what was played: an account export does not contain them. Load them with a "
    "Spotify app (python -m loader listening) or from datasets of tracks."
)
_MONTH = alt.Tooltip("utcyearmonth(month):T", title="Month")
# A streak by its days; the year is told once, if it has one.
_FIRST, _LAST = "toDate(datum.first_day)", "toDate(datum.last_day)"
_STREAK = (
    f"utcFormat({_FIRST}, utcyear({_FIRST}) === utcyear({_LAST}) ? '%-d %b' : '%-d %b %y') + ' – ' "
    f"+ utcFormat({_LAST}, utcyear({_FIRST}) === utcyear({_LAST}) ? '%-d %b %Y' : '%-d %b %y')"
)
_TASTES = {
    "energy": "Energy",
    "valence": "Valence",
    "danceability": "Danceability",
    "acousticness": "Acousticness",
}


def make_listening_section(plays: int) -> Section:
    """Make the section of listening.

    Args:
        plays: How many plays there are.
    """
    return Section(
        "listening",
        "Listening",
        "The listener’s own plays. A stream is a play of 30 seconds or more, as Spotify counts; hours and days are in "
        "the listener’s time zone.",
        (
            _make_months(),
            _make_hours(),
            _make_streaks(),
            _make_heard(),
            _make_heard_months(),
            _make_taste(_NO_TASTE if plays else _NONE),
        ),
    )


def _make_month_axis() -> alt.X:
    return alt.X("month:T", timeUnit="utcyearmonth", title="Month", axis=alt.Axis(tickCount=6, labelOverlap=True))


def _make_months() -> Figure:
    chart = start_chart().transform_calculate(New="datum.new_tracks", Repeated="datum.known_tracks")
    return Figure(
        "months",
        "Streams, new and repeated",
        "Streams of tracks by month: the first ever of each track, and all others.",
        "months",
        (
            Column("month", "Month", "month"),
            Column("streams", "Streams", "number"),
            Column("new_tracks", "of new tracks", "number"),
            Column("known_tracks", "of tracks heard before", "number"),
            Column("minutes_played", "Minutes", "number"),
        ),
        _NONE,
        chart.transform_fold(["New", "Repeated"], as_=["kind", "streams_of_kind"])
        .mark_bar()
        .encode(
            x=_make_month_axis(),
            y=alt.Y("streams_of_kind:Q", title="Streams", stack=True),
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=["New", "Repeated"], range=["var(--second)", "var(--accent)"]),
            ),
            order=alt.Order("kind:N", sort="descending"),
            tooltip=[
                _MONTH,
                alt.Tooltip("streams:Q", title="Streams", format=","),
                alt.Tooltip("new_tracks:Q", title="of new tracks", format=","),
                alt.Tooltip("known_tracks:Q", title="of tracks heard before", format=","),
                alt.Tooltip("minutes_played:Q", title="Minutes", format=",.0f"),
            ],
        )
        .properties(height=HEIGHT),
        wide=True,
        by_period="month",
        period_fields=("month",),
    )


def _make_hours() -> Figure:
    return Figure(
        "hours",
        "Hours and weekdays",
        "Streams by weekday and hour of the listener’s clock, over the years that the period touches.",
        "hours",
        (
            Column("calendar_year", "Year"),
            Column("day_name", "Weekday"),
            Column("hour_of_day", "Hour"),
            Column("streams", "Streams", "number"),
            Column("minutes_played", "Minutes", "number"),
        ),
        _NONE,
        draw_cells(
            start_chart()
            .transform_aggregate(
                streams="sum(streams)",
                minutes_played="sum(minutes_played)",
                groupby=["day_of_week", "day_name", "hour_of_day"],
            )
            .transform_calculate(weekday="slice(datum.day_name, 0, 3)"),
            alt.X(
                "hour_of_day:O",
                title="Hour of the day",
                scale=alt.Scale(domain=list(range(24))),
                axis=alt.Axis(labelAngle=0, labelOverlap=True),
            ),
            alt.Y("weekday:N", title=None, sort=alt.EncodingSortField("day_of_week", op="min")),
            alt.Color("streams:Q", title="Streams", scale=alt.Scale(domainMin=0)),
            [
                alt.Tooltip("day_name:N", title="Weekday"),
                alt.Tooltip("hour_of_day:O", title="Hour"),
                alt.Tooltip("streams:Q", title="Streams", format=","),
                alt.Tooltip("minutes_played:Q", title="Minutes", format=",.0f"),
            ],
        ),
        bands=Bands("day_of_week", 34),
        by_period="year",
        period_fields=("calendar_year",),
    )


_HEARD_COLUMNS = (
    Column("month", "Month", "month"),
    Column("artist_name", "Artist"),
    Column("streams", "Streams", "number"),
    Column("minutes_played", "Minutes", "number"),
)


def _make_heard() -> Figure:
    total = (
        start_chart()
        .transform_aggregate(streams="sum(streams)", minutes="sum(minutes_played)", groupby=["artist", "artist_name"])
        .transform_window(place="row_number()", sort=[alt.SortField("streams", order="descending")])
        .transform_filter("datum.place <= 12")
    )
    return Figure(
        "heard",
        "Most heard artists",
        "Streams in the months of the period by first credited artist: the top 12 among the 30 most heard artists of "
        "all time.",
        "heard_months",
        _HEARD_COLUMNS,
        _NONE,
        draw_bars(
            total,
            "artist_name",
            "streams",
            "Streams",
            ",",
            [
                alt.Tooltip("artist_name:N", title="Artist"),
                alt.Tooltip("streams:Q", title="Streams", format=","),
                alt.Tooltip("minutes:Q", title="Minutes", format=",.0f"),
            ],
        ),
        bands=Bands("artist", most=12),
        by_artist="rows",
        by_period="month",
        period_fields=("month",),
    )


def _make_heard_months() -> Figure:
    return Figure(
        "heard-months",
        "Favourites over time",
        "Streams by month: the six most heard artists of the period, or the chosen one, in colour, the rest of the 30 "
        "most heard artists in grey.",
        "heard_months",
        _HEARD_COLUMNS,
        _NONE,
        draw_lines(
            start_chart()
            .transform_joinaggregate(total="sum(streams)", groupby=["artist"])
            .transform_window(order="dense_rank()", sort=[alt.SortField("total", order="descending")]),
            alt.X("month:T", scale=UTC, title="Month", axis=alt.Axis(tickCount=6, labelOverlap=True)),
            alt.Y("streams:Q", title="Streams"),
            [
                alt.Tooltip("artist_name:N", title="Artist"),
                _MONTH,
                alt.Tooltip("streams:Q", title="Streams", format=","),
            ],
        ),
        by_artist="highlight",
        by_period="month",
        period_fields=("month",),
    )


def _make_taste(why_empty: str) -> Figure:
    names = ", ".join(f"{field}: '{name}'" for field, name in _TASTES.items())
    return Figure(
        "taste",
        "Taste over time",
        "Mean audio features of the tracks streamed in each month, 0 to 1, weighted by streams.",
        "months",
        (
            Column("month", "Month", "month"),
            *(Column(field, f"{name} (0–1)", "decimal") for field, name in _TASTES.items()),
            Column("streams_with_features", "Streams with features", "number"),
        ),
        why_empty,
        start_chart()
        .transform_fold(list(_TASTES), as_=["field", "mean"])
        .transform_calculate(feature=f"({{{names}}})[datum.field]")
        .mark_line(strokeWidth=2, point=make_dots())
        .encode(
            x=alt.X("month:T", scale=UTC, title="Month", axis=alt.Axis(tickCount=6, labelOverlap=True)),
            y=alt.Y("mean:Q", title="Mean (0 to 1)", scale=alt.Scale(zero=False)),
            color=alt.Color("feature:N", title=None, sort=list(_TASTES.values()), legend=LINE_LEGEND),
            tooltip=[
                _MONTH,
                alt.Tooltip("feature:N", title="Feature"),
                alt.Tooltip("mean:Q", title="Mean", format=".3f"),
                alt.Tooltip("streams_with_features:Q", title="Streams with features", format=","),
            ],
        )
        .add_params(DENSE)
        .properties(height=HEIGHT),
        wide=True,
        by_period="month",
        period_fields=("month",),
        needs="energy",
    )


def _make_streaks() -> Figure:
    return Figure(
        "streaks",
        "Longest streaks",
        "Consecutive days with at least one stream: the ten longest streaks that overlap the period.",
        "streaks",
        (
            Column("first_day", "First day", "day"),
            Column("last_day", "Last day", "day"),
            Column("days", "Days", "number"),
            Column("streams", "Streams", "number"),
            Column("minutes_played", "Minutes", "number"),
        ),
        _NONE,
        draw_bars(
            start_chart().transform_calculate(label=_STREAK),
            "label",
            "days",
            "Days in a row",
            "d",
            [
                alt.Tooltip("label:N", title="Streak"),
                alt.Tooltip("days:Q", title="Days"),
                alt.Tooltip("streams:Q", title="Streams", format=","),
                alt.Tooltip("minutes_played:Q", title="Minutes", format=",.0f"),
            ],
        ),
        bands=Bands(),
        by_period="span",
        period_fields=("first_day", "last_day"),
        limit=10,
    )
