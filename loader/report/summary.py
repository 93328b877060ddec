"""What a load did, or would do, and how that is shown to a person and told to a machine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loader.errors import StoppedEarlyError
from loader.report.account import Account


@dataclass(frozen=True, kw_only=True)
class Summary(ABC):
    """What a load did.

    Attributes:
        address: The warehouse that was written to.
        observed_on: The day that was observed.
        rows_written: Rows that were new or changed, by raw table.
        seconds: How long the load took, in seconds.
        calls: Requests sent to the Web API; None for a load that sends none.
        stopped: Why the load stopped before its end, if it did.
        warnings: What went wrong without stopping the load.
    """

    address: str
    observed_on: date
    rows_written: dict[str, int]
    seconds: float
    calls: int | None = None
    stopped: StoppedEarlyError | None = None
    warnings: tuple[str, ...] = ()

    def print(self, console: Console) -> None:
        """Print the rows and what else a person should know."""
        _print_line(f"{self._title} → {self.address}", console)
        console.print(self._build_table())
        for remark in self._list_remarks():
            _print_line(remark, console)

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Describe for machines what is told of this kind of load only."""

    @abstractmethod
    def describe_run(self) -> dict[str, Any]:
        """Describe, as columns of `load_runs`, what is told of this kind of load only."""

    @property
    @abstractmethod
    def _title(self) -> str:
        """What was loaded."""

    @abstractmethod
    def _build_table(self) -> Table:
        """Build the table of rows."""

    @abstractmethod
    def _list_remarks(self) -> Iterator[str]:
        """List what a person should know beside the rows; what did not happen is not mentioned."""


@dataclass(frozen=True, kw_only=True)
class ApiSummary(Summary):
    """What a load over the Web API did.

    Attributes:
        calls: Requests sent to the Web API.
        app_mode: What the app was found to be: extended, development or unknown.
        refused: The endpoints that Spotify refuses the app.
        rows_unchanged: Rows that the warehouse held already, by raw table.
        retries: How many of the calls repeated one that had failed.
        seconds_waited: How long Spotify made the load wait, in seconds.
        remarks: What else is to be known, such as what was not asked for and why.
    """

    calls: int
    app_mode: str
    refused: list[str]
    rows_unchanged: dict[str, int]
    retries: int
    seconds_waited: float
    remarks: tuple[str, ...] = ()

    def describe(self) -> dict[str, Any]:
        """Describe what the app may do, and how often it was asked."""
        return {
            "app_mode": self.app_mode,
            "refused": self.refused,
            "rows_unchanged": self.rows_unchanged,
            "calls": self.calls,
            "retries": self.retries,
            "seconds_waited": round(self.seconds_waited, 3),
            "remarks": list(self.remarks),
        }

    def describe_run(self) -> dict[str, Any]:
        """Describe what the app may do, and why the load stopped, or what else was said."""
        said = [str(self.stopped)] if self.stopped else [*self.warnings, *self.remarks]
        return {"app_mode": self.app_mode, "message": " ".join(said) or None}

    @property
    def _title(self) -> str:
        return str(self.observed_on)

    def _build_table(self) -> Table:
        table = Table()
        table.add_column("raw table")
        table.add_column("new or changed", justify="right")
        table.add_column("as before", justify="right", style="dim")
        for name, rows in self.rows_written.items():
            table.add_row(name, f"{rows:,}", f"{self.rows_unchanged.get(name, 0):,}")
        return table

    def _list_remarks(self) -> Iterator[str]:
        yield f"{self.calls:,} calls in {self.app_mode} mode, {self.seconds:.1f} s."
        if self.retries:
            yield f"{self.retries:,} calls were made again after a fault."
        if self.seconds_waited:
            yield f"{self.seconds_waited:.1f} s were waited because Spotify said so."
        if self.refused:
            yield f"Spotify refuses this app: {', '.join(self.refused)}."
        yield from self.remarks
        if rejected := self.rows_written.get("rejected_objects"):
            yield f"{rejected:,} objects did not fit and are kept in rejected_objects with the reason."


@dataclass(frozen=True, kw_only=True)
class FileSummary(Summary):
    """What a load of files did: it comes to its end, or changes nothing.

    Attributes:
        name: What the files hold.
        files: How many files were read.
        account: Where the rows of the files went.
        details: Rows of each kind.
    """

    name: str
    files: int
    account: Account
    details: dict[str, int]

    def describe(self) -> dict[str, Any]:
        """Describe where the rows went."""
        return _describe_rows(self.name, self.files, self.account, self.details)

    def describe_run(self) -> dict[str, Any]:
        """Describe what was read."""
        return {"message": f"{self.name}: {self.account.read:,} rows of {self.files:,} files"}

    @property
    def _title(self) -> str:
        return self.name

    def _build_table(self) -> Table:
        table = _build_account(self.account)
        for name, rows in self.rows_written.items():
            table.add_row(f"new or changed in {name}", f"{rows:,}")
        return table

    def _list_remarks(self) -> Iterator[str]:
        files = "1 file" if self.files == 1 else f"{self.files:,} files"
        yield f"{files}, {self.seconds:.1f} s."
        if self.details:
            yield "Plays by kind: " + ", ".join(f"{rows:,} {kind}" for kind, rows in self.details.items()) + "."
        if self.account.rejected:
            yield "Rows that cannot be used are kept in rejected_objects with the reason."


@dataclass(frozen=True)
class FilePreview:
    """What one file would be read as.

    Attributes:
        file: The file.
        layout: What its columns were recognised as.
        fields: Each field that is read, with the file's column and some values as they would land.
        unread: Columns that are not read.
    """

    file: str
    layout: str
    fields: list[tuple[str, str, list[str]]]
    unread: list[str]


@dataclass(frozen=True)
class Preview:
    """What a load of a dataset would do.

    Attributes:
        name: The dataset's name.
        files: What each file would be read as.
        account: Where the rows would go.
    """

    name: str
    files: list[FilePreview]
    account: Account

    def print(self, console: Console) -> None:
        """Print what each file would be read as, and where its rows would go."""
        for file in self.files:
            _print_line(f"{file.file}: {file.layout}", console)
            console.print(_build_fields(file.fields))
            if file.unread:
                unread = ", ".join(column or "(no name)" for column in file.unread)
                _print_line(f"Not read: {unread}.", console)
        console.print(_build_account(self.account))
        _print_line("Nothing was written: leave out --dry-run to load it.", console)

    def describe_files(self) -> list[dict[str, Any]]:
        """Describe, for machines, which column each field is read from."""
        return [asdict(file) for file in self.files]

    def describe_rows(self) -> dict[str, Any]:
        """Describe, for machines, where the rows would go."""
        return _describe_rows(self.name, len(self.files), self.account, {})


def _print_line(text: str, console: Console) -> None:
    """Print a line as it is: nothing in it acts as markup."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)


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


def _build_fields(fields: Iterable[tuple[str, str, list[str]]]) -> Table:
    table = Table()
    table.add_column("read as")
    table.add_column("column of the file")
    table.add_column("such as")
    for field, column, examples in fields:
        table.add_row(field, escape(column), escape(", ".join(examples)))
    return table


def _describe_rows(name: str, files: int, account: Account, details: dict[str, int]) -> dict[str, Any]:
    return {
        "name": name,
        "files": files,
        "rows_read": account.read,
        "rows_landed": account.landed,
        "rows_repeated": account.repeated,
        "rows_rejected": dict(account.rejected),
        "rows_by_kind": details,
    }
