"""Makes the virtual environment `.venv` with the locked versions, or leaves it alone where it holds them already.

The new environment is built beside the old one and takes its place once it is complete, so an install that fails or is
killed leaves a working environment behind, and the next run removes what is half built. Only the standard library is
imported, as nothing else is installed yet.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
BUILDING = ROOT / ".venv.building"
REPLACED = ROOT / ".venv.replaced"
LOCK = ROOT / ".venv.lock"
RECORD = ".installed"
LOCKED = ROOT / "requirements.txt"
INSTALLER_LOCKED = ROOT / "tools" / "installer.txt"
TSQL_PARSER = ENVIRONMENT / "tsql-parser"
TSQL_PARSER_LOCKED = ROOT / "tests" / "project" / "tsql" / "requirements.txt"
OLDEST_PYTHON = (3, 11)
EXIT_BROKEN = 1
EXIT_USER = 2
EXIT_INTERRUPTED = 130
PIP_INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")


class InstallError(Exception):
    """The environment cannot be made; the message says why and what to do."""

    def __init__(self, message: str, exit_code: int = EXIT_USER) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def main(arguments: Sequence[str] | None = None) -> int:
    """Install what is asked for.

    Args:
        arguments: The command's arguments; those of the process if left out.

    Returns:
        The exit code: 0 done, 1 pip failed, 2 the user can mend it, 130 interrupted.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tsql-parser", action="store_true", help="install Microsoft's parser of T-SQL as well")
    options = parser.parse_args(arguments)
    try:
        install_environment(describe_wanted())
        if options.tsql_parser:
            install_tsql_parser()
    except InstallError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"The environment cannot be written: {error}", file=sys.stderr)
        return EXIT_USER
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return 0


def install_environment(wanted: dict[str, str]) -> None:
    """Make `.venv` what is wanted, unless it is already.

    Args:
        wanted: What the environment's record has to say.

    Raises:
        InstallError: If `.venv` is not ours to replace, Python is unfit, or pip fails.
        OSError: If the folder cannot be written.
    """
    refuse_foreign(ENVIRONMENT)
    if is_installed(ENVIRONMENT, wanted) and not BUILDING.exists() and not REPLACED.exists():
        return
    with hold_lock() as lock:
        restore_replaced(wanted)
        if not is_installed(ENVIRONMENT, wanted):
            print("Setting .venv up; the first time takes about a minute.", flush=True)
            check_python()
            build_environment(wanted, lock)
            swap_in()
        remove(REPLACED)
        remove(BUILDING)


def describe_wanted() -> dict[str, str]:
    """Describe the environment that belongs here: a hash of all that decides its content, its Python and its place.

    Scripts in an environment name its folder, so one that was moved is as stale as one of other versions.
    """
    content = hashlib.sha256()
    for part in (LOCKED.read_bytes(), read_package_tables().encode(), Path(__file__).read_bytes()):
        content.update(hashlib.sha256(part).digest())
    python = f"{sys.implementation.name}-{sys.version_info[0]}.{sys.version_info[1]}"
    return {"content": content.hexdigest(), "python": python, "root": str(ROOT)}


def read_package_tables() -> str:
    """Read the tables of pyproject.toml that decide what is installed: a linter's options do not."""
    kept, lines = True, []
    for line in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kept = not line.startswith("[tool.") or line.startswith("[tool.setuptools")
        if kept:
            lines.append(line)
    return "\n".join(lines)


def is_installed(environment: Path, wanted: dict[str, str]) -> bool:
    """Check whether an environment is complete, holds what is wanted, and its Python is still on this machine."""
    return read_record(environment) == wanted and (environment / "bin" / "python").exists()


