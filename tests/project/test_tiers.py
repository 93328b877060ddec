"""No test falls between the tiers and areas, and the workflow runs every one of them."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path, PurePath

import pytest
import yaml

from tests.conftest import ROOT
from tests.tiers import ALL_AREAS, AREAS, find_area

WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))


@pytest.fixture
def suite(tmp_path):
    """Runs a suite of this one's shape, with a test of each tier in each area and in a folder that no area names."""
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\nmarkers = ["deep: slow"]\n')
    for path in [*AREAS, "tests/project", "tests/new"]:
        file = tmp_path / path if path.endswith(".py") else tmp_path / path / f"test_{PurePath(path).name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            "import pytest\n\ndef test_quick():\n    pass\n\n@pytest.mark.deep\ndef test_slow():\n    pass\n"
        )

    def run(*arguments):
        finished = subprocess.run(
            [Path(sys.executable).with_name("pytest"), "-p", "tests.tiers", "--import-mode=importlib", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    return run


def list_tests(output):
    return [line for line in output.splitlines() if "::" in line]


@pytest.mark.deep
def test_the_areas_are_the_whole_without_a_test_twice(suite):
    whole = list_tests(suite("--collect-only", "-q"))
    assert len(whole) == 2 * (len(AREAS) + 2)
    parts = [test for area in ALL_AREAS for test in list_tests(suite("--collect-only", "-q", "--area", area))]
    assert sorted(parts) == sorted(whole)


@pytest.mark.deep
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_quick_run_says_what_it_left_out_and_how_to_run_it(suite, workers):
    output = suite("-m", "not deep", "--numprocesses", workers, "-q")
    told = "Not run: 7 slow tests (loader 2, warehouse 1, browser 1, tsql 1, project 2); make test-all runs them."
    assert told in output.splitlines()
    assert "7 passed" in output


def test_a_whole_run_says_nothing_of_the_kind(suite):
    output = suite("-q")
    assert "14 passed" in output
    assert "Not run" not in output


def test_slow_tests_come_first(suite):
    tests = list_tests(suite("--collect-only", "-q"))
    assert [test.endswith("test_slow") for test in tests] == [True] * 7 + [False] * 7


def list_commands(job):
    """The commands of a job, once for each of its matrix's values."""
    steps = [step["run"] for step in job["steps"] if "run" in step]
    for name, values in job.get("strategy", {}).get("matrix", {}).items():
        steps = [step.replace(f"${{{{ matrix.{name} }}}}", str(value)) for step in steps for value in values]
    return steps


def test_the_workflow_runs_every_area_and_the_whole_lint():
    commands = [command for job in WORKFLOW["jobs"].values() for command in list_commands(job)]
    areas = [command.partition("AREA=")[2] for command in commands if command.startswith("make test-all")]
    assert sorted(areas) == sorted(ALL_AREAS)
    assert "make lint" in commands
    assert "make test" in commands


def test_the_quick_tests_are_run_on_every_python_that_is_supported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    supported = [name.rpartition(" ")[2] for name in project["classifiers"] if "Python :: 3." in name]
    assert WORKFLOW["jobs"]["quick"]["strategy"]["matrix"]["python"] == supported
    assert project["requires-python"] == f">={supported[0]}"


def test_everything_has_one_area_and_what_no_area_names_is_the_rests():
    for path in [*AREAS, "tests/test_new.py", "tests/new/test_new.py", "tests/project/test_new.py"]:
        assert find_area(path) in ALL_AREAS
    assert find_area("tests/loader/new/test_new.py") == "loader"
    assert find_area("tests/project/test_tsql.py") == "tsql"
    assert find_area("tests/loaders/test_new.py") == find_area("tests/project/test_new.py") == "project"


def test_every_path_of_an_area_is_there():
    assert [path for path in AREAS if not (ROOT / path).exists()] == []
