"""Answers a question in SQL over the warehouse, as a table."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from loader.destinations import Ask
from loader.errors import LoaderError, UserError


def print_answer(ask: Ask, query: str, limit: int, console: Console) -> None:
    """Print the first rows of an answer.

    Args:
        ask: Asks the warehouse.
        query: The question.
        limit: The most rows to print.
        console: Where to print.

    Raises:
        UserError: If the warehouse refuses the query.
    """
    try:
        answer = ask(query, limit + 1)
    except LoaderError as error:
        raise UserError(str(error)) from error
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for place, name in enumerate(answer.columns):
        is_number = any(isinstance(row[place], int | float) for row in answer.rows)
        table.add_column(Text(name), justify="right" if is_number else "left", no_wrap=True)
    for row in answer.rows[:limit]:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    # A row stays in one line, however narrow the terminal, so that it can be searched and cut.
    console.width = max(console.width, console.measure(table, options=console.options.update(width=100_000)).maximum)
    console.print(table)
    if len(answer.rows) > limit:
        console.print(f"The first {limit} rows; there are more.", style="dim", highlight=False)
