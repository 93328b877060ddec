"""What dlt writes to Azure SQL through: its own way for SQL Server, over Microsoft's Python driver.

dlt's destination goes through pyodbc, which needs an ODBC manager installed by hand; this one needs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, Final

import mssql_python
from dlt.common.configuration import configspec
from dlt.common.destination import DestinationCapabilitiesContext
from dlt.common.destination.client import DestinationClientDwhWithStagingConfiguration, FollowupJobRequest
from dlt.common.destination.dataset import DBApiCursor
from dlt.common.destination.typing import PreparedTableSchema
from dlt.common.schema import Schema, TColumnSchema
from dlt.common.schema.typing import TColumnType
from dlt.destinations.exceptions import (
    DatabaseTerminalException,
    DatabaseTransientException,
    DatabaseUndefinedRelation,
)
from dlt.destinations.impl.mssql.factory import mssql
from dlt.destinations.insert_job_client import InsertValuesJobClient
from dlt.destinations.sql_client import (
    DBApiCursorImpl,
    SqlClientBase,
    raise_database_error,
)
from dlt.destinations.sql_jobs import SqlMergeFollowupJob
from dlt.destinations.typing import DBTransaction

from loader.destinations.azure_sql.connection import connect
from loader.destinations.azure_sql.failures import find_failure
from loader.destinations.azure_sql.settings import AzureSqlSettings
from loader.errors import LoaderError
from loader.raw.tables import TABLES

# Two of these and a date fit into the 1,700 bytes that a key of an index may have.
_KEY_LENGTH = 400
# SQL Server plans a statement of literal rows anew each time, and more rows take it more than their share.
_ROWS_A_STATEMENT = 500

_UNDEFINED = ("Base table or view not found", "Invalid object name")


class AzureSqlClient(SqlClientBase[Any], DBTransaction):
    """Sends statements to the database, through one connection."""

    dbapi: ClassVar[Any] = mssql_python

    def __init__(
        self,
        settings: AzureSqlSettings,
        dataset_name: str,
        staging_dataset_name: str,
        capabilities: DestinationCapabilitiesContext,
    ) -> None:
        """Prepare to connect with the given settings."""
        super().__init__(settings.database, dataset_name, staging_dataset_name, capabilities)
        self._settings = settings
        self._connection: Any = None

    def open_connection(self) -> Any:
        """Connect, waiting for a database that sleeps."""
        self._connection = connect(self._settings)
        return self._connection

    def close_connection(self) -> None:
        """Close the connection, if there is one; one that is lost is closed, and why it was lost is told elsewhere."""
        if self._connection:
            with suppress(mssql_python.Error):
                self._connection.close()
            self._connection = None

    @property
    def native_connection(self) -> Any:
        """The driver's connection."""
        return self._connection

    @contextmanager
    def begin_transaction(self) -> Iterator[DBTransaction]:
        """Do all that the block does, or nothing."""
        self._connection.autocommit = False
        try:
            yield self
            self.commit_transaction()
        except BaseException:
            self.rollback_transaction()
            raise

    @raise_database_error
    def commit_transaction(self) -> None:
        """Keep what was done since the transaction began."""
        self._connection.commit()
        self._connection.autocommit = True

    def rollback_transaction(self) -> None:
        """Take back what was done since the transaction began; a connection that is lost has done so."""
        with suppress(mssql_python.Error):
            self._connection.rollback()
            self._connection.autocommit = True

    def execute_sql(self, sql: Any, *args: Any, **kwargs: Any) -> Sequence[Sequence[Any]] | None:
        """Execute statements and read all rows of the first, if it has any."""
        with self.execute_query(sql, *args, **kwargs) as cursor:
            return None if cursor.description is None else cursor.fetchall()

    @contextmanager
    @raise_database_error
    def execute_query(self, query: Any, *args: Any, **kwargs: Any) -> Iterator[DBApiCursor]:
        """Execute statements to the last one, and let the rows of the first be read."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(query.replace("%s", "?") if args else query, *args)
            yield DBApiCursorImpl(cursor)
            # A later statement tells of its failure only when its turn comes.
            while cursor.nextset():
                pass
        finally:
            cursor.close()

    @classmethod
    def _make_database_exception(cls, ex: Exception) -> Exception:
        if isinstance(ex, LoaderError) or not cls.is_dbapi_exception(ex):
            return ex
        said = str(ex)
        if any(words in said for words in _UNDEFINED):
            return DatabaseUndefinedRelation(ex)
        failure = find_failure(said)
        if (failure and failure.passes) or "deadlock" in said:
            return DatabaseTransientException(ex)
        return DatabaseTerminalException(ex)

    @staticmethod
    def is_dbapi_exception(ex: Exception) -> bool:
        """Tell whether an error comes from the driver."""
        return isinstance(ex, mssql_python.Error)

    def _limit_clause_sql(self, limit: int) -> tuple[str, str]:
        return f"TOP ({limit})", ""


class _MergeJob(SqlMergeFollowupJob):
    """Merges rows as SQL Server wants it: no alias in a delete, temporary tables by `select into`."""

    @classmethod
    def gen_key_table_clauses(
        cls,
        root_table_name: str,
        staging_root_table_name: str,
        primary_keys: Sequence[str],
        merge_keys: Sequence[str],
        for_delete: bool,
        source_filter: str | None = None,
    ) -> list[str]:
        if not for_delete:
            return super().gen_key_table_clauses(
                root_table_name, staging_root_table_name, primary_keys, merge_keys, for_delete, source_filter
            )
        clauses = cls._gen_key_table_clauses(primary_keys, merge_keys)
        condition = " OR ".join(clause.format(d=root_table_name, s=staging_root_table_name) for clause in clauses)
        condition = cls._gen_staging_rows_cond(condition, source_filter)
        return [
            f"FROM {root_table_name} WHERE EXISTS (SELECT 1 FROM {staging_root_table_name} WHERE {condition})"  # noqa: S608
        ]

    @classmethod
    def _to_temp_table(
        cls,
        select_sql: str,
        temp_table_name: str,
        unique_column: str,
        sql_client: SqlClientBase[Any],
    ) -> str:
        return f"SELECT * INTO {temp_table_name} FROM ({select_sql}) as t"  # noqa: S608

    @classmethod
    def _new_temp_table_name(cls, table_name: str, op: str, sql_client: SqlClientBase[Any]) -> str:
        return super()._new_temp_table_name("#" + table_name, op, sql_client)


@configspec
class AzureSqlConfiguration(DestinationClientDwhWithStagingConfiguration):
    """What dlt configures; the connection's settings are none of its business."""

    destination_type: Final[str] = "mssql"  # type: ignore[misc]
    has_case_sensitive_identifiers: bool = False


