"""Tells a webhook what came of a load: Slack, Teams workflows and Logic Apps all take a JSON object with a `text`."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import requests

from loader.errors import EXIT_DONE, LoaderError, name_outcome
from loader.report.reporter import Notices, describe_error, write_run_again_at
from loader.report.summary import Summary

_TIMEOUT = 10.0

# At DEBUG urllib3 logs the path of every request, and a webhook's path is its secret.
logging.getLogger("urllib3").addHandler(logging.NullHandler())
logging.getLogger("urllib3").propagate = False


def tell_webhook(
    url: str | None,
    notices: Notices,
    observed_on: date,
    warehouse: str,
    summary: Summary | None = None,
    error: LoaderError | None = None,
) -> None:
    """Post what came of a load; a webhook that fails is warned of and changes nothing else.

    Args:
        url: The webhook's address, a secret; None if nobody wants to be told.
        notices: Takes the warning.
        observed_on: The day that was to be loaded.
        warehouse: The warehouse that was to be written to.
        summary: What the load did, if it came to its end or stopped early.
        error: Why it did not come to its end.
    """
    if url is None:
        return
    try:
        # A redirect could carry the message anywhere; the body of the answer is not read.
        answer = requests.post(
            url,
            json=_build_message(observed_on, warehouse, summary, error),
            timeout=_TIMEOUT,
            allow_redirects=False,
            stream=True,
        )
        answer.close()
        fault = None if 200 <= answer.status_code < 300 else f"status {answer.status_code}"  # noqa: PLR2004
    except Exception as broken:  # noqa: BLE001 - whatever it is, the load is done; its text would show the address
        fault = type(broken).__name__
    if fault:
        notices.warn(f"The webhook in ECHOSTREAM_WEBHOOK_URL could not be told of this load ({fault}).")


def _build_message(
    observed_on: date, warehouse: str, summary: Summary | None, error: LoaderError | None
) -> dict[str, Any]:
    outcome = name_outcome(error)
    rows = sum(summary.rows_written.values()) if summary else 0
    calls = summary.calls if summary else None
    done = f"{rows:,} rows written" + ("." if calls is None else f", {calls:,} calls.")
    warnings = summary.warnings if summary else ()
    message = describe_error(error) if error else " ".join([done, *warnings])
    return {
        "text": f"EchoStream load of {observed_on}: {outcome}. {message}",
        "outcome": outcome,
        "exit_code": error.exit_code if error else EXIT_DONE,
        "observed_on": observed_on.isoformat(),
        "warehouse": warehouse,
        "rows_written": rows,
        "calls": calls,
        "seconds": round(summary.seconds, 3) if summary else None,
        "message": message,
        "run_again_at": write_run_again_at(error),
    }
