"""Where raw data goes: the destinations by name, each with what dlt needs and what can be checked beforehand."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from loader.destinations.contract import Answer, Ask, Destination
from loader.destinations.duckdb_file import DuckDb
from loader.errors import MendableError
from loader.settings import read_duckdb_path

__all__ = ["DESTINATIONS", "Answer", "Ask", "Destination", "DuckDb", "choose_destination", "clear_work_dir"]


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
        MendableError: If there is none of that name, or its settings are missing or wrong.
    """
    if name not in DESTINATIONS:
        raise MendableError(f"Unknown destination {name!r}: choose one of {', '.join(DESTINATIONS)}.")
    return DESTINATIONS[name]()


def clear_work_dir(destination: Destination) -> Path:
    """Empty the folder in which dlt prepares a load: what an earlier run left there is prepared anew.

    Returns:
        The folder, which need not exist.

    Raises:
        MendableError: If the folder cannot be emptied.
    """
    folder = destination.work_dir / "prepared"
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise MendableError(f"{folder} cannot be emptied: {error.strerror}.") from error
    return folder
