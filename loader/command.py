"""Runs a command line: any error becomes one clear line and an exit code, never a traceback."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import typer
from rich.console import Console
from typer.exceptions import Abort, TyperException

from loader.errors import EXIT_DONE, Interrupted, LoaderError, UserError, explain

# What typer makes of a Ctrl-C that no command explains, without a word.
_STOPPED_BY_TYPER = 130


def build_app() -> typer.Typer:
    """Build a command line without commands, which looks as all of the project do and ends its help with exit codes."""
    return typer.Typer(
        add_completion=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Exit codes: 0 done, 1 something broke, 2 you can mend it, 75 stopped early or busy: run it again.",
    )


def run_command(
    app: typer.Typer, program: str, typed: Sequence[str], report_error: Callable[[LoaderError], None]
) -> int:
    """Run a command line.

    Args:
        app: The commands.
        program: The program's name, such as `python -m loader`.
        typed: What the user typed after it.
        report_error: Shows the user what ended the program.

    Returns:
        The exit code.
    """
    try:
        code = app(args=list(typed), prog_name=program, standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a traceback is never shown
        failure = _explain(error, program)
    else:
        if code != _STOPPED_BY_TYPER:
            return code if isinstance(code, int) else EXIT_DONE
        failure = Interrupted()
    report_error(failure)
    return failure.exit_code


def print_error(error: Exception) -> None:
    """Print the one line of an error where errors go; nothing in it acts as markup."""
    Console(stderr=True, soft_wrap=True).print(str(error), style="red", markup=False, highlight=False)


def _explain(error: BaseException, program: str) -> LoaderError:
    """Turn whatever ended the program into an error with one clear line and an exit code."""
    if isinstance(error, TyperException):
        # What is no choice is said to be a "Value error" besides.
        message = error.format_message().replace("Value error, ", "").rstrip(".")
        return UserError(f"{message} (see {program} --help).")
    return Interrupted() if isinstance(error, Abort) else explain(error)
