"""The options that every load takes, and what they say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from loader.destinations import DESTINATIONS
from loader.errors import MendableError
from loader.report.reporter import LOG_FORMAT_OPTION, LogFormat

DayOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        help="The day the answers are about. A past day can only be replayed from a server that plays it, as the "
        "made-up world does: Spotify answers for today only. Default: today (UTC).",
    ),
]
DestinationOption = Annotated[
    str | None,
    typer.Option(
        "--destination",
        metavar="NAME",
        help=f"The warehouse to write to: {' or '.join(DESTINATIONS)}. Default: ECHOSTREAM_DESTINATION, or duckdb.",
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors and warnings.")]
LogFormatOption = Annotated[
    LogFormat,
    typer.Option(
        LOG_FORMAT_OPTION,
        help="How to tell what happens: text for people, or json for machines, one object a line on stderr.",
    ),
]


def read_day(text: str | None) -> date:
    """Read the day that `--as-of` names.

    Args:
        text: What the user typed; None for today (UTC).

    Raises:
        MendableError: If it is no day, or lies in the future.
    """
    today = datetime.now(UTC).date()
    if text is None:
        return today
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise MendableError(f"--as-of {text!r} is not a day: write it as YYYY-MM-DD.") from None
    if day > today:
        raise MendableError(f"--as-of {text} lies in the future: today is {today} (UTC).")
    return day
