"""Writes the dashboard of a warehouse into a file, all of it or nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from dashboard.page import write_page_text
from dashboard.read import read_marts
from dashboard.results import find_results, read_results
from loader.destinations import Destination, write_command
from loader.errors import UserError
from loader.settings import read_marts_schema

DEFAULT_OUTPUT = Path("site") / "dashboard.html"


def write_dashboard(warehouse: Destination, output: Path) -> None:
    """Write the dashboard of a warehouse, all of it or nothing.

    Args:
        warehouse: The warehouse to read.
        output: The page to write.

    Raises:
        UserError: If there is no warehouse, it has no marts yet, or the page cannot be written there.
        LoaderError: If the warehouse refuses a query.
    """
    _check_output(output)
    schema = read_marts_schema()
    with warehouse.open_to_read() as ask:
        marts = read_marts(ask, warehouse.address, write_command(warehouse, "dbt build"), schema)
    _write_whole(output, write_page_text(marts, read_results(find_results())))


def _check_output(output: Path) -> None:
    """Make sure that the page can be written, before the warehouse is asked; nothing is made for it yet."""
    if output.is_dir():
        raise UserError(f"{output} is a folder: name a file with --output.")
    folder = output.parent
    while not folder.exists():
        folder = folder.parent
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise _explain(error, output) from error


def _write_whole(output: Path, text: str) -> None:
    """Write a file beside its place, then put it there."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    except OSError as error:
        raise _explain(error, output) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(output)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise _explain(error, output) from error


def _explain(error: OSError, output: Path) -> UserError:
    return UserError(f"{output} cannot be written: {error.strerror}. Name a file in a folder of yours with --output.")
