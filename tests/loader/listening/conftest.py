"""A made-up listener behind a local Web API, and the loader that reads what they listen to."""

from datetime import timedelta

import pytest

from local_api.accounts import REFRESH_TOKEN
from local_api.catalogue import FIRST_DAY, World
from local_api.listener import MadeUpListener
from local_api.server import serve

DAY = FIRST_DAY + timedelta(days=28)


class Changed:
    """A library with some answers in place of the made-up ones."""

    def __init__(self, listener, **answers):
        self._listener = listener
        self._answers = answers

    def on(self, day):
        self._library = self._listener.on(day)
        return self

    def __getattr__(self, name):
        if name in self._answers:
            return lambda *_: self._answers[name]
        return getattr(self._library, name)


@pytest.fixture(scope="session")
def world():
    return World(seed=11, artists=10)


@pytest.fixture(scope="session")
def listener(world):
    return MadeUpListener(world)


@pytest.fixture
def open_server(world, listener, warehouse, point_at, monkeypatch):
    """Opens a server over the listener's library and points the loader at it, with an authorization."""

    def open_(library=listener, **options):
        server = serve(world, day=options.pop("day", DAY), listener=library, **options)
        point_at(server)
        monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", REFRESH_TOKEN)
        return server

    return open_


@pytest.fixture
def hear(load):
    """Loads the listening of a day."""

    def run(*arguments, day=DAY):
        return load("listening", "--as-of", day, *arguments)

    return run
