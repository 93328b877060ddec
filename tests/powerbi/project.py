"""The Power BI project as its files say it, and what its parts ask of one another."""

import json
import re
from dataclasses import dataclass
from functools import cached_property

from tests.conftest import ROOT
from tests.powerbi.tmdl import read_tmdl
from tools.write_power_bi import MODEL

FOLDER = ROOT / "powerbi"
REPORT = FOLDER / "EchoStream.Report"

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_COLUMN = re.compile(r"(?:'(?P<quoted>[^']+)'|\b(?P<plain>[A-Za-z_]\w*))\[(?P<column>[^\]]+)\]")
_MART = re.compile(r"\b(?:dim|fct|bridge|rpt)_\w+")


@dataclass
class Model:
    """A semantic model, read from the texts of its files."""

    texts: dict

    @cached_property
    def definition(self):
        """All its objects."""
        return read_tmdl(self.texts.values())

    @cached_property
    def tables(self):
        """Its tables by name."""
        return self.definition.named("table")

    @cached_property
    def measures(self):
        """Its measures by name."""
        return {name: measure for table in self.tables.values() for name, measure in table.named("measure").items()}

    @cached_property
    def relationships(self):
        """Its relationships: table and column, to table and column, and the relationship itself."""
        return [
            (split_column(each.properties["fromColumn"]), split_column(each.properties["toColumn"]), each)
            for each in self.definition.named("relationship").values()
        ]

    def holds(self, table, name):
        """Tell whether a table has a column or a measure of this name."""
        return table in self.tables and (
            name in self.tables[table].named("column") or name in self.tables[table].named("measure")
        )


def read_model():
    """Read the model as it stands."""
    return Model({path.relative_to(MODEL).as_posix(): path.read_text("utf-8") for path in MODEL.rglob("*.tmdl")})


def split_column(text):
    """Take `'Release year'.release_year` apart."""
    table, column = text.rsplit(".", 1)
    return table.strip("'"), column


def find_unresolved_in_dax(model, expression):
    """List what an expression in DAX names and the model does not hold."""
    dax = _QUOTED.sub('""', expression)
    missing = []
    for found in _COLUMN.finditer(dax):
        table = found["quoted"] or found["plain"]
        if table not in model.tables or found["column"] not in model.tables[table].named("column"):
            missing.append(found[0])
    rest = _COLUMN.sub("", dax)
    # What a measure adds to a table by itself begins with @.
    missing += [f"[{name}]" for name in re.findall(r"\[([^\]@][^\]]*)\]", rest) if name not in model.measures]
    return missing + [table for table in _MART.findall(rest) if table not in model.tables]


def read_visuals():
    """Read the report's visuals, by page and name."""
    return {
        (path.parents[2].name, path.parent.name): json.loads(path.read_text("utf-8"))
        for path in sorted(REPORT.glob("definition/pages/*/visuals/*/visual.json"))
    }


def find_fields(part, sources=None):
    """Find every field that a part of a visual names: its kind, its table, its name."""
    if isinstance(part, list):
        return [each for item in part for each in find_fields(item, sources)]
    if not isinstance(part, dict):
        return []
    # A query calls its tables by names of its own.
    sources = {**(sources or {}), **{each["Name"]: each["Entity"] for each in part.get("From", []) if "Entity" in each}}
    found = []
    for kind, value in part.items():
        if kind in ("Column", "Measure"):
            source = value["Expression"]["SourceRef"]
            found.append((kind, source.get("Entity") or sources[source["Source"]], value["Property"]))
        else:
            found += find_fields(value, sources)
    return found


def find_unresolved_in_visuals(model, visuals):
    """List the fields that visuals name and the model does not hold."""
    return sorted(
        {
            f"{'/'.join(place)}: {table}.{name}"
            for place, visual in visuals.items()
            for kind, table, name in find_fields(visual)
            if table not in model.tables or name not in model.tables[table].named(kind.lower())
        }
    )
