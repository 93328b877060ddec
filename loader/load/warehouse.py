"""What every load does with a warehouse: looks into it, refuses what must not mix, writes, and explains failures."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import dlt
import pyarrow as pa
from dlt.common.data_types import TDataType
from dlt.common.destination.exceptions import DestinationException
from dlt.common.schema.typing import TColumnSchema
from dlt.extract.items import DataItemWithMeta
from dlt.pipeline.exceptions import PipelineStepFailed

from loader.destinations import Destination, clear_work_dir
from loader.errors import Interrupted, LoaderError, OtherWorldError, explain
from loader.raw.tables import SCHEMA_NAME, TABLES, Row, Table
from loader.raw.warehouse_state import Known

# The loader talks to Spotify and the warehouse, and to nobody else.
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")
os.environ["LOAD__TRUNCATE_STAGING_DATASET"] = "true"
# All that a load needs of earlier ones is in the raw tables: dlt need not store a state of its own beside them.
os.environ["RESTORE_FROM_DESTINATION"] = "false"

MADE_UP = "demo"
TableRows = tuple[Table, list[Row] | pa.Table]
"""Rows of a raw table."""

_RESOURCE = "catalogue"
_DATA_TYPES: dict[pa.DataType, TDataType] = {
    pa.string(): "text",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.bool_(): "bool",
    pa.date32(): "date",
    pa.timestamp("us", tz="UTC"): "timestamp",
}


def build_pipeline(destination: Destination) -> dlt.Pipeline:
    """Build the dlt pipeline into the raw schema of a warehouse."""
    return dlt.pipeline(
        pipeline_name="echostream",
        destination=destination.build_dlt_destination(),
        dataset_name=SCHEMA_NAME,
        pipelines_dir=str(clear_work_dir(destination)),
    )


@contextmanager
def clear_leftovers(destination: Destination) -> Iterator[None]:
    """Remove what the block prepares, also if it fails, and the folder if nothing is in it that is still needed."""
    try:
        yield
    finally:
        clear_work_dir(destination)
        # The checkpoint of a load that stopped early stays.
        with suppress(OSError):
            destination.work_dir.rmdir()


def extract(
    pipeline: dlt.Pipeline,
    destination: Destination,
    batches: Iterable[TableRows],
    empty: Collection[str] = (),
    tables: Collection[Table] = tuple(TABLES.values()),
) -> None:
    """Prepare batches of rows for the warehouse, which stays as it is until they are written.

    The first time that a pipeline does so, every table is declared before the first row, so that it exists with all
    its columns once the rows are written, even if none came for it.

    Args:
        pipeline: The pipeline into the warehouse.
        destination: The warehouse.
        batches: Raw tables, each with rows of it.
        empty: The names of tables that are known to hold no row, which spares looking for rows to replace.
        tables: The raw tables that are to exist afterwards, those of the batches among them.
    """
    declared: Collection[str] = pipeline.default_schema.tables if pipeline.default_schema_name else ()
    source = _build_source(batches, empty)
    for table in tables:
        if table.name not in declared:
            source.schema.update_table(_declare(table, is_empty=table.name in empty))
    pipeline.extract(source, loader_file_format=destination.file_format)


@dlt.source(name="spotify")
def _build_source(batches: Iterable[TableRows], empty: Collection[str]) -> Any:
    """Build the dlt source of one resource that writes many tables, as Arrow tables."""

    def yield_tables() -> Iterator[DataItemWithMeta]:
        hinted: set[str] = set()
        for table, rows in batches:
            arrow = pa.Table.from_pylist(rows, schema=table.arrow_schema) if isinstance(rows, list) else rows
            if table.name in hinted:
                yield dlt.mark.with_table_name(arrow, table.name)
            else:
                hints = _build_hints(table, is_empty=table.name in empty)
                yield dlt.mark.with_hints(arrow, hints, create_table_variant=True)
                hinted.add(table.name)

    return dlt.resource(yield_tables, name=_RESOURCE)


def _declare(table: Table, is_empty: bool) -> Any:
    """Describe a table to dlt, which otherwise learns of it from its rows."""
    columns: list[TColumnSchema] = [
        {"name": field.name, "data_type": _DATA_TYPES[field.type], "nullable": field.nullable}
        for field in table.arrow_schema
    ]
    resource = dlt.resource([], name=_RESOURCE, columns=columns)
    resource.merge_hints(_build_hints(table, is_empty))
    return resource.compute_table_schema()


def _build_hints(table: Table, is_empty: bool) -> Any:
    """Say how rows join those that are there; events and rows of files come without repeats."""
    if table.kind == "log" or (is_empty and table.kind in _UNREPEATED_KINDS):
        return dlt.mark.make_hints(table_name=table.name, write_disposition="append")
    if table.kind == "event":
        insert_only: Any = {"disposition": "merge", "strategy": "insert-only"}
        return dlt.mark.make_hints(table_name=table.name, write_disposition=insert_only, primary_key=list(table.key))
    if table.kind == "file":
        replace: Any = {"disposition": "merge", "strategy": "delete-insert"}
        return dlt.mark.make_hints(table_name=table.name, write_disposition=replace, merge_key=list(table.key))
    return dlt.mark.make_hints(table_name=table.name, write_disposition="merge", primary_key=list(table.key))


_UNREPEATED_KINDS = ("event", "file")


def write(pipeline: dlt.Pipeline, destination: Destination) -> None:
    """Write what was extracted to the warehouse."""
    pipeline.normalize()
    destination.keep_out_others()
    # Makes the tables that are declared; loading makes only those that rows came for.
    pipeline.sync_schema()
    pipeline.load(workers=destination.writers, raise_on_failed_jobs=True)


def record_run(pipeline: dlt.Pipeline, destination: Destination, run: Row) -> None:
    """Record a run when all it brings is written: tables are written side by side, and any of them may fail."""
    runs = TABLES["load_runs"]
    extract(pipeline, destination, [(runs, [run])], tables=[runs])
    write(pipeline, destination)


@contextmanager
def open_known(pipeline: dlt.Pipeline, destination: Destination) -> Iterator[Known]:
    """Open what the warehouse knows; a warehouse is not made just to look into it."""
    if not destination.exists():
        yield Known(None)
        return
    with pipeline.sql_client() as client:
        yield Known(client)


def refuse_mixing(known: Known, source_name: str, destination: Destination) -> None:
    """Refuse to put real data into a warehouse of the made-up world, or the other way round.

    Args:
        known: What the warehouse knows.
        source_name: Where the data to be loaded comes from: `demo` is made up, everything else is real.
        destination: The warehouse.

    Raises:
        OtherWorldError: If the warehouse holds the other kind.
    """
    others = {source for source in known.read_sources() if (source == MADE_UP) != (source_name == MADE_UP)}
    if others:
        raise OtherWorldError(
            f"{destination.address} holds data from {', '.join(sorted(others))}, which {source_name} data must "
            f"not mix with: move it away, or {destination.another}."
        )


@contextmanager
def record_failure(destination: Destination, build_run: Callable[[LoaderError], Row]) -> Iterator[None]:
    """Record a run that fails in the warehouse that it was meant for, if there is one and it can be written to.

    Args:
        destination: The warehouse; none is made to record a failure.
        build_run: Builds the row of `load_runs` from what the run failed of.
    """
    try:
        yield
    except OtherWorldError:
        # What a warehouse refuses is no run of its own.
        raise
    except (Exception, KeyboardInterrupt) as error:
        with suppress(Exception):
            if destination.exists():
                record_run(build_pipeline(destination), destination, build_run(explain(error)))
        raise


@contextmanager
def explain_failures(destination: Destination) -> Iterator[None]:
    """Turn what dlt wraps around an error back into the error, or into one clear line."""
    try:
        yield
    except Exception as failure:
        cause: BaseException | None = failure
        while cause is not None:
            if isinstance(cause, LoaderError):
                raise cause from None
            if isinstance(cause, KeyboardInterrupt):
                raise Interrupted from None
            if explained := destination.explain(cause):
                raise explained from failure
            deepest, cause = cause, _find_cause(cause)
        if not isinstance(failure, PipelineStepFailed | DestinationException):
            raise
        said = next(iter(str(deepest).splitlines()), type(deepest).__name__)
        raise LoaderError(f"Writing to {destination.address} failed: {said}") from failure


def _find_cause(error: BaseException) -> BaseException | None:
    """Find what an error came from; dlt keeps what a job failed of beside the error."""
    return getattr(error, "client_exception", None) or error.__cause__ or error.__context__
