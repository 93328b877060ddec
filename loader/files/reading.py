"""What reading files yields: rows for the raw tables, and an account of every row that was read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from loader.errors import MendableError
from loader.raw.observation import Observation
from loader.raw.tables import TABLES, Table
from loader.report.account import Account

ArrowRows = tuple[Table, pa.Table]
CountRows = Callable[[str, int], None]

LONGEST_BODY = 10_000
# What every reading query adds to the columns of its raw table: why a row cannot be used, and what it holds.
REASON = "reason"
BODY = "body"


def split_batches(
    batches: Iterable[pa.RecordBatch],
    table: Table,
    object_type: str,
    origin: str,
    seen: Observation,
    account: Account,
) -> Iterator[ArrowRows]:
    """Split what was read into rows that land and rows that are put aside with the reason.

    Args:
        batches: Rows with the table's columns (but for the stamps of the observation), `reason` and `body`.
        table: The raw table in which rows land.
        object_type: What rejected rows are called in `rejected_objects`.
        origin: What stands before the id of each of them.
        seen: When the files are read.
        account: Counts the rows.

    Yields:
        Rows of the table and of `rejected_objects`.
    """
    for batch in batches:
        reasons = batch.column(REASON)
        bad = batch.filter(pc.is_valid(reasons)) if reasons.null_count < len(batch) else None
        good = batch.filter(pc.is_null(reasons)) if bad else batch
        if len(good):
            account.landed += len(good)
            yield table, _stamp(good, table, seen)
        if bad:
            account.rejected.update(bad.column(REASON).to_pylist())
            yield from build_rejected_rows(
                object_type,
                origin,
                zip(bad.column(REASON).to_pylist(), bad.column(BODY).to_pylist(), strict=True),
                seen,
            )


def build_rejected_rows(
    object_type: str, origin: str, rows: Iterable[tuple[str, str | None]], seen: Observation
) -> Iterator[ArrowRows]:
    """Build the rows of `rejected_objects` for rows that cannot be used, each with its reason and what it holds.

    Their id is the origin with the MD5 of what they hold: rows that hold the same stand there once.
    """
    rejected = TABLES["rejected_objects"]
    records = [
        seen.stamp(object_type=object_type, object_id=f"{origin}/{_digest(body or '')}", reason=reason, body=body)
        for reason, body in rows
    ]
    if records:
        yield rejected, pa.Table.from_pylist(records, schema=rejected.arrow_schema)


def refuse_if_nothing_landed(account: Account, name: str) -> None:
    """Refuse files of which no row can be used: they are not what they were taken for.

    Raises:
        MendableError: If rows were read and all were rejected.
    """
    if account.rejected and not account.landed and not account.repeated:
        reason, rows = account.rejected.most_common(1)[0]
        raise MendableError(f"{name}: none of {account.read:,} rows can be used ({rows:,}: {reason}).")


def _stamp(batch: pa.RecordBatch, table: Table, seen: Observation) -> pa.Table:
    """Add the observation's day and time, and bring the columns into the table's order and types."""
    stamps = {"observed_on": seen.observed_on, "loaded_at": seen.loaded_at}
    columns = [
        pa.repeat(pa.scalar(stamps[name], type=type_), len(batch)) if name in stamps else batch.column(name)
        for name, type_ in table.columns
    ]
    return pa.Table.from_arrays(columns, names=list(table.column_names)).cast(table.arrow_schema)


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
