"""Errors that end a load: each has a one-line message for people and an exit code for schedulers."""

from __future__ import annotations

EXIT_DONE = 0
EXIT_BROKEN = 1
EXIT_USER_ERROR = 2
EXIT_STOPPED_EARLY = 75


class LoaderError(Exception):
    """Something stopped the load: the message says in one line what is wrong and what to do."""

    exit_code = EXIT_BROKEN
    outcome = "failed"


class UserError(LoaderError):
    """The user can fix it: a wrong option, missing credentials, an unknown artist."""

    exit_code = EXIT_USER_ERROR


class OtherWorldError(UserError):
    """The warehouse holds made-up data and the load brings real data, or the other way round."""


class StoppedEarlyError(LoaderError):
    """The load stopped before its end and can be resumed later: run it again.

    Attributes:
        retry_after: Seconds until it makes sense to run again, where Spotify said so.
    """

    exit_code = EXIT_STOPPED_EARLY
    outcome = "stopped early"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BusyError(StoppedEarlyError):
    """Another process is using the warehouse: the load changed nothing and can run when that one has finished."""


class Interrupted(StoppedEarlyError):
    """The user or a scheduler stopped the load."""

    def __init__(self) -> None:
        super().__init__("Stopped: run the load again to go on.")


def explain(error: BaseException) -> LoaderError:
    """Turn whatever ended a load into an error with one clear line and an exit code."""
    if isinstance(error, LoaderError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted()
    return LoaderError(f"Something unexpected broke: {type(error).__name__}: {error}")


def name_outcome(error: LoaderError | None) -> str:
    """Name what came of a load: `done`, `stopped early` or `failed`."""
    return error.outcome if error else "done"
