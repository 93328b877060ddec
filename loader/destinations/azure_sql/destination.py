"""Azure SQL as a destination: checked before Spotify is asked, and written to through dlt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import mssql_python
from dlt.common.destination import TDestinationReferenceArg, TLoaderFileFormat

from loader.destinations.azure_sql.application_lock import ApplicationLock
from loader.destinations.azure_sql.connection import connect
from loader.destinations.azure_sql.dlt_client import AzureSqlDlt
from loader.destinations.azure_sql.failures import explain
from loader.destinations.azure_sql.settings import AzureSqlSettings
from loader.destinations.contract import Answer, Ask
from loader.errors import LoaderError, MendableError
from loader.raw.tables import SCHEMA_NAME
from loader.report.progress import Progress

WORK_DIR = Path(".echostream")

# What the loader does: it makes tables where it may, and writes, empties and merges them.
_SCHEMAS = (SCHEMA_NAME, f"{SCHEMA_NAME}_staging")
_RIGHTS_ON_SCHEMA = ("SELECT", "INSERT", "UPDATE", "DELETE", "ALTER")


@dataclass
class AzureSql:
    """A database of Azure SQL, or of a SQL Server of one's own.

    Attributes:
        settings: Where the database is, and who asks.
    """

    settings: AzureSqlSettings
    file_format: TLoaderFileFormat = "insert_values"
    writers: int = 20  # they mostly wait for the server
    _lock: ApplicationLock | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def address(self) -> str:
        """The server and the database."""
        return f"{self.settings.server}/{self.settings.database}"

    @property
    def another(self) -> str:
        """Another database."""
        return "name another database in AZURE_SQL_DATABASE"

    @property
    def elsewhere(self) -> str:
        """Another folder to call the load in."""
        return "run the load in another folder"

    @property
    def environment(self) -> dict[str, str]:
        """The kind of warehouse; which database it is, the environment says already."""
        return {"ECHOSTREAM_DESTINATION": "azuresql"}

    @property
    def work_dir(self) -> Path:
        """A hidden folder where the load is called, one for each database."""
        return WORK_DIR / self._file_name

    @property
    def lock_file(self) -> Path:
        """A file beside that folder."""
        return WORK_DIR / f"{self._file_name}.lock"

    @property
    def _file_name(self) -> str:
        return re.sub(r"[^\w.-]", "_", f"{self.settings.server}.{self.settings.port}.{self.settings.database}")

    @contextmanager
    def open_to_write(self, progress: Progress) -> Iterator[None]:
        """Log in, waiting for a database that sleeps, and see that every right is there, before Spotify is asked.

        The database's lock of the raw schema is held until the block ends: loads elsewhere are kept out by it.
        """
        if self._lock:
            yield
            return
        progress.start(f"Connecting to {self.address}")
        self._check_rights(progress)
        self._lock = ApplicationLock(self.settings, SCHEMA_NAME)
        try:
            self._lock.take()
            yield
        finally:
            self._lock.release()
            self._lock = None

    def keep_out_others(self) -> None:
        """Take the database's lock again, should its connection have been lost."""
        if self._lock:
            self._lock.take()

    def _check_rights(self, progress: Progress) -> None:
        with closing(connect(self.settings, tell=progress.start)) as connection:
            try:
                missing = [right for right, has_it in connection.cursor().execute(_build_rights_query()) if not has_it]
            except mssql_python.Error as error:
                raise explain(str(error), self.settings) from error
        if missing:
            raise MendableError(
                f"{self.address}: no right to {', '.join(missing)}: run sql/azure/roles.sql in the database and make "
                "the loader's user a member of echostream_loader."
            )

    def exists(self) -> bool:
        """A database is there from the beginning."""
        return True

    @contextmanager
    def open_to_read(self) -> Iterator[Ask]:
        """Connect for queries, waiting for a database that sleeps."""
        with closing(connect(self.settings)) as connection:

            def ask(query: str, most: int | None = None) -> Answer:
                try:
                    cursor = connection.cursor().execute(query)
                    rows = [tuple(row) for row in (cursor.fetchall() if most is None else cursor.fetchmany(most))]
                except mssql_python.Error as error:
                    raise explain(str(error), self.settings) from error
                return Answer(tuple(column[0] for column in cursor.description), rows)

            yield ask

    def build_dlt_destination(self) -> TDestinationReferenceArg:
        """Build dlt's destination."""
        return AzureSqlDlt(self.settings)

    def explain(self, error: BaseException) -> LoaderError | None:
        """Explain what the driver says."""
        return explain(str(error), self.settings) if isinstance(error, mssql_python.Error) else None


def _build_rights_query() -> str:
    """Build the query of what the loader may do: a right, and whether it is there.

    A schema that does not exist yet needs the right to make it instead.
    """
    rights = ["select 'CREATE TABLE' as permission, has_perms_by_name(null, 'DATABASE', 'CREATE TABLE') as is_given"]
    for schema in _SCHEMAS:
        rights += [
            f"select '{right} on {schema}', case when schema_id('{schema}') is null "
            f"then has_perms_by_name(null, 'DATABASE', 'CREATE SCHEMA') "
            f"else has_perms_by_name('{schema}', 'SCHEMA', '{right}') end"
            for right in _RIGHTS_ON_SCHEMA
        ]
    return " union all ".join(rights)
