"""What can stop a load, as the one line a person reads and the exit code a scheduler reads."""

from __future__ import annotations

EXIT_DONE = 0
EXIT_BROKEN = 1
EXIT_MENDABLE = 2
EXIT_STOPPED_EARLY = 75


class LoaderError(Exception):
    """Something stopped the load: the message says in one line what is wrong and what to do."""

    exit_code = EXIT_BROKEN
    outcome = "failed"


class MendableError(LoaderError):
    """The user can mend it: a wrong option, missing credentials, an unknown artist."""

    exit_code = EXIT_MENDABLE


class OtherWorldError(MendableError):
    """The warehouse holds data that the load's must not mix with."""


class StoppedEarlyError(LoaderError):
    """The load stopped before its end and can go on later: run it again.

    Attributes:
        retry_after: Seconds until it makes sense to run again, where Spotify said so.
    """

    exit_code = EXIT_STOPPED_EARLY
    outcome = "stopped early"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BusyError(StoppedEarlyError):
    """Somebody else is using the warehouse: the load changed nothing of theirs, and can run when they have finished."""


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
