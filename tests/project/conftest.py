"""The dbt project over four days of the made-up world, built and documented once for all tests of this folder."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from local_api.catalogue import FIRST_DAY
from local_api.story import LAUNCH_DAY
from tests.conftest import DEMO_LOADER, ROOT, SETTINGS
from tour.play import SNAPSHOTS

# In these weeks an artist takes another name, tracks are withdrawn and come back, and on the third of these days an
# album is launched; on the last one the hit is a hit.
DAYS = [FIRST_DAY + timedelta(days=days) for days in (0, 7, LAUNCH_DAY, 28)]


@dataclass
class Project:
    """A copy of the dbt project with a target folder and a warehouse of its own: nobody's build is touched."""

    folder: Path
    warehouse: Path

    @property
    def target(self):
        return self.folder / "target"

    def run(self, program, *arguments, **environment):
        """Run one of the environment's programs over this project; it is called at the top of the repository."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
        return subprocess.run(
            [Path(sys.executable).parent / program, *(str(argument) for argument in arguments)],
            cwd=ROOT,
            env={
                **kept,
                "DBT_PROJECT_DIR": str(self.folder),
                "DBT_PROFILES_DIR": str(self.folder),
                "DBT_LOG_PATH": str(self.target),
                "ECHOSTREAM_DUCKDB": str(self.warehouse),
                "PYTHONPATH": str(ROOT),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def succeed(self, program, *arguments, **environment):
        """Run a program that has to succeed, and return what it printed."""
        finished = self.run(program, *arguments, **environment)
        assert finished.returncode == 0, f"{program} {arguments[0]} failed:\n{finished.stdout}{finished.stderr}"
        return finished.stdout


@pytest.fixture(scope="session")
def project(tmp_path_factory, make_once):
    """The project, built over four weeks of the made-up world: once a run, and a copy for each worker."""
    built = make_once("built", lambda folder: build(name_project(folder)))
    return name_project(shutil.copytree(built, tmp_path_factory.mktemp("project") / "copy"))


def name_project(top):
    """Say where a project and its warehouse stand under a folder."""
    return Project(top / "dbt_project", top / "echostream.duckdb")


def build(project):
    """Play the days and build everything, documentation included."""
    shutil.copytree(
        ROOT / "dbt_project", project.folder, ignore=shutil.ignore_patterns("target", "logs", "dbt_packages")
    )
    for day in DAYS:
        project.succeed("python", *DEMO_LOADER, "--quiet", "--as-of", day)
        if day != DAYS[-1]:
            # The build takes the last day's.
            project.succeed("dbt", "--quiet", *SNAPSHOTS)
    project.succeed("dbt", "--quiet", "build")
    project.succeed("dbt", "--quiet", "docs", "generate")
