"""Writes the part of the semantic model that dbt already knows: the tables of the marts, and what they point at.

Which marts: those that the exposure `power_bi_report` names. Their columns, types and descriptions are those of the
contracts; what dbt tests as a foreign key is a relationship. Measures, parameters, roles and the report are
written by hand. `make powerbi` writes; a test of the project fails when the model is not that of the marts.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.draw_diagram import MANIFEST, read_foreign_keys

MODEL = Path(__file__).resolve().parents[1] / "powerbi" / "EchoStream.SemanticModel" / "definition"
EXPOSURE = "exposure.echostream.power_bi_report"

# The tables that are no marts: the measures, and the year of a release.
WRITTEN_BY_HAND = ["Measures", "Release year"]

# What Power BI calls the types of the contracts, whichever engine's names dbt was parsed with.
DATA_TYPES = {
    "varchar": "string",
    "nvarchar": "string",
    "date": "dateTime",
    "timestamp": "dateTime",
    "datetime2": "dateTime",
    "integer": "int64",
    "int": "int64",
    "bigint": "int64",
    "double": "double",
    "decimal": "decimal",
    "float": "double",
    "boolean": "boolean",
    "bit": "boolean",
}
FORMATS = {
    "dateTime": "yyyy-mm-dd hh:nn:ss",
    "int64": "#,0",
    "double": "#,0.00",
    "boolean": '"""TRUE"";""TRUE"";""FALSE"""',
}
DAY_FORMAT = "yyyy-mm-dd"
# Numbers that name something rather than count it; in facts and reports all other large and broken numbers are hidden,
# as measures ask for them.
NAMES = {"calendar_year", "release_year", "release_decade", "musical_key", "musical_mode", "time_signature"}
# What only the build needs.
TECHNICAL = {"artist_ids", "genre_ids", "changed_at", "loaded_at", "track_changed_at", "version_recorded_at"}
SORTED_BY = {"month_name": "month_of_year", "day_name": "day_of_week"}
DATE_TABLE, DATE_COLUMN = "dim_date", "date_day"
HIERARCHIES = {"dim_date": {"Calendar": ["calendar_year", "quarter_of_year", "month_name", "date_day"]}}

# ---------- relationships that are not foreign keys of dbt's
# Days without a date key.
DAYS = [
    "dim_album_current.released_on",
    "dim_track_current.released_on",
    "rpt_artists_heard.first_heard_on",
    "rpt_listening_months.first_day_of_month",
    "rpt_listening_streaks.first_day",
    "rpt_loads.observed_on",
    "rpt_rising_tracks.observed_on",
    "rpt_top_artists.period_start",
]
YEARS = [
    "dim_album_current.release_year",
    "rpt_explicit_by_year_and_genre.release_year",
    "rpt_release_trends.release_year",
    "rpt_track_duration_distribution.release_year",
]
# Second ways to a table, so that there is never more than one: measures take them where they mean them.
INACTIVE = {
    "dim_album_current.artist_durable_key",  # artists filter tracks themselves, and not once more through albums
    "dim_album_current.released_on",  # facts have their own day
    "dim_track_current.released_on",
    "fct_saved_tracks.removed_date_key",  # what was saved has the day on which it was
    "fct_top_items.artist_durable_key",  # through the track; favourite artists themselves are asked for by it
}
# Second ways that nothing takes.
LEFT_OUT = {
    "dim_track.album_durable_key",  # albums filter the track as it is now
    "rpt_artists_heard.first_track_durable_key",  # artists filter it themselves
    "rpt_rising_tracks.artist_durable_key",  # through the track
}
# Genres filter the artists that have them, through the bridge.
BOTH_DIRECTIONS = {"bridge_artist_genre.artist_key"}


@dataclass(frozen=True)
class Relationship:
    """A column that finds the row of another table."""

    table: str
    column: str
    to_table: str
    to_column: str

    @property
    def origin(self) -> str:
        """The column as the lists above name it."""
        return f"{self.table}.{self.column}"


def write_files(manifest: dict[str, Any]) -> dict[str, str]:
    """Write the generated files of the semantic model.

    Args:
        manifest: dbt's manifest.

    Returns:
        The text of each file by its path under the model's definition.

    Raises:
        ValueError: A column's type has no counterpart in Power BI.
    """
    marts = read_marts(manifest)
    relationships = read_relationships(manifest)
    return {
        **{f"tables/{name}.tmdl": _join(_write_table(node)) for name, node in marts.items()},
        "relationships.tmdl": _join(line for each in relationships for line in _write_relationship(each)),
        "model.tmdl": _put_tables((MODEL / "model.tmdl").read_text(encoding="utf-8"), [*WRITTEN_BY_HAND, *marts]),
    }


def read_marts(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Read the marts that the report reads, by name."""
    nodes = (manifest["nodes"][name] for name in manifest["exposures"][EXPOSURE]["depends_on"]["nodes"])
    return {node["name"]: node for node in sorted(nodes, key=lambda node: str(node["name"]))}


