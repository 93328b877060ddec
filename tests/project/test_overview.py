"""The documentation's first page: its diagram is that of the marts."""

import json

from tools.draw_diagram import OVERVIEW, draw_diagram, put_diagram


def test_the_diagram_is_that_of_the_marts(project):
    manifest = json.loads((project.target / "manifest.json").read_text())
    diagram = draw_diagram(manifest)
    overview = OVERVIEW.read_text(encoding="utf-8")
    assert f"```text\n{diagram}```" in overview, "the entity diagram is not current: run make diagram"
    assert manifest["docs"]["doc.echostream.__overview__"]["block_contents"].count(diagram) == 1


def test_the_diagram_has_a_line_for_every_key():
    model = {"resource_type": "model", "config": {"access": "public"}, "columns": {}}
    manifest = {
        "nodes": {
            "fact": {**model, "name": "fct_plays", "columns": {"track_key": {}, "date_key": {}, "played_at": {}}},
            "track": {**model, "name": "dim_track"},
            "hidden": {**model, "name": "int_plays", "config": {"access": "protected"}},
            **{
                f"test_{column}": {
                    "resource_type": "test",
                    "attached_node": "fact",
                    "test_metadata": {
                        "name": "relationships",
                        "kwargs": {"to": f"ref('{model}')", "field": column, "column_name": column},
                    },
                }
                for column, model in (("date_key", "dim_date"), ("track_key", "dim_track"))
            },
        }
    }
    diagram = draw_diagram(manifest)
    assert diagram == (
        "FACTS\n"
        "  fct_plays\n"
        "  ├─ track_key ─▶ dim_track.track_key\n"
        "  └─ date_key ──▶ dim_date.date_key\n"
        "\n"
        "DIMENSIONS\n"
        "  dim_track\n"
    )
    assert put_diagram("before\n```text\nold\n```\nafter", diagram) == f"before\n```text\n{diagram}```\nafter"
