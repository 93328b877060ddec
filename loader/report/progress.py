"""What a load shows while it runs: a live line on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table


class Progress(Protocol):
    """Told what a load does."""

    def start(self, step: str) -> None:
        """A step of the load starts, such as `Reading the catalogue`."""

    def count(self, kind: str, number: int = 1) -> None:
        """More objects of a kind were read: artists, albums, tracks or rows."""


class SilentProgress:
    """Shows nothing."""

    def start(self, step: str) -> None:
        """Show nothing."""

    def count(self, kind: str, number: int = 1) -> None:
        """Show nothing."""


class LiveProgress:
    """One line that is drawn again a few times a second: the step, and how many objects were read."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._step = ""
        self._counts: Counter[str] = Counter()
        self._spinner = Spinner("dots")

    def start(self, step: str) -> None:
        """Show another step."""
        self._step = step

    def count(self, kind: str, number: int = 1) -> None:
        """Count more objects."""
        self._counts[kind] += number

    def __rich__(self) -> Table:
        """Draw the line."""
        counts = "  ".join(f"[bold]{number:,}[/] {kind}" for kind, number in self._counts.items())
        line = Table.grid(padding=(0, 2))
        line.add_row(self._spinner, self._step, counts)
        return line


@contextmanager
def show_progress(console: Console, wanted: bool) -> Iterator[Progress]:
    """Show progress while the block runs, if it is wanted and the console is a terminal."""
    if not wanted or not console.is_terminal:
        yield SilentProgress()
        return
    progress = LiveProgress()
    with Live(progress, console=console, transient=True, refresh_per_second=8):
        yield progress
