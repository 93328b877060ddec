"""What dbt would send to Azure SQL, and what T-SQL says to it."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

ENVIRONMENT = {"AZURE_SQL_SERVER": "nowhere.invalid", "AZURE_SQL_DATABASE": "echostream"}
PARSER = Path(__file__).with_name("parser.py")
# How columns of the DuckDB warehouse are called when dbt asks what there is; the parser does not look at types.
TYPES = {
    "VARCHAR": "nvarchar(4000)",
    "BIGINT": "bigint",
    "INTEGER": "int",
    "DOUBLE": "float",
    "BOOLEAN": "bit",
    "DATE": "date",
    "TIMESTAMP": "datetime2(6)",
    "TIMESTAMP WITH TIME ZONE": "datetimeoffset(6)",
}
SCHEMAS = ("raw_spotify", "staging", "intermediate", "snapshots", "marts")


@dataclass(frozen=True)
class Batch:
    """A batch, and the node of the project that dbt would send it for."""

    node: str
    sql: str


def describe_warehouse(path):
    """Describe the relations of a built DuckDB warehouse: types, columns."""
    known = {}
    with duckdb.connect(str(path), read_only=True) as warehouse:
        rows = warehouse.execute(
            "select table_schema, table_name, t.table_type, c.column_name, c.data_type "
            "from information_schema.columns as c join information_schema.tables as t "
            f"using (table_catalog, table_schema, table_name) where table_schema in {SCHEMAS} order by ordinal_position"
        ).fetchall()
    for schema, name, kind, column, type_ in rows:
        relation = known.setdefault(f"{schema}.{name}", {"type": "view" if kind == "VIEW" else "table", "columns": {}})
        relation["columns"][column] = TYPES[type_]
    return known


def record(project, folder, which, *arguments):
    """Run dbt for Azure SQL into a folder, and return the batches it would send; see recording.py."""
    folder.mkdir(parents=True)
    known, batches = folder / "known.json", folder / "batches.jsonl"
    known.write_text(json.dumps(describe_warehouse(project.warehouse)))
    project.succeed(
        *("python", "-m", "tests.project.tsql.recording", batches, known, which),
        *(*arguments, "--quiet", "--target", "azuresql", "--threads", "1", "--target-path", folder / "target"),
        **ENVIRONMENT,
    )
    return read_batches(folder)


def read_batches(folder):
    """Read what was recorded into a folder."""
    return [Batch(**json.loads(line)) for line in (folder / "batches.jsonl").read_text().splitlines()]


def find_refusals(batches):
    """Ask Microsoft's parser: one line for each thing it refuses, which names the node; skips without a parser."""
    batches = sorted({(batch.node, re.sub(r"^/\*.*?\*/", "", batch.sql)) for batch in batches})
    finished = subprocess.run(
        [sys.executable, PARSER],
        input=json.dumps([sql for _, sql in batches]),
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode == 2:
        pytest.skip(f"no parser of T-SQL: {finished.stderr.strip()}")
    assert finished.returncode == 0, finished.stderr
    return [
        f"{batches[refusal['batch']][0]}: line {refusal['line']}: {refusal['message']}"
        for refusal in json.loads(finished.stdout)
    ]
