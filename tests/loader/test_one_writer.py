"""Loads that meet on one warehouse: one does its work undisturbed, the others say so in one line and end with 75."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from loader.destinations import DuckDb
from local_api.accounts import REFRESH_TOKEN
from local_api.catalogue import FIRST_DAY, World
from local_api.listener import MadeUpListener
from local_api.server import serve
from tests.conftest import DEMO_LOADER, ROOT, follow, lock_elsewhere, open_elsewhere, read_raw, read_rows, run_process
from tests.loader.files.conftest import make_play, make_row, write_csv

DEMO = ("--as-of", FIRST_DAY, "--artists", 10, "--quiet")
LISTINGS = "GET /v1/artists/{id}/albums"
# How often two demos meet; ECHOSTREAM_ROUNDS=50 plays more. Read now, as tests see no variables.
ROUNDS = int(os.environ.get("ECHOSTREAM_ROUNDS") or 5)
PATIENCE = 600  # seconds, on a machine that has much else to do


@pytest.fixture(scope="module")
def world():
    return World(seed=5, artists=10)


@pytest.fixture
def server(world, warehouse, point_at, monkeypatch):
    with serve(world, day=FIRST_DAY, listener=MadeUpListener(world)) as running:
        point_at(running)
        monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", REFRESH_TOKEN)
        yield running


def start(*arguments, program=("-m", "loader")):
    """Start a load as a process of its own."""
    return subprocess.Popen(
        [sys.executable, *program, *(str(argument) for argument in arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    """Wait for a load, and give back its exit code and the lines of what it complained of."""
    output, errors = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in output + errors
    return process.returncode, errors.splitlines()


def check_is_busy(result, *words):
    assert (result.exit_code, result.output) == (75, ""), result.errors
    assert len(result.errors.splitlines()) == 1, result.errors
    for word in ("is in use", *words):
        assert word in result.errors


class Gate:
    """A plan of no faults that holds answers about listings back until it is opened."""

    def __init__(self):
        self.reached, self.opened = threading.Event(), threading.Event()

    def choose(self, endpoint):
        if endpoint == LISTINGS:
            self.reached.set()
            self.opened.wait(PATIENCE)


def load_some(world):
    return ("--quiet", *follow(world.artist_ids()[:4]), "--as-of", FIRST_DAY)


@contextmanager
def load_under_way(server, world):
    """A load as a process of its own, which waits for an answer while the block runs."""
    server.faults = gate = Gate()
    holder = start(*load_some(world))
    try:
        assert gate.reached.wait(PATIENCE)
        yield holder
    finally:
        gate.opened.set()
        server.faults = None
        if holder.poll() is None:
            holder.wait(PATIENCE)


def read_work_folder(warehouse):
    """Read what a load has prepared and been answered so far."""
    folder = DuckDb(warehouse).work_dir
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def list_other_loads(world, folder):
    """List a load of every kind but the demo's."""
    play, row = folder / "Streaming_History_Audio_2024.json", folder / "tracks.csv"
    play.write_text(json.dumps([make_play()]))
    write_csv(row, [make_row(1)])
    return (
        (*follow(world.artist_ids()[:1]), "--as-of", FIRST_DAY),
        ("listening", "--as-of", FIRST_DAY),
        ("history", play),
        ("dataset", row),
    )


def test_a_load_of_any_kind_leaves_one_that_is_under_way_alone(server, world, warehouse, load, load_demo, tmp_path):
    with load_under_way(server, world) as holder:
        calls, prepared = server.calls.total, read_work_folder(warehouse)
        assert any(path.suffix == ".jsonl" for path in prepared), "the answers so far"
        for arguments in list_other_loads(world, tmp_path):
            check_is_busy(load(*arguments), "another load", f"process {holder.pid}")
        check_is_busy(load_demo(*DEMO), "another load", f"process {holder.pid}")
        assert server.calls.total == calls, "a busy load asks nobody"
        assert read_work_folder(warehouse) == prepared
        assert not warehouse.exists()
    assert finish(holder) == (0, [])
    assert read_rows(warehouse, "select source, outcome from raw_spotify.load_runs") == [("spotify", "done")]
    assert list(warehouse.parent.iterdir()) == [warehouse]


