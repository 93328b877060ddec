"""What a load tells at its end."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loader.report.account import Account
from loader.report.summary import FileSummary, Preview, Summary


def print_summary(summary: Summary, console: Console) -> None:
    """Print the rows of each table, the calls made and the time taken."""
    console.print(f"{summary.observed_on} → {summary.address}", highlight=False, soft_wrap=True)
    table = Table()
    table.add_column("raw table")
    table.add_column("new or changed", justify="right")
    table.add_column("as before", justify="right", style="dim")
    for name, rows in summary.rows_written.items():
        table.add_row(name, f"{rows:,}", f"{summary.rows_unchanged.get(name, 0):,}")
    console.print(table)
    for line in _list_remarks(summary):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _list_remarks(summary: Summary) -> Iterator[str]:
    """List what a person should know beside the rows; what did not happen is not mentioned."""
    yield f"{summary.calls:,} calls in {summary.app_mode} mode, {summary.seconds:.1f} s."
    if summary.retries:
        yield f"{summary.retries:,} calls were made again after a fault."
    if summary.seconds_waited:
        yield f"{summary.seconds_waited:.1f} s were waited because Spotify said so."
    if summary.refused:
        yield f"Spotify refuses this app: {', '.join(summary.refused)}."
    yield from summary.remarks
    if rejected := summary.rows_written.get("rejected_objects"):
        yield f"{rejected:,} objects did not fit and are kept in rejected_objects with the reason."


def print_file_summary(summary: FileSummary, console: Console) -> None:
    """Print where the rows of the files went and the time taken."""
    console.print(f"{summary.name} → {summary.address}", highlight=False, soft_wrap=True)
    table = _build_account(summary.account)
    for name, rows in summary.rows_written.items():
        table.add_row(f"new or changed in {name}", f"{rows:,}")
    console.print(table)
    for line in _list_file_remarks(summary):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def print_preview(preview: Preview, console: Console) -> None:
    """Print what each file would be read as, and where its rows would go."""
    for file in preview.files:
        console.print(f"{file.file}: {file.layout}", highlight=False, markup=False, soft_wrap=True)
        table = Table()
        table.add_column("read as")
        table.add_column("column of the file")
        table.add_column("such as")
        for field, column, examples in file.fields:
            table.add_row(field, escape(column), escape(", ".join(examples)))
        console.print(table)
        if file.unread:
            unread = ", ".join(column or "(no name)" for column in file.unread)
            console.print(f"Not read: {unread}.", highlight=False, markup=False, soft_wrap=True)
    console.print(_build_account(preview.account))
    console.print("Nothing was written: leave out --dry-run to load it.", highlight=False)


def _list_file_remarks(summary: FileSummary) -> Iterator[str]:
    files = "1 file" if summary.files == 1 else f"{summary.files:,} files"
    yield f"{files}, {summary.seconds:.1f} s."
    if summary.details:
        yield "Plays by kind: " + ", ".join(f"{rows:,} {kind}" for kind, rows in summary.details.items()) + "."
    if summary.account.rejected:
        yield "Rows that cannot be used are kept in rejected_objects with the reason."


def _build_account(account: Account) -> Table:
    table = Table()
    table.add_column("rows of the files")
    table.add_column("", justify="right")
    table.add_row("read", f"{account.read:,}")
    table.add_row("landed", f"{account.landed:,}")
    if account.repeated:
        table.add_row("repeated", f"{account.repeated:,}", style="dim")
    for reason, rows in account.rejected.most_common():
        table.add_row(f"rejected: {reason}", f"{rows:,}", style="yellow")
    return table
