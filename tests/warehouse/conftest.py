"""dbt over a warehouse of the test's own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT, read_schema

RUN_DBT = Path(__file__).with_name("run_dbt.py")


@dataclass
class Dbt:
    """Runs dbt in a process of its own, over the warehouse in ECHOSTREAM_DUCKDB; models' unit tests need no warehouse.

    Attributes:
        parse_once: Parses the project for a destination, once a run of the tests.
        target_path: Where dbt writes its own files.
    """

    parse_once: object
    target_path: Path

    def __call__(self, command, *arguments):
        if command == "build" and "unit_test" not in arguments:
            arguments = (*arguments, "--exclude-resource-type", "unit_test")
        run_dbt(self.target_path, [RUN_DBT, self.parse_once()], "--no-write-json", command, *arguments)


def run_dbt(target_path, program, *arguments):
    """Run dbt, which has to succeed."""
    finished = subprocess.run(
        [sys.executable, *program, "--quiet", *arguments],
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


@pytest.fixture
def dbt(tmp_path, make_once):
    """Dbt over the warehouse of the test."""

    def parse_once():
        destination = os.environ.get("ECHOSTREAM_DESTINATION") or "duckdb"
        parse = ["-c", "from dbt.cli.main import cli; cli()"]
        folder = make_once(f"parsed-{destination}", lambda folder: run_dbt(folder, parse, "parse"))
        return folder / "partial_parse.msgpack"

    return Dbt(parse_once, tmp_path / "target")


def read_marts(path):
    """Read all rows of all marts, to compare warehouses by."""
    return read_schema(path, "marts")
