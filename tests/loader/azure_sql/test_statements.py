"""What the loader asks of the database: a whole load through the real driver, and its T-SQL parsed."""

import json
import re

import pytest
import sqlfluff

from loader.raw.tables import TABLES
from tests.loader.azure_sql.conftest import DEMO_LOAD
from tests.project.tsql.check import Batch, find_refusals


@pytest.fixture(scope="module")
def recorded():
    """The statements of a load, when a test has made one."""
    return []


@pytest.fixture
def statements(recorded, database, load_demo):
    """The statements of a load."""
    if not recorded:
        result = load_demo(*DEMO_LOAD)
        assert result.exit_code == 0, result.errors
        recorded += database.statements
    return recorded


@pytest.fixture
def columns(statements):
    """The columns of every table of the raw schema as they are made: the rest of their lines, by table and name."""
    made = {}
    for name, body in find(statements, r'CREATE TABLE "raw_spotify"\."(\w+)" \((.*?)\)(?:;|$)(?=\n?CREATE|;|$)'):
        made[name] = dict(re.findall(r'^"(\w+)" (.*?),?$', body, re.MULTILINE))
    return made


def find(statements, pattern):
    """Find what a pattern matches in all of the statements."""
    return [found for statement in statements for found in re.findall(pattern, statement, re.DOTALL)]


@pytest.mark.deep
def test_every_statement_is_t_sql(statements):
    assert find_refusals([Batch("load", statement) for statement in statements]) == []


@pytest.mark.deep
def test_sqlfluff_parses_what_makes_and_merges_tables(statements):
    parsed = [text for text in dict.fromkeys(statements) if text.startswith(("CREATE TABLE", "DELETE", "MERGE"))]
    assert parsed
    for statement in parsed:
        sqlfluff.parse(statement, dialect="tsql")  # raises where it cannot


def test_every_raw_table_is_made_with_all_its_columns(columns):
    assert {name: set(columns[name]) for name in TABLES} == {
        name: set(table.column_names) for name, table in TABLES.items()
    }


def test_all_text_is_unicode_and_compares_as_the_database_does(columns):
    for table in TABLES.values():
        for field in table.arrow_schema:
            made = columns[table.name][field.name]
            if field.type == "string":
                size = "400" if field.name in table.key else "max"
                assert made.startswith(f"nvarchar({size}) "), (table.name, field.name)
            else:
                assert "char" not in made, (table.name, field.name)
            assert "collate" not in made.lower()


def test_keys_are_indexed_and_fit_into_an_index(statements):
    indexes = dict(find(statements, r'index "ix_(\w+)" nonclustered \(([^)]*)\)'))
    for table in TABLES.values():
        if table.key:
            assert indexes[table.name] == ", ".join(f'"{name}"' for name in table.key)
            texts = [name for name in table.key if table.arrow_schema.field(name).type == "string"]
            assert len(texts) * 400 * 2 + (len(table.key) - len(texts)) * 8 <= 1_700


def test_times_are_in_utc(columns, statements):
    assert columns["tracks"]["loaded_at"].startswith("datetimeoffset")
    written = find(statements, r"'\d{4}-\d\d-\d\dT[\d:.]+([^']*)'")
    assert written
    assert set(written) == {"+00:00"}


def test_every_script_arrives_as_it_is(statements, database):
    names = {name for name in find(statements, r"N'([^']*)'") if not name.isascii()}
    assert any("぀" <= letter <= "鿿" for name in names for letter in name), names


def test_no_statement_is_too_long_or_has_too_many_parameters(statements):
    for statement in statements:
        assert len(statement) < 65_536 * 10
        assert len(set(re.findall(r"@P\d+", statement))) < 2_100
        assert all(rows.count("\n(") <= 1_000 for rows in statement.split("VALUES"))


def test_nothing_is_written_before_the_lock_is_taken_or_after_it_is_released(statements):
    writes = [place for place, text in enumerate(statements) if re.match(r"CREATE|INSERT|DELETE|MERGE|UPDATE", text)]
    (taken,) = [place for place, text in enumerate(statements) if "sp_getapplock" in text]
    (released,) = [place for place, text in enumerate(statements) if "sp_releaseapplock" in text]
    assert writes
    assert taken < min(writes) <= max(writes) < released, "one lock for the three loads of the demo"


def test_rows_of_files_are_loaded_too(database, load, tmp_path):
    path = tmp_path / "Streaming_History_Audio_2024.json"
    play = {"ts": "2024-05-01T10:00:00Z", "ms_played": 60_000, "spotify_track_uri": "spotify:track:" + "1" * 22}
    path.write_text(json.dumps([play | {"master_metadata_track_name": "It's a “song” 🎵"}]))
    result = load("history", path, "--destination", "azuresql")
    assert result.exit_code == 0, result.errors
    assert find(database.statements, r"N'(It''s a “song” 🎵)'")
