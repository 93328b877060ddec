"""Runs loads as a command does: with the warehouse to themselves, and with a report of what came of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date

from loader.destinations import Destination
from loader.errors import explain
from loader.load.lock import hold_warehouse
from loader.report.progress import Progress
from loader.report.reporter import LOG_FORMAT_OPTION, LogFormat, choose_notices
from loader.report.summary import Summary
from loader.report.webhook import tell_webhook
from loader.settings import read_webhook_url

Load = Callable[[Progress], Summary]


def run_loads(
    loads: Sequence[Load], warehouse: Destination, observed_on: date, log_format: LogFormat, quiet: bool
) -> None:
    """Do loads one after the other, with the warehouse to themselves, and report what came of each.

    Args:
        loads: The loads; each is told where to report its progress.
        warehouse: The warehouse that they write to.
        observed_on: The day that they are about.
        log_format: Whether a person or a machine reads along.
        quiet: Tell only errors and warnings.

    Raises:
        LoaderError: If a load fails or stops early; those after it are not begun.
    """
    webhook_url = read_webhook_url()
    notices = choose_notices([LOG_FORMAT_OPTION, log_format], quiet)

    @contextmanager
    def report_failure() -> Iterator[None]:
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            failure = explain(error)
            tell_webhook(webhook_url, notices, observed_on, warehouse.address, error=failure)
            raise failure from error

    with ExitStack() as held:
        with report_failure(), notices.follow() as progress:
            held.enter_context(hold_warehouse(warehouse, progress))
        for load_part in loads:
            with report_failure(), notices.follow() as progress:
                summary = load_part(progress)
            notices.tell_summary(summary)
            for warning in summary.warnings:
                notices.warn(warning)
            tell_webhook(webhook_url, notices, observed_on, warehouse.address, summary, summary.stopped)
            if summary.stopped:
                raise summary.stopped
