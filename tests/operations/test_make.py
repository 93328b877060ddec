"""The targets of make that load or read: what they hand over, and which warehouse they name."""

import json
import os
import shutil
import subprocess

import pytest

from tests.conftest import ROOT

DEMO, REAL = "warehouse/demo.duckdb", "warehouse/echostream.duckdb"
# Stands in for the programs of .venv: tells what it was called with.
SHOW = """#!/usr/bin/env python3
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "duckdb": os.environ.get("ECHOSTREAM_DUCKDB")}))
"""


@pytest.fixture
def make(tmp_path):
    """Runs make in a folder whose path has spaces, over programs that tell what they are called with."""
    folder = tmp_path / "a folder"
    programs = folder / "programs"
    programs.mkdir(parents=True)
    for name in ("python", "dbt"):
        (programs / name).write_text(SHOW)
        (programs / name).chmod(0o755)
    shutil.copyfile(ROOT / "Makefile", folder / "Makefile")

    def run(*arguments, files=(), **environment):
        for file in files:
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).touch()
        return subprocess.run(
            ["make", "--no-print-directory", "-o", "install", "BIN=programs", *arguments],
            cwd=folder,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith(("ECHOSTREAM_", "MAKE"))},
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def read_calls(finished):
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.splitlines()]


@pytest.mark.parametrize(
    "file",
    [
        "my_spotify_data.zip",
        "My Data/my_spotify_data.zip",
        "a.zip b.zip",
        "~/a.zip",
        """it's "$x" $(HOME) # 100%.zip""",
    ],
)
def test_the_file_is_handed_over_as_it_was_typed(make, file):
    (call,) = read_calls(make("history", f"FILE={file}"))
    assert call["arguments"] == ["-m", "operations", "history", file]


@pytest.mark.parametrize("sql", ["select 1", """select "a", 'b$c' from x where d = 'it''s' -- #"""])
def test_the_question_is_handed_over_as_it_was_typed(make, sql):
    (call,) = read_calls(make("query", f"SQL={sql}"))
    assert call["arguments"] == ["-m", "operations", "query", "--", sql]


@pytest.mark.parametrize(("target", "wanted"), [("history", "FILE=my_spotify_data.zip"), ("query", 'SQL="select')])
def test_what_is_missing_is_told_before_anything_is_installed(make, target, wanted):
    finished = make(target)
    assert (finished.returncode, finished.stdout) == (2, "")
    ours, makes_own = finished.stderr.splitlines()
    assert wanted in ours
    assert "Error 2" in makes_own


READING = (("query", "SQL=select 1"), ("docs",), ("dashboard",))


@pytest.mark.parametrize("target", READING)
def test_reading_finds_the_demo_where_it_is_the_only_warehouse(make, target):
    finished = make(*target, files=[DEMO])
    assert {call["duckdb"] for call in read_calls(finished)} == {DEMO}
    assert finished.stderr.splitlines() == [f"There is no {REAL} yet: this is the demo's, {DEMO}."]


@pytest.mark.parametrize("target", READING)
@pytest.mark.parametrize(
    ("files", "environment"),
    [
        ([], {}),
        ([REAL], {}),
        ([DEMO, REAL], {}),
        ([DEMO], {"ECHOSTREAM_DUCKDB": "mine.duckdb"}),
        ([DEMO], {"ECHOSTREAM_DESTINATION": "azuresql"}),
    ],
)
def test_reading_keeps_to_what_is_named_or_real(make, target, files, environment):
    finished = make(*target, files=files, **environment)
    assert {call["duckdb"] or "" for call in read_calls(finished)} == {environment.get("ECHOSTREAM_DUCKDB", "")}
    assert finished.stderr == ""


def test_loading_never_goes_to_the_demos_warehouse(make):
    for target in (("load",), ("history", "FILE=a.zip")):
        (call,) = read_calls(make(*target, files=[DEMO]))
        assert not call["duckdb"]
