"""Layers and named parts of the dbt project: data flows one way, lineage has a colour per layer, selectors choose."""

import json
import re

import pytest
import yaml

from tests.conftest import ROOT

SELECTORS = yaml.safe_load((ROOT / "dbt_project" / "selectors.yml").read_text(encoding="utf-8"))["selectors"]
# What each selector chooses, and what it leaves out: one or two nodes that tell whether it means what it says.
CHOSEN = {
    "raw_to_staging": ({"spotify.plays", "stg_spotify__plays"}, {"int_play_days", "snap_artists"}),
    "snapshots": ({"snap_artists", "int_artists_observed", "stg_spotify__artists"}, {"int_artist_versions"}),
    "versions": ({"snap_artists", "int_artist_versions"}, {"dim_artist", "stg_spotify__artists"}),
    "catalogue": ({"dim_artist", "dim_artist_current", "snap_artists", "stg_spotify__artists"}, {"fct_plays"}),
    "listening": ({"fct_plays", "int_track_streams"}, {"dim_artist", "rpt_rising_tracks"}),
    "reporting": ({"rpt_rising_tracks", "int_rising_tracks"}, {"dim_artist", "fct_plays"}),
    "accounting": ({"int_rows_of_plays", "rpt_rows_per_layer"}, {"int_rising_tracks", "rpt_rising_tracks"}),
    "marts": ({"dim_artist", "fct_plays", "rpt_rows_per_layer"}, {"int_rising_tracks", "int_track_streams"}),
    "metrics": ({"followers", "artists", "dim_artist_current"}, {"rpt_rising_tracks"}),
    "power_bi": ({"power_bi_report", "dim_artist", "stg_spotify__artists"}, {"local_dashboard"}),
}
LIST = """
import contextlib, io, json, sys
from dbt.cli.main import dbtRunner
manifest = dbtRunner().invoke(["--quiet", "parse"]).result
chosen = {}
for name in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()):
        answer = dbtRunner(manifest).invoke(["--quiet", "ls", *name.split(), "--output", "name"])
    chosen[name] = answer.result
print(json.dumps(chosen))
"""


@pytest.fixture(scope="module")
def models(project):
    manifest = json.loads((project.target / "manifest.json").read_text())
    return {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "snapshot"} and node["package_name"] == "echostream"
    }


def layer_of(model):
    """Name the layer of a model by its folder; a snapshot's is all snapshots'."""
    path = model["original_file_path"]
    if "/intermediate/" in path:
        return "intermediate"
    return "/".join(path.split("/")[1:3]) if path.startswith("models/marts") else path.split("/")[-2]


def test_every_layer_has_a_colour_of_its_own(models):
    colours = {}
    for model in models.values():
        layer = "staging" if "models/staging" in model["original_file_path"] else layer_of(model)
        colours.setdefault(layer, set()).add(model["config"]["docs"]["node_color"])
    assert set(colours) == {
        "staging", "snapshots", "intermediate", "marts/core", "marts/listening", "marts/reporting"
    }  # fmt: skip
    assert all(len(found) == 1 and re.fullmatch("#[0-9a-f]{6}", next(iter(found))) for found in colours.values())
    assert len({next(iter(found)) for found in colours.values()}) == len(colours)


def test_steps_between_marts_are_private_to_their_group_and_no_reader_sees_them(models):
    in_steps = re.compile(r"models/marts/\w+/intermediate/")
    steps = [model for model in models.values() if in_steps.match(model["original_file_path"])]
    assert len(steps) >= 12
    for model in steps:
        group = model["original_file_path"].split("/")[2]
        assert (model["config"]["access"], model["config"]["group"]) == ("private", group), model["name"]
        assert model["schema"] == "intermediate", model["name"]
        assert not model["config"]["grants"], model["name"]


def test_every_selector_has_a_description_and_is_tried_here():
    assert [selector["name"] for selector in SELECTORS if len(selector.get("description", "")) < 20] == []
    assert {selector["name"] for selector in SELECTORS} == set(CHOSEN)


@pytest.mark.deep
def test_selectors_choose_what_they_say(project, models):
    asked = {name: f"--selector {name}" for name in CHOSEN}
    printed = project.succeed("python", "-c", LIST, *asked.values(), "--select staging+")
    chosen = {name: set(nodes) for name, nodes in json.loads(printed.splitlines()[-1]).items()}
    for name, (inside, outside) in CHOSEN.items():
        assert inside <= chosen[asked[name]], name
        assert not outside & chosen[asked[name]], name
    public = {name for name, model in models.items() if model["config"].get("access") == "public"}
    assert public
    assert chosen["--selector marts"] & set(models) == public
    assert public <= set().union(*(chosen[asked[name]] for name in ("catalogue", "listening", "reporting")))
    # Whatever is built comes from staging.
    assert {name for name in models if not name.startswith("stg_")} <= chosen["--select staging+"]
