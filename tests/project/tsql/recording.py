"""Runs dbt for Azure SQL without a server, and writes down every batch that it would send.

    python -m tests.project.tsql.recording RECORD KNOWN first|later dbt-arguments...

RECORD gets one JSON object a line: the node that was worked on, and the batch. KNOWN is a JSON file that tells the
columns of relations: `{"marts.dim_artist": {"type": "table", "columns": {"artist_id": "varchar(255)"}}}`. At the first
build none of them exists, later all do: what is incremental takes its other branch.

dbt and its adapter are the real ones; what stands in for the server answers questions about the catalogue from KNOWN,
says that no test found a row, and otherwise answers nothing.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from threading import Lock

from dbt.adapters.contracts.connection import ConnectionState
from dbt.adapters.sqlserver.sqlserver_connections import SQLServerConnectionManager
from dbt.cli.main import dbtRunner
from dbt_common.events.contextvars import get_node_info

TYPE = re.compile(r"(?P<name>\w+)(?:\((?P<size>\w+)[^)]*\))?")
CONTRACT = re.compile(r"cast\(null as .*?\s+as (\w+)")


class Server:
    """What stands in for the server: it knows relations and their columns."""

    def __init__(self, record, relations, exist):
        self.record = record
        self.relations = relations
        self.exist = exist
        self.lock = Lock()

    def note(self, batch):
        """Write a batch down, with the node it was sent for."""
        line = json.dumps({"node": get_node_info().get("unique_id", ""), "sql": batch})
        with self.lock, self.record.open("a") as record:
            print(line, file=record)

    def answer(self, batch):
        """Answer a batch: names of the columns, and rows."""
        for asks, answer in ANSWERS:
            if asks in batch:
                return answer(self, batch)
        return None, []

    def list_relations(self, batch):
        schema = re.search(r"schema_id\('(\w+)'\)", batch)[1]
        name = re.search(r"t\.name = '(\w+)'", batch)
        rows = [
            ("echostream", relation, schema, known["type"])
            for (found, relation), known in ((key.split("."), known) for key, known in self.relations.items())
            if self.exist and found == schema and (not name or name[1] == relation)
        ]
        return ["database", "name", "schema", "table_type"], rows

    def list_columns(self, batch):
        schema, name = re.search(r"object_id\('\"\w+\"\.\"(\w+)\"\.\"(\w+)\"'\)", batch).groups()
        kind, _, model, *_ = get_node_info()["unique_id"].split(".")
        if kind == "unit_test" and name.endswith("__dbt_tmp"):
            name = model
        for built in ("__dbt_temp", "__dbt_tmp"):
            name = name.removesuffix(built)
        rows = []
        for column, type_ in self.relations.get(f"{schema}.{name}", {"columns": {}})["columns"].items():
            size = TYPE.match(type_)["size"]
            rows.append((column, TYPE.match(type_)["name"], -1 if size == "max" else int(size or 8), 0, 0))
        return ["column_name", "data_type", "character_maximum_length", "numeric_precision", "numeric_scale"], rows

    def describe_model(self, batch):
        """Name the columns of the model that is built; a contract's types are compared on DuckDB."""
        node = get_node_info()["node_relation"]
        columns = self.relations[f"{node['schema']}.{node['alias']}"]["columns"]
        names = ["is_hidden", "name", "system_type_name", "error_number", "error_message"]
        return names, [(0, column, "varchar(1)", None, None) for column in columns]


ANSWERS = (
    ("declare @schema_id int", Server.list_relations),
    ("from sys.columns c", Server.list_columns),
    ("from sys.dm_exec_describe_first_result_set(N'", Server.describe_model),
    ("exec sp_describe_first_result_set", Server.describe_model),
    ("as marker_count", lambda server, batch: (["marker_count"], [(0,)])),
    ("dbt_internal_unit_test_actual", lambda server, batch: (["actual_or_expected"], [])),
    ("cast(null as ", lambda server, batch: (CONTRACT.findall(batch), [])),
    ("dbt_sbq", lambda server, batch: ([row[1] for row in server.describe_model(batch)[1]], [])),
    ("as should_error", lambda server, batch: (["failures", "should_warn", "should_error"], [(0, "false", "false")])),
)


class Cursor:
    """A cursor that has its batches written down."""

    rowcount = -1

    def __init__(self, server):
        self.server = server
        self.description = None
        self.rows = []

    def execute(self, batch, bindings=None):
        """Write the batch down, and take the server's answer."""
        self.server.note(batch)
        names, self.rows = self.server.answer(batch)
        self.description = names and [(name, str) for name in names]

    def fetchall(self):
        return self.rows

    def fetchmany(self, size):
        rows, self.rows = self.rows[:size], self.rows[size:]
        return rows

    def fetchone(self):
        return self.rows[0] if self.rows else None

    def nextset(self):
        return False

    def close(self):
        pass


class Handle:
    """A connection to the server."""

    autocommit = True

    def __init__(self, server):
        self.server = server

    def cursor(self):
        return Cursor(self.server)

    def close(self):
        pass


def main(record, known, which, *arguments):
    """Run dbt with the given arguments.

    Returns:
        The exit code.
    """
    server = Server(Path(record), json.loads(Path(known).read_text()), exist=which == "later")

    def open_connection(_, connection):
        connection.handle = Handle(server)
        connection.state = ConnectionState.OPEN
        return connection

    SQLServerConnectionManager.open = classmethod(open_connection)
    return 0 if dbtRunner().invoke(list(arguments)).success else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
