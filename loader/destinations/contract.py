"""What every destination offers to a load."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from dlt.common.destination import TDestinationReferenceArg, TLoaderFileFormat

from loader.errors import LoaderError
from loader.report.progress import Progress


class Answer(NamedTuple):
    """What a query answers: the names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Ask(Protocol):
    """Asks a warehouse."""

    def __call__(self, query: str, most: int | None = None) -> Answer:
        """Answer a query.

        Args:
            query: What is asked, in the warehouse's SQL.
            most: The most rows to fetch; None for all.

        Raises:
            LoaderError: If the warehouse refuses the query.
        """


class Destination(Protocol):
    """A warehouse the loader can write to."""

    @property
    def file_format(self) -> TLoaderFileFormat:
        """The format of the files that dlt loads from."""

    @property
    def writers(self) -> int:
        """How many of these files are loaded at a time."""

    @property
    def address(self) -> str:
        """What a person calls the warehouse: a file or a server."""

    @property
    def another(self) -> str:
        """How to name another warehouse of this kind."""

    @property
    def elsewhere(self) -> str:
        """How to have the load's own files in another folder."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables by which dbt, as the loader, finds the warehouse."""

    @property
    def work_dir(self) -> Path:
        """The folder in which a load is prepared before it is written."""

    @property
    def lock_file(self) -> Path:
        """The file that a load locks: the same one by whatever name the warehouse is called."""

    def open_to_write(self, progress: Progress) -> AbstractContextManager[None]:
        """Make sure that the warehouse can be written to, and keep other writers out of it while the block runs.

        Within the block it may be opened again, which changes nothing.

        Args:
            progress: Told what is waited for.

        Raises:
            BusyError: If another program is using the warehouse.
            MendableError: If the user can mend why it cannot be written to.
            LoaderError: If the warehouse is broken.
        """

    def keep_out_others(self) -> None:
        """Make sure, before something is written, that other writers are still kept out.

        Raises:
            BusyError: If another program got in first.
        """

    def exists(self) -> bool:
        """Tell whether there is a warehouse to read from yet."""

    def open_to_read(self) -> AbstractContextManager[Ask]:
        """Open the warehouse for queries, which change nothing.

        Raises:
            MendableError: If there is none, or the user can mend why it does not open.
            LoaderError: If the warehouse is broken, or refuses a query.
        """

    def build_dlt_destination(self) -> TDestinationReferenceArg:
        """Build what dlt writes to."""

    def explain(self, error: BaseException) -> LoaderError | None:
        """Explain in one line what the warehouse said; None if it does not know the error."""
