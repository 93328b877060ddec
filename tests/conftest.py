"""What many tests share: a local Web API, a warehouse of their own, the loader as a person calls it."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from loader.cli import main
from loader.destinations import DuckDb
from loader.load.lock import lock_warehouse
from local_api.server import CLIENT_ID, CLIENT_SECRET
from tests.dbt_process import Dbt, parse
from tour.__main__ import main as run_tour

pytest_plugins = ["tests.tiers"]

ROOT = Path(__file__).resolve().parents[1]
# How the variables begin that the project reads, but for those of a server: tests see none that the machine has.
SETTINGS = ("SPOTIFY_", "SPOTIPY_", "ECHOSTREAM_", "RECCOBEATS_", "DBT_")
REAL_DAYS = ROOT.parent / "shared" / "data" / "catalog"
# The five artists of the real days, and the days themselves.
FOLLOWED = [
    "4q3ewBCX7sLwd24euuV69X",
    "6M2wZ9GZgrQXHCFfjv46we",
    "3oKRxpszQKUjjaHz388fVA",
    "0L8ExT028jH3ddEcZwqJJ5",
    "2DaxqgrOhkeH0fpeiQq2f4",
]
DAYS = [date(2025, 6, 2) + timedelta(days=offset) for offset in range(4)]
# The program that loads a day of the made-up world, for `run_process`.
DEMO_LOADER = ("-m", "tour", "load")


@dataclass
class Result:
    """What a call of a command left: its exit code and what it printed."""

    exit_code: int
    output: str
    errors: str


def run_process(*arguments, program=("-m", "loader"), **environment):
    """Run the loader as a process of its own, which is when `.dlt/` is read."""
    finished = subprocess.run(
        [sys.executable, *program, *(str(argument) for argument in arguments)],
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(finished.returncode, finished.stdout, finished.stderr)


@pytest.fixture(scope="session")
def make_once(tmp_path_factory, worker_id):
    """Makes a folder once a run, whichever worker wants it first: called with its name and what fills it."""
    run = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        run = run.parent

    def make(name, fill):
        folder, finished = run / name, run / f"{name}.finished"
        with FileLock(run / f"{name}.lock"):
            if not finished.exists():
                shutil.rmtree(folder, ignore_errors=True)
                fill(folder)
                finished.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def find_parsed(make_once):
    """Finds the project as dbt parsed it for the destination of the environment: parsed once a run."""

    def find():
        destination = os.environ.get("ECHOSTREAM_DESTINATION") or "duckdb"
        return make_once(f"parsed-{destination}", parse) / "partial_parse.msgpack"

    return find


@pytest.fixture(scope="session")
def make_dbt(find_parsed):
    """Makes dbt over the warehouse of the environment: called with the folder for dbt's own files."""
    return partial(Dbt, find_parsed)


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    """A DuckDB file of the test's own, which does not exist yet; nothing else of the machine is seen."""
    for name in [name for name in os.environ if name.startswith(SETTINGS)]:
        monkeypatch.delenv(name)
    path = tmp_path / "warehouse" / "echostream.duckdb"
    monkeypatch.setenv("ECHOSTREAM_DUCKDB", str(path))
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def point_at(monkeypatch):
    """Points the loader at a local server, with the right credentials."""

    def point(server):
        monkeypatch.setenv("SPOTIFY_API_URL", server.api_url)
        monkeypatch.setenv("SPOTIFY_ACCOUNTS_URL", server.accounts_url)
        monkeypatch.setenv("RECCOBEATS_API_URL", server.reccobeats_url)
        monkeypatch.setenv("SPOTIFY_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", CLIENT_SECRET)

    return point


@pytest.fixture
def call(capsys, warehouse):
    """Calls a command's function with what a person types, over the warehouse of the test and no other."""

    def run(command, *arguments):
        capsys.readouterr()
        exit_code = command([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(exit_code, captured.out, captured.err)

    return run


@pytest.fixture
def load(call):
    """Runs the loader with the given arguments."""
    return partial(call, main)


@pytest.fixture
def load_demo(call):
    """Loads a day of the made-up world with the given arguments."""
    return partial(call, run_tour, "load")


@contextmanager
def lock_elsewhere(path):
    """Hold the lock of a warehouse as another load does: another thread holds it than the one that runs the block."""
    with ThreadPoolExecutor(1) as other:
        lock = lock_warehouse(DuckDb(path))
        other.submit(lock.__enter__).result()
        try:
            yield
        finally:
            other.submit(lock.__exit__, None, None, None).result()


@contextmanager
def open_elsewhere(path):
    """Have a DuckDB file open in another program."""
    code = f"import duckdb; held = duckdb.connect({str(path)!r}); print('open', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline()
        try:
            yield other.pid
        finally:
            other.communicate(b"\n")


def follow(artist_ids):
    """Write the options that name artists to the loader."""
    return [part for artist_id in artist_ids for part in ("--artist", artist_id)]


def read_rows(path, query):
    """Read rows of a DuckDB file that nobody has open."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def read_schema(path, schema, columns="*"):
    """Read all rows of all tables of a schema, as sorted lines of text, to compare warehouses by."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = ?", [schema]
        ).fetchall()
        tables = {}
        for (name,) in names:
            query = f"select rows::varchar as line from (select {columns} from {schema}.{name}) as rows order by line"
            tables[name] = [line for (line,) in connection.execute(query).fetchall()]
        return tables


def read_raw(path):
    """Read all rows of all raw tables but what the loader notes of itself, to compare warehouses by."""
    tables = read_schema(path, "raw_spotify", "columns(name -> name <> 'loaded_at')")
    own = {"load_runs", "app_access"}
    return {name: lines for name, lines in tables.items() if name not in own and not name.startswith("_dlt")}