def read_relationships(manifest: dict[str, Any]) -> list[Relationship]:
    """Read what finds what: dbt's foreign keys to dimensions, days and years.

    A key that all versions of an object share finds the object as it is now, since it is unique only there.
    """
    marts = read_marts(manifest)
    keys = read_foreign_keys(manifest)
    found = []
    for table in marts:
        for column, target in keys[table]:
            to_table, to_column = target.split(".")
            if to_column.endswith("_durable_key"):
                to_table = f"{to_table.removesuffix('_current')}_current"
            found.append(Relationship(table, column, to_table, to_column))
    for origins, to_table, to_column in ((DAYS, DATE_TABLE, DATE_COLUMN), (YEARS, "Release year", "release_year")):
        for origin in origins:
            table, column = origin.split(".")
            found.append(Relationship(table, column, to_table, to_column))
    # A fact that finds another fact is no star.
    return [each for each in found if not each.to_table.startswith("fct_") and each.origin not in LEFT_OUT]


def name_data_type(data_type: str) -> str:
    """Name a contract's type as Power BI does: `nvarchar(400) collate …` is string."""
    kind = data_type.lower().split("(")[0].split()[0]
    if kind not in DATA_TYPES:
        raise ValueError(f"Power BI's name of the type {data_type} is unknown: add it to DATA_TYPES in {__file__}.")
    return DATA_TYPES[kind]


def _write_table(node: dict[str, Any]) -> Iterator[str]:
    name = node["name"]
    # The examples in SQL are for those who write SQL.
    yield from _write_description(node["description"].split("```")[0].strip(), "")
    yield f"table {name}"
    yield f"\tlineageTag: {_tag(name)}"
    if name == DATE_TABLE:
        yield "\tdataCategory: Time"
    yield ""
    for column in node["columns"].values():
        yield from _write_column(name, column, node["columns"])
    for hierarchy, levels in HIERARCHIES.get(name, {}).items():
        yield f"\thierarchy {hierarchy}"
        yield f"\t\tlineageTag: {_tag(name, hierarchy)}"
        yield ""
        for level in levels:
            yield f"\t\tlevel {level}"
            yield f"\t\t\tlineageTag: {_tag(name, hierarchy, level)}"
            yield f"\t\t\tcolumn: {level}"
            yield ""
    yield f"\tpartition {name} = m"
    yield "\t\tmode: import"
    yield "\t\tsource ="
    yield "\t\t\t\tlet"
    yield f'\t\t\t\t    Mart = Marts{{[Schema = MartsSchema, Item = "{node["alias"]}"]}}[Data]'
    yield "\t\t\t\tin"
    yield "\t\t\t\t    Mart"
    yield ""
    yield "\tannotation PBI_ResultType = Table"
    yield ""


