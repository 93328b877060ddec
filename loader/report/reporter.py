"""What the loader says while it runs and at its end: to a person in text, or to a machine in lines of JSON."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal, Protocol

from rich.console import Console

from loader.errors import EXIT_DONE, LoaderError, StoppedEarlyError, name_outcome
from loader.report.progress import Progress, show_progress
from loader.report.summary import Preview, Summary

LOG_FORMAT_OPTION = "--log-format"
LogFormat = Literal["text", "json"]


class Notices(Protocol):
    """Tells how a load goes, and what went wrong."""

    def follow(self) -> AbstractContextManager[Progress]:
        """Tell how a load goes on while the block runs."""

    def tell_summary(self, summary: Summary) -> None:
        """Tell what a load did."""

    def tell_preview(self, preview: Preview) -> None:
        """Tell what a load of files would do."""

    def tell_error(self, error: LoaderError) -> None:
        """Tell in one line why there is no more to come."""

    def warn(self, message: str) -> None:
        """Tell in one line what went wrong without stopping the load."""


class TextNotices:
    """Tells a person: the summary on stdout, errors in one line on stderr."""

    def __init__(self, quiet: bool = False) -> None:
        """Choose what to tell.

        Args:
            quiet: Tell only errors and warnings.
        """
        self._quiet = quiet
        self._output = Console()
        self._errors = Console(stderr=True, soft_wrap=True)

    def follow(self) -> AbstractContextManager[Progress]:
        """Show a live line, where there is a terminal."""
        return show_progress(self._errors, wanted=not self._quiet)

    def tell_summary(self, summary: Summary) -> None:
        """Print the summary."""
        if not self._quiet:
            summary.print(self._output)

    def tell_preview(self, preview: Preview) -> None:
        """Print the preview, which is all that was asked for."""
        preview.print(self._output)

    def tell_error(self, error: LoaderError) -> None:
        """Print the error and, where it is known, from when it makes sense to run again."""
        self._print_line(describe_error(error), "red")

    def warn(self, message: str) -> None:
        """Print the warning."""
        self._print_line(message, "yellow")

    def _print_line(self, message: str, style: str) -> None:
        self._errors.print(" ".join(message.split()), style=style, markup=False, highlight=False)
        sys.stderr.flush()


class JsonNotices:
    """Tells a machine: one JSON object a line on stderr, nothing on stdout."""

    def __init__(self, quiet: bool = False) -> None:
        """Choose what to tell.

        Args:
            quiet: Tell only errors and warnings.
        """
        self._quiet = quiet

    @contextmanager
    def follow(self) -> Iterator[Progress]:
        """Tell the start and the end of each step, and whatever dlt logs in the same form."""
        progress = _JsonProgress(self._quiet)
        logger = logging.getLogger("dlt")
        # dlt would add a handler of its own, which writes text, only where it finds none.
        handlers, logger.handlers = logger.handlers, [_JsonHandler()]
        try:
            yield progress
            progress.end()
        finally:
            logger.handlers = handlers

    def tell_summary(self, summary: Summary) -> None:
        """Write all that the summary holds."""
        if self._quiet:
            return
        _write_line(
            "info",
            "load_finished",
            outcome=name_outcome(summary.stopped),
            exit_code=summary.stopped.exit_code if summary.stopped else EXIT_DONE,
            observed_on=summary.observed_on.isoformat(),
            warehouse=summary.address,
            **summary.describe(),
            rows_written=summary.rows_written,
            seconds=round(summary.seconds, 3),
        )

    def tell_preview(self, preview: Preview) -> None:
        """Write which column each field is read from, and what would become of the rows."""
        for file in preview.describe_files():
            _write_line("info", "file_previewed", **file)
        _write_line("info", "preview_finished", **preview.describe_rows())

    def tell_error(self, error: LoaderError) -> None:
        """Write the error, with its exit code and from when it makes sense to run again."""
        _write_line(
            "error",
            error.outcome.replace(" ", "_"),
            message=" ".join(str(error).split()),
            exit_code=error.exit_code,
            run_again_at=write_run_again_at(error),
        )

    def warn(self, message: str) -> None:
        """Write the warning."""
        _write_line("warning", "warning", message=" ".join(message.split()))


class _JsonProgress:
    """Writes where each step starts and ends."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._step: str | None = None
        self._started = 0.0
        self._counts: Counter[str] = Counter()

    def start(self, step: str) -> None:
        """End the step before, and start this one."""
        self.end()
        self._step, self._started = step, time.monotonic()
        if not self._quiet:
            _write_line("info", "step_started", step=step)

    def count(self, kind: str, number: int = 1) -> None:
        """Count more objects."""
        self._counts[kind] += number

    def end(self) -> None:
        """End the step that runs, if one does."""
        if self._step is not None and not self._quiet:
            seconds = round(time.monotonic() - self._started, 3)
            _write_line("info", "step_finished", step=self._step, seconds=seconds, read=dict(self._counts))
        self._step = None
        self._counts.clear()


class _JsonHandler(logging.Handler):
    """Writes log records of libraries as lines of JSON, whatever formatter they set."""

    def emit(self, record: logging.LogRecord) -> None:
        _write_line(record.levelname.lower(), "log", logger=record.name, message=record.getMessage())


def choose_notices(arguments: Sequence[str], quiet: bool = False) -> Notices:
    """Choose how to tell, by what the user typed: before options are checked, so that a wrong one is told so too.

    Args:
        arguments: What the user typed.
        quiet: Tell only errors and warnings.
    """
    formats = [
        following if word == LOG_FORMAT_OPTION else word.partition("=")[2]
        for word, following in pairwise([*arguments, ""])
        if word.partition("=")[0] == LOG_FORMAT_OPTION
    ]
    return JsonNotices(quiet) if formats[-1:] == ["json"] else TextNotices(quiet)


def describe_error(error: LoaderError) -> str:
    """Write an error's message with, where it is known, the day and time (UTC) from which to run again."""
    if (moment := _find_run_again(error)) is None:
        return str(error)
    # Rounded up to the minute: a minute too early would be refused again.
    shown = moment + timedelta(seconds=59)
    return f"{str(error).rstrip('.')} (from {shown:%Y-%m-%d %H:%M} UTC)."


def write_run_again_at(error: LoaderError | None) -> str | None:
    """Write the earliest time at which it makes sense to run again, as ISO 8601 in UTC; None if it is not known."""
    moment = _find_run_again(error)
    return None if moment is None else _write_time(moment)


def _find_run_again(error: LoaderError | None) -> datetime | None:
    if not isinstance(error, StoppedEarlyError) or error.retry_after is None:
        return None
    try:
        return datetime.now(UTC) + timedelta(seconds=error.retry_after)
    except (OverflowError, ValueError):
        # A wait of more years than there are, or of no number at all.
        return None


def _write_time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _write_line(level: str, event: str, **fields: Any) -> None:
    line = {"time": _write_time(datetime.now(UTC)), "level": level, "event": event, **fields}
    # One write a line, so that lines of several threads do not mix.
    sys.stderr.write(json.dumps(line, default=str) + "\n")
    sys.stderr.flush()
