"""The server as a whole: what it counts, how it changes while it runs, how it ends."""

from __future__ import annotations

import contextlib
import threading
from datetime import date

import pytest
import requests

from local_api import faults
from local_api.catalogue import FIRST_DAY
from local_api.contract import CatalogueError
from local_api.folder import Folder
from local_api.server import serve


def test_calls_are_counted_by_endpoint_and_status(connect, world):
    client = connect(world, day=FIRST_DAY)
    artist, other = world.artist_ids()[:2]
    for target in (
        f"artists/{artist}",
        f"artists/{other}/",
        f"artists/{artist}/albums?limit=5",
        f"artists?ids={artist}",
        f"albums/{artist}",
    ):
        client.ask(target)
    client.fetch_token()
    calls = client.server.calls
    assert calls.by_endpoint == {
        "GET /v1/artists/{id}": 2,
        "GET /v1/artists/{id}/albums": 1,
        "GET /v1/artists": 1,
        "GET /v1/albums/{id}": 1,
        "POST /api/token": 1,
    }
    assert calls.by_status == {200: 5, 404: 1}
    assert (calls.total, calls.count("GET /v1/*"), calls.count("GET /v1/artists/{id}")) == (6, 5, 2)
    assert calls.log[2][:3] == ("GET /v1/artists/{id}/albums", f"/v1/artists/{artist}/albums?limit=5", 200)
    calls.reset()
    assert (calls.total, calls.log) == (0, ())


def test_calls_can_be_counted_without_being_kept(connect, world):
    client = connect(world, keep_log=False)
    client.ask("artists/nobody")
    assert (client.server.calls.total, client.server.calls.log) == (1, ())


def test_many_clients_at_once_are_all_answered_and_counted(connect, world):
    client = connect(world, day=FIRST_DAY)
    token = dict(client.session.headers)
    failures = []

    def work(ids):
        with requests.Session() as session:
            for id_ in ids:
                answer = session.get(f"{client.server.api_url}artists/{id_}", headers=token, timeout=5)
                if answer.json().get("id") != id_:
                    failures.append(answer.text)

    ids = world.artist_ids()
    threads = [threading.Thread(target=work, args=(ids[start::8] * 2,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert client.server.calls.total == 2 * len(ids)


def test_the_day_can_change_while_the_server_runs(connect, world):
    client = connect(world, day=FIRST_DAY)
    target = f"artists?ids={','.join(world.artist_ids())}"
    before = client.get(target)
    client.server.day = date(2026, 10, 5)
    after = client.get(target)
    assert before != after
    client.server.day = FIRST_DAY
    assert client.get(target) == before


def test_a_day_unknown_to_the_catalogue_leaves_the_day_as_it_was(tmp_path):
    (tmp_path / "2025-06-02.json").write_text('{"artists": [], "albums": [], "tracks": []}')
    with pytest.raises(CatalogueError):
        serve(Folder(tmp_path), day=date(2025, 6, 1))
    with serve(Folder(tmp_path), day=date(2025, 6, 2)) as server:
        with pytest.raises(CatalogueError):
            server.day = date(2025, 6, 1)
        assert server.day == date(2025, 6, 2)


def test_the_connection_is_kept_alive(connect, world):
    client = connect(world)
    for _ in range(3):
        client.ask(f"artists/{world.artist_ids()[0]}")
    adapter = client.session.get_adapter(client.server.api_url)
    pools = adapter.poolmanager.pools
    assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118 - no dict


def test_nothing_answers_after_the_end(connect, world):
    client = connect(world)
    target = f"artists/{world.artist_ids()[0]}"
    client.ask(target)
    client.server.stop()
    with pytest.raises(requests.ConnectionError):
        client.ask(target)
    with pytest.raises(requests.ConnectionError):
        requests.get(client.server.api_url, timeout=5)


def test_a_port_in_use_is_an_error(connect, world):
    port = int(connect(world).server.accounts_url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"):
        serve(world, port=port)


def test_a_slow_answer_does_not_hold_up_the_end(connect, world):
    class Watched:
        """Makes every answer slow, and tells when the first call has come."""

        came = threading.Event()

        def choose(self, endpoint):
            self.came.set()
            return faults.SLOW.with_delay(60)

    def ask_in_vain():
        with contextlib.suppress(requests.ConnectionError):
            client.ask("artists/any")

    plan = Watched()
    client = connect(world, faults=plan)
    asking = threading.Thread(target=ask_in_vain)
    asking.start()
    assert plan.came.wait(timeout=5)
    client.server.stop()
    asking.join(timeout=4)
    assert not asking.is_alive()
