"""Every macro of history counts: with any one of them changed, the marts of random worlds are not the reference's."""

from contextlib import contextmanager

import pytest

from tests.conftest import ROOT
from tests.warehouse.worlds.compare import find_difference
from tests.warehouse.worlds.mutations import MUTATIONS
from tests.warehouse.worlds.play import Dbt, DbtError, load_run, make_worlds, open_warehouse, point_dbt_at_project
from tour.play import SNAPSHOTS

MACROS = ROOT / "dbt_project" / "macros" / "history"
# Worlds of a fixed seed, as whether they show a mutation must not be a matter of luck. Its runs take no snapshot of a
# load before the first build, repeat a day that is built, and go on without building.
SEED, NUMBER, DAYS = "44", 60, 6
RAW, SNAPSHOT_SCHEMA = "raw_spotify", "snapshots"
# The calendar is no history.
BUILD_MARTS = ["run", "--select", "+marts.core", "--exclude", "dim_date"]


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

    def rewind(self):
        """Leave the warehouse empty."""
        with self._open() as connection:
            schemas = connection.execute(
                "select schema_name from duckdb_schemas() "
                "where database_name = current_database() and not internal and schema_name <> 'main'"
            ).fetchall()
            for (schema,) in schemas:
                connection.execute(f"drop schema {schema} cascade")

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
def recorded(warehouse, tmp_path, monkeypatch):
    """Dbt, a tape of random worlds loaded and snapshotted by the project as it is, their runs, and the worlds."""
    point_dbt_at_project(monkeypatch, tmp_path / "target")
    dbt = Dbt()
    tape = Tape(warehouse, tmp_path / "tape.duckdb")
    runs, worlds = make_worlds(SEED, NUMBER, "extended", DAYS)
    for run in runs:
        load_run(worlds, run, "extended")
        tape.record(RAW, run.number)
        if run.is_looked_at:
            dbt(*SNAPSHOTS)
            tape.record(SNAPSHOT_SCHEMA, run.number)
    return dbt, tape, runs, worlds


def test_any_mutation_of_a_macro_of_history_is_found(recorded, warehouse, subtests):
    dbt, tape, runs, worlds = recorded
    assert not play_again(dbt, tape, runs, worlds, warehouse, also_snapshots=False), "nothing is mutated yet"
    for name, mutations in MUTATIONS.items():
        also_snapshots = is_used_by_snapshots(dbt.manifest, name)
        for old, new in mutations:
            with subtests.test(f"{name}: {new}"), mutated(dbt.manifest, name, old, new):
                assert play_again(dbt, tape, runs, worlds, warehouse, also_snapshots), "no row of any mart differs"


@contextmanager
def mutated(manifest, name, old, new):
    """Change a macro as dbt has read it, and change it back."""
    macro = manifest.macros[f"macro.echostream.{name}"]
    original = macro.macro_sql
    macro.macro_sql = original.replace(old, new)
    try:
        yield
    finally:
        macro.macro_sql = original


def play_again(dbt, tape, runs, worlds, warehouse, also_snapshots):
    """Play all runs until the marts differ from the reference, or dbt finds a key that is not one.

    Returns:
        What differs; None if nothing does.
    """
    tape.rewind()
    for run in runs:
        if also_snapshots and run.is_looked_at:
            tape.play(RAW, run.number)
            dbt(*SNAPSHOTS)
        if run.is_built:
            if not also_snapshots:
                tape.play(RAW, run.number)
                tape.play(SNAPSHOT_SCHEMA, run.number)
            try:
                dbt(*BUILD_MARTS)
            except DbtError as error:
                # Two versions of one key, or none of it; any other error is one of the mutation.
                assert "Constraint Error" in str(error), error
                return str(error)
            if difference := find_difference(warehouse, worlds, run.number):
                return difference
    return None


def is_used_by_snapshots(manifest, name):
    """Whether a snapshot stands on a model that uses the macro: then the recorded snapshots would not do."""
    waiting = [id_ for id_, node in manifest.nodes.items() if node.resource_type == "snapshot"]
    waiting += [id_ for snapshot in waiting for id_ in manifest.nodes[snapshot].depends_on.nodes]
    seen = set()
    while waiting:
        id_ = waiting.pop()
        used = manifest.nodes.get(id_) or manifest.macros.get(id_)
        if used and id_ not in seen:
            seen.add(id_)
            waiting += [*used.depends_on.macros, *getattr(used.depends_on, "nodes", ())]
    return f"macro.echostream.{name}" in seen
