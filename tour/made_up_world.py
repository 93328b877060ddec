"""The made-up world behind its local Web API, and all that can be loaded of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from loader.destinations import Destination
from loader.files.history import History
from loader.load.api_source import LoadOptions
from loader.load.catalogue import Catalogue
from loader.load.driver import run_load
from loader.load.files import Files
from loader.load.listening import Listening
from loader.load.warehouse import MADE_UP
from loader.report.progress import Progress
from loader.report.summary import ApiSummary, FileSummary
from loader.settings import ApiSettings
from loader.spotify.refresh_token import RefreshToken
from local_api.catalogue import World
from local_api.export import write_export
from local_api.listener import MadeUpListener
from local_api.server import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Server, serve
from local_api.shapes import Mode


@dataclass(frozen=True)
class MadeUpWorld:
    """A made-up world that is being played.

    Attributes:
        world: Its artists, albums and tracks.
        listener: Who listens in it.
        server: The local Web API, which answers for one day until it is given another.
    """

    world: World
    listener: MadeUpListener
    server: Server

    def load_artists(self, warehouse: Destination, day: date, progress: Progress) -> ApiSummary:
        """Load what the Web API says about all artists.

        Args:
            warehouse: Where to.
            day: The day that the server plays.
            progress: Told how the load goes on.

        Raises:
            LoaderError: If the load fails.
        """
        options = LoadOptions(day, source_name=MADE_UP)
        return run_load(Catalogue(self._api_settings, self.world.artist_ids(), options), warehouse, progress)

    def load_listening(self, warehouse: Destination, day: date, progress: Progress) -> ApiSummary:
        """Load what the Web API says about the listener: latest plays, favourites, saved tracks, playlists.

        Args:
            warehouse: Where to.
            day: The day that the server plays.
            progress: Told how the load goes on.

        Raises:
            LoaderError: If the load fails.
        """
        options = LoadOptions(day, source_name=MADE_UP)
        return run_load(Listening(self._api_settings, RefreshToken(REFRESH_TOKEN), options), warehouse, progress)

    def load_export(self, warehouse: Destination, day: date, progress: Progress) -> FileSummary:
        """Load three years of plays, as Spotify sends them to those who ask for their data.

        Args:
            warehouse: Where to.
            day: The last day of the export.
            progress: Told how the load goes on.

        Raises:
            LoaderError: If the load fails.
        """
        with TemporaryDirectory() as folder:
            export = Path(folder) / "my_spotify_data.zip"
            write_export(self.listener, export, day)
            return run_load(Files(History([export]), source_name=MADE_UP), warehouse, progress)

    @property
    def _api_settings(self) -> ApiSettings:
        return ApiSettings(
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            api_url=self.server.api_url,
            accounts_url=self.server.accounts_url,
            reccobeats_url=self.server.reccobeats_url,
        )


@contextmanager
def serve_world(world: World, day: date, mode: Mode = "extended") -> Iterator[MadeUpWorld]:
    """Play a made-up world and its listener behind a local Web API while the block runs.

    Args:
        world: The world.
        day: The day to answer for at first.
        mode: The kind of Spotify app that everybody is taken for.
    """
    listener = MadeUpListener(world)
    with serve(world, mode=mode, day=day, listener=listener) as server:
        yield MadeUpWorld(world, listener, server)
