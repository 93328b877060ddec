"""Whole loads of listening under faults and kills: they end whole, or stop and go on; their rows are the same.

Every kind of fault at every endpoint is in tests/loader/spotify/test_faults.py, for the client by itself.
"""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from local_api import faults
from tests.conftest import ROOT, read_raw
from tests.loader.listening.conftest import DAY
from tests.loader.test_faults import find_exit_code, find_faults_met, hurry_up, set_waits, spread_faults

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
    hurry_up(monkeypatch)


@pytest.fixture
def expected(open_server, hear, warehouse):
    with open_server() as server:
        assert hear("--quiet").exit_code == 0
        assert all(server.calls.count(endpoint) for endpoint in ENDPOINTS), server.calls.by_endpoint
    rows = read_raw(warehouse)
    warehouse.unlink()
    return rows


@pytest.mark.deep
def test_faults_that_pass_leave_no_trace(open_server, hear, warehouse, expected, monkeypatch):
    """Every kind of fault, one after the other, before each of the endpoints answers."""
    monkeypatch.setattr("loader.spotify.client._ATTEMPTS", 100)
    monkeypatch.setattr("loader.spotify.client._RENEWALS", 100)
    kinds = [set_waits(fault, 0) for fault in faults.TRANSIENT]
    with open_server() as server:
        server.faults = faults.Script(
            [(endpoint, number, fault) for endpoint in ENDPOINTS for number, fault in enumerate(kinds, 1)]
        )
        result = hear("--quiet")
        for endpoint in ENDPOINTS:
            assert find_faults_met(server, endpoint) == {fault.name for fault in kinds}, endpoint
    assert result.exit_code == 0, result.errors
    assert read_raw(warehouse) == expected


@pytest.mark.deep
def test_faults_that_stay_stop_the_load_which_goes_on_without_them(open_server, hear, warehouse, expected):
    """Every kind of fault for a whole run, each endpoint in its turn, all over one warehouse, then a run in peace."""
    with open_server() as server:
        for endpoint, fault in spread_faults(ENDPOINTS):
            server.faults = faults.Script([(endpoint, None, fault)])
            server.calls.reset()
            result = hear("--quiet")
            assert find_faults_met(server, endpoint) == {fault.name}, endpoint
            assert result.exit_code == find_exit_code(endpoint, fault), (endpoint, fault.name, result.errors)
            assert len(result.errors.strip().splitlines()) == (1 if result.exit_code else 0), result.errors
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


@pytest.mark.deep
def test_a_load_killed_at_any_moment_ends_where_an_undisturbed_one_ends(open_server, warehouse, expected):
    moments = random.Random(3)  # noqa: S311 - moments, not secrets
    with open_server():
        for number in range(KILLS):
            process = start()
            time.sleep(moments.uniform(0.5, 2.5))
            process.send_signal(signal.SIGKILL if number % 2 else signal.SIGTERM)
            process.communicate(timeout=120)
        process = start()
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert read_raw(warehouse) == expected
