"""`python -m tour`: whatever ends it early is one line and an exit code."""

import pytest

from dbt_runner import DbtError
from tour.__main__ import main


def test_it_has_help_and_plays_nothing_then(warehouse, capsys):
    assert main(["--help"]) == 0
    assert "python -m tour" in capsys.readouterr().out
    assert not warehouse.parent.exists()


def test_what_it_does_not_take_is_refused_in_one_line(warehouse, capsys):
    assert main(["everything"]) == 2
    assert capsys.readouterr().err == "Got unexpected extra argument(s) (everything) (see python -m tour --help).\n"
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
