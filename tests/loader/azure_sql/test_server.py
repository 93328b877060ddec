"""A real server: the same rows as in DuckDB, and what each role can see. Runs where AZURE_SQL_SERVER is set.

The database must be one for tests: what its raw schema holds is dropped, if it is of the made-up world. The user must
own the database.
"""

import os
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import mssql_python
import pytest

from loader.destinations import choose_destination
from loader.destinations.azure_sql.connection import connect
from loader.destinations.azure_sql.destination import _build_rights_query
from loader.destinations.azure_sql.settings import read_azure_sql_settings
from loader.load.warehouse import build_pipeline, extract, open_known, write
from loader.raw.tables import TABLES
from loader.raw.warehouse_state import Known
from local_api.catalogue import FIRST_DAY
from tests.conftest import read_rows
from tests.loader.azure_sql.test_roles import ROLES

pytestmark = pytest.mark.skipif(not os.environ.get("AZURE_SQL_SERVER"), reason="needs a SQL Server: AZURE_SQL_SERVER")

NEXT_DAY = FIRST_DAY + timedelta(days=1)
# What a run notes of itself differs from run to run.
_COMPARED = [table for table in TABLES.values() if table.kind not in {"log", "state"}]


@pytest.fixture
def connection(warehouse):
    """A connection as the database's owner, over the roles and an empty raw schema."""
    with closing(connect(read_azure_sql_settings())) as opened:
        for batch in re.split(r"^go$", ROLES.read_text(), flags=re.MULTILINE):
            opened.cursor().execute(batch)
        with build_pipeline(choose_destination("azuresql")).sql_client() as client:
            assert Known(client).read_sources() <= {"demo"}, "this is no database for tests: it holds real data"
        for schema in ("raw_spotify", "raw_spotify_staging"):
            names = ask(opened, f"select table_name from information_schema.tables where table_schema = '{schema}'")
            for (name,) in names:
                opened.cursor().execute(f"drop table {schema}.{name}")
        yield opened


def ask(connection, query):
    """Read the rows of a query."""
    return [tuple(row) for row in connection.cursor().execute(query).fetchall()]


def read_table(table, ask_for):
    """Read all rows of a raw table in an order that both engines have."""
    columns = ", ".join(f'"{name}"' for name in table.column_names if name != "loaded_at")
    return sorted((tuple(row) for row in ask_for(f"select {columns} from raw_spotify.{table.name}")), key=repr)


def test_the_same_days_are_the_same_rows_as_in_duckdb(connection, warehouse, load_demo):
    for day in (FIRST_DAY, NEXT_DAY, NEXT_DAY):
        for name in ("duckdb", "azuresql"):
            result = load_demo("--as-of", day, "--artists", 12, "--destination", name)
            assert result.exit_code == 0, result.errors
    for table in _COMPARED:
        there = read_table(table, lambda query: ask(connection, query))
        assert there == read_table(table, lambda query: read_rows(warehouse, query)), table.name
    assert read_table(TABLES["tracks"], lambda query: ask(connection, query))


def test_ids_and_names_differ_by_case_and_any_script_comes_back(connection):
    collation = ask(connection, "select convert(varchar(128), databasepropertyex(db_name(), 'Collation'))")[0][0]
    if "_BIN2" not in collation:
        pytest.skip(f"the database compares text as {collation} does (docs/azure.md)")
    now = datetime.now(UTC)
    names = ["Café", "café", "青空少年団", "فيروز", "Кино", "Μίκης", "🎵 emoji", "it's; drop table x --", "trailing "]
    rows = [
        {"id": id_, "name": name, "genre_ids": "", "observed_on": now.date(), "loaded_at": now}
        for id_, name in zip(["A" * 22, "a" * 22, *"bcdefgh"], names, strict=True)
    ]
    destination = choose_destination("azuresql")
    for _ in range(2):
        pipeline = build_pipeline(destination)
        extract(pipeline, destination, [(TABLES["artists"], rows)])
        write(pipeline, destination)
    assert sorted(ask(connection, "select id, name from raw_spotify.artists")) == sorted(
        (row["id"], row["name"]) for row in rows
    )
    with open_known(build_pipeline(destination), destination) as known:
        found = known.find_rows(TABLES["artists"], rows)
    assert {key: row["name"] for key, row in found.items()} == {row["id"]: row["name"] for row in rows}


