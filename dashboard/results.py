"""What dbt's last build said: counts of its results, and each that was not right, from `run_results.json`."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_RIGHT = {"success", "pass", "no-op"}
_BUILDS = {"build", "test"}
_KINDS = {"model": "models", "snapshot": "snapshots", "test": "data tests", "unit_test": "unit tests"}
_MOST_LISTED = 50


@dataclass(frozen=True)
class BuildResults:
    """The results of a build.

    Attributes:
        finished_at: When dbt wrote them, in UTC.
        seconds: How long the build took, in seconds.
        counts: How many results there are by kind of node and status.
        failures: Kind, name, status and message of those that are not right, the first 50.
    """

    finished_at: str
    seconds: float
    counts: dict[tuple[str, str], int]
    failures: list[tuple[str, str, str, str]]

    def count_tests(self) -> tuple[int, int]:
        """Count the tests that passed, and all of them; those that were skipped are none."""
        tests = {status: number for (kind, status), number in self._sum_tests().items() if kind}
        return sum(number for status, number in tests.items() if status in _RIGHT), sum(
            number for status, number in tests.items() if status != "skipped"
        )

    def _sum_tests(self) -> Counter[tuple[bool, str]]:
        summed: Counter[tuple[bool, str]] = Counter()
        for (kind, status), number in self.counts.items():
            summed[kind.endswith("tests"), status] += number
        return summed


def find_results() -> Path:
    """Find the file to which dbt writes the results of a command."""
    project = Path(os.environ.get("DBT_PROJECT_DIR") or ROOT / "dbt_project")
    return Path(os.environ.get("DBT_TARGET_PATH") or project / "target") / "run_results.json"


@contextmanager
def keep_results() -> Iterator[None]:
    """Keep the results of the last build while the block runs a command that writes results of its own."""
    path = find_results()
    kept = path.read_bytes() if path.is_file() else None
    try:
        yield
    finally:
        if kept is not None:
            path.write_bytes(kept)


def read_results(path: Path) -> BuildResults | None:
    """Read the results of the last build.

    Args:
        path: dbt's `run_results.json`.

    Returns:
        The results; None if there are none, or those of a command that builds and tests nothing.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["args"].get("which") not in _BUILDS:
            return None
        results = [(_name_kind(result["unique_id"]), result) for result in told["results"]]
        return BuildResults(
            finished_at=told["metadata"]["generated_at"][:19],
            seconds=round(told["elapsed_time"], 1),
            counts=dict(Counter((kind, result["status"]) for kind, result in results if kind in _KINDS.values())),
            failures=_list_failures(results),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None


def _list_failures(results: list[tuple[str, Any]]) -> list[tuple[str, str, str, str]]:
    """List what is not right, what was only skipped after all else."""
    failures = [
        (kind, result["unique_id"].split(".")[2], result["status"], _read_first_line(result["message"]))
        for kind, result in results
        if result["status"] not in _RIGHT
    ]
    return sorted(failures, key=lambda failure: failure[2] == "skipped")[:_MOST_LISTED]


def _name_kind(unique_id: str) -> str:
    kind = unique_id.partition(".")[0]
    return _KINDS.get(kind, kind)


def _read_first_line(message: str | None) -> str:
    return next((line.strip() for line in (message or "").splitlines() if line.strip()), "")
