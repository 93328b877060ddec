"""The dbt process: parses the project, then runs the commands that come on standard input, one JSON line each.

It answers in JSON lines on standard output: `{"done": 120, "of": 700}` whenever a node is finished, and
`{"success": true, "said": "..."}` at the end of a command, when the warehouse's file is closed again.
It ends with its parent: as soon as standard input does.
"""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from queue import SimpleQueue
from threading import Lock, Thread
from typing import IO, Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg

# A log of every step takes a tenth of a build's time; what fails is answered anyway.
_OPTIONS = ("--quiet", "--no-use-colors", "--log-level-file", "warn")

_Say = Callable[[dict[str, Any]], None]


def main() -> None:
    """Parse the project, then run commands until there are no more."""
    # Ctrl-C reaches every process of a terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    say = _build_say(_take_stdout())
    commands = _listen(sys.stdin)
    # Every file: partial parsing can lose a snapshot's change (dbt-core, issue 15785), and what it misses is gone.
    parsed, printed = _invoke(["parse", "--no-partial-parse"])
    # The project stays as it is: there is no garbage in it to look for.
    gc.freeze()
    for arguments in commands:
        if parsed.success and isinstance(parsed.result, Manifest):
            result, printed = _invoke(arguments, parsed.result, _Counter(say))
            say(_describe(result, printed))
        else:
            say(_describe(parsed, printed))


def _take_stdout() -> IO[str]:
    """Keep standard output for answers: whatever else is printed goes where errors go."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _build_say(stream: IO[str]) -> _Say:
    lock = Lock()  # dbt finishes nodes in threads

    def say(answer: dict[str, Any]) -> None:
        with lock:
            stream.write(json.dumps(answer) + "\n")
            stream.flush()

    return say


def _listen(stream: IO[str]) -> Iterator[list[str]]:
    """Yield the commands; end the process when the parent has gone, even in the middle of one."""
    lines: SimpleQueue[str] = SimpleQueue()

    def listen() -> None:
        for line in stream:
            lines.put(line)
        os._exit(0)

    Thread(target=listen, daemon=True).start()
    while True:
        yield json.loads(lines.get())


def _invoke(
    arguments: list[str], manifest: Manifest | None = None, count: Callable[[EventMsg], None] | None = None
) -> tuple[dbtRunnerResult, str]:
    """Run a command and leave the warehouse closed.

    Returns:
        What came of it, and what dbt printed.
    """
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        runner = dbtRunner(manifest, callbacks=[count] if count else None)
        result = runner.invoke([*_OPTIONS, *arguments])
    _close_duckdb()
    return result, printed.getvalue()


def _close_duckdb() -> None:
    """Close the file, which dbt-duckdb keeps open as long as the process lives."""
    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def _describe(result: dbtRunnerResult, printed: str) -> dict[str, Any]:
    # Of an exception dbt prints the traceback too.
    said = str(result.exception) if result.exception else printed
    return {"success": result.success, "said": said.strip()}


class _Counter:
    """Counts the nodes that a command has finished."""

    def __init__(self, say: _Say) -> None:
        self._say = say
        self._done = 0
        self._of = 0

    def __call__(self, event: EventMsg) -> None:
        if event.info.name == "ConcurrencyLine":
            self._of = event.data.node_count
        elif event.info.name == "NodeFinished":
            self._done += 1
            self._say({"done": self._done, "of": self._of})


if __name__ == "__main__":
    main()