@pytest.mark.deep
@pytest.mark.parametrize("name", ["link.duckdb", "warehouse/../warehouse/echostream.duckdb"])
def test_another_name_of_the_file_is_no_way_in(server, world, warehouse, load_demo, monkeypatch, tmp_path, name):
    (tmp_path / "link.duckdb").symlink_to(warehouse)
    with load_under_way(server, world) as holder:
        monkeypatch.setenv("ECHOSTREAM_DUCKDB", name)
        check_is_busy(load_demo(*DEMO), name, f"process {holder.pid}")
    assert finish(holder) == (0, [])


@pytest.mark.deep
def test_a_load_that_was_killed_holds_nothing(server, world, warehouse):
    with load_under_way(server, world) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
        assert DuckDb(warehouse).lock_file.exists()
    assert finish(start(*load_some(world))) == (0, [])


@pytest.mark.deep
def test_a_program_that_takes_the_file_in_the_middle_of_a_load_costs_no_rows(server, world, warehouse):
    assert finish(start(*load_some(world))) == (0, [])
    expected = read_raw(warehouse)
    warehouse.unlink()
    server.calls.reset()
    with load_under_way(server, world) as holder, open_elsewhere(warehouse) as process:
        server.faults.opened.set()
        code, lines = finish(holder)
        assert (code, len(lines)) == (75, 1), lines
        assert f"process {process}" in lines[0]
    asked = server.calls.count("GET /v1/*")
    assert finish(start(*load_some(world))) == (0, [])
    assert read_raw(warehouse) == expected
    assert server.calls.count("GET /v1/*") < 2 * asked, "what was answered is not asked again"


@pytest.mark.deep
def test_no_program_gets_in_between_the_steps_of_a_load(server, world, warehouse):
    assert finish(start(*load_some(world))) == (0, [])
    with load_under_way(server, world) as holder:
        program = [sys.executable, "-c", f"import duckdb; duckdb.connect({str(warehouse)!r}, read_only=True)"]
        refused = subprocess.run(program, capture_output=True, text=True, check=False)
        assert f"PID {holder.pid}" in refused.stderr
    assert finish(holder) == (0, [])


def test_the_tour_begins_only_with_the_warehouse_to_itself(warehouse):
    with lock_elsewhere(warehouse):
        result = run_process(program=("-m", "tour"))
    assert result.exit_code == 75
    (line,) = result.errors.splitlines()
    assert "another load" in line
    assert not warehouse.exists()


def play_two_demos(warehouse, pause):
    """Start the demo twice over no warehouse, some seconds apart, and give back how each ended and the rows."""
    shutil.rmtree(warehouse.parent, ignore_errors=True)
    both = [start(*DEMO, program=DEMO_LOADER)]
    time.sleep(pause)
    both.append(start(*DEMO, program=DEMO_LOADER))
    return sorted(finish(process) for process in both), read_raw(warehouse)


@pytest.mark.deep
def test_two_demos_at_once_are_one_and_a_line(warehouse):
    assert finish(start(*DEMO, program=DEMO_LOADER)) == (0, [])
    expected = read_raw(warehouse)
    pauses = random.Random(8)  # noqa: S311 - moments, not secrets
    for _ in range(ROUNDS):
        ended, rows = play_two_demos(warehouse, pauses.uniform(0, 1))
        (first, nothing), (second, lines) = ended
        assert (first, nothing, second, len(lines)) == (0, [], 75, 1), ended
        assert "is in use: another load is writing to it" in lines[0]
        assert rows == expected
        assert list(warehouse.parent.iterdir()) == [warehouse]
