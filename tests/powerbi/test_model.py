"""The semantic model by itself: a star in which every name is found, and nothing is found in two ways."""

import re
from collections import defaultdict

import pytest

from tests.powerbi.project import Model, find_unresolved_in_dax, split_column
from tools.write_power_bi import WRITTEN_BY_HAND


def test_every_name_in_a_measure_is_found(model):
    assert len(model.measures) > 100
    missing = {name: find_unresolved_in_dax(model, measure.value) for name, measure in model.measures.items()}
    assert not {name: names for name, names in missing.items() if names}
    for name in WRITTEN_BY_HAND:
        for partition in model.tables[name].named("partition").values():
            assert partition.value in ("m", "calculated")
            assert partition.value == "m" or not find_unresolved_in_dax(model, partition.properties["source"])


@pytest.mark.parametrize(
    ("dax", "missing"),
    [
        ("SUM(fct_plays[ms_played])", []),
        ("SUM(fct_plays[ms])", ["fct_plays[ms]"]),
        ("COUNTROWS(fct_playz)", ["fct_playz"]),
        ("[Streams] + [Dreams]", ["[Dreams]"]),
        ("MAX('Release year'[release_year]) + MAX('Release day'[day])", ["'Release day'[day]"]),
        ('IF(fct_plays[told_by] = "fct_nothing[x]", [@own])', []),
    ],
)
def test_a_wrong_name_in_a_measure_is_noticed(model, dax, missing):
    assert find_unresolved_in_dax(model, dax) == missing


def test_measures_are_written_whole(model):
    for name, measure in model.measures.items():
        dax = re.sub(r'"(?:[^"]|"")*"', "", measure.value)
        assert all(dax.count(opened) == dax.count(closed) for opened, closed in ("()", "[]")), name
        assert measure.description, name
        assert {"formatString", "displayFolder", "lineageTag"} <= measure.properties.keys(), name
    assert len({name.lower() for name in model.measures}) == len(model.measures)


def test_columns_that_columns_name_are_found(model):
    for name, table in model.tables.items():
        columns = table.named("column")
        hierarchies = table.named("hierarchy").values()
        levels = [level for hierarchy in hierarchies for level in hierarchy.named("level").values()]
        named = {level.properties["column"] for level in levels}
        named |= {each.properties["sortByColumn"] for each in columns.values() if "sortByColumn" in each.properties}
        assert named <= columns.keys(), name


def test_every_relationship_finds_its_columns(model):
    for start, end, _ in model.relationships:
        for table, column in (start, end):
            assert column in model.tables[table].named("column"), f"{table}.{column}"
        types = {model.tables[table].named("column")[column].properties["dataType"] for table, column in (start, end)}
        assert len(types) == 1, f"{start} and {end} are of different types"


def count_ways(relationships, with_inactive=False):
    """Count the ways along which a filter on one table reaches another: a pair of tables with more is ambiguous."""
    onward = defaultdict(list)
    for (many, _), (one, _), each in relationships:
        if with_inactive or each.properties.get("isActive") != "false":
            onward[one].append(many)
            if each.properties.get("crossFilteringBehavior") == "bothDirections":
                onward[many].append(one)
    ways = defaultdict(int)

    def walk(start, here, passed):
        for there in onward[here]:
            if there not in passed:
                ways[start, there] += 1
                walk(start, there, passed | {there})

    for table in list(onward):
        walk(table, table, {table})
    return ways


def test_filters_reach_a_table_in_one_way_only(model):
    ways = count_ways(model.relationships)
    assert ways["dim_artist_current", "fct_plays"] == ways["dim_genre", "fct_artist_popularity"] == 1
    ambiguous = {pair: count for pair, count in ways.items() if count > 1}
    assert not ambiguous, "name the ways too many in INACTIVE or LEFT_OUT of tools/write_power_bi.py"
    assert max(count_ways(model.relationships, with_inactive=True).values()) > 1


def test_every_inactive_relationship_is_taken_by_a_measure(model):
    taken = {
        column
        for measure in model.measures.values()
        for pair in re.findall(r"USERELATIONSHIP\(([^)]*)\)", measure.value)
        for column in [pair.split(",")[0].strip()]
    }
    inactive = {
        f"{table}[{column}]"
        for (table, column), _, each in model.relationships
        if each.properties.get("isActive") == "false"
    }
    assert inactive == taken != set()


