"""Splitting what comes one by one into batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from itertools import chain, islice
from typing import TypeVar

Item = TypeVar("Item")
Label = TypeVar("Label")
Batch = TypeVar("Batch", bound=Sized)


def split_into_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Split items into lists of the given size, the last one maybe shorter, reading no further than needed."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def split_into_parts(batches: Iterable[tuple[Label, Batch]], size: int) -> Iterator[Iterator[tuple[Label, Batch]]]:
    """Split labelled batches into parts of about the given number of items, reading no further than needed.

    Each part has to be read to its end before the next one is asked for.
    """
    rest = iter(batches)
    for first in rest:
        yield chain([first], _take(rest, size - len(first[1])))


def _take(batches: Iterator[tuple[Label, Batch]], size: int) -> Iterator[tuple[Label, Batch]]:
    while size > 0:
        batch = next(batches, None)
        if batch is None:
            return
        size -= len(batch[1])
        yield batch