def read_record(environment: Path) -> dict[str, str]:
    """Read what an environment was made from; nothing if it is incomplete or of an older scheme."""
    try:
        record = json.loads((environment / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def refuse_foreign(environment: Path) -> None:
    """Refuse to replace what is no environment of this folder's own.

    Raises:
        InstallError: If it is a link, a file, or a folder with something else in it.
    """
    if environment.is_symlink():
        raise InstallError(
            f"{environment.name} is a link to {environment.readlink()}, whose content is left alone: "
            f"remove the link (rm {environment.name}) and run make again."
        )
    if not environment.exists():
        return
    if not environment.is_dir() or (any(environment.iterdir()) and not (environment / "pyvenv.cfg").exists()):
        raise InstallError(f"{environment.name} is no virtual environment: move it away and run make again.")


def check_python() -> None:
    """Check that this Python can make an environment.

    Raises:
        InstallError: If it is too old, or cannot install pip.
    """
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < OLDEST_PYTHON:
        raise InstallError(
            f"Python {version} ({sys.executable}) is too old: Python 3.11 or newer is needed; "
            "name one with make PYTHON=..."
        )
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships Python without it
        import venv  # noqa: F401, PLC0415
    except ImportError as error:
        raise InstallError(
            f"Python {version} ({sys.executable}) comes without its module {error.name}: "
            "install it (Debian: apt-get install python3-venv), or name another Python with make PYTHON=..."
        ) from error


@contextlib.contextmanager
def hold_lock() -> Iterator[IO[str]]:
    """Keep every other install of this folder waiting; the lock ends with the processes that hold it."""
    with LOCK.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another make is setting .venv up: waiting for it.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def restore_replaced(wanted: dict[str, str]) -> None:
    """Finish or take back a swap that was killed halfway, when neither environment had its name."""
    if ENVIRONMENT.exists() or not REPLACED.exists():
        return
    whole = is_installed(BUILDING, wanted)
    (BUILDING if whole else REPLACED).rename(ENVIRONMENT)


def build_environment(wanted: dict[str, str], lock: IO[str]) -> None:
    """Build the wanted environment beside the present one, complete and named for the place it will take.

    Args:
        wanted: What its record will say.
        lock: The lock; pip holds it too, so that it also outlives a killed install that left pip at work.

    Raises:
        InstallError: If Python or pip fails.
    """
    remove(BUILDING)
    python = str(BUILDING / "bin" / "python")
    try:
        run([sys.executable, "-m", "venv", "--prompt", "echostream", str(BUILDING)], lock)
        if not install_with_uv(python, lock):
            run([python, *PIP_INSTALL, "--require-hashes", "--requirement", str(LOCKED)], lock)
        run([python, *PIP_INSTALL, "--no-build-isolation", "--editable", str(ROOT)], lock)
        rename_in_scripts()
        with (BUILDING / "bin" / "activate").open("a", encoding="utf-8") as script:
            script.write(write_activation())
        (BUILDING / RECORD).write_text(json.dumps(wanted), encoding="utf-8")
    except BaseException:
        remove(BUILDING)
        raise


def run(command: Sequence[str], lock: IO[str]) -> None:
    """Run a step of the install; what it says goes to the terminal."""
    if subprocess.run(command, cwd=ROOT, pass_fds=[lock.fileno()], check=False).returncode:  # noqa: S603
        before = "; the one that was there still works" if ENVIRONMENT.exists() else ""
        raise InstallError(
            f"The environment cannot be made, for the reason above{before}. Mend it and run make install again.",
            EXIT_BROKEN,
        )


def install_with_uv(python: str, lock: IO[str]) -> bool:
    """Install the locked versions with uv, which takes a fraction of pip's time.

    Args:
        python: The environment's Python.
        lock: The lock.

    Returns:
        Whether that worked. It does not where uv cannot be had, or where only pip is configured for the package index;
        pip then says what is wrong, if anything is.
    """
    if not INSTALLER_LOCKED.exists():
        return False
    uv_install = ("-m", "uv", "pip", "install", "--python", python, "--no-deps", "--compile-bytecode")
    steps = ((*PIP_INSTALL, str(INSTALLER_LOCKED)), (*uv_install, str(LOCKED)))
    return all(
        subprocess.run(  # noqa: S603
            [python, *options, "--require-hashes", "--requirement", locked],
            cwd=ROOT,
            pass_fds=[lock.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        ).returncode
        == 0
        for *options, locked in steps
    )


def rename_in_scripts() -> None:
    """Name the place that the environment will have where its files name the place in which it was built."""
    built, final = (os.fsencode(f"/{folder.name}") for folder in (BUILDING, ENVIRONMENT))
    for path in [BUILDING / "pyvenv.cfg", *(BUILDING / "bin").iterdir()]:
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if built in content:
            path.write_bytes(content.replace(built, final))


def write_activation() -> str:
    """Write what activating the environment adds: where dbt finds the project, and its connections."""
    root = shlex.quote(str(ROOT))
    return (
        f"export DBT_PROJECT_DIR={root}/dbt_project\n"
        f"if [ -f {root}/profiles.yml ]; then own={root}; else own={root}/dbt_project; fi\n"
        'export DBT_PROFILES_DIR="${DBT_PROFILES_DIR:-$own}"\n'
        "unset own\n"
    )


def swap_in() -> None:
    """Put the new environment in the present one's place."""
    remove(REPLACED)
    if ENVIRONMENT.exists():
        ENVIRONMENT.rename(REPLACED)
    BUILDING.rename(ENVIRONMENT)


def remove(folder: Path) -> None:
    """Remove a folder of the install's own, if it is there; of a link only the link."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def install_tsql_parser() -> None:
    """Install the parser of T-SQL into a folder of its own; where it cannot be had, say so and go on."""
    wanted = {"content": hashlib.sha256(TSQL_PARSER_LOCKED.read_bytes()).hexdigest()}
    if read_record(TSQL_PARSER) == wanted:
        return
    with hold_lock() as lock:
        if read_record(TSQL_PARSER) == wanted:
            return
        remove(TSQL_PARSER)
        options = ["--require-hashes", "--only-binary", ":all:", "--target", str(TSQL_PARSER)]
        command = [
            str(ENVIRONMENT / "bin" / "python"),
            *PIP_INSTALL,
            *options,
            "--requirement",
            str(TSQL_PARSER_LOCKED),
        ]
        if subprocess.run(command, cwd=ROOT, pass_fds=[lock.fileno()], check=False).returncode:  # noqa: S603
            remove(TSQL_PARSER)
            print("Microsoft's parser of T-SQL cannot be had here: what it would parse is skipped.")
        else:
            (TSQL_PARSER / RECORD).write_text(json.dumps(wanted), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