def test_keys_and_what_only_the_build_needs_are_hidden(model):
    related = {column for start, end, _ in model.relationships for column in (start, end) if column[1].endswith("_key")}
    assert related
    for table, node in model.tables.items():
        for name, column in node.named("column").items():
            if (table, name) in related or name in ("loaded_at", "changed_at", "artist_ids"):
                assert column.properties.get("isHidden") is True, f"{table}.{name}"
    assert not model.tables["dim_artist_current"].named("column")["artist_name"].properties.get("isHidden")


# Shares and means that a measure makes of their parts, since they do not add up.
MADE_OF_PARTS = {
    "rpt_explicit_by_year_and_genre.explicit_share",
    "rpt_listening_months.discovery_share",
    "rpt_listening_months.repetition_share",
    "rpt_release_trends.explicit_share",
    "rpt_release_trends.mean_duration_seconds",
    "rpt_release_trends.median_duration_seconds",
    "rpt_track_duration_distribution.share_of_year",
}


def test_every_hidden_number_is_asked_for_by_a_measure(model):
    asked = {found for measure in model.measures.values() for found in re.findall(r"(\w+)\[(\w+)\]", measure.value)}
    unasked = {
        f"{table}.{name}"
        for table, node in model.tables.items()
        if table.startswith(("fct_", "rpt_"))
        for name, column in node.named("column").items()
        if column.properties.get("isHidden") and column.properties["dataType"] in ("int64", "double")
        if not name.endswith("_key") and (table, name) not in asked
    }
    assert unasked == MADE_OF_PARTS, "each number of a fact wants a measure in tables/Measures.tmdl"


def test_nothing_is_summed_up_but_by_measures(model):
    assert model.definition.named("model")["Model"].properties["discourageImplicitMeasures"] is True
    columns = [column for table in model.tables.values() for column in table.named("column").values()]
    assert {column.properties["summarizeBy"] for column in columns} == {"none"}
    assert all(column.description for column in columns)
    assert all(table.description for table in model.tables.values())


def test_the_calendar_is_marked(model):
    dates = model.tables["dim_date"]
    assert dates.properties["dataCategory"] == "Time"
    assert [name for name, column in dates.named("column").items() if column.properties.get("isKey")] == ["date_day"]
    (hierarchy,) = dates.named("hierarchy").values()
    levels = [level.properties["column"] for level in hierarchy.named("level").values()]
    assert levels == ["calendar_year", "quarter_of_year", "month_name", "date_day"]
    for column in [column for table in model.tables.values() for column in table.named("column").values()]:
        assert (column.name in ("month_name", "day_name")) == ("sortByColumn" in column.properties)


def test_tags_are_one_of_a_kind(model):
    tags = re.findall(r"lineageTag: (\S+)", "\n".join(model.texts.values()))
    assert len(tags) == len(set(tags)) > 500


def test_tables_are_read_from_the_server_and_schema_that_the_parameters_name(model):
    expressions = model.definition.named("expression")
    for name in ("Server", "Database", "MartsSchema"):
        assert 'IsParameterQuery=true, Type="Text"' in expressions[name].value
    assert "Sql.Database(Server, Database)" in expressions["Marts"].value
    for name, table in model.tables.items():
        if name not in WRITTEN_BY_HAND:
            (partition,) = table.named("partition").values()
            assert partition.properties["mode"] == "import"
            assert f'Marts{{[Schema = MartsSchema, Item = "{name}"]}}[Data]' in partition.properties["source"]


def test_the_only_role_reads(model):
    roles = model.definition.named("role")
    assert {name: role.properties["modelPermission"] for name, role in roles.items()} == {"Reader": "read"}


def test_the_reader_reads_what_is_written():
    written = Model(
        {
            "a": "/// One row\n/// a day\ntable 'The days'\n\tlineageTag: x\n\n"
            "\t/// The day\n\tcolumn day\n\t\tisKey\n\n"
            "\tmeasure 'Days, all' =\n\t\t\tCOUNTROWS(\n\t\t\t    'The days'\n\t\t\t)\n\t\tformatString: #,0\n"
        }
    )
    (days,) = written.tables.values()
    assert (days.name, days.description, days.properties) == ("The days", "One row a day", {"lineageTag": "x"})
    assert days.named("column")["day"].properties == {"isKey": True}
    assert written.measures["Days, all"].value.split() == ["COUNTROWS(", "'The", "days'", ")"]
    assert written.measures["Days, all"].properties == {"formatString": "#,0"}
    assert split_column("'The days'.day") == ("The days", "day")
