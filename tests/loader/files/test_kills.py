"""A load of files that is killed, then run again, ends with the rows of an undisturbed one."""

import os
import random
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT, read_raw
from tests.loader.files.conftest import make_play, make_row
from tests.loader.files.test_history import AUDIO

pytestmark = pytest.mark.deep

KILLS = 5


@pytest.fixture
def start(warehouse):
    """Starts a load as a process of its own."""

    def run(*arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "loader", *(str(argument) for argument in arguments), "--quiet"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return run


@pytest.fixture(params=["history", "dataset"])
def loads(request, export, dataset):
    """A load, and another one that overlaps with it."""
    if request.param == "history":
        plays = [
            make_play(ts=f"2024-{1 + n % 12:02d}-{1 + n % 28:02d}T{n % 24:02d}:00:00Z", ms=n) for n in range(20_000)
        ]
        older, newer = export({AUDIO: plays[:12_000]}, "older.zip"), export({AUDIO: plays[8_000:]}, "newer.zip")
        return ("history", older), ("history", newer)
    rows = [make_row(number) for number in range(20_000)]
    older, newer = dataset(rows[:12_000], "older.csv"), dataset(rows[8_000:], "newer.csv")
    return ("dataset", older, "--name", "both"), ("dataset", newer, "--name", "both")


def test_a_load_killed_at_any_moment_ends_where_an_undisturbed_one_ends(warehouse, start, loads):
    expected = []
    for arguments in loads:
        started = time.monotonic()
        process = start(*arguments)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, output + errors
        seconds = time.monotonic() - started
        expected.append(read_raw(warehouse))
    warehouse.unlink()
    moments = random.Random(6)  # noqa: S311 - moments, not secrets
    for arguments, rows in zip(loads, expected, strict=True):
        for _ in range(KILLS):
            process = start(*arguments)
            time.sleep(moments.uniform(0.4, 1) * seconds)
            process.kill()
            process.communicate()
        process = start(*arguments)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, output + errors
        assert read_raw(warehouse) == rows
        assert not list(warehouse.parent.glob(".*.load")), "nothing of the killed loads is left"
