"""The real driver talks to a server that answers every statement as an empty warehouse does."""

import pytest

from loader.raw.tables import TABLES
from local_api.catalogue import FIRST_DAY
from tests.loader.azure_sql.tds_server import TdsServer, serve_tds

PASSWORD = "Geheim}1;x"  # noqa: S105
DEMO_LOAD = ("--as-of", FIRST_DAY, "--artists", 10, "--destination", "azuresql")


def answer_as_warehouse(statement):
    """Say that every raw table is there with a row in it, and find no row that is looked for."""
    asked = " ".join(statement.lower().split())
    if "has_perms_by_name" in asked:
        return [("CREATE TABLE", 1)]
    if "select table_name, column_name from information_schema.columns" in asked:
        return [(table.name, column) for table in TABLES.values() for column in table.column_names]
    if asked.startswith("select count(*)"):
        return [(1,)]
    if asked.startswith("select max("):
        return [(None,)]
    return [] if asked.startswith("select") else None


@pytest.fixture
def point_at_database(monkeypatch, warehouse):
    """Points the loader at a server on this machine; nothing else of Azure is seen."""

    def point(port, **settings):
        wanted = {
            "AZURE_SQL_SERVER": "127.0.0.1",
            "AZURE_SQL_PORT": str(port),
            "AZURE_SQL_DATABASE": "echostream",
            "AZURE_SQL_USER": "nightly",
            "AZURE_SQL_PASSWORD": PASSWORD,
            "AZURE_SQL_ENCRYPT": "no",
            "AZURE_SQL_AUTHENTICATION": "",
            "AZURE_SQL_TRUST_SERVER_CERTIFICATE": "",
            **settings,
        }
        for name, value in wanted.items():
            monkeypatch.setenv(name, value)

    return point


@pytest.fixture
def database(point_at_database):
    """A server that answers as an empty warehouse does."""
    with serve_tds(TdsServer(answer=answer_as_warehouse)) as server:
        point_at_database(server.port)
        yield server