class AzureSqlJobClient(InsertValuesJobClient):
    """Makes the raw tables as the contract wants them, and loads them with inserts."""

    settings: AzureSqlSettings

    def __init__(
        self, schema: Schema, config: AzureSqlConfiguration, capabilities: DestinationCapabilitiesContext
    ) -> None:
        """Prepare to write to the raw schema and to the one in which rows wait to be merged."""
        names = InsertValuesJobClient.create_dataset_names(schema, config)
        super().__init__(schema, config, AzureSqlClient(self.settings, *names, capabilities))
        self.type_mapper = capabilities.get_type_mapper()

    def _create_merge_followup_jobs(self, table_chain: Sequence[PreparedTableSchema]) -> list[FollowupJobRequest]:
        return [_MergeJob.from_table_chain(table_chain, self.sql_client)]

    def _make_add_column_sql(self, new_columns: Sequence[TColumnSchema], table: Any = None) -> list[str]:
        return ["ADD \n" + ",\n".join(self._get_column_def_sql(column, table) for column in new_columns)]

    def _get_column_def_sql(self, c: TColumnSchema, table: Any = None) -> str:
        name = c["name"]
        if name is None or c["data_type"] != "text":
            return str(super()._get_column_def_sql(c, table))
        is_key = table is not None and name in _list_key(table["name"])
        # How text compares is the database's to say: columns that differ in it could not be joined.
        type_ = f"nvarchar({_KEY_LENGTH if is_key else 'max'})"
        nullability = self._gen_not_null(c.get("nullable") is not False)
        return f"{self.sql_client.escape_column_name(name)} {type_} {nullability}"

    def _get_constraints_sql(self, table_name: str, new_columns: Sequence[TColumnSchema], generate_alter: bool) -> str:
        """Index the key: it is what rows are looked up and merged by."""
        key = _list_key(table_name)
        if generate_alter or not key:
            return ""
        columns = ", ".join(self.sql_client.escape_column_name(name) for name in key)
        return f",\nindex {self.sql_client.escape_column_name(f'ix_{table_name}')} nonclustered ({columns})"

    def _from_db_type(self, pq_t: str, precision: int | None, scale: int | None) -> TColumnType:
        return self.type_mapper.from_destination_type(pq_t, precision, scale)


def _list_key(table_name: str) -> tuple[str, ...]:
    """List the columns of a raw table's key; dlt's own tables have none."""
    return TABLES[table_name].key if table_name in TABLES else ()


class AzureSqlDlt(mssql):
    """dlt's destination for SQL Server, connected by our settings."""

    spec = AzureSqlConfiguration  # type: ignore[assignment]

    def __init__(self, settings: AzureSqlSettings) -> None:
        """Connect with the given settings."""
        self._client_class = type("AzureSqlJobClient", (AzureSqlJobClient,), {"settings": settings})
        super().__init__(destination_name="azuresql")

    def _raw_capabilities(self) -> DestinationCapabilitiesContext:
        capabilities = super()._raw_capabilities()
        capabilities.supported_loader_file_formats = ["insert_values"]
        capabilities.loader_file_format_selector = None  # type: ignore[assignment]
        capabilities.max_rows_per_insert = _ROWS_A_STATEMENT
        return capabilities

    @property
    def client_class(self) -> Callable[..., Any]:  # type: ignore[override]
        """What makes dlt's client."""
        return self._client_class
