"""The catalogue as it is now: how long tracks are, which are explicit, what was released when, how it sounds."""

from __future__ import annotations

import altair as alt

from dashboard.figures import Bands, Choice, Column, Figure, Section
from dashboard.sections.marks import (
    HEIGHT,
    draw_bars,
    draw_cells,
    make_year_axis,
    start_chart,
)

_NO_GENRES = (
    "No genres are loaded for the artists of these tracks. Spotify returns genres to extended-quota apps only; "
    "datasets may contain them."
)
_NO_FEATURES = (
    "No audio features are loaded. Spotify returns them to few apps; ReccoBeats and datasets have them for all "
    "(python -m loader loads them, unless --no-audio-features is set)."
)
# Tracks that are longer than this, in seconds, share the last bar.
_LONG = 600
_FEATURE_NAMES = {
    "energy": "Energy (0 to 1)",
    "danceability": "Danceability (0 to 1)",
    "valence": "Valence (0 to 1)",
    "acousticness": "Acousticness (0 to 1)",
    "speechiness": "Speechiness (0 to 1)",
    "instrumentalness": "Instrumentalness (0 to 1)",
    "liveness": "Liveness (0 to 1)",
    "tempo": "Tempo (beats per minute)",
    "loudness": "Loudness (dB)",
}


def _explain_nothing(what: str, tracks: int) -> str:
    """Say why a figure of the catalogue has nothing to show.

    Args:
        what: What is not known of the tracks there are.
        tracks: How many there are.
    """
    if not tracks:
        return (
            "The warehouse contains no tracks yet: load artists (python -m loader --artist …) or a dataset, "
            "then dbt build."
        )
    return (
        f"{what} is not known for any of the {tracks:,} tracks: an account export contains only their names. Load "
        "their artists (python -m loader --artist …, which needs a Spotify app) or a dataset, then dbt build."
    )


def make_catalogue_sections(tracks: int) -> list[Section]:
    """Make the sections over the catalogue as it is now, which no period changes."""
    return [
        _make_durations(_explain_nothing("The duration", tracks)),
        _make_explicit(_explain_nothing("Whether it is explicit", tracks)),
        _make_releases(_explain_nothing("The release date", tracks)),
        _make_audio_profile(),
    ]


def _make_durations(why_empty: str) -> Section:
    columns = (
        Column("decade", "Released in the decade from"),
        Column("from_seconds", "From (m:ss)", "length"),
        Column("to_seconds", "To (m:ss)", "length"),
        Column("tracks", "Tracks", "number"),
    )
    # What is longer shares the last bar.
    chart = start_chart().transform_calculate(
        start=f"min(datum.from_seconds, {_LONG}) / 60",
        end=f"min(datum.from_seconds, {_LONG}) / 60 + (datum.to_seconds - datum.from_seconds) / 60",
    )
    axis = alt.X(
        "start:Q",
        bin="binned",
        title="Duration (minutes)",
        axis=alt.Axis(
            tickMinStep=1, format="d", labelExpr=f"datum.value >= {_LONG // 60} ? '{_LONG // 60}+' : datum.label"
        ),
    )
    told = [
        alt.Tooltip("start:Q", title="From (minutes)", format=".1f"),
        alt.Tooltip("end:Q", title="To (minutes)", format=".1f"),
    ]
    shares = (
        chart.transform_filter("isValid(datum.decade)")
        .transform_aggregate(tracks="sum(tracks)", groupby=["decade", "start", "end"])
        .transform_joinaggregate(total="sum(tracks)", groupby=["decade"])
        .transform_calculate(share="datum.tracks / datum.total")
    )
    return Section(
        "durations",
        "Track durations",
        "The durations of all current tracks. The chosen period has no effect here.",
        (
            Figure(
                "durations",
                "Tracks by duration",
                "Number of tracks by duration, in steps of 30 seconds; the last bar contains all from 10 minutes on.",
                "durations",
                columns,
                why_empty,
                chart.transform_aggregate(tracks="sum(tracks)", groupby=["start", "end"])
                .mark_bar(binSpacing=1)
                .encode(
                    x=axis,
                    x2="end:Q",
                    y=alt.Y("tracks:Q", title="Tracks"),
                    tooltip=[*told, alt.Tooltip("tracks:Q", title="Tracks", format=",")],
                )
                .properties(height=HEIGHT),
                by_artist="own",
            ),
            Figure(
                "durations-by-decade",
                "Do songs get shorter?",
                "Tracks of each duration as a share of the decade’s tracks, in percent; tracks of unknown year are "
                "left out.",
                "durations",
                columns,
                why_empty,
                draw_cells(
                    shares,
                    axis,
                    alt.Y("decade:O", title="Release decade", sort="descending"),
                    alt.Color("share:Q", title="Share of the decade", legend=alt.Legend(format=".0%")),
                    [
                        alt.Tooltip("decade:O", title="Decade"),
                        *told,
                        alt.Tooltip("tracks:Q", title="Tracks", format=","),
                        alt.Tooltip("share:Q", title="Share", format=".1%"),
                    ],
                )
                .encode(x2="end:Q")
                .properties(height=HEIGHT),
                by_artist="own",
            ),
        ),
    )


