"""A dbt process that is started once and runs command after command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self

from loader.duckdb_limits import describe_lack_of_memory, read_said_limits
from loader.errors import EXIT_BROKEN, EXIT_USER_ERROR, LoaderError

ROOT = Path(__file__).resolve().parents[1]
_WORKER = Path(__file__).with_name("worker.py")
_MOST_SAID = 4_000
_LACKS_MEMORY = "Out of Memory Error"

OnProgress = Callable[[int, int], None]
"""Called with the number of nodes that are finished, and of all nodes."""


class DbtError(LoaderError):
    """A dbt command failed; the message says which, and what dbt said.

    Attributes:
        exit_code: What a program that ends of it answers.
    """

    def __init__(self, message: str, exit_code: int = EXIT_BROKEN) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Dbt:
    """A dbt process of its own: it parses the project once, as soon as it is started, then runs commands.

    Settings of this process's DuckDB do not reach it, and between commands it has the warehouse closed. It ends with
    this process, whatever ends that.
    """

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        """Start the process, in the environment as it is now; it does not wait for the project to be parsed.

        Args:
            variables: What its environment says besides, such as which warehouse it is about.

        Raises:
            UserError: If the environment says what DuckDB does not take.
        """
        read_said_limits()
        environment = {
            "DBT_PROJECT_DIR": str(ROOT / "dbt_project"),
            "DBT_PROFILES_DIR": str(ROOT / "dbt_project"),
            **os.environ,
            **(variables or {}),
        }
        # No pipe, which would have to be read side by side with the answers.
        self._noise = TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            # The folder of the script is no place to import from.
            [sys.executable, "-P", str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._noise,
            env=environment,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        """Do nothing: the process runs."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def run(self, *arguments: str, on_progress: OnProgress | None = None) -> None:
        """Run a dbt command and wait for its end; the warehouse is closed then.

        Args:
            arguments: The command and its options, such as `build`, `--select`, `dim_artist`.
            on_progress: Called whenever a node is finished.

        Raises:
            DbtError: If the command fails, or the process ends before it.
        """
        command = " ".join(arguments[:2]) if arguments[0] == "docs" else arguments[0]
        answer = self._ask(command, arguments)
        while "success" not in answer:
            if on_progress:
                on_progress(answer["done"], answer["of"])
            answer = self._read(command)
        if not answer["success"]:
            raise _explain_failure(command, answer["said"])

    def close(self) -> None:
        """End the process, also in the middle of a command."""
        self._process.kill()
        self._process.communicate()
        self._noise.close()

    def _ask(self, command: str, arguments: tuple[str, ...]) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        try:
            self._process.stdin.write(json.dumps(arguments) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._explain_end(command) from error
        return self._read(command)

    def _read(self, command: str) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 - a pipe
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            raise self._explain_end(command)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _explain_end(self, command: str) -> DbtError:
        code = self._process.wait()
        self._noise.seek(0)
        said = self._noise.read().decode(errors="replace").strip()[-_MOST_SAID:]
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return DbtError(f"dbt {command} failed: its process {how}." + (f"\n{said}" if said else ""))


def _explain_failure(command: str, said: str) -> DbtError:
    if _LACKS_MEMORY in said:
        return DbtError(describe_lack_of_memory(f"dbt {command}"), EXIT_USER_ERROR)
    return DbtError(f"dbt {command} failed:\n{said}")
