"""What a page is made of: sections of figures, each a table, or a chart that is told as a table too."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import altair as alt

# What a chosen artist does to a figure: only their rows stay; rows of theirs come in the place of everybody's; they are
# drawn before the others; their rows come in the place of those that are marked as recent.
ByArtist = Literal["rows", "own", "highlight", "recent"]
# What a chosen period does: it keeps days, months or years, what overlaps it, or the newest day in it.
ByPeriod = Literal["day", "month", "year", "span", "newest"]
Kind = Literal[
    "text", "number", "signed", "decimal", "percent", "share", "bar", "day", "month", "moment", "age", "length"
]

Chart = alt.Chart | alt.LayerChart | alt.FacetChart

ROWS = alt.NamedData("rows")


@dataclass(frozen=True)
class Column:
    """A column of a figure's table.

    Attributes:
        field: The column of the dataset.
        label: Its heading, with the unit.
        kind: How its values are written: `share` is 0 to 1, `percent` 0 to 100, `bar` 0 to 100 with a bar, `length` in
            seconds, `age` how long ago a moment is when the page is read.
    """

    field: str
    label: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Choice:
    """A choice of the rows of a figure by the value of a column.

    Attributes:
        label: What is chosen.
        field: The column.
        options: Values of the column, each with its name.
    """

    label: str
    field: str
    options: tuple[tuple[str | int, str], ...]


@dataclass(frozen=True)
class Bands:
    """How high a chart of bands is, such as bars or the rows of a heat map.

    Attributes:
        by: The column that has a value for each band; None if each row is one.
        height: The height of a band, in pixels.
        most: The most bands that are drawn; None for all.
    """

    by: str | None = None
    height: int = 24
    most: int | None = None


@dataclass(frozen=True)
class Figure:
    """A figure over the rows of a dataset.

    Attributes:
        name: What the page calls it by.
        title: Its title.
        says: What it shows, in a sentence, with the units.
        dataset: The name of the dataset.
        columns: The columns of its table.
        empty: Why there is nothing to show, if there is not.
        chart: The chart over the data named `rows`; without one the figure is its table.
        wide: Whether it takes the width of the page.
        by_artist: What a chosen artist does to it; None if nothing.
        by_period: What a chosen period does to it; None if nothing.
        period_fields: The columns that tell when; two for a span.
        choice: What can be chosen in the figure itself.
        limit: The most rows it shows.
        needs: The column without which a row has nothing to show.
        bands: How high the chart is, if its rows say so.
    """

    name: str
    title: str
    says: str
    dataset: str
    columns: tuple[Column, ...]
    empty: str
    chart: Chart | None = None
    wide: bool = False
    by_artist: ByArtist | None = None
    by_period: ByPeriod | None = None
    period_fields: tuple[str, ...] = ("day",)
    choice: Choice | None = None
    limit: int | None = None
    needs: str | None = None
    bands: Bands | None = None

    def describe(self) -> dict[str, Any]:
        """Describe the figure to the page's script."""
        return {
            "name": self.name,
            "title": self.title,
            "empty": self.empty,
            "dataset": self.dataset,
            "columns": [[column.field, column.label, column.kind] for column in self.columns],
            "spec": None if self.chart is None else _make_spec(self.chart),
            "byArtist": self.by_artist,
            "byPeriod": self.by_period,
            "periodFields": self.period_fields,
            "choice": None if self.choice is None else self.choice.field,
            "limit": self.limit,
            "needs": self.needs,
            "bands": None if self.bands is None else asdict(self.bands),
        }


@dataclass(frozen=True)
class Section:
    """A section of the page.

    Attributes:
        name: What the page calls it by.
        title: Its title.
        says: What it is about, in a sentence or two.
        figures: Its figures.
    """

    name: str
    title: str
    says: str
    figures: tuple[Figure, ...]


def _make_spec(chart: Chart) -> dict[str, Any]:
    """Make the chart's Vega-Lite; how it looks is the page's."""
    spec: dict[str, Any] = chart.properties(width="container").to_dict()
    spec.pop("config", None)
    return spec
