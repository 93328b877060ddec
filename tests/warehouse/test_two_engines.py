"""The same days, loaded and built on another engine, give the same marts as on DuckDB: byte for byte.

DuckDB is compared with itself, and with the SQL Server in AZURE_SQL_SERVER if there is one. Its database must be one
for tests: the name ends in `_test`, and everything in the project's schemas is dropped.
"""

import os
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

from local_api.catalogue import FIRST_DAY
from tests.dbt_process import WITHOUT_TESTS
from tests.warehouse.export import export_marts, export_rows
from tour.play import SNAPSHOTS

DAYS = [FIRST_DAY, FIRST_DAY + timedelta(weeks=1)]
SCHEMAS = ("marts", "snapshots", "intermediate", "staging", "raw_spotify", "raw_spotify_staging")

needs_server = pytest.mark.skipif(not os.environ.get("AZURE_SQL_SERVER"), reason="needs a SQL Server: AZURE_SQL_SERVER")


def ask_duckdb(path):
    """What asks a DuckDB file."""

    def ask(query):
        with duckdb.connect(str(path), read_only=True) as connection:
            answer = connection.execute(query)
            return [column[0] for column in answer.description], answer.fetchall()

    return ask


def connect_to_server():
    """Connect to the server as dbt does: with the project's own profile."""
    import mssql_python  # noqa: PLC0415 - it loads its driver
    from dbt.adapters.sqlserver.sqlserver_backend import build_mssql_python_connection_string  # noqa: PLC0415
    from dbt.adapters.sqlserver.sqlserver_credentials import SQLServerCredentials  # noqa: PLC0415

    credentials = SQLServerCredentials(
        backend="mssql-python",
        host=os.environ["AZURE_SQL_SERVER"],
        port=int(os.environ.get("AZURE_SQL_PORT") or 1433),
        database=os.environ["AZURE_SQL_DATABASE"],
        schema="marts",
        UID=os.environ["AZURE_SQL_USER"],
        PWD=os.environ["AZURE_SQL_PASSWORD"],
        encrypt=os.environ.get("AZURE_SQL_ENCRYPT", "").lower() not in {"no", "false", "0"},
        trust_cert=os.environ.get("AZURE_SQL_TRUST_SERVER_CERTIFICATE", "").lower() in {"yes", "true", "1"},
    )
    return mssql_python.connect(build_mssql_python_connection_string(credentials), autocommit=True)


def ask_server(query):
    """Ask the server."""
    with closing(connect_to_server()) as connection:
        cursor = connection.cursor()
        cursor.execute(query)
        return [column[0] for column in cursor.description], [tuple(row) for row in cursor.fetchall()]


def empty_server():
    """Drop everything in the project's schemas, in a database for tests."""
    assert os.environ["AZURE_SQL_DATABASE"].endswith("_test"), "the database is emptied: its name must end in _test"
    _, relations = ask_server(
        "select table_schema, table_name, table_type from information_schema.tables "
        f"where table_schema in {SCHEMAS} order by table_type desc"
    )
    with closing(connect_to_server()) as connection:
        for schema, name, kind in relations:
            connection.cursor().execute(f"drop {'view' if kind == 'VIEW' else 'table'} [{schema}].[{name}]")


@pytest.fixture
def play_into(load_demo, dbt, monkeypatch):
    """Loads the days into a destination, with snapshots in between, then builds everything there.

    dbt's tests run on the server only: what they say of the same rows on DuckDB, the built project has shown.
    """

    def play(destination):
        monkeypatch.setenv("ECHOSTREAM_DESTINATION", destination)
        for day in DAYS:
            result = load_demo("--as-of", day, "--artists", 12)
            assert result.exit_code == 0, result.errors
            dbt(*SNAPSHOTS)
        dbt("build", *(WITHOUT_TESTS if destination == "duckdb" else ()))

    return play


@pytest.mark.deep
@pytest.mark.parametrize("destination", ["duckdb", pytest.param("azuresql", marks=needs_server)])
def test_the_same_days_give_the_same_marts(destination, warehouse, play_into, monkeypatch):
    play_into("duckdb")
    expected = export_marts(ask_duckdb(warehouse))
    if destination == "duckdb":
        another = warehouse.parent / "another" / warehouse.name
        monkeypatch.setenv("ECHOSTREAM_DUCKDB", str(another))
        ask = ask_duckdb(another)
    else:
        empty_server()
        ask = ask_server
    play_into(destination)
    exported = export_marts(ask)

    assert exported.keys() == expected.keys()
    for name, text in expected.items():
        assert exported[name] == text, name
    assert expected["fct_track_popularity"].count("\n") > 100
    # The made-up world has names in many scripts.
    assert not expected["dim_artist"].isascii()


def test_the_export_is_the_same_whatever_the_order_and_the_driver():
    moment = datetime(2026, 9, 7, 6, 0, 0, 1500)
    rows = [(1, "青空少年団", 0.1 + 0.2, True, date(2026, 9, 7), moment), (2, None, 3.0, False, None, None)]
    columns = ["place", "name", "share", "is_current", "observed_on", "released_at"]
    exported = export_rows(columns, rows)
    assert exported == (
        "is_current\tname\tobserved_on\tplace\treleased_at\tshare\n"
        "false\tnull\tnull\t2\tnull\t3\n"
        'true\t"青空少年団"\t2026-09-07\t1\t2026-09-07T06:00:00.001500\t0.3\n'
    )
    turned = [tuple(reversed(row)) for row in reversed(rows)]
    assert export_rows(columns[::-1], turned) == exported
    assert export_rows(columns, [rows[0], (2, None, Decimal("3.0"), False, None, None)]) == exported


@pytest.mark.parametrize("name", ["Кино", "кино", "فيروز", "Μίκης", "🎵", "🎶", "", "name", "name ", "Name"])
def test_the_export_tells_names_apart(name):
    others = {"Кино", "кино", "فيروز", "Μίκης", "🎵", "🎶", "", "name", "name ", "Name", None} - {name}
    assert all(export_rows(["name"], [(name,)]) != export_rows(["name"], [(other,)]) for other in others)


def test_when_a_load_ran_is_not_compared():
    loads = [[(1, datetime(2026, 9, day, tzinfo=UTC))] for day in (7, 8)]
    assert len({export_rows(["id", "loaded_at"], rows) for rows in loads}) == 1
