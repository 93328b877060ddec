"""The client over a real local Web API, with a clock that nobody has to wait for."""

import threading
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from loader.listening.library_api import LibraryApi
from loader.settings import ApiSettings
from loader.spotify.access import Access
from loader.spotify.answers import Answers
from loader.spotify.client import Client
from loader.spotify.journal import Journal
from loader.spotify.refresh_token import RefreshToken
from loader.spotify.sign_in import PersonSignIn
from loader.spotify.web_api import WebApi
from local_api.accounts import REFRESH_TOKEN
from local_api.catalogue import FIRST_DAY, World
from local_api.listener import MadeUpListener
from local_api.server import CLIENT_ID, CLIENT_SECRET, serve


class Clock:
    """Stands in for the module `time`: sleeping moves it on, and nobody waits.

    Attributes:
        slept: Every sleep, in seconds.
        on_sleep: Called before each sleep with its seconds.
    """

    def __init__(self):
        self.slept = []
        self.on_sleep = lambda _: None
        self._now = 1000.0
        self._lock = threading.Lock()

    def monotonic(self):
        return self._now

    def sleep(self, seconds):
        self.on_sleep(seconds)
        with self._lock:
            self.slept.append(seconds)
            self._now += seconds


@pytest.fixture
def clock(monkeypatch):
    """The clock of the client and of its pace."""
    clock = Clock()
    monkeypatch.setattr("loader.spotify.client.time", clock)
    monkeypatch.setattr("loader.spotify.pace.time", clock)
    return clock


@pytest.fixture(scope="session")
def world():
    return World(seed=11, artists=10)


@pytest.fixture(scope="session")
def listener(world):
    return MadeUpListener(world)


@pytest.fixture(scope="session")
def servers(world, listener):
    """One server for each kind of app, kept open: starting one takes longer than most tests."""
    with (
        serve(world, mode="extended", day=FIRST_DAY, listener=listener) as extended,
        serve(world, mode="dev", day=FIRST_DAY, listener=listener) as dev,
    ):
        yield {"extended": extended, "dev": dev}


@pytest.fixture
def get_server(servers):
    """Gets the server of a kind of app, without faults and with its counts at zero."""

    def get(mode="extended"):
        server = servers[mode]
        server.faults = None
        server.calls.reset()
        return server

    yield get
    for server in servers.values():
        server.faults = None


def name_settings(server, client_secret=CLIENT_SECRET):
    """Name the server's addresses and credentials as the environment would."""
    return ApiSettings(
        CLIENT_ID, client_secret, server.api_url, server.accounts_url, reccobeats_url=server.reccobeats_url
    )


def sign_person_in(server):
    """Sign in as the listener who authorized the app."""
    return PersonSignIn(name_settings(server), RefreshToken(REFRESH_TOKEN))


class CountedLock:
    """A lock that lets one wait until a number of workers want it.

    Attributes:
        wanted: Ends its wait when so many workers have come.
    """

    def __init__(self, workers):
        self.wanted = threading.Event()
        self._lock = threading.RLock()
        self._counting = threading.Lock()
        self._workers = workers

    def __enter__(self):
        with self._counting:
            self._workers -= 1
            if not self._workers:
                self.wanted.set()
        self._lock.acquire()

    def __exit__(self, *_):
        self._lock.release()


@dataclass
class Reader:
    """What reads of the Web API, put together as a load puts it together.

    Attributes:
        client: Who asks.
        answers: What is asked, over a journal.
        web_api: The catalogue.
        library: The listener's own, if a person is signed in.
        access: What the app turned out to be allowed.
    """

    client: Client
    answers: Answers
    web_api: WebApi
    library: LibraryApi
    access: Access


class Readers:
    """Opens readers, one after the other, over the same journal."""

    def __init__(self, journal):
        self._journal = journal
        self._opened = ExitStack()

    def open(self, server, sign_in=None, remembered=(), **options):
        """Open a reader, which goes on where the one before it stopped."""
        self.close()
        client = Client(name_settings(server), sign_in=sign_in, **options)
        journal = Journal(self._journal).open("test", FIRST_DAY)
        self._opened.callback(journal.close)
        answers = self._opened.enter_context(Answers(client, journal))
        access = Access(CLIENT_ID, remembered, FIRST_DAY)
        return Reader(client, answers, WebApi(answers, access), LibraryApi(answers, access), access)

    def close(self):
        """Wait until the reader's workers have ended: no call of its is under way any more."""
        self._opened.close()


@pytest.fixture
def readers(tmp_path, clock):
    readers = Readers(tmp_path / "answers.jsonl")
    yield readers
    readers.close()


@pytest.fixture
def open_reader(readers):
    return readers.open
