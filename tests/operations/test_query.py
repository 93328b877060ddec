"""`make query`: a table, or one line that says why not."""

import duckdb
import pytest

from tests.operations.conftest import check_one_line


@pytest.fixture
def filled(place):
    place.warehouse.parent.mkdir()
    with duckdb.connect(str(place.warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.dim_artist as select range as number, 'Ana ' || range as name from range(30)"
        )
    return place


def test_the_answer_is_a_table_with_a_row_a_line(filled):
    result = filled.run(
        "query",
        "select number, name, repeat('long ', 40) as text, null as nothing from marts.dim_artist order by number",
    )
    assert (result.exit_code, result.errors) == (0, "")
    lines = result.output.splitlines()
    assert lines[0].split() == ["number", "name", "text", "nothing"]
    assert [line.split()[:3] for line in lines[2:22]] == [[str(number), "Ana", str(number)] for number in range(20)]
    assert all(line.count("long") == 40 for line in lines[2:22])
    assert lines[22:] == ["The first 20 rows; there are more."]


def test_all_rows_are_shown_where_they_fit(filled):
    result = filled.run("query", "--limit", 30, "select * from marts.dim_artist")
    assert len(result.output.splitlines()) == 32


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select nope from marts.dim_artist", '"nope" not found'),
        ("selec", "syntax error"),
        ("select * from marts.dim_album", "dim_album does not exist"),
        ("drop table marts.dim_artist", "read-only"),
    ],
)
def test_what_cannot_be_answered_is_told_in_one_line(filled, query, said):
    check_one_line(filled.run("query", query), 2, "warehouse/echostream.duckdb refuses a query", said)


@pytest.mark.parametrize("command", [("query", "select 1"), ("docs",)])
def test_a_missing_warehouse_is_not_made(place, command):
    check_one_line(place.run(*command), 2, "There is no warehouse at warehouse/echostream.duckdb", "make demo")
    assert not place.warehouse.parent.exists()
