"""Model, report and the marts' contracts in step: what dbt changes shows here, and not in somebody's report."""

import copy
import json

import pytest
import yaml

from tests.conftest import ROOT
from tests.powerbi.project import Model, find_unresolved_in_dax, find_unresolved_in_visuals
from tools import write_power_bi
from tools.write_power_bi import (
    EXPOSURE,
    MODEL,
    WRITTEN_BY_HAND,
    list_generated,
    name_data_type,
    read_marts,
    write_files,
)


def rename_column(manifest, mart, column, name):
    """Make the manifest that dbt would, had the mart's column another name."""
    renamed = copy.deepcopy(manifest)
    columns = renamed["nodes"][f"model.echostream.{mart}"]["columns"]
    columns[name] = {**columns.pop(column), "name": name}
    return renamed


def compare_columns(model, manifest):
    """List what differs between the model's columns and the contracts', either way: mart, column, type, description."""

    def list_columns(columns):
        return {(*key, *told) for key, told in columns.items()}

    contracts = {
        (mart, name): (name_data_type(column["data_type"]), " ".join(column["description"].split()))
        for mart, node in read_marts(manifest).items()
        for name, column in node["columns"].items()
    }
    modelled = {
        (table, column.properties["sourceColumn"]): (column.properties["dataType"], column.description)
        for table, node in model.tables.items()
        if table not in WRITTEN_BY_HAND
        for column in node.named("column").values()
    }
    return sorted(list_columns(contracts) ^ list_columns(modelled))


def test_the_model_is_made_of_the_contracts(manifest):
    files = write_files(manifest)
    assert sorted(files) == sorted(list_generated())
    different = [path for path, text in files.items() if (MODEL / path).read_text("utf-8") != text]
    assert not different, "the semantic model is not that of the marts: run make powerbi"


def test_columns_are_those_of_the_contracts(model, manifest):
    assert not compare_columns(model, manifest)
    assert all(
        name == column.properties["sourceColumn"]
        for table, node in model.tables.items()
        if table not in WRITTEN_BY_HAND
        for name, column in node.named("column").items()
    )


def test_a_renamed_column_is_noticed(model, visuals, manifest):
    renamed = rename_column(manifest, "dim_artist_current", "artist_name", "name_of_artist")
    assert {(mart, column) for mart, column, *_ in compare_columns(model, renamed)} == {
        ("dim_artist_current", "artist_name"),
        ("dim_artist_current", "name_of_artist"),
    }
    # Who then writes the model anew is told which visuals and measures ask for the old name.
    anew = Model({**model.texts, **write_files(renamed)})
    missing = find_unresolved_in_visuals(anew, visuals)
    assert "artist_popularity/artist: dim_artist_current.artist_name" in missing
    anew = Model({**model.texts, **write_files(rename_column(manifest, "fct_plays", "ms_played", "played_ms"))})
    assert find_unresolved_in_dax(anew, model.measures["Minutes played"].value) == ["fct_plays[ms_played]"]


def test_another_type_is_noticed(model, manifest):
    retyped = copy.deepcopy(manifest)
    retyped["nodes"]["model.echostream.dim_track"]["columns"]["duration_ms"]["data_type"] = "varchar"
    assert len(compare_columns(model, retyped)) == 2
    retyped["nodes"]["model.echostream.dim_track"]["columns"]["duration_ms"]["data_type"] = "interval"
    with pytest.raises(ValueError, match="Power BI's name of the type interval is unknown"):
        write_files(retyped)


def test_types_are_the_same_on_both_engines():
    engines = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text("utf-8"))["vars"]["types"]
    for kind, data_type in engines["duckdb"].items():
        assert name_data_type(data_type) == name_data_type(engines["sqlserver"][kind]), kind


def test_the_exposure_names_what_the_model_reads(model, manifest):
    assert read_marts(manifest).keys() == model.tables.keys() - set(WRITTEN_BY_HAND)
    assert manifest["exposures"][EXPOSURE]["depends_on"]["nodes"]
    public = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["access"] == "public"
    }
    assert read_marts(manifest).keys() == public, "a mart is not in the exposure power_bi_report"


def test_what_relationships_find_is_unique(model, manifest):
    unique = {
        (manifest["nodes"][node["attached_node"]]["name"], node["test_metadata"]["kwargs"]["column_name"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "unique"
        if node["attached_node"] in manifest["nodes"]
    }
    # The calendar has every day once (assert_calendar_has_every_day), the years are made distinct.
    unique |= {("dim_date", "date_day"), ("Release year", "release_year")}
    assert {end for _, end, _ in model.relationships} <= unique


def test_every_metric_has_its_measure(model, manifest):
    metrics = manifest["metrics"].values()
    assert len(metrics) > 20
    told = {name: measure.description for name, measure in model.measures.items()}
    assert {metric["label"]: told.get(metric["label"]) for metric in metrics} == {
        metric["label"]: " ".join(metric["description"].split()) for metric in metrics
    }


def test_a_mart_comes_and_goes_with_the_exposure(manifest):
    less = copy.deepcopy(manifest)
    marts = less["exposures"][EXPOSURE]["depends_on"]["nodes"]
    marts.remove("model.echostream.fct_plays")
    assert write_files(manifest).keys() - write_files(less).keys() == {"tables/fct_plays.tmdl"}
    assert "fct_plays" not in write_files(less)["relationships.tmdl"] + write_files(less)["model.tmdl"]


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A copy of the hand-written model to write into."""
    monkeypatch.setattr(write_power_bi, "MODEL", tmp_path)
    (tmp_path / "tables").mkdir()
    (tmp_path / "model.tmdl").write_text((MODEL / "model.tmdl").read_text("utf-8"))
    return tmp_path


def test_what_is_no_longer_read_is_removed(manifest, elsewhere, tmp_path, monkeypatch):
    parsed = tmp_path / "manifest.json"
    parsed.write_text(json.dumps(manifest))
    monkeypatch.setattr(write_power_bi, "MANIFEST", parsed)
    (elsewhere / "tables" / "rpt_old.tmdl").write_text("table rpt_old\n")
    (elsewhere / "tables" / "Measures.tmdl").write_text("table Measures\n")
    assert write_power_bi.main() == 0
    assert not (elsewhere / "tables" / "rpt_old.tmdl").exists()
    assert (elsewhere / "tables" / "Measures.tmdl").read_text() == "table Measures\n"
    written = {path: (elsewhere / path).read_text("utf-8") for path in write_files(manifest)}
    assert written == write_files(manifest)


def test_before_dbt_has_parsed_the_project_it_says_so(elsewhere, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(write_power_bi, "MANIFEST", tmp_path / "missing.json")
    assert write_power_bi.main() == 2
    assert "run dbt parse, or make powerbi" in capsys.readouterr().err
