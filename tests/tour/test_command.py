"""`python -m tour`: whatever ends it early is one line and an exit code."""

import json

import pytest

from dbt_runner import DbtError
from local_api.catalogue import FIRST_DAY
from tests.conftest import read_rows
from tour.__main__ import main


def test_it_has_help_and_plays_nothing_then(warehouse, capsys):
    assert main(["--help"]) == 0
    assert "python -m tour" in capsys.readouterr().out
    assert not warehouse.parent.exists()


def test_what_it_does_not_take_is_refused_in_one_line(warehouse, capsys):
    assert main(["everything"]) == 2
    assert capsys.readouterr().err == "No such command 'everything' (see python -m tour --help).\n"
    assert not warehouse.parent.exists()


@pytest.mark.parametrize(
    ("end", "exit_code", "line"),
    [
        (KeyboardInterrupt(), 75, "Stopped: run the load again to go on."),
        (DbtError("dbt snapshot failed: it is broken"), 1, "dbt snapshot failed: it is broken"),
        (OSError("gone"), 1, "Something unexpected broke: OSError: gone"),
    ],
    ids=["Ctrl-C", "dbt", "bug"],
)
def test_what_ends_it_in_the_middle_is_one_line(warehouse, capsys, monkeypatch, end, exit_code, line):
    def play(*_):
        raise end

    monkeypatch.setattr("tour.__main__.play_days", play)
    assert main([]) == exit_code
    assert capsys.readouterr().err == f"{line}\n"


def test_the_load_of_a_day_explains_itself(load_demo, warehouse):
    result = load_demo("--help")
    assert result.exit_code == 0
    assert "Example" in result.output
    assert "--as-of" in result.output
    assert not warehouse.parent.exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--mode", "premium"), "premium"),
        (("--artists", "3"), "--artists"),
        (("--as-of", "never"), "YYYY-MM-DD"),
        (("--as-of", "2999-01-01"), "future"),
        (("--destination", "oracle"), "oracle"),
        (("--bogus",), "--bogus"),
        (("everything",), "everything"),
    ],
)
def test_a_wrong_word_of_a_load_is_one_line(load_demo, warehouse, arguments, word):
    result = load_demo(*arguments)
    assert (result.exit_code, result.output) == (2, "")
    (line,) = result.errors.splitlines()
    assert word in line
    assert not warehouse.parent.exists()


def test_a_load_tells_a_machine_its_error_in_one_line(load_demo):
    result = load_demo("--artists", "3", "--log-format", "json", "--quiet")
    assert result.exit_code == 2
    (error,) = map(json.loads, result.errors.splitlines())
    assert (error["level"], error["exit_code"], error["run_again_at"]) == ("error", 2, None)


def test_a_load_ends_with_what_comes_next_and_a_quiet_one_says_nothing(load_demo, warehouse):
    result = load_demo("--as-of", FIRST_DAY, "--artists", 10)
    assert (result.exit_code, result.errors) == (0, "")
    assert result.output.endswith(
        f"Next, the marts:     ECHOSTREAM_DUCKDB={warehouse} dbt build\n"
        f"then, the dashboard: ECHOSTREAM_DUCKDB={warehouse} make dashboard\n"
    )
    again = load_demo("--as-of", FIRST_DAY, "--artists", 10, "--quiet")
    assert (again.exit_code, again.output, again.errors) == (0, "", "")
    assert read_rows(warehouse, "select distinct source from raw_spotify.load_runs") == [("demo",)]