def _write_column(table: str, column: dict[str, Any], columns: dict[str, Any]) -> Iterator[str]:
    name = column["name"]
    data_type = name_data_type(column["data_type"])
    is_day = column["data_type"] == "date"
    yield from _write_description(" ".join(column["description"].split()), "\t")
    yield f"\tcolumn {name}"
    yield f"\t\tdataType: {data_type}"
    if _is_hidden(table, column):
        yield "\t\tisHidden"
    if (table, name) == (DATE_TABLE, DATE_COLUMN):
        yield "\t\tisKey"
    if data_type in FORMATS:
        yield f"\t\tformatString: {DAY_FORMAT if is_day else '0' if name in NAMES else FORMATS[data_type]}"
    yield f"\t\tlineageTag: {_tag(table, name)}"
    yield "\t\tsummarizeBy: none"
    yield f"\t\tsourceColumn: {name}"
    if SORTED_BY.get(name) in columns:
        yield f"\t\tsortByColumn: {SORTED_BY[name]}"
    yield ""
    yield "\t\tannotation SummarizationSetBy = User"
    yield ""
    if is_day:
        yield "\t\tannotation UnderlyingDateTimeDataType = Date"
        yield ""


def _is_hidden(table: str, column: dict[str, Any]) -> bool:
    """Tell keys, what only the build needs, and in facts and reports ids and what measures ask for."""
    name = column["name"]
    if (name.endswith("_key") and name not in NAMES) or name in TECHNICAL:
        return True
    if table.startswith("dim_"):
        return False
    return name.endswith("_id") or (is_measured(column) and name not in NAMES)


def is_measured(column: dict[str, Any]) -> bool:
    """Tell whether a column holds counts, amounts or averages rather than years, places and days."""
    return column["data_type"].lower() in {"bigint", "double", "float"}


def _write_relationship(relationship: Relationship) -> Iterator[str]:
    yield f"relationship {relationship.table}_{relationship.column}"
    if relationship.origin in INACTIVE:
        yield "\tisActive: false"
    if relationship.origin in BOTH_DIRECTIONS:
        yield "\tcrossFilteringBehavior: bothDirections"
    yield f"\tfromColumn: {relationship.origin}"
    yield f"\ttoColumn: {_quote(relationship.to_table)}.{relationship.to_column}"
    yield ""


def _put_tables(model: str, tables: list[str]) -> str:
    """Put the tables' names into the model's text, in the place of those that are there; what comes after stays."""
    head, *references = model.split("\nref ")
    kept = [f"ref {reference.strip()}\n" for reference in references if not reference.startswith("table ")]
    return _join(iter([head, *(f"ref table {_quote(table)}" for table in tables), "", *kept]))


def _quote(name: str) -> str:
    return f"'{name}'" if " " in name else name


def _write_description(text: str, indent: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip():
            yield f"{indent}/// {line.strip()}"


def _tag(*path: str) -> str:
    """Make the tag by which Power BI knows an object again: the same for the same name, always."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("echostream", *path))))


def _join(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write what the parsed project says into the semantic model, and remove the tables of marts it no longer reads.

    Returns:
        The exit code: 0, or 2 if dbt has not parsed the project yet or a type is unknown.
    """
    if not MANIFEST.is_file():
        sys.stderr.write(f"There is no {MANIFEST}: run dbt parse, or make powerbi, which does.\n")
        return 2
    try:
        files = write_files(json.loads(MANIFEST.read_text(encoding="utf-8")))
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for old in list_generated():
        if old not in files:
            (MODEL / old).unlink()
    for path, text in files.items():
        (MODEL / path).write_text(text, encoding="utf-8", newline="\n")
    return 0


def list_generated() -> list[str]:
    """List the files that are generated, as they stand: those named in lower case are marts."""
    tables = (f"tables/{path.name}" for path in (MODEL / "tables").glob("*.tmdl") if path.name.islower())
    return [*sorted(tables), "relationships.tmdl", "model.tmdl"]


if __name__ == "__main__":
    sys.exit(main())
