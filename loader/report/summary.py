"""What a load did, or would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from loader.errors import StoppedEarlyError
from loader.report.account import Account


@dataclass(frozen=True)
class Summary:
    """What a load did.

    Attributes:
        address: The warehouse that was written to.
        observed_on: The day that was observed.
        app_mode: What the app was found to be: extended, development or unknown.
        refused: The endpoints that Spotify refuses the app.
        rows_written: Rows that were new or changed, by raw table.
        rows_unchanged: Rows that the warehouse held already, by raw table.
        calls: Requests sent to the Web API.
        retries: How many of them repeated one that had failed.
        seconds_waited: How long Spotify made the load wait, in seconds.
        seconds: How long the load took, in seconds.
        stopped: Why the load stopped before its end, if it did.
        remarks: What else is to be known, such as what was not asked for and why.
        warnings: What went wrong without stopping the load.
    """

    address: str
    observed_on: date
    app_mode: str
    refused: list[str]
    rows_written: dict[str, int]
    rows_unchanged: dict[str, int]
    calls: int
    retries: int
    seconds_waited: float
    seconds: float
    stopped: StoppedEarlyError | None
    remarks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileSummary:
    """What a load of files did.

    Attributes:
        address: The warehouse that was written to.
        observed_on: The day of the load.
        name: What the files hold.
        files: How many files were read.
        account: Where the rows of the files went.
        details: Rows of each kind.
        rows_written: Rows that were new or replaced others, by raw table.
        seconds: How long the load took, in seconds.
        stopped: Nothing: a load of files comes to its end or changes nothing.
        warnings: None: what cannot be used is counted in the account.
    """

    address: str
    observed_on: date
    name: str
    files: int
    account: Account
    details: dict[str, int]
    rows_written: dict[str, int]
    seconds: float
    stopped: None = None
    warnings: tuple[str, ...] = ()

    def describe_rows(self) -> dict[str, Any]:
        """Describe where the rows went, for machines."""
        return _describe_rows(self.name, self.files, self.account, self.details)


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

    def describe_rows(self) -> dict[str, Any]:
        """Describe where the rows would go, for machines."""
        return _describe_rows(self.name, len(self.files), self.account, {})


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
