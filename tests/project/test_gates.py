"""What the dbt project is held to: structure, documentation, descriptions in the warehouse, fresh sources."""

import json

from tests.conftest import read_rows


def test_structure_and_governance_pass_every_check(project):
    project.succeed("dbt-bouncer", "run", "--show-all-failures")


def test_metadata_score_well(project):
    project.succeed("dbt-score", "lint", "--manifest", project.target / "manifest.json", "--show", "failing-items")


def test_every_column_in_the_warehouse_is_described(project, tmp_path):
    report = tmp_path / "coverage.json"
    project.succeed(
        "dbt-coverage", "compute", "doc",
        "--project-dir", project.folder,
        "--run-artifacts-dir", project.target,
        "--cov-report", report,
    )  # fmt: skip
    tables = json.loads(report.read_text())["tables"]
    undescribed = [
        f"{table['name']}.{column['name']}"
        for table in tables
        for column in table["columns"]
        if column["covered"] < column["total"]
    ]
    assert tables
    assert not undescribed, f"dbt-coverage: columns without a description: {', '.join(undescribed)}"


def test_descriptions_stand_in_the_warehouse_too(project):
    relations = read_rows(
        project.warehouse,
        "select schema_name || '.' || table_name, comment from duckdb_tables() "
        "where schema_name in ('intermediate', 'marts', 'snapshots') union all "
        "select schema_name || '.' || view_name, comment from duckdb_views() "
        "where schema_name in ('staging', 'intermediate', 'marts')",
    )
    columns = read_rows(
        project.warehouse,
        "select schema_name || '.' || table_name || '.' || column_name, comment from duckdb_columns() "
        "where schema_name in ('staging', 'intermediate', 'marts', 'snapshots')",
    )
    assert relations
    assert columns
    assert [name for name, comment in relations + columns if not comment] == []


def test_freshly_loaded_sources_are_fresh(project):
    project.succeed("dbt", "source", "freshness")
    results = json.loads((project.target / "sources.json").read_text())["results"]
    sources = json.loads((project.target / "manifest.json").read_text())["sources"]
    expected = {id_ for id_, source in sources.items() if source["freshness"]}
    assert {result["unique_id"]: result["status"] for result in results} == dict.fromkeys(expected, "pass")
