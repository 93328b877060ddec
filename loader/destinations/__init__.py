"""Where raw data goes: the destinations by name, each with what dlt needs and what can be checked beforehand."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

from loader.destinations.contract import Answer, Ask, Destination
from loader.destinations.duckdb_file import DuckDb
from loader.errors import UserError
from loader.settings import DEFAULT_DESTINATION, DEFAULT_DUCKDB_PATH, DEMO_DUCKDB_PATH, read_duckdb_path

__all__ = [
    "DESTINATIONS",
    "Answer",
    "Ask",
    "Destination",
    "DuckDb",
    "choose_demo_destination",
    "choose_destination",
    "clear_work_dir",
    "write_command",
]

# What needs not be said to find a warehouse.
_DEFAULTS = {"ECHOSTREAM_DESTINATION": DEFAULT_DESTINATION, "ECHOSTREAM_DUCKDB": str(DEFAULT_DUCKDB_PATH)}


def _build_azure_sql() -> Destination:
    # Its driver takes time to load, which is spared where it is not asked for.
    from loader.destinations.azure_sql.destination import AzureSql  # noqa: PLC0415
    from loader.destinations.azure_sql.settings import read_azure_sql_settings  # noqa: PLC0415

    return AzureSql(read_azure_sql_settings())


DESTINATIONS: dict[str, Callable[[], Destination]] = {
    "duckdb": lambda: DuckDb(read_duckdb_path()),
    "azuresql": _build_azure_sql,
}


def choose_destination(name: str) -> Destination:
    """Choose a destination by its name.

    Raises:
        UserError: If there is none of that name, or its settings are missing or wrong.
    """
    if name not in DESTINATIONS:
        raise UserError(f"Unknown destination {name!r}: choose one of {', '.join(DESTINATIONS)}.")
    return DESTINATIONS[name]()


def choose_demo_destination(name: str) -> Destination:
    """Choose the destination of made-up data by its name: a DuckDB file of its own, unless the environment names one.

    Raises:
        UserError: If there is none of that name, or its settings are missing or wrong.
    """
    return DuckDb(read_duckdb_path(DEMO_DUCKDB_PATH)) if name == DEFAULT_DESTINATION else choose_destination(name)


def write_command(destination: Destination, command: str) -> str:
    """Write a command, for a person to type, with what it needs to find a warehouse.

    Args:
        destination: The warehouse.
        command: The command, such as `dbt build`.
    """
    named = {name: value for name, value in destination.environment.items() if value != _DEFAULTS.get(name)}
    return " ".join([*(f"{name}={shlex.quote(value)}" for name, value in named.items()), command])


def clear_work_dir(destination: Destination) -> Path:
    """Empty the folder in which dlt prepares a load: what an earlier run left there is prepared anew.

    Returns:
        The folder, which need not exist.

    Raises:
        UserError: If the folder cannot be emptied.
    """
    folder = destination.work_dir / "prepared"
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise UserError(f"{folder} cannot be emptied: {error.strerror}.") from error
    return folder
