"""A lock in the database: it keeps loads of other machines out, and ends with the connection that holds it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import mssql_python

from loader.destinations.azure_sql.connection import connect
from loader.destinations.azure_sql.failures import explain
from loader.destinations.azure_sql.settings import AzureSqlSettings
from loader.errors import BusyError, LoaderError

# What sp_getapplock answers when somebody else holds the lock; 0 and 1 are its successes.
_HELD_ELSEWHERE = -1


class ApplicationLock:
    """The lock of one schema of a database, on a connection of its own."""

    def __init__(self, settings: AzureSqlSettings, schema: str) -> None:
        """Prepare the lock; nothing is taken yet.

        Args:
            settings: Where the database is, and who asks.
            schema: The schema that is written to.
        """
        self._settings = settings
        self._resource = f"echostream:{schema}"
        self._connection: Any = None

    def take(self) -> None:
        """Take the lock, if it is not held already; it is taken anew when its connection was lost.

        Raises:
            BusyError: If another load holds it.
            LoaderError: If the database refuses to answer.
        """
        if self._is_held():
            return
        self.release()
        self._connection = connect(self._settings)
        answer = self._ask(build_take_statement(self._resource))
        if answer == _HELD_ELSEWHERE:
            raise BusyError(
                f"{self._settings.server}/{self._settings.database} is in use: another load is writing to it. Run "
                "this again when it has finished."
            )
        if answer < 0:
            raise LoaderError(
                f"{self._settings.server}/{self._settings.database} gives no lock to load under (sp_getapplock "
                f"answers {answer}): run the load again."
            )

    def release(self) -> None:
        """Release the lock, if it is held.

        Closing the connection alone would not do: the driver keeps closed ones in a pool, with what they hold.
        """
        if self._connection is None:
            return
        with suppress(mssql_python.Error):
            self._connection.cursor().execute(build_release_statement(self._resource)).close()
        with suppress(mssql_python.Error):
            self._connection.close()
        self._connection = None

    def _is_held(self) -> bool:
        if self._connection is None:
            return False
        try:
            return bool(self._ask(build_probe_statement(self._resource)))
        except LoaderError:
            return False

    def _ask(self, statement: str) -> int:
        """Execute a statement that answers with one number."""
        try:
            return int(self._connection.cursor().execute(statement).fetchone()[0])
        except mssql_python.Error as error:
            raise explain(str(error), self._settings) from error


def build_take_statement(resource: str) -> str:
    """Build what takes a lock for the session, at once or not at all, and answers what came of it."""
    return (
        "declare @answer int; "
        f"exec @answer = sp_getapplock @Resource = N'{resource}', @LockMode = 'Exclusive', @LockOwner = 'Session', "
        "@LockTimeout = 0; "
        "select @answer;"
    )


def build_probe_statement(resource: str) -> str:
    """Build what tells whether the session holds a lock: 1 or 0."""
    return f"select case applock_mode('public', N'{resource}', 'Session') when 'Exclusive' then 1 else 0 end;"


def build_release_statement(resource: str) -> str:
    """Build what releases a lock that the session holds."""
    return f"exec sp_releaseapplock @Resource = N'{resource}', @LockOwner = 'Session';"
