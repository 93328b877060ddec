"""A developer's target: schemas of its own beside production's, read by the dashboard too, and errors in one line."""

import json
import shutil

import pytest

from tests.conftest import read_rows
from tests.project.conftest import Project

pytestmark = pytest.mark.deep

AZURE = {"AZURE_SQL_SERVER": "nowhere.invalid", "AZURE_SQL_DATABASE": "echostream"}
SCHEMAS = (
    "select distinct schema_name from (select schema_name from duckdb_tables() union all "
    "select schema_name from duckdb_views() where not internal) order by 1"
)


@pytest.fixture
def developer(project, tmp_path):
    """A copy of production's build, with the manifest that says what is there."""
    folder = shutil.copytree(project.folder, tmp_path / "dbt_project", ignore=shutil.ignore_patterns("logs"))
    shutil.copy(project.target / "manifest.json", tmp_path / "manifest.json")
    # A DuckDB file's name is part of what views ask for.
    return Project(folder, shutil.copy(project.warehouse, tmp_path / project.warehouse.name))


def read_schemas(project, **environment):
    """Read the schemas of all models, snapshots and sources."""
    lines = project.succeed(
        "dbt", "--quiet", "ls", "--resource-types", "model", "snapshot", "source",
        "--output", "json", "--output-keys", "schema",
        **environment,
    )  # fmt: skip
    return {json.loads(line)["schema"] for line in lines.splitlines() if line.startswith("{")}


def test_production_builds_the_schemas_as_they_are_named(developer):
    schemas = {"raw_spotify", "staging", "snapshots", "intermediate", "marts"}
    assert read_schemas(developer) == schemas
    assert read_schemas(developer, ECHOSTREAM_DESTINATION="azuresql", **AZURE) == schemas


def test_a_developer_on_azure_sql_builds_schemas_of_their_own_from_the_raw_tables_that_are_there(developer):
    assert read_schemas(
        developer, ECHOSTREAM_DESTINATION="azuresql", ECHOSTREAM_DEV_SCHEMA="dev_ana", **AZURE
    ) == {"raw_spotify", "dev_ana_staging", "dev_ana_snapshots", "dev_ana_intermediate", "dev_ana_marts"}  # fmt: skip


def test_a_target_of_another_name_is_a_developers(developer):
    profiles = developer.folder / "profiles.yml"
    text = profiles.read_text()
    profiles.unlink()
    profiles.write_text(f"{text}\n    dev:\n      type: duckdb\n      path: ':memory:'\n      schema: ana\n")
    lines = developer.succeed(
        "dbt", "--quiet", "ls", "--target", "dev", "-s", "dim_genre", "--resource-type", "model",
        "--output", "json", "--output-keys", "schema",
    )  # fmt: skip
    assert '"ana_marts"' in lines


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        (
            {"ECHOSTREAM_DESTINATION": "azuresql", "AZURE_SQL_DATABASE": "echostream"},
            "AZURE_SQL_SERVER is not set: the target azuresql needs it (docs/azure.md lists the variables).",
        ),
        (
            {"ECHOSTREAM_DESTINATION": "azuresql", "AZURE_SQL_SERVER": "nowhere.invalid"},
            "AZURE_SQL_DATABASE is not set: the target azuresql needs it (docs/azure.md lists the variables).",
        ),
        ({"DBT_TARGET": "duckdb_dev"}, "ECHOSTREAM_DEV_SCHEMA is not set: the target duckdb_dev builds schemas"),
        ({"ECHOSTREAM_DEV_SCHEMA": "Ana's"}, 'ECHOSTREAM_DEV_SCHEMA is "Ana\'s": the target duckdb_dev builds schemas'),
    ],
)
def test_what_a_target_lacks_is_named_in_one_line(developer, environment, line):
    finished = developer.run("dbt", "--quiet", "build", **environment)
    assert finished.returncode == 2
    assert sum(line in printed for printed in finished.stdout.splitlines()) == 1, finished.stdout
    assert read_rows(developer.warehouse, SCHEMAS) == [
        ("intermediate",), ("marts",), ("raw_spotify",), ("raw_spotify_staging",), ("snapshots",), ("staging",)
    ]  # fmt: skip


def test_a_developer_builds_a_part_and_reads_the_rest_of_production(developer, tmp_path):
    state = developer.folder.parent
    # Whatever the developer gets wrong, production's table stays as it is.
    model = developer.folder / "models" / "marts" / "reporting" / "rpt_release_trends.sql"
    model.write_text(model.read_text() + "\nwhere 1 = 0\n")
    before = read_rows(developer.warehouse, "select count(*) from marts.rpt_release_trends")

    dev = {"ECHOSTREAM_DEV_SCHEMA": "dev_ana"}
    developer.succeed("dbt", "--quiet", "run", "-s", "state:modified", "--defer", "--state", state, **dev)
    schemas = {schema for (schema,) in read_rows(developer.warehouse, SCHEMAS)}
    assert {schema for schema in schemas if schema.startswith("dev_ana")} == {"dev_ana_marts"}
    assert read_rows(developer.warehouse, "select count(*) from dev_ana_marts.rpt_release_trends") == [(0,)]
    assert read_rows(developer.warehouse, "select count(*) from marts.rpt_release_trends") == before
    assert before != [(0,)]

    page = tmp_path / "dashboard.html"
    refused = developer.run("python", "-m", "dashboard", "--output", page, **dev)
    assert (refused.returncode, page.exists()) == (2, False)
    assert "dev_ana_marts.dim_album" in refused.stderr

    developer.succeed("dbt", "--quiet", "clone", "-s", "resource_type:model", "--state", state, **dev)
    developer.succeed("python", "-m", "dashboard", "--output", page, **dev)
    assert '"releases":{"columns":["artist","' in page.read_text()
