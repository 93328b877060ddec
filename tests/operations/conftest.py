"""Runs `python -m operations` as make does: as a process of its own, in a folder that holds nothing of the project."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT, SETTINGS, Result


@dataclass(frozen=True)
class Place:
    """A folder in which a person works, and where dbt leaves its own files."""

    folder: Path

    @property
    def page(self):
        return self.folder / "site" / "dashboard.html"

    @property
    def warehouse(self):
        return self.folder / "warehouse" / "echostream.duckdb"

    def run(self, *arguments, program=("-m", "operations"), **environment):
        """Run a command there; nothing of the machine's settings is seen."""
        finished = subprocess.run(
            [sys.executable, *program, *(str(argument) for argument in arguments)],
            cwd=self.folder,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith((*SETTINGS, "AZURE_"))},
                "PYTHONPATH": str(ROOT),
                "DBT_TARGET_PATH": str(self.folder / "target"),
                "DBT_LOG_PATH": str(self.folder / "logs"),
                "COLUMNS": "100",
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return Result(finished.returncode, finished.stdout, finished.stderr)


@pytest.fixture
def place(tmp_path):
    """An empty folder whose path has spaces."""
    folder = tmp_path / "my music"
    folder.mkdir()
    return Place(folder)


def check_one_line(result, exit_code, *said):
    """Check that a call ended with one line on stderr that says why, and the right exit code."""
    assert result.exit_code == exit_code, result.errors
    assert len(result.errors.strip().splitlines()) == 1, result.errors
    for text in said:
        assert text in result.errors
    assert "Traceback" not in result.errors