def _make_explicit(why_empty: str) -> Section:
    years = (
        start_chart()
        .transform_filter("isValid(datum.release_year)")
        .transform_calculate(
            next_year="datum.release_year + 1",
            share="datum.explicit_tracks / (datum.explicit_tracks + datum.clean_tracks)",
            Explicit="datum.explicit_tracks",
            Clean="datum.clean_tracks",
        )
        .transform_fold(["Explicit", "Clean"], as_=["kind", "tracks"])
    )
    return Section(
        "explicit",
        "Explicit and clean tracks",
        "Spotify marks tracks with explicit lyrics; all others, including unknown ones, count as clean.",
        (
            Figure(
                "explicit-years",
                "By release year",
                "Number of explicit and clean tracks by the release year of their album.",
                "explicit_years",
                (
                    Column("release_year", "Release year"),
                    Column("explicit_tracks", "Explicit tracks", "number"),
                    Column("clean_tracks", "Clean tracks", "number"),
                ),
                why_empty,
                years.mark_bar(binSpacing=1)
                .encode(
                    x=make_year_axis(),
                    x2="next_year:Q",
                    y=alt.Y("tracks:Q", title="Tracks", stack=True),
                    color=alt.Color(
                        "kind:N",
                        title=None,
                        scale=alt.Scale(domain=["Explicit", "Clean"], range=["var(--second)", "var(--quiet)"]),
                    ),
                    order=alt.Order("kind:N", sort="descending"),
                    tooltip=[
                        alt.Tooltip("release_year:Q", title="Year"),
                        alt.Tooltip("explicit_tracks:Q", title="Explicit", format=","),
                        alt.Tooltip("clean_tracks:Q", title="Clean", format=","),
                        alt.Tooltip("share:Q", title="Explicit share", format=".1%"),
                    ],
                )
                .properties(height=HEIGHT + 60),
                by_artist="own",
            ),
            Figure(
                "explicit-genres",
                "By genre",
                "Explicit tracks in percent of the tracks of the 15 largest genres. A track counts in each genre of "
                "its artists.",
                "explicit_genres",
                (
                    Column("genre_name", "Genre"),
                    Column("tracks", "Tracks", "number"),
                    Column("explicit_tracks", "Explicit tracks", "number"),
                    Column("explicit_share", "Explicit share", "share"),
                ),
                _NO_GENRES,
                draw_bars(
                    start_chart(),
                    "genre_name",
                    "explicit_share",
                    "Explicit tracks (%)",
                    ".1%",
                    [
                        alt.Tooltip("genre_name:N", title="Genre"),
                        alt.Tooltip("tracks:Q", title="Tracks", format=","),
                        alt.Tooltip("explicit_tracks:Q", title="Explicit", format=","),
                        alt.Tooltip("explicit_share:Q", title="Explicit share", format=".1%"),
                    ],
                ),
                bands=Bands(),
            ),
        ),
    )


