"""A local Web API to talk to, and a client that has a token."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import requests

from local_api.catalogue import FIRST_DAY, World
from local_api.server import CLIENT_ID, CLIENT_SECRET, serve


class Client:
    """Asks a server over one connection that is kept alive."""

    def __init__(self, server):
        self.server = server
        self.session = requests.Session()

    def fetch_token(self):
        answer = self.session.post(
            f"{self.server.accounts_url}/api/token",
            data={"grant_type": "client_credentials"},
            auth=(CLIENT_ID, CLIENT_SECRET),
            timeout=5,
        )
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def ask(self, target, **params):
        """Ask for a path of the Web API or a whole address."""
        address = target if target.startswith("http") else self.server.api_url + target
        return self.session.get(address, params=params, timeout=5)

    def get(self, target, **params):
        answer = self.ask(target, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def walk(self, target, **params):
        """Go through all pages and give back all their items."""
        page = self.get(target, **params)
        items = page["items"]
        while page["next"]:
            page = self.get(page["next"])
            items += page["items"]
        return items


@pytest.fixture(scope="session")
def world():
    return World()


@pytest.fixture
def connect():
    """Start a server over a catalogue and give back a client with a token; ends with the test."""
    with _open_all() as open_server:
        yield open_server


@pytest.fixture(scope="module")
def extended(world):
    with _open_all() as open_server:
        yield open_server(world, day=FIRST_DAY)


@pytest.fixture(scope="module")
def dev(world):
    with _open_all() as open_server:
        yield open_server(world, day=FIRST_DAY, mode="dev")


@contextmanager
def _open_all():
    clients = []

    def open_server(catalogue, **options):
        server = serve(catalogue, **options)
        server.start()
        client = Client(server)
        clients.append(client)
        plan, server.faults = server.faults, None
        client.fetch_token()
        server.faults = plan
        server.calls.reset()
        return client

    yield open_server
    for client in clients:
        client.session.close()
        client.server.stop()
