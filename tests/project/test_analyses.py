"""Every analysis of the dbt project runs, has a description and finds something in the made-up world."""

import json

import duckdb
import pytest

from tests.conftest import ROOT

ANALYSES = sorted(path.stem for path in (ROOT / "dbt_project" / "analyses").glob("*.sql"))


@pytest.fixture(scope="module")
def compiled(project):
    """The analyses as dbt compiles them: SQL by name."""
    project.succeed("dbt", "--quiet", "compile", "--select", "path:analyses")
    nodes = json.loads((project.target / "manifest.json").read_text())["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "analysis"}


@pytest.mark.parametrize("name", ANALYSES)
def test_the_analysis_answers_its_question(project, compiled, name):
    assert compiled[name]["description"]
    with duckdb.connect(str(project.warehouse), read_only=True) as warehouse:
        rows = warehouse.execute(compiled[name]["compiled_code"]).fetchall()
    assert rows
    assert None not in rows[0]