@pytest.fixture
def members(connection):
    """A user of each role, without a login, and something to see in every schema."""
    roles = ("loader", "transformer", "reader")
    opened = connection.cursor()
    for role in roles:
        opened.execute(f"drop user if exists probe_{role}")
        opened.execute(f"create user probe_{role} without login")
        opened.execute(f"alter role echostream_{role} add member probe_{role}")
    for schema, rows in (("raw_spotify", 3), ("staging", 2), ("marts", 1)):
        values = ", ".join(f"({number})" for number in range(rows))
        opened.execute(f"drop table if exists {schema}.probe")
        opened.execute(f"create table {schema}.probe (number int)")
        opened.execute(f"insert into {schema}.probe values {values}")
    opened.execute("drop view if exists marts.probe_of_raw")
    opened.execute("create view marts.probe_of_raw as select number from raw_spotify.probe")
    yield
    opened.execute("drop view marts.probe_of_raw")
    for schema in ("raw_spotify", "staging", "marts"):
        opened.execute(f"drop table {schema}.probe")
    for role in roles:
        opened.execute(f"drop user probe_{role}")


def count_as(connection, role, relation):
    """Count the rows that a member of a role sees; None if it may not look."""
    cursor = connection.cursor()
    cursor.execute(f"execute as user = 'probe_{role}'")
    try:
        return ask(connection, f"select count(*) from {relation}")[0][0]
    except mssql_python.Error as error:
        assert "permission was denied" in str(error)
        return None
    finally:
        connection.cursor().execute("revert")


def test_each_role_sees_its_part(connection, members):
    relations = ("raw_spotify.probe", "staging.probe", "marts.probe", "marts.probe_of_raw")
    seen = {
        role: [count_as(connection, role, relation) for relation in relations]
        for role in ("loader", "transformer", "reader")
    }
    assert seen == {"loader": [3, None, None, None], "transformer": [3, 2, 1, 3], "reader": [None, None, 1, 3]}


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("loader", "insert into marts.probe values (1)"),
        ("loader", "create table marts.more (number int)"),
        ("loader", "create view raw_spotify.peep as select number from staging.probe"),
        ("transformer", "insert into raw_spotify.probe values (1)"),
        ("transformer", "drop table raw_spotify.probe"),
        ("reader", "insert into marts.probe values (1)"),
        ("reader", "create table marts.more (number int)"),
    ],
)
def test_what_is_not_a_roles_part_is_refused(connection, members, role, statement):
    connection.cursor().execute(f"execute as user = 'probe_{role}'")
    try:
        with pytest.raises(mssql_python.Error, match=r"denied|do not have permission|does not exist"):
            connection.cursor().execute(statement)
    finally:
        connection.cursor().execute("revert")


@pytest.mark.parametrize(("role", "expected"), [("loader", {1}), ("reader", {0})])
def test_the_loader_knows_what_it_may_do(connection, members, role, expected):
    connection.cursor().execute(f"execute as user = 'probe_{role}'")
    try:
        assert {is_given for _, is_given in ask(connection, _build_rights_query())} == expected
    finally:
        connection.cursor().execute("revert")


def test_a_wrong_password_is_one_line(connection, load_demo, monkeypatch):
    if read_azure_sql_settings().authentication != "sql":
        pytest.skip("no SQL login")
    monkeypatch.setenv("AZURE_SQL_PASSWORD", "not the password")
    result = load_demo("--as-of", FIRST_DAY, "--destination", "azuresql")
    assert result.exit_code == 2
    assert "18456" in result.errors
    assert len(result.errors.strip().splitlines()) == 1


def test_a_database_that_is_not_there_is_one_line(connection, load_demo, monkeypatch):
    monkeypatch.setenv("AZURE_SQL_DATABASE", "nowhere_to_be_found")
    result = load_demo("--as-of", FIRST_DAY, "--destination", "azuresql")
    assert result.exit_code == 2
    assert len(result.errors.strip().splitlines()) == 1
