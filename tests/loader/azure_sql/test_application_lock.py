"""The lock in the database: loads of other machines are kept out, and a connection that dies holds nothing."""

import pytest

from loader.destinations import choose_destination
from loader.destinations.azure_sql.application_lock import ApplicationLock
from loader.destinations.azure_sql.settings import read_azure_sql_settings
from loader.errors import BusyError
from loader.raw.tables import SCHEMA_NAME
from loader.report.progress import SilentProgress
from tests.loader.azure_sql.conftest import DEMO_LOAD, answer_as_warehouse
from tests.loader.azure_sql.tds_server import Refusal, TdsServer, serve_tds


@pytest.fixture
def other(database):
    """The lock as a load on another machine takes it."""
    lock = ApplicationLock(read_azure_sql_settings(), SCHEMA_NAME)
    yield lock
    lock.release()


def check_is_busy(result):
    assert (result.exit_code, result.output) == (75, "")
    (line,) = result.errors.splitlines()
    assert line.startswith("127.0.0.1/echostream is in use: another load")


def find_writes(database):
    return [text for text in database.statements if text.startswith(("CREATE", "INSERT", "DELETE", "MERGE"))]


@pytest.mark.deep
def test_a_load_on_another_machine_is_left_alone(database, other, load_demo):
    other.take()
    check_is_busy(load_demo(*DEMO_LOAD))
    assert find_writes(database) == []
    assert len(database.locks) == 1, "the other load has it still"
    other.release()
    assert load_demo(*DEMO_LOAD).exit_code == 0
    assert database.locks == {}


def test_a_lock_ends_with_its_connection(database, other):
    other.take()
    database.end_connections()
    with choose_destination("azuresql").open_to_write(SilentProgress()):
        assert list(database.locks) == ["echostream:raw_spotify"]
    assert database.locks == {}


def test_a_lock_whose_connection_was_lost_is_taken_again_before_the_next_write(database, other):
    destination = choose_destination("azuresql")
    with destination.open_to_write(SilentProgress()):
        database.end_connections()
        destination.keep_out_others()
        assert len(database.locks) == 1
        with pytest.raises(BusyError):
            other.take()


def test_a_load_that_lost_its_lock_to_another_writes_no_more(database, other):
    destination = choose_destination("azuresql")
    with destination.open_to_write(SilentProgress()):
        database.end_connections()
        other.take()
        with pytest.raises(BusyError):
            destination.keep_out_others()
    assert len(database.locks) == 1, "what is not ours is not released"


def test_a_load_that_fails_releases_the_lock(point_at_database, load_demo):
    def answer(statement):
        if "INSERT INTO" in statement:
            raise Refusal(40544, "The database 'echostream' has reached its size quota.")
        return answer_as_warehouse(statement)

    with serve_tds(TdsServer(answer=answer)) as server:
        point_at_database(server.port)
        assert load_demo(*DEMO_LOAD).exit_code == 2
        assert server.locks == {}


def test_a_deadlock_over_the_lock_is_one_line(point_at_database, load_demo, monkeypatch):
    monkeypatch.setattr("loader.destinations.azure_sql.application_lock.build_take_statement", lambda _: "select -3")

    def answer(statement):
        return [(-3,)] if statement == "select -3" else answer_as_warehouse(statement)

    with serve_tds(TdsServer(answer=answer)) as server:
        point_at_database(server.port)
        result = load_demo(*DEMO_LOAD)
    assert result.exit_code == 1
    (line,) = result.errors.splitlines()
    assert "sp_getapplock answers -3" in line
