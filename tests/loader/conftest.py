"""A small made-up world behind a local Web API, for tests of the command line."""

import pytest

from local_api.catalogue import FIRST_DAY, World
from local_api.server import serve


@pytest.fixture(scope="module")
def world():
    """The world; other tests have one of their own."""
    return World(seed=3, artists=10)


@pytest.fixture
def server(world, point_at, warehouse):
    """A local Web API that plays the world's first day, which the loader is pointed at."""
    with serve(world, day=FIRST_DAY) as running:
        point_at(running)
        yield running
