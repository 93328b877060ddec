"""`python -m dashboard`: what it reads, what it refuses, and that it writes all or nothing."""

import os
import subprocess
import sys

import duckdb
import pytest
import yaml

from dashboard.__main__ import main
from dashboard.read import QUERIES, list_marts
from dashboard.results import read_results
from tests.conftest import ROOT, open_elsewhere
from tests.dashboard.conftest import environment
from tests.project.tsql.check import Batch, find_refusals

VALUES = {
    "artists": "'', '0123456789abcdef0123456789abcdef'",
    "heard_artists": "''",
    "versions": "''",
    "days": "cast('2026-09-07' as date)",
    "recent_days": "cast('2026-09-07' as date)",
    "bucket_seconds": "30",
}


@pytest.fixture
def run(warehouse, capsys):
    """Runs the command over the test's own warehouse."""

    def call(*arguments):
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def refuse(result, said, exit_code=2):
    """Check that a call ended with one line: for the user to mend, or to run it again."""
    code, out, errors = result
    assert (code, out) == (exit_code, "")
    assert said in errors
    assert len(errors.strip().splitlines()) == 1, errors


def test_without_a_warehouse_it_says_how_to_get_one(warehouse, run, tmp_path):
    refuse(run(), "There is no warehouse at")
    assert not (tmp_path / "site").exists()
    assert not warehouse.exists()


@pytest.mark.deep
def test_without_marts_it_says_to_build_them(warehouse, run, demo):
    warehouse.parent.mkdir()
    duckdb.connect(str(warehouse)).close()
    # The command names the file, which is not the default one.
    command = f"ECHOSTREAM_DUCKDB={warehouse} dbt build"
    refuse(run(), f"has no marts yet: run `{command}`")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        for mart in sorted(list_marts() - {"rpt_loads"}):
            connection.execute(f"create table marts.{mart} (a int)")
    refuse(run(), f"has no marts.rpt_loads yet: run `{command}`")


def test_other_mistakes_are_told_in_one_line(warehouse, run, tmp_path, monkeypatch):
    refuse(run("--destination", "snowflake"), "Unknown destination 'snowflake'")
    refuse(run("--outptu", "x"), "--outptu")
    refuse(run("--output", tmp_path), "is a folder: name a file with --output")
    (tmp_path / "file").write_text("")
    refuse(run("--output", tmp_path / "file" / "page.html"), "cannot be written")
    refuse(run("--output", "/proc/page.html"), "cannot be written")
    for name in ("AZURE_SQL_SERVER", "AZURE_SQL_DATABASE", "AZURE_SQL_USER", "AZURE_SQL_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    refuse(run("--destination", "azuresql"), "AZURE_SQL_SERVER, AZURE_SQL_DATABASE")
    warehouse.parent.mkdir()
    warehouse.write_text("no warehouse")
    code, _, errors = run()
    assert code == 1
    assert "cannot be opened as a DuckDB file" in errors


@pytest.mark.deep
def test_a_warehouse_in_use_is_told(demo, run, warehouse):
    warehouse.parent.mkdir()
    warehouse.write_bytes(demo.warehouse.read_bytes())
    with open_elsewhere(warehouse):
        refuse(run(), "is in use by another program", exit_code=75)


@pytest.mark.deep
def test_a_mart_that_cannot_be_read_leaves_the_page_as_it_was(demo, run, warehouse, tmp_path):
    warehouse.parent.mkdir()
    warehouse.write_bytes(demo.warehouse.read_bytes())
    page = tmp_path / "page.html"
    page.write_text("older page")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table marts.rpt_loads rename column app_mode to mode")
    code, _, errors = run("--output", page)
    assert code == 1
    assert "refuses a query" in errors
    assert page.read_text() == "older page"
    assert [path.name for path in tmp_path.iterdir() if "page" in path.name] == ["page.html"]


@pytest.mark.deep
def test_everybody_may_read_the_page(demo, tmp_path):
    page = tmp_path / "page.html"
    with environment(demo):
        assert main(["--output", str(page)]) == 0
    assert page.stat().st_size > 1_000_000
    assert oct(page.stat().st_mode)[-3:] == "644"


@pytest.mark.deep
def test_results_that_tell_of_no_build_are_none(demo, tmp_path):
    built = read_results(demo.target / "run_results.json")
    assert built.failures == []
    assert built.count_tests()[0] == built.count_tests()[1] >= 5
    path = tmp_path / "run_results.json"
    for text in ("", "[]", '{"args": {"which": "generate"}, "results": []}', '{"args": {"which": "build"}}'):
        path.write_text(text)
        assert read_results(path) is None
    assert read_results(tmp_path / "missing.json") is None


def test_a_build_that_failed_is_told(tmp_path):
    path = tmp_path / "run_results.json"
    path.write_text(
        '{"metadata": {"generated_at": "2026-10-05T06:00:00.1Z"}, "args": {"which": "build"}, "elapsed_time": 3.21, '
        '"results": [{"unique_id": "model.echostream.dim_track", "status": "success", "message": "OK"}, '
        '{"unique_id": "test.echostream.unique_dim_track_track_key.1a", "status": "fail", '
        '"message": "\\nGot 2 results, configured to fail if != 0\\nmore"}, '
        '{"unique_id": "unit_test.echostream.dim_track.versions", "status": "pass", "message": null}, '
        '{"unique_id": "test.echostream.not_null.2b", "status": "skipped", "message": null}]}'
    )
    results = read_results(path)
    assert results.count_tests() == (1, 2)
    assert results.failures == [
        ("data tests", "unique_dim_track_track_key", "fail", "Got 2 results, configured to fail if != 0"),
        ("data tests", "not_null", "skipped", ""),
    ]


def test_the_exposure_names_what_is_read():
    told = yaml.safe_load((ROOT / "dbt_project" / "models" / "marts" / "_exposures.yml").read_text())
    (dashboard,) = (exposure for exposure in told["exposures"] if exposure["name"] == "local_dashboard")
    assert set(dashboard["depends_on"]) == {f"ref('{mart}')" for mart in list_marts()}


def test_every_query_is_t_sql_too():
    batches = []
    for path in sorted(QUERIES.glob("*.sql")):
        query = path.read_text()
        for name, value in VALUES.items():
            query = query.replace(f"{{{name}}}", value)
        assert "{" not in query
        batches.append(Batch(path.stem, query))
    assert len(batches) > 20
    assert find_refusals(batches) == []


def test_help_tells_the_options():
    finished = subprocess.run(
        [sys.executable, "-m", "dashboard", "--help"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--output" in finished.stdout
    assert "--destination" in finished.stdout
