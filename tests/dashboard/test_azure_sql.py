"""Azure SQL is read as DuckDB is: the real driver talks to a server on this machine that has the marts of the demo."""

import re
from contextlib import contextmanager

import duckdb
import pytest

from dashboard.__main__ import main
from dashboard.read import read_marts
from loader.destinations import choose_destination
from tests.loader.azure_sql.tds_server import NamedRows, Refusal, TdsServer, serve_tds

QUERY = re.compile(r"(?:--.*\n)*(?:select|with)\b")


@pytest.fixture
def serve_marts(demo, monkeypatch):
    """Serves the marts of the demo over SQL Server's protocol; the queries are the same on both engines."""

    @contextmanager
    def serve(refuse=lambda statement: None):
        def answer(statement):
            refuse(statement)
            # What the driver says when it comes and goes is no query.
            if not QUERY.match(statement):
                return None
            with connection.cursor() as cursor:
                rows = cursor.execute(statement).fetchall()
                return NamedRows(tuple(column[0] for column in cursor.description), rows)

        with (
            duckdb.connect(str(demo.warehouse), read_only=True) as connection,
            serve_tds(TdsServer(answer=answer)) as server,
        ):
            for name, value in {
                "ECHOSTREAM_DESTINATION": "azuresql",
                "ECHOSTREAM_DUCKDB": str(demo.warehouse),
                "AZURE_SQL_SERVER": "127.0.0.1",
                "AZURE_SQL_PORT": str(server.port),
                "AZURE_SQL_DATABASE": "echostream",
                "AZURE_SQL_USER": "reader",
                "AZURE_SQL_PASSWORD": "secret",
                "AZURE_SQL_AUTHENTICATION": "",
                "AZURE_SQL_ENCRYPT": "no",
            }.items():
                monkeypatch.setenv(name, value)
            yield server

    return serve


def read(name):
    warehouse = choose_destination(name)
    with warehouse.open_to_read() as ask:
        return read_marts(ask, warehouse.address)


@pytest.mark.deep
def test_both_engines_give_the_same_rows(serve_marts, tmp_path):
    with serve_marts():
        told, expected = read("azuresql"), read("duckdb")
        assert told.address == "127.0.0.1/echostream"
        assert (told.facts, told.artists) == (expected.facts, expected.artists)
        assert told.datasets == expected.datasets
        assert main(["--output", str(tmp_path / "page.html")]) == 0
        text = (tmp_path / "page.html").read_text()
        assert "Made from echostream on" in text
        assert "127.0.0.1" not in text, "the page may be sent to others"


@pytest.mark.deep
def test_a_right_that_is_missing_is_told_in_one_line(serve_marts, tmp_path, capsys):
    def refuse(statement):
        if "rpt_loads" in statement:
            raise Refusal(229, "The SELECT permission was denied on the object 'rpt_loads', schema 'marts'.")

    with serve_marts(refuse):
        assert main(["--output", str(tmp_path / "page.html")]) == 2
    errors = capsys.readouterr().err
    assert len(errors.strip().splitlines()) == 1
    assert "permission" in errors.lower() or "right" in errors.lower()
    assert not (tmp_path / "page.html").exists()
