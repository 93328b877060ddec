"""Random worlds through loader and dbt: every row of the marts of history is what the reference says."""

import pytest

from tests.warehouse.worlds.compare import find_difference
from tests.warehouse.worlds.generate import DAYS
from tests.warehouse.worlds.play import (
    BUILD_HISTORY,
    NUMBER,
    SEED,
    Dbt,
    load_run,
    make_worlds,
    open_warehouse,
    point_dbt_at_project,
)
from tour.play import SNAPSHOTS

pytestmark = pytest.mark.deep


@pytest.mark.parametrize(("mode", "number"), [("extended", NUMBER), ("dev", NUMBER // 4)])
def test_the_marts_of_random_worlds_are_what_the_reference_says(
    mode, number, warehouse, find_parsed, tmp_path, monkeypatch
):
    point_dbt_at_project(monkeypatch, tmp_path / "target")
    dbt = Dbt(find_parsed())
    runs, worlds = make_worlds(SEED, number, mode, DAYS)
    for run in runs:
        load_run(worlds, run, mode)
        if run.is_looked_at:
            dbt(*SNAPSHOTS)
        if run.is_built:
            dbt(*BUILD_HISTORY)
            difference = find_difference(warehouse, worlds, run.number)
            assert not difference, difference
    with open_warehouse(warehouse) as connection:
        connection.execute("drop schema marts cascade")
    dbt("run", "--full-refresh")
    difference = find_difference(warehouse, worlds, len(runs))
    assert not difference, f"Built anew, the marts are others.\n{difference}"
    # What a unit test says does not depend on the warehouse.
    dbt("test", "--exclude-resource-type", "unit_test")
