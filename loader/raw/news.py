"""Keeps of the rows that come those that are new to the warehouse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from loader.raw.tables import TABLES, Row, Table
from loader.raw.warehouse_state import Known

_ROWS_A_BATCH = 5_000


def keep_news(
    records: Iterable[tuple[str, Row]], known: Known, unchanged: Counter[str]
) -> Iterator[tuple[Table, list[Row]]]:
    """Keep what the warehouse does not know yet, as batches of rows a table.

    A row that stands there already is dropped, and so is an object that was seen on a later day:
    attributes only move forward.

    Args:
        records: Rows with the names of their tables.
        known: What the warehouse knows.
        unchanged: Counts, by table, the rows that bring nothing new.

    Yields:
        A table and up to some thousand rows of it, no key twice in one batch.
    """
    buffers: dict[str, dict[Any, Row]] = {name: {} for name in TABLES}
    for name, row in records:
        buffer = buffers[name]
        buffer[TABLES[name].read_key(row)] = row
        if len(buffer) >= _ROWS_A_BATCH:
            yield from _drop_known(TABLES[name], list(buffer.values()), known, unchanged)
            buffer.clear()
    for name, buffer in buffers.items():
        if buffer:
            yield from _drop_known(TABLES[name], list(buffer.values()), known, unchanged)


def _drop_known(
    table: Table, rows: list[Row], known: Known, unchanged: Counter[str]
) -> Iterator[tuple[Table, list[Row]]]:
    stored = known.find_rows(table, rows)
    news = [row for row in rows if _is_news(table, row, stored.get(table.read_key(row)))] if stored else rows
    unchanged[table.name] += len(rows) - len(news)
    if news:
        yield table, news


def _is_news(table: Table, row: Row, stored: Row | None) -> bool:
    if stored is None:
        return True
    if table.kind == "event" or (table.kind == "entity" and stored["observed_on"] > row["observed_on"]):
        return False
    return any(value != stored[column] for column, value in row.items() if column != "loaded_at")
