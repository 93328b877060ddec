"""A load that is killed, interrupted or runs out of room, then run again, ends with the rows of an undisturbed one."""

import contextlib
import itertools
import math
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from loader.destinations import DuckDb
from local_api import faults
from local_api.catalogue import FIRST_DAY, World
from local_api.server import serve
from tests.conftest import ROOT, follow, read_raw, read_rows

KILLS = 12


@pytest.fixture(scope="module")
def world():
    return World(seed=4, artists=10)


@pytest.fixture
def start(world, warehouse):
    """Starts a load as a process of its own."""

    def run(**options):
        arguments = follow(world.artist_ids())
        return subprocess.Popen(
            [sys.executable, "-m", "loader", "--quiet", *arguments, "--as-of", str(FIRST_DAY)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    return run


def finish(process):
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, output + errors


@pytest.fixture
def undisturbed(world, warehouse, point_at, start):
    """The rows of a load that is left in peace, the seconds it takes and the calls it makes."""
    with serve(world, day=FIRST_DAY) as server:
        point_at(server)
        started = time.monotonic()
        finish(start())
        seconds = time.monotonic() - started
        calls = server.calls.count("GET /v1/*")
    rows = read_raw(warehouse)
    warehouse.unlink()
    return rows, seconds, calls


@pytest.mark.deep
def test_a_load_killed_at_any_moment_ends_where_an_undisturbed_one_ends(world, warehouse, point_at, start, undisturbed):
    rows, seconds, _ = undisturbed
    moments = random.Random(20)  # noqa: S311 - moments, not secrets
    with serve(world, day=FIRST_DAY) as server:
        point_at(server)
        for _ in range(KILLS):
            process = start()
            time.sleep(moments.uniform(0.2, 1) * seconds)
            process.kill()
            process.communicate()
        finish(start())
    assert read_raw(warehouse) == rows


@pytest.mark.deep
def test_what_was_answered_before_a_kill_is_not_asked_again(world, warehouse, point_at, start, undisturbed):
    rows, _, calls = undisturbed
    with serve(world, day=FIRST_DAY) as server:
        point_at(server)
        # The tracks are asked last: by then nearly everything has been answered.
        server.faults = faults.Script([("GET /v1/tracks", None, faults.SLOW.with_delay(30))])
        process = start()
        while not server.calls.count("GET /v1/albums") or server.calls.total == server.calls.count("POST /api/token"):
            time.sleep(0.05)
        time.sleep(1)
        answered = server.calls.count("GET /v1/*")
        process.kill()
        process.communicate()
        server.calls.reset()
        server.faults = None
        finish(start())
        assert server.calls.count("GET /v1/artists*") == 0
        assert server.calls.count("GET /v1/*") <= calls - answered + 8, "no more than what was on its way"
    assert read_raw(warehouse) == rows


@pytest.mark.deep
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_what_was_read_and_says_so_in_one_line(world, warehouse, point_at, start, undisturbed, stop):
    rows, _, _ = undisturbed
    with serve(world, day=FIRST_DAY) as server:
        point_at(server)
        server.faults = faults.Script([("GET /v1/tracks", None, faults.SLOW.with_delay(1))])
        process = start()
        while not server.calls.count("GET /v1/albums"):
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(stop)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 75, errors
        assert len(errors.strip().splitlines()) == 1, errors
        server.faults = None
        finish(start())
    assert read_raw(warehouse) == rows


@pytest.mark.deep
def test_a_scheduler_may_stop_a_load_at_any_moment(world, warehouse, point_at, start, undisturbed):
    rows, seconds, _ = undisturbed
    moments = random.Random(11)  # noqa: S311 - moments, not secrets
    with serve(world, day=FIRST_DAY) as server:
        point_at(server)
        for _ in range(4):
            process = start()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0.3, 1) * seconds)
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=60)
            # Before the loader is up, the system stops it its own way.
            assert process.returncode in {0, 75, -signal.SIGTERM}, errors
            assert len(errors.strip().splitlines()) == (process.returncode == 75), errors
        finish(start())
    assert read_raw(warehouse) == rows


@pytest.mark.deep
def test_a_full_disk_stops_the_load_and_room_lets_it_go_on(world, warehouse, point_at, start, undisturbed):
    rows, _, _ = undisturbed
    with serve(world, day=FIRST_DAY) as server:
        point_at(server)
        # No file may grow beyond this: as on a full disk, writing fails in the middle of a file.
        process = start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)))
        _, errors = process.communicate(timeout=60)
        assert process.returncode in {1, 75}, errors
        assert len(errors.strip().splitlines()) == 1, errors
        finish(start())
    assert read_raw(warehouse) == rows


@pytest.mark.deep
def test_what_a_killed_load_was_told_is_in_the_warehouse_when_another_day_is_loaded(
    world, warehouse, point_at, start, load
):
    next_day = FIRST_DAY + timedelta(days=1)
    with serve(world, day=FIRST_DAY) as server:
        point_at(server)
        server.faults = faults.Script([("GET /v1/tracks", None, faults.SLOW.with_delay(30))])
        process = start()
        while not server.calls.count("GET /v1/tracks"):
            time.sleep(0.05)
        process.kill()
        process.communicate()
        server.faults = None
        server.day = next_day
        arguments = follow(world.artist_ids())
        assert load("--quiet", *arguments, "--as-of", next_day).exit_code == 0
    measured = read_rows(
        warehouse, "select observed_on, count(*) from raw_spotify.artist_metrics group by all order by 1"
    )
    assert measured == [(FIRST_DAY, len(world.artist_ids())), (next_day, len(world.artist_ids()))]


def find_answered_batches(warehouse):
    """Find the first track of each batch of audio features that is in the journal."""
    journal = DuckDb(warehouse).work_dir / "answers.jsonl"
    return set(re.findall(r"audio-features\?ids=(\w{22})", journal.read_text())) if journal.exists() else set()


@pytest.mark.deep
def test_audio_features_that_a_killed_load_was_told_are_not_asked_again_on_another_day(
    world, warehouse, point_at, start, load
):
    endpoint = "GET /v1/audio-features"
    next_day = FIRST_DAY + timedelta(days=1)
    with serve(world, day=FIRST_DAY) as server:
        point_at(server)
        server.faults = faults.Script([(endpoint, number, faults.SLOW.with_delay(30)) for number in range(4, 20)])
        process = start()
        while len(answered := find_answered_batches(warehouse)) < 3:
            time.sleep(0.05)
        process.kill()
        process.communicate()
        server.calls.reset()
        server.faults = None
        server.day = next_day
        assert load("--quiet", *follow(world.artist_ids()), "--as-of", next_day).exit_code == 0
        asked_again = server.calls.count(endpoint)
    told = dict(read_rows(warehouse, "select observed_on, count(*) from raw_spotify.audio_features group by all"))
    tracks = read_rows(warehouse, "select count(*) from raw_spotify.tracks")[0][0]
    asked = read_rows(
        warehouse, f"select track_id from raw_spotify.track_metrics where observed_on = '{FIRST_DAY}' order by all"
    )
    # Workers answer out of order: what lies behind the first hundred without an answer is asked again.
    whole = len(list(itertools.takewhile(answered.__contains__, (track_id for (track_id,) in asked[::100]))))
    assert len(answered) == 3
    assert whole > 0
    assert told[FIRST_DAY] == whole * 100
    assert asked_again == math.ceil((tracks - whole * 100) / 100)
