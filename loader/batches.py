"""Splitting what comes one by one into batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def split_into_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Split items into lists of the given size, the last one maybe shorter, reading no further than needed."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
