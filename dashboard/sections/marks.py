"""What several charts share: days and years as axes, lines of which some are shown before the others, bars with names.

Colours are names of the page's style, such as `var(--accent)`; the page's script puts in what they are by day or night.
"""

from __future__ import annotations

import altair as alt

from dashboard.figures import ROWS, Chart

HEIGHT = 260
UTC = alt.Scale(type="utc")
# Whether there are so many moments that dots would cover the line; the page's script knows.
DENSE = alt.param("dense", value=False)
# Its dots are seen even where those on the lines are not.
LINE_LEGEND = alt.Legend(symbolOpacity=1)
_SHOWN = 6


def make_day_axis(title: str = "Day", field: str = "day") -> alt.X:
    """Make the axis of days."""
    return alt.X(f"{field}:T", scale=UTC, title=title, axis=alt.Axis(tickCount=6, labelOverlap=True))


def make_year_axis(title: str = "Release year") -> alt.X:
    """Make the axis of years, over the columns `release_year` and `next_year`."""
    return alt.X("release_year:Q", bin="binned", title=title, axis=alt.Axis(format="d", tickCount=8, labelOverlap=True))


def make_dots() -> alt.OverlayMarkDef:
    """Make the dots on a line, which tell what is there; where they would cover it they are not seen."""
    return alt.OverlayMarkDef(size=36, opacity=alt.ExprRef("dense ? 0 : 1"))


def draw_lines(chart: alt.Chart, x: alt.X, y: alt.Y, tooltip: list[alt.Tooltip]) -> Chart:
    """Draw a line an artist: the first six, or the chosen one, in colour before all others.

    Args:
        chart: Over rows with `artist`, `artist_name` and `order`, the artist's place from 1.
        x: The axis of time.
        y: The axis of the measure.
        tooltip: What a point tells.
    """
    lines = chart.encode(x=x, y=y, detail="artist:N")
    others = lines.mark_line(color="var(--faint)", strokeWidth=1)
    shown = (
        lines.transform_filter(f"chosen === null ? datum.order <= {_SHOWN} : datum.artist === chosen")
        .mark_line(strokeWidth=2.5, point=make_dots())
        .encode(
            color=alt.Color(
                "artist_name:N", title=None, sort=alt.EncodingSortField("order", op="min"), legend=LINE_LEGEND
            ),
            tooltip=tooltip,
        )
    )
    return alt.layer(others, shown).add_params(alt.param("chosen", value=None), DENSE).properties(height=HEIGHT + 40)


def draw_bars(
    chart: alt.Chart, name: str, measure: str, title: str, number_format: str, tooltip: list[alt.Tooltip]
) -> Chart:
    """Draw a bar a row, the longest first, with its name before it and its number at its end.

    Args:
        chart: Over the rows.
        name: The column of names.
        measure: The column of lengths.
        title: What the lengths are, with the unit.
        number_format: How the numbers are written.
        tooltip: What a bar tells.
    """
    # Rows of the same name stay apart by spaces without width.
    rows = chart.transform_window(
        bar="row_number()", sort=[alt.SortField(measure, order="descending")]
    ).transform_calculate(bar_name=f"datum.{name} + pad('', datum.bar, '\u200b')", room=f"datum.{measure} * 1.5")
    bars = rows.encode(
        y=alt.Y("bar_name:N", title=None, sort=alt.EncodingSortField("bar", op="min")),
        x=alt.X(
            f"{measure}:Q",
            title=title,
            scale=alt.Scale(domainMin=0, nice=False),
            # The numbers make its marks needless.
            axis=alt.Axis(labels=False, ticks=False, domain=False),
        ),
        tooltip=tooltip,
    )
    return alt.layer(
        # Room for the numbers at the ends.
        rows.mark_rule(opacity=0).encode(x="room:Q"),
        bars.mark_bar(cornerRadiusEnd=3, height={"band": 0.72}),
        bars.mark_text(align="left", dx=5, color="var(--text)").encode(
            text=alt.Text(f"{measure}:Q", format=number_format)
        ),
    )


def draw_cells(chart: alt.Chart, x: alt.X, y: alt.Y, color: alt.Color, tooltip: list[alt.Tooltip]) -> alt.Chart:
    """Draw a heat map."""
    cells: alt.Chart = chart.mark_rect(stroke="var(--surface)", strokeWidth=1).encode(
        x=x, y=y, color=color, tooltip=tooltip
    )
    return cells


def start_chart() -> alt.Chart:
    """Start a chart over the figure's rows."""
    return alt.Chart(ROWS)
