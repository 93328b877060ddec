"""dbt over a warehouse of the test's own, by the project as it was parsed once for all tests."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUN_DBT = Path(__file__).with_name("run_dbt.py")
# A build that only makes rows: for warehouses whose rows are compared, or that a later build tests.
WITHOUT_TESTS = ("--exclude-resource-type", "test", "unit_test")
PARSE = ["-c", "from dbt.cli.main import cli; cli()"]


@dataclass
class Dbt:
    """Runs dbt in a process of its own, over the warehouse in ECHOSTREAM_DUCKDB; models' unit tests need no warehouse.

    Attributes:
        find_parsed: Finds the project as it was parsed.
        target_path: Where dbt writes its own files.
        keeps_artifacts: Whether what the run was and did is among them.
    """

    find_parsed: Callable[[], Path]
    target_path: Path
    keeps_artifacts: bool = False

    def __call__(self, command, *arguments):
        if command == "build" and "unit_test" not in arguments:
            arguments = (*arguments, "--exclude-resource-type", "unit_test")
        options = [] if self.keeps_artifacts else ["--no-write-json"]
        _run(self.target_path, [RUN_DBT, self.find_parsed()], *options, command, *arguments)


def parse(target_path):
    """Parse the project for the destination in ECHOSTREAM_DESTINATION."""
    _run(target_path, PARSE, "parse")


def _run(target_path, program, *arguments):
    """Run dbt, which has to succeed."""
    finished = subprocess.run(
        [sys.executable, *program, "--quiet", "--log-level-file", "none", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DBT_PROJECT_DIR": str(ROOT / "dbt_project"),
            "DBT_PROFILES_DIR": str(ROOT / "dbt_project"),
            "DBT_TARGET_PATH": str(target_path),
            "DBT_LOG_PATH": str(target_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
