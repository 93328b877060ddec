"""Settings from the environment and `.dlt/`: credentials, addresses, artists to follow, destination."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import dlt
from dlt.common.configuration.exceptions import ConfigurationException

from loader.errors import UserError

DEFAULT_API_URL = "https://api.spotify.com/v1/"
DEFAULT_ACCOUNTS_URL = "https://accounts.spotify.com"
DEFAULT_RECCOBEATS_URL = "https://api.reccobeats.com/v1/"
DEFAULT_DUCKDB_PATH = Path("warehouse") / "echostream.duckdb"
# Made-up data has a file of its own, so that real data never has to make room for it.
DEMO_DUCKDB_PATH = Path("warehouse") / "demo.duckdb"
DEFAULT_DESTINATION = "duckdb"


@dataclass(frozen=True)
class ApiSettings:
    """The addresses of the APIs, and the app's credentials.

    Attributes:
        client_id: The Spotify app's client id.
        client_secret: The Spotify app's client secret, or an empty text where none is needed; never shown.
        api_url: The Web API's address, with a trailing slash.
        accounts_url: The address of the accounts service, without a trailing slash.
        reccobeats_url: ReccoBeats' address, with a trailing slash.
    """

    client_id: str
    client_secret: str = field(repr=False)
    api_url: str = DEFAULT_API_URL
    accounts_url: str = DEFAULT_ACCOUNTS_URL
    reccobeats_url: str = DEFAULT_RECCOBEATS_URL


def read_api_settings(needs_secret: bool = True) -> ApiSettings:
    """Read credentials and addresses from the environment, then from `.dlt/secrets.toml`.

    Args:
        needs_secret: Whether the app's secret is needed, as it is not for a person who authorized the app.

    Raises:
        UserError: If credentials are missing or an address is not a web address.
    """
    client_id = _read("SPOTIFY_CLIENT_ID", "SPOTIPY_CLIENT_ID", dlt_key="sources.spotify.client_id")
    client_secret = _read("SPOTIFY_CLIENT_SECRET", "SPOTIPY_CLIENT_SECRET", dlt_key="sources.spotify.client_secret")
    if not client_id or (needs_secret and not client_secret):
        wanted = "SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET" if needs_secret else "SPOTIFY_CLIENT_ID"
        raise UserError(
            f"No Spotify credentials: set {wanted} "
            "(of an app from developer.spotify.com/dashboard), or try `python -m tour load`, "
            "which needs none."
        )
    return ApiSettings(
        client_id=client_id,
        client_secret=client_secret or "",
        api_url=_read_address("SPOTIFY_API_URL", DEFAULT_API_URL).rstrip("/") + "/",
        accounts_url=_read_address("SPOTIFY_ACCOUNTS_URL", DEFAULT_ACCOUNTS_URL).rstrip("/"),
        reccobeats_url=_read_address("RECCOBEATS_API_URL", DEFAULT_RECCOBEATS_URL).rstrip("/") + "/",
    )


def read_refresh_token() -> str:
    """Read the listener's refresh token: `SPOTIFY_REFRESH_TOKEN`, then `.dlt/secrets.toml`.

    Raises:
        UserError: If there is none.
    """
    token = _read("SPOTIFY_REFRESH_TOKEN", dlt_key="sources.spotify.refresh_token")
    if not token:
        raise UserError(
            "No authorization to read your listening: run `python -m loader login` once, then set "
            "SPOTIFY_REFRESH_TOKEN to what it gives you, or have it saved with --save."
        )
    return token


def read_followed_artists() -> list[str]:
    """Read the artists to follow from `.dlt/config.toml` (`[sources.spotify] artists = [...]`).

    Raises:
        UserError: If the entry is not a list of texts.
    """
    artists = _read_dlt("sources.spotify.artists", dlt.config)
    if artists is None:
        return []
    if not isinstance(artists, list) or not all(isinstance(artist, str) for artist in artists):
        raise UserError(
            '.dlt/config.toml: artists must be a list of texts, such as artists = ["4q3ewBCX7sLwd24euuV69X"].'
        )
    return artists


def read_destination_name() -> str:
    """Name the destination: `ECHOSTREAM_DESTINATION`, or DuckDB."""
    return os.environ.get("ECHOSTREAM_DESTINATION") or DEFAULT_DESTINATION


def read_marts_schema() -> str:
    """Name the schema of the marts: `marts`, or a developer's own, by `ECHOSTREAM_DEV_SCHEMA`, as dbt builds it.

    Raises:
        UserError: If the variable holds what cannot begin a schema's name.
    """
    prefix = os.environ.get("ECHOSTREAM_DEV_SCHEMA")
    if not prefix:
        return "marts"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", prefix):
        raise UserError(
            f"ECHOSTREAM_DEV_SCHEMA is {prefix!r}: give it lower-case letters, digits and underscores, such as dev_ana."
        )
    return f"{prefix}_marts"


def read_duckdb_path(default: Path = DEFAULT_DUCKDB_PATH) -> Path:
    """Name the file of the embedded warehouse: `ECHOSTREAM_DUCKDB`, or else the default."""
    return Path(os.environ.get("ECHOSTREAM_DUCKDB") or default)


def read_duckdb_threads() -> str | None:
    """Read how many threads DuckDB may use: `ECHOSTREAM_DUCKDB_THREADS`; None if it is not set."""
    return os.environ.get("ECHOSTREAM_DUCKDB_THREADS") or None


def read_duckdb_memory() -> str | None:
    """Read how much memory DuckDB may use: `ECHOSTREAM_DUCKDB_MEMORY`; None if it is not set."""
    return os.environ.get("ECHOSTREAM_DUCKDB_MEMORY") or None


def read_webhook_url() -> str | None:
    """Read the webhook to notify of a load's outcome: `ECHOSTREAM_WEBHOOK_URL`; None if it is not set.

    Raises:
        UserError: If it is not a web address; it is a secret, so it is not shown.
    """
    url = os.environ.get("ECHOSTREAM_WEBHOOK_URL")
    if not url:
        return None
    if not _is_web_address(url):
        raise UserError("ECHOSTREAM_WEBHOOK_URL is not a web address (wanted: https://host/...).")
    return url


def _read(*variables: str, dlt_key: str) -> str | None:
    for variable in variables:
        if set_value := os.environ.get(variable):
            return set_value
    value = _read_dlt(dlt_key, dlt.secrets)
    return None if value is None else str(value)


def _read_dlt(key: str, section: object) -> object:
    try:
        return section.get(key)  # type: ignore[attr-defined]
    except (ConfigurationException, ValueError) as error:
        raise UserError(f".dlt: {key} cannot be read: {_first_line(error)}") from error


def _read_address(variable: str, default: str) -> str:
    address = os.environ.get(variable) or default
    if not _is_web_address(address):
        raise UserError(f"{variable} is not a web address: {address!r} (wanted: https://host/...).")
    return address


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and " " not in text
    except ValueError:
        return False


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
