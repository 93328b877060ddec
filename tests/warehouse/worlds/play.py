"""Plays random worlds through the loader and dbt, run by run, in this process."""

import os
from pathlib import Path

import duckdb
from dbt.cli.main import dbtRunner

from loader.destinations import choose_destination
from loader.load.api_source import LoadOptions
from loader.load.catalogue import Catalogue
from loader.load.driver import run_load
from loader.report.progress import SilentProgress
from loader.settings import ApiSettings
from local_api.server import CLIENT_ID, CLIENT_SECRET, serve
from tests.conftest import ROOT
from tests.run_dbt import read_project
from tests.warehouse.worlds.generate import Run, World, generate_world, plan_runs
from tests.warehouse.worlds.serve import Answers

# Which worlds, and how many; read now, as tests see no variables of the machine.
SEED = os.environ.get("ECHOSTREAM_WORLDS_SEED") or "1"
NUMBER = int(os.environ.get("ECHOSTREAM_WORLDS") or 200)


# All that history is in: the versions, dimensions, bridges and facts, and what they are built from; neither the
# calendar nor the views of the current rows.
BUILD_HISTORY = ["run", "--select", "+marts.core", "--exclude", "dim_date", "marts.core.current"]


class DbtError(Exception):
    """dbt did not do what it was asked; the messages of the nodes that failed."""


class Dbt:
    """Runs dbt over the warehouse in ECHOSTREAM_DUCKDB, in this process.

    Attributes:
        manifest: The project as dbt parsed it.
    """

    def __init__(self, parsed):
        self.manifest = read_project(parsed)

    def __call__(self, *arguments):
        answer = dbtRunner(manifest=self.manifest).invoke(
            ["--quiet", "--log-level-file", "none", "--no-write-json", *arguments]
        )
        if not answer.success:
            failed = [
                f"{one.node.name}: {one.message}" for one in answer.result or () if one.status in {"error", "fail"}
            ]
            raise DbtError("\n".join(failed) or str(answer.exception))
        return answer.result

    def list_models(self, *selection):
        """Find the models that a selection names."""
        names = self("list", "--resource-type", "model", "--output", "name", "--select", *selection)
        return [self.manifest.nodes[f"model.echostream.{name}"] for name in names]

    def run(self, models):
        """Build models; none is none."""
        if models:
            self("run", "--select", *(model.name for model in models))


def make_worlds(seed: str, number: int, mode: str, days: int) -> tuple[list[Run], list[World]]:
    """Make the runs and the worlds that take part in them."""
    runs = plan_runs(seed, days)
    return runs, [generate_world(seed, place, runs, mode == "extended") for place in range(number)]


def load_run(worlds: list[World], run: Run, mode: str) -> None:
    """Load a run's day of all worlds, from a local Web API that holds what they have in that run."""
    loads = [world.steps[run.number - 1].load for world in worlds]
    with serve(Answers([load.catalogue for load in loads]), mode=mode, day=run.day, keep_log=False) as server:
        settings = ApiSettings(CLIENT_ID, CLIENT_SECRET, server.api_url, server.accounts_url, server.reccobeats_url)
        artists = [artist_id for load in loads for artist_id in load.followed]
        options = LoadOptions(run.day, audio_features=False)
        run_load(Catalogue(settings, artists, options), choose_destination("duckdb"), SilentProgress())


def open_warehouse(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the warehouse, which dbt has open in this process: not read-only, as dbt has."""
    return duckdb.connect(str(path))


def point_dbt_at_project(monkeypatch, target_path: Path) -> None:
    """Let dbt in this process find the project, and write its own files elsewhere."""
    for name, value in {
        "DBT_PROJECT_DIR": ROOT / "dbt_project",
        "DBT_PROFILES_DIR": ROOT / "dbt_project",
        "DBT_TARGET_PATH": target_path,
        "DBT_LOG_PATH": target_path,
    }.items():
        monkeypatch.setenv(name, str(value))
