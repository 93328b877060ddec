"""Marts in a canonical form: the same text from any engine that holds the same rows."""

import json
from datetime import date, datetime
from decimal import Decimal

# When a load ran, and what it met on its way, is not the same twice, on whatever engine.
OF_THE_RUN = {"loaded_at", "changed_at", "track_changed_at", "version_recorded_at"}
OF_LOADS = {"run_id", "started_at", "finished_at", "duration_seconds", "seconds_waited", "retries"}


def export_marts(ask):
    """Export all marts, by name.

    Args:
        ask: Runs a query, and returns the names of its columns and its rows.
    """
    _, names = ask("select table_name from information_schema.tables where table_schema = 'marts'")
    return {
        name: export_rows(*ask(f"select * from marts.{name}"), but=OF_LOADS if name == "rpt_loads" else ())
        for (name,) in sorted(map(tuple, names))
    }


def export_rows(columns, rows, but=()):
    """Export rows as text: a line each, sorted, its columns by name, without some."""
    places = sorted((name, place) for place, name in enumerate(columns) if name not in OF_THE_RUN.union(but))
    lines = sorted("\t".join(format_value(row[place]) for _, place in places) for row in rows)
    return "\n".join(["\t".join(name for name, _ in places), *lines]) + "\n"


def format_value(value):
    """Write a value as every engine's driver gives it: text quoted, times in ISO 8601, numbers by their value."""
    match value:
        case datetime():
            text = value.isoformat(timespec="microseconds")
        case date():
            text = value.isoformat()
        case float() | Decimal():
            # Sums of floating-point numbers depend on their order in the last digits.
            text = f"{float(value):.10g}"
        case None | bool() | int() | str():
            text = json.dumps(value, ensure_ascii=False)
        case _:
            raise TypeError(f"{value!r} has no canonical form")
    return text
