"""dbt as a person calls it, over a warehouse of the test's own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT, read_schema


@dataclass
class Dbt:
    """Runs dbt in a process of its own, over the warehouse in ECHOSTREAM_DUCKDB."""

    target_path: Path

    def __call__(self, *arguments):
        finished = subprocess.run(
            [Path(sys.executable).parent / "dbt", "--quiet", *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "DBT_PROJECT_DIR": str(ROOT / "dbt_project"),
                "DBT_PROFILES_DIR": str(ROOT / "dbt_project"),
                "DBT_TARGET_PATH": str(self.target_path),
                "DBT_LOG_PATH": str(self.target_path),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.fixture
def dbt(tmp_path):
    """Dbt over the warehouse of the test."""
    return Dbt(tmp_path / "target")


def read_marts(path):
    """Read all rows of all marts, to compare warehouses by."""
    return read_schema(path, "marts")
