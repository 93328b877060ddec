"""Faults at the listener's endpoints and kills: the load ends whole, or stops and goes on; its rows are the same."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from loader.demo import faults
from tests.conftest import ROOT, read_raw
from tests.loader.listening.conftest import DAY
from tests.loader.test_faults import EXIT_CODES, set_waits

ENDPOINTS = (
    "POST /api/token",
    "GET /v1/me/player/recently-played",
    "GET /v1/me/top/artists",
    "GET /v1/me/tracks",
    "GET /v1/me",
    "GET /v1/me/playlists",
    "GET /v1/playlists/{id}/items",
)
KILLS = 8


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    """Faults come one after the other here: no need to wait for them to pass."""
    monkeypatch.setattr("loader.spotify.client._BACKOFF", 0.001)


@pytest.fixture
def expected(open_server, hear, warehouse):
    with open_server() as server:
        assert hear("--quiet").exit_code == 0
        assert all(server.calls.count(endpoint) for endpoint in ENDPOINTS), server.calls.by_endpoint
    rows = read_raw(warehouse)
    warehouse.unlink()
    return rows


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_faults_that_pass_leave_no_trace(endpoint, open_server, hear, warehouse, expected, monkeypatch):
    monkeypatch.setattr("loader.spotify.client._ATTEMPTS", 100)
    monkeypatch.setattr("loader.spotify.client._RENEWALS", 100)
    kinds = [set_waits(fault, 0) for fault in faults.TRANSIENT]
    with open_server() as server:
        server.faults = faults.Script([(endpoint, number, fault) for number, fault in enumerate(kinds, 1)])
        result = hear("--quiet")
        met = {call.fault for call in server.calls.log if call.endpoint == endpoint and call.fault}
    assert result.exit_code == 0, result.errors
    assert met == {fault.name for fault in kinds}
    assert read_raw(warehouse) == expected


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_faults_that_stay_stop_the_load_which_goes_on_without_them(endpoint, open_server, hear, warehouse, expected):
    with open_server() as server:
        for fault in faults.FAULTS.values():
            server.faults = faults.Script([(endpoint, None, set_waits(fault, 90))])
            result = hear("--quiet")
            if fault is faults.SLOW:
                continue
            assert result.exit_code in EXIT_CODES.get(fault.name, {75}), (fault.name, result.errors)
            assert len(result.errors.strip().splitlines()) == 1, result.errors
        server.faults = None
        assert hear("--quiet").exit_code == 0
    assert read_raw(warehouse) == expected


def start():
    return subprocess.Popen(
        [sys.executable, "-m", "loader", "listening", "--quiet", "--as-of", str(DAY)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_load_killed_at_any_moment_ends_where_an_undisturbed_one_ends(open_server, warehouse, expected):
    moments = random.Random(3)  # noqa: S311 - moments, not secrets
    with open_server():
        for number in range(KILLS):
            process = start()
            time.sleep(moments.uniform(0.5, 2.5))
            process.send_signal(signal.SIGKILL if number % 2 else signal.SIGTERM)
            process.communicate(timeout=60)
        process = start()
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert read_raw(warehouse) == expected
