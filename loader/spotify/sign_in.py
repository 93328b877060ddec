"""Who asks: the app by itself (client credentials), or a person who authorized it (a refresh token)."""

from __future__ import annotations

import logging
from typing import Any, Protocol

from spotipy.cache_handler import MemoryCacheHandler
from spotipy.oauth2 import SpotifyClientCredentials, SpotifyPKCE

from loader.settings import ApiSettings
from loader.spotify.refresh_token import RefreshToken
from loader.spotify.session import build_session

TIMEOUT = 30.0
REDIRECT_URI = "http://127.0.0.1:8765/callback"

# spotipy logs bearer tokens at DEBUG and repeats every error on stderr; what matters of them is raised by the client.
logging.getLogger("spotipy").addHandler(logging.NullHandler())
logging.getLogger("spotipy").propagate = False

# What the listener's own data takes, and nothing else.
SCOPES = (
    "user-read-recently-played",
    "user-top-read",
    "user-library-read",
    "playlist-read-private",
    "playlist-read-collaborative",
)


class SignIn(Protocol):
    """What gives access tokens, in the shape of spotipy's auth managers.

    Attributes:
        cache_handler: Holds the access token; what is taken from it is renewed.
    """

    cache_handler: MemoryCacheHandler

    def get_access_token(self, *, as_dict: bool = False) -> Any:
        """Give an access token that is good now, a new one if need be."""

    def advise(self, error: str | None) -> str:
        """Say what the user can do about credentials that Spotify does not accept.

        Args:
            error: The accounts service's name for what is wrong, such as `invalid_grant`; None if it said nothing.
        """


class AppSignIn(SpotifyClientCredentials):  # type: ignore[misc]  # spotipy has no types
    """The app asks by itself: for everything but a person's own data."""

    def __init__(self, settings: ApiSettings) -> None:
        """Ask as the app of the settings; nothing is sent yet."""
        super().__init__(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            cache_handler=MemoryCacheHandler(),
            requests_session=build_session(settings.accounts_url),
            requests_timeout=TIMEOUT,
        )
        self.OAUTH_TOKEN_URL = f"{settings.accounts_url}/api/token"

    def advise(self, _: str | None) -> str:
        """Point to the app's credentials."""
        return "check SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET"


class PersonSignIn(SpotifyPKCE):  # type: ignore[misc]  # spotipy has no types
    """A person who authorized the app asks for their own data; the app's secret is not needed for that."""

    def __init__(
        self, settings: ApiSettings, refresh_token: RefreshToken | None, redirect_uri: str = REDIRECT_URI
    ) -> None:
        """Ask through a refresh token, or through the code of an authorization that is to come.

        Args:
            settings: The app and where the accounts service stands.
            refresh_token: The refresh token; None if a code is to come.
            redirect_uri: Where the code comes to.
        """
        session = build_session(settings.accounts_url)
        # With a code spotipy overrides the certificates that the session was told, but not those of the environment.
        session.trust_env = refresh_token is None
        super().__init__(
            client_id=settings.client_id,
            redirect_uri=redirect_uri,
            scope=SCOPES,
            cache_handler=MemoryCacheHandler(),
            requests_session=session,
            requests_timeout=TIMEOUT,
            open_browser=False,
        )
        self.OAUTH_TOKEN_URL = f"{settings.accounts_url}/api/token"
        self.OAUTH_AUTHORIZE_URL = f"{settings.accounts_url}/authorize"
        self._refresh_token = refresh_token

    def get_access_token(self, code: str | None = None, check_cache: bool = True, *, as_dict: bool = False) -> Any:
        """Give an access token; with a code, the one that the code is good for."""
        if self._refresh_token is None:
            return super().get_access_token(code, check_cache)
        token = self.cache_handler.get_cached_token()
        if token is None or self.is_token_expired(token):
            token = self.refresh_access_token(self._refresh_token.value)
            self._refresh_token.replace(token["refresh_token"])
        return token["access_token"]

    def advise(self, error: str | None) -> str:
        """Point to the login, which gives a refresh token, or to the app."""
        if error == "invalid_client":
            return "check SPOTIFY_CLIENT_ID"
        return "run `python -m loader login` again"