def _make_releases(why_empty: str) -> Section:
    known = (
        start_chart()
        .transform_filter("isValid(datum.release_year)")
        .transform_calculate(next_year="datum.release_year + 1", minutes="datum.median_duration_seconds / 60")
    )
    kinds = alt.Color(
        "album_type:N", title=None, scale=alt.Scale(domain=["album", "single", "compilation"]), legend=alt.Legend()
    )
    return Section(
        "releases",
        "Release trends",
        "The current albums, singles and compilations by the year of their release.",
        (
            Figure(
                "releases",
                "Releases by year",
                "Number of albums by release year and type.",
                "releases",
                (
                    Column("release_year", "Release year"),
                    Column("album_type", "Type"),
                    Column("albums", "Albums", "number"),
                ),
                why_empty,
                known.mark_bar(binSpacing=1)
                .encode(
                    x=make_year_axis(),
                    x2="next_year:Q",
                    y=alt.Y("sum(albums):Q", title="Albums", stack=True),
                    color=kinds,
                    tooltip=[
                        alt.Tooltip("release_year:Q", title="Year"),
                        alt.Tooltip("album_type:N", title="Type"),
                        alt.Tooltip("sum(albums):Q", title="Albums", format=","),
                    ],
                )
                .properties(height=HEIGHT),
                by_artist="own",
            ),
            Figure(
                "release-durations",
                "Duration of the released tracks",
                "Median duration of the tracks, in minutes, by release year and album type; all artists together.",
                "releases",
                (
                    Column("release_year", "Release year"),
                    Column("album_type", "Type"),
                    Column("tracks", "Tracks", "number"),
                    Column("median_duration_seconds", "Median duration (m:ss)", "length"),
                ),
                why_empty,
                known.mark_line(point=alt.OverlayMarkDef(size=22), strokeWidth=1.5)
                .encode(
                    x=alt.X(
                        "release_year:Q",
                        title="Release year",
                        scale=alt.Scale(zero=False, nice=False),
                        axis=alt.Axis(format="d", tickCount=8, labelOverlap=True),
                    ),
                    y=alt.Y("minutes:Q", title="Median duration (minutes)", scale=alt.Scale(zero=False)),
                    color=kinds,
                    tooltip=[
                        alt.Tooltip("release_year:Q", title="Year"),
                        alt.Tooltip("album_type:N", title="Type"),
                        alt.Tooltip("tracks:Q", title="Tracks", format=","),
                        alt.Tooltip("minutes:Q", title="Median (minutes)", format=".2f"),
                    ],
                )
                .properties(height=HEIGHT),
                needs="median_duration_seconds",
            ),
        ),
    )


def _make_audio_profile() -> Section:
    told = [
        alt.Tooltip("genre_name:N", title="Genre"),
        alt.Tooltip("feature:N", title="Feature"),
        alt.Tooltip("mean:Q", title="Mean", format=".2f"),
        alt.Tooltip("tracks:Q", title="Tracks", format=","),
    ]
    genres = alt.Y("genre_name:N", title=None, sort=None)
    columns = (
        Column("genre_name", "Genre"),
        Column("decade", "Release decade"),
        Column("feature", "Feature"),
        Column("mean", "Mean", "decimal"),
        Column("tracks", "Tracks with features", "number"),
    )
    overall = (
        start_chart()
        .transform_filter("datum.feature !== 'tempo' && datum.feature !== 'loudness'")
        .transform_calculate(weighted="datum.mean * datum.tracks")
        .transform_aggregate(weighted="sum(weighted)", tracks="sum(tracks)", groupby=["genre_name", "feature"])
        .transform_calculate(mean="datum.weighted / datum.tracks")
    )
    cells = draw_cells(
        overall,
        alt.X("feature:N", title=None, sort=list(_FEATURE_NAMES), axis=alt.Axis(labelAngle=-40)),
        genres,
        alt.Color("mean:Q", title="Mean (0 to 1)", scale=alt.Scale(domain=[0, 1])),
        told,
    )
    numbers = overall.mark_text(fontSize=11).encode(
        x=alt.X("feature:N", sort=list(_FEATURE_NAMES)),
        y=genres,
        text=alt.Text("mean:Q", format=".2f"),
        color=alt.condition("datum.mean > var(--deep-from)", alt.value("var(--on-deep)"), alt.value("var(--on-light)")),
    )
    return Section(
        "audio",
        "Audio profile by genre and decade",
        "Means of the audio features of the tracks of the 15 largest genres. Most features range from 0 to 1; tempo is "
        "in beats per minute, loudness in decibels below full scale. A track counts in each genre of its artists.",
        (
            Figure(
                "audio-genres",
                "How genres sound",
                "Mean of each feature over all decades, 0 to 1.",
                "audio_profile",
                columns,
                _NO_FEATURES,
                alt.layer(cells, numbers),
                bands=Bands("genre_name"),
            ),
            Figure(
                "audio-decades",
                "How genres changed",
                "Mean of the chosen feature by release decade.",
                "audio_profile",
                columns,
                _NO_FEATURES,
                draw_cells(
                    start_chart().transform_filter("isValid(datum.decade)"),
                    alt.X(
                        "decade:O",
                        title="Release decade",
                        axis=alt.Axis(labelAngle=0, labelOverlap=True, labelSeparation=8),
                    ),
                    genres,
                    alt.Color("mean:Q", title="Mean", scale=alt.Scale(zero=False)),
                    [alt.Tooltip("decade:O", title="Decade"), *told],
                ),
                bands=Bands("genre_name"),
                choice=Choice("Feature", "feature", tuple(_FEATURE_NAMES.items())),
            ),
        ),
    )
