"""A build that fails: every failure is named, and the last line says what to make of it."""

import json

import pytest
from rich.console import Console

from dbt_runner import DbtError
from operations.build import BuildError, build_marts

FAILURE = DbtError("dbt build failed:\n  what it said")


class FailingDbt:
    """Stands in for dbt, which takes a minute to fail: leaves the results that it is given."""

    def __init__(self, target, results, failure):
        self._target, self._results, self._failure = target, results, failure

    def run(self, *_, on_progress):
        on_progress(1, len(self._results) or 1)
        if self._results:
            told = {
                "metadata": {"generated_at": "2999-01-01T00:00:00.1Z"},
                "args": {"which": "build"},
                "elapsed_time": 1.0,
                "results": [
                    {"unique_id": node, "status": status, "message": message} for node, status, message in self._results
                ],
            }
            (self._target / "run_results.json").write_text(json.dumps(told))
        raise self._failure


@pytest.fixture
def fail(tmp_path, monkeypatch, capsys):
    """Builds with results of our own; tells what was printed and what the last line is."""
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))

    def run(results, failure=FAILURE):
        with pytest.raises(BuildError) as caught:
            build_marts(FailingDbt(tmp_path, results, failure), Console(), Console(stderr=True, soft_wrap=True))
        assert caught.value.exit_code == failure.exit_code
        return capsys.readouterr().err.splitlines(), str(caught.value)

    return run


def test_failures_are_named_and_counted(fail):
    named, last = fail(
        [
            ("model.echostream.dim_track", "success", "OK"),
            ("model.echostream.dim_album", "error", "Runtime Error\n  Out of disk"),
            *((f"test.echostream.not_null_{number}.1a", "skipped", None) for number in range(60)),
            ("test.echostream.unique_dim_track.2b", "fail", "Got 2 results, configured to fail if != 0"),
        ]
    )
    assert named == [
        "model dim_album: error: Runtime Error",
        "data test unique_dim_track: fail: Got 2 results, configured to fail if != 0",
    ]
    assert last.startswith(
        "The marts are not complete: 1 failed with an error, 1 tests failed, 60 were skipped after these. What dbt said"
    )
    assert last.endswith("dbt.log.")


def test_many_failures_do_not_fill_the_screen(fail):
    named, _ = fail([(f"test.echostream.not_null_{number}.1a", "fail", "Got 1 result") for number in range(30)])
    assert len(named) == 11
    assert named[-1] == "… and 20 more"


def test_results_of_an_older_build_are_not_taken_for_its(fail, tmp_path):
    fail([("test.echostream.unique.1a", "fail", "Got 1 result")])
    results = tmp_path / "run_results.json"
    results.write_text(results.read_text().replace("2999", "2020"))
    named, last = fail([])
    assert named == []
    assert last == "The marts were not built: dbt build failed: what it said"


def test_what_the_user_can_mend_is_the_last_line(fail):
    lack = DbtError("dbt build failed: set ECHOSTREAM_DUCKDB_MEMORY", exit_code=2)
    _, last = fail([("model.echostream.dim_album", "error", "Out of Memory Error")], lack)
    assert last == "The marts were not built: dbt build failed: set ECHOSTREAM_DUCKDB_MEMORY"
