"""Finds the files that a person named, whether a shell or make handed them over."""

from __future__ import annotations

import glob
import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path


def find_named_files(texts: Sequence[str]) -> list[Path]:
    """Find the files that texts name.

    A text that is no file is read as a shell would read it, as make hands `FILE="a.zip b.zip"` over in one piece:
    spaces part names, `~` is the home directory, `*` and `?` stand for what is there.

    Args:
        texts: What was typed.

    Returns:
        The files in order; what does not exist is among them as it was typed, so that whoever reads it can say so.
    """
    return [path for text in texts for path in _find(text)]


def _find(text: str) -> list[Path]:
    if not text:
        return []
    whole = Path(_expand_home(text))
    if _exists(whole):
        return [whole]
    found = list(_read_words(text))
    return found if any(map(_exists, found)) else [whole]


def _read_words(text: str) -> Iterator[Path]:
    try:
        words = shlex.split(text)
    except ValueError:
        # A quote that is not closed belongs to a name.
        return
    for word in map(_expand_home, words):
        yield from map(Path, sorted(glob.glob(word)) or [word])  # noqa: PTH207 - a pattern may be absolute


def _expand_home(text: str) -> str:
    return os.path.expanduser(text)  # noqa: PTH111 - the home of nobody stays as it is


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # No name that a file can have, or a folder that may not be looked into.
        return False
