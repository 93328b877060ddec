"""Every macro of history counts: with any one of them changed, the marts of random worlds are not the reference's."""

from contextlib import contextmanager
from functools import partial

import pytest

from tests.conftest import ROOT
from tests.warehouse.worlds.compare import find_difference
from tests.warehouse.worlds.mutations import MUTATIONS
from tests.warehouse.worlds.play import (
    BUILD_HISTORY,
    Dbt,
    DbtError,
    load_run,
    make_worlds,
    open_warehouse,
    point_dbt_at_project,
)
from tour.play import SNAPSHOTS

MACROS = ROOT / "dbt_project" / "macros" / "history"
# Worlds of a fixed seed, as whether they show a mutation must not be a matter of luck. Its runs take no snapshot of a
# load before the first build, repeat a day that is built, and go on without building.
SEED, NUMBER, DAYS = "44", 60, 6
RAW, SNAPSHOT_SCHEMA = "raw_spotify", "snapshots"
# The marts of history and what grows beneath them; everything else is a view, or empty in these worlds.
HISTORY = ["marts.core", "+marts.core,config.materialized:incremental", "--exclude", "dim_date", "marts.core.current"]


def test_every_macro_of_history_has_mutations_that_fit_it():
    assert set(MUTATIONS) == {file.stem for file in MACROS.glob("*.sql")}
    for name, mutations in MUTATIONS.items():
        text = (MACROS / f"{name}.sql").read_text()
        for old, _ in mutations:
            assert text.count(old) == 1, f"{name}.sql does not hold once: {old}"


class Tape:
    """What loader and snapshots left after each run, to be played again: nothing is asked or loaded twice."""

    def __init__(self, warehouse, path):
        self._warehouse = warehouse
        self._path = path

    def record(self, schema, number):
        """Keep a schema of the warehouse as it is after a run."""
        self._copy(schema, f"tape.{schema}_{number}")

    def play(self, schema, number):
        """Bring a schema of the warehouse to where it was after a run."""
        self._copy(f"tape.{schema}_{number}", schema)

    def rewind(self, models):
        """Leave the warehouse without raw tables, snapshots and the given models."""
        with self._open() as connection:
            for schema in (RAW, SNAPSHOT_SCHEMA):
                connection.execute(f"drop schema if exists {schema} cascade")
            for model in models:
                connection.execute(f"drop table if exists {model.schema}.{model.name}")

    @contextmanager
    def _open(self):
        with open_warehouse(self._warehouse) as connection:
            connection.execute(f"attach '{self._path}' as tape")
            try:
                yield connection
            finally:
                connection.execute("detach tape")

    def _copy(self, source, target):
        with self._open() as connection:
            tables = connection.execute(
                "select table_name from duckdb_tables() "
                "where concat_ws('.', nullif(database_name, current_database()), schema_name) = ?",
                [source],
            ).fetchall()
            connection.execute(f"create schema if not exists {target}")
            for (table,) in tables:
                connection.execute(f"create or replace table {target}.{table} as from {source}.{table}")


@pytest.fixture
def recorded(warehouse, find_parsed, tmp_path, monkeypatch):
    """Dbt, a tape of random worlds loaded and snapshotted by the project as it is, their runs, and the worlds."""
    point_dbt_at_project(monkeypatch, tmp_path / "target")
    dbt = Dbt(find_parsed())
    tape = Tape(warehouse, tmp_path / "tape.duckdb")
    runs, worlds = make_worlds(SEED, NUMBER, "extended", DAYS)
    for run in runs:
        load_run(worlds, run, "extended")
        tape.record(RAW, run.number)
        if run.is_looked_at:
            dbt(*SNAPSHOTS)
            tape.record(SNAPSHOT_SCHEMA, run.number)
    return dbt, tape, runs, worlds


@pytest.mark.deep
def test_any_mutation_of_a_macro_of_history_is_found(recorded, warehouse, subtests):
    dbt, tape, runs, worlds = recorded
    dbt(*BUILD_HISTORY)
    history = dbt.list_models(*HISTORY)
    views = dbt.list_models("+marts.core,config.materialized:view", "--exclude", "marts.core.current")
    play = partial(play_again, dbt, tape, runs, worlds, warehouse, history)
    assert not play(also_snapshots=False), "nothing is mutated yet"
    for name, mutations in MUTATIONS.items():
        using = [view for view in views if uses_macro(dbt.manifest, view.unique_id, name)]
        also_snapshots = is_used_by_snapshots(dbt.manifest, name)
        for old, new in mutations:
            with subtests.test(f"{name}: {new}"), mutated(dbt, name, old, new, using):
                assert play(also_snapshots), "no row of any mart differs"


@contextmanager
def mutated(dbt, name, old, new, views):
    """Change a macro as dbt has read it, with the views that use it, and change it back."""
    macro = dbt.manifest.macros[f"macro.echostream.{name}"]
    original = macro.macro_sql
    macro.macro_sql = original.replace(old, new)
    try:
        dbt.run(views)
        yield
    finally:
        macro.macro_sql = original
        dbt.run(views)


def play_again(dbt, tape, runs, worlds, warehouse, models, also_snapshots):
    """Play all runs until the marts differ from the reference, or dbt finds a key that is not one.

    The given models are built, each time; everything else stands.

    Returns:
        What differs; None if nothing does.
    """
    tape.rewind(models)
    for run in runs:
        if also_snapshots and run.is_looked_at:
            tape.play(RAW, run.number)
            dbt(*SNAPSHOTS)
        if run.is_built:
            if not also_snapshots:
                tape.play(RAW, run.number)
                tape.play(SNAPSHOT_SCHEMA, run.number)
            try:
                dbt.run(models)
            except DbtError as error:
                # Two versions of one key, or none of it; any other error is one of the mutation.
                assert "Constraint Error" in str(error), error
                return str(error)
            if difference := find_difference(warehouse, worlds, run.number):
                return difference
    return None


def is_used_by_snapshots(manifest, name):
    """Whether a snapshot stands on a model that uses the macro: then the recorded snapshots would not do."""
    nodes = [id_ for id_, node in manifest.nodes.items() if node.resource_type == "snapshot"]
    for id_ in nodes:
        nodes += [parent for parent in manifest.nodes[id_].depends_on.nodes if parent in manifest.nodes]
    return any(uses_macro(manifest, id_, name) for id_ in nodes)


def uses_macro(manifest, id_, name):
    """Whether a node uses a macro, itself or through other macros."""
    waiting, seen = [id_], set()
    while waiting:
        id_ = waiting.pop()
        used = manifest.nodes.get(id_) or manifest.macros.get(id_)
        if used and id_ not in seen:
            seen.add(id_)
            waiting += used.depends_on.macros
    return f"macro.echostream.{name}" in seen
