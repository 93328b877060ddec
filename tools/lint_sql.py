"""Lints the SQL files that changed since they were last found clean, or all of them.

A file counts as changed when its own text differs, or that of a macro it calls, directly or through others, or what
decides how SQL is linted. Macros are read by SQLFluff where a model calls them, never by themselves.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "dbt_project"
MACRO_FOLDERS = (PROJECT / "macros", PROJECT / "tests" / "generic")
SETTINGS = (ROOT / ".sqlfluff", PROJECT / "dbt_project.yml")
CLEAN = PROJECT / "target" / "sqlfluff" / "clean.json"
# Fewer files than this are linted sooner than further processes start.
FILES_WORTH_PROCESSES = 12
CHATTER = re.compile(r"=== \[dbt templater\]|All Finished|==== |Linting|fixes? |\s*$|\[\d+ ")
FAILED = re.compile(r"^== \[(?P<path>.+)\] FAIL", re.MULTILINE)
SKIPPED = re.compile(r"Skipped file (?P<path>\S+)")
MACRO = re.compile(r"{%-?\s*(?:macro|test)\s+(?:(?:default|duckdb|sqlserver)__)?(?P<name>\w+)")
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Room:
    """SQL files that SQLFluff reads the same way.

    Attributes:
        folders: Where they are.
        options: The options of SQLFluff for them.
    """

    folders: Sequence[Path]
    options: Sequence[str] = ()


ROOMS = (
    Room([PROJECT / name for name in ("models", "snapshots", "analyses", "tests")]),
    Room([ROOT / "dashboard" / "queries"], ["--templater", "python"]),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Lint what is asked for.

    Args:
        arguments: The command's arguments; those of the process if left out.

    Returns:
        The exit code: 0 clean, 1 not.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="lint every file, changed or not")
    parser.add_argument("--fix", action="store_true", help="mend what can be mended")
    options = parser.parse_args(arguments)
    known = {} if options.all else read_clean()
    states = describe_files()
    linted, failed = 0, False
    for room in ROOMS:
        changed = [path for path in list_files(room) if known.get(name(path)) != states[name(path)]]
        if not changed:
            continue
        unclean = lint(changed, room, "fix" if options.fix else "lint")
        linted += len(changed)
        failed = failed or unclean is None or bool(unclean)
        if unclean is not None:
            known.update({name(path): states[name(path)] for path in changed if name(path) not in unclean})
    write_clean({path: state for path, state in known.items() if path in states})
    if not failed:
        print(f"SQL: {linted} of {len(states)} files linted, the others are as they were when last linted.")
    return int(failed)


def list_files(room: Room) -> list[Path]:
    """List the SQL files of a room that are linted by themselves."""
    found = (path for folder in room.folders for path in folder.rglob("*.sql"))
    return sorted(path for path in found if not any(path.is_relative_to(folder) for folder in MACRO_FOLDERS))


def describe_files() -> dict[str, str]:
    """Describe each file by a hash of all that decides whether it is clean.

    Returns:
        The hashes by the file's path.
    """
    macros = read_macros()
    settings = [version("sqlfluff"), *(path.read_text(encoding="utf-8") for path in SETTINGS)]
    states = {}
    for room in ROOMS:
        for path in list_files(room):
            text = path.read_text(encoding="utf-8")
            called = [macros[macro] for macro in sorted(find_called(text, macros))]
            states[name(path)] = hash_texts([*settings, *room.options, text, *called])
    return states


def read_macros() -> dict[str, str]:
    """Read the project's macros.

    Returns:
        The texts of the files that define a macro, whatever the engine, by the macro's name.
    """
    texts: dict[str, list[str]] = {}
    for folder in MACRO_FOLDERS:
        for path in sorted(folder.rglob("*.sql")):
            text = path.read_text(encoding="utf-8")
            for macro in sorted({match["name"] for match in MACRO.finditer(text)}):
                texts.setdefault(macro, []).append(text)
    return {macro: "\n".join(parts) for macro, parts in texts.items()}


def find_called(text: str, macros: dict[str, str]) -> set[str]:
    """Find the macros that a text names, and those that these name in turn."""
    called: set[str] = set()
    waiting = [text]
    while waiting:
        new = {word for word in WORD.findall(waiting.pop()) if word in macros} - called
        called |= new
        waiting += [macros[macro] for macro in new]
    return called


def hash_texts(texts: Iterable[str]) -> str:
    """Hash texts, and where each of them ends."""
    whole = hashlib.sha256()
    for text in texts:
        whole.update(hashlib.sha256(text.encode()).digest())
    return whole.hexdigest()


def lint(paths: Sequence[Path], room: Room, command: str) -> set[str] | None:
    """Lint files, and print what SQLFluff says against them.

    Args:
        paths: The files.
        room: The room they are of.
        command: SQLFluff's command, `lint` or `fix`.

    Returns:
        The files that are not clean; nothing if SQLFluff failed without naming any.
    """
    processes = (os.cpu_count() or 1) if len(paths) >= FILES_WORTH_PROCESSES else 1
    options = ["--disable-progress-bar", "--nocolor", "--processes", str(processes), *room.options]
    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "sqlfluff", command, *options, *(name(path) for path in paths)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    unclean = {match["path"] for match in FAILED.finditer(finished.stdout)}
    if finished.returncode and not unclean:
        print(finished.stdout, end="")
        return None
    for line in finished.stdout.splitlines():
        if not CHATTER.match(line):
            print(line)
    skipped = {match["path"] for match in SKIPPED.finditer(finished.stdout)}
    return unclean | {name(Path(path)) if Path(path).is_absolute() else path for path in skipped}


def read_clean() -> dict[str, str]:
    """Read how the files were when they were last found clean."""
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(CLEAN.read_text(encoding="utf-8"))
        if isinstance(known, dict):
            return known
    return {}


def write_clean(known: dict[str, str]) -> None:
    """Write how the files are that were found clean; where it cannot be written, they are linted once more."""
    with contextlib.suppress(OSError):
        CLEAN.parent.mkdir(parents=True, exist_ok=True)
        new = CLEAN.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(known, indent=0), encoding="utf-8")
        new.replace(CLEAN)


def name(path: Path) -> str:
    """Name a file as SQLFluff does, from the top of the repository."""
    return str(path.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
