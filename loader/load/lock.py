"""One writer at a time: a load has its warehouse to itself from before it touches anything to its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from loader.destinations import Destination
from loader.errors import BusyError, MendableError
from loader.report.progress import Progress

# Whoever may write to the warehouse may lock it, whichever of them made the file.
_MODE = 0o666
# A lock file that its holder removes just then is made anew.
_TRIES = 3


@contextmanager
def hold_warehouse(destination: Destination, progress: Progress) -> Iterator[None]:
    """Lock a warehouse and open it to write while the block runs: what every load begins with.

    Loads within the block are part of it: they neither wait for it, nor let anybody in between them.

    Args:
        destination: The warehouse.
        progress: Told what is waited for.

    Raises:
        BusyError: If another load, or another program, is using the warehouse; nothing is touched then.
        MendableError: If the user can mend why it cannot be written to.
        LoaderError: If the warehouse is broken.
    """
    with lock_warehouse(destination), destination.open_to_write(progress):
        yield


@contextmanager
def lock_warehouse(destination: Destination) -> Iterator[None]:
    """Keep all other loads of this machine away from a warehouse and its work folder while the block runs.

    The lock is the operating system's: it ends with the process that holds it, however that ends. The thread that
    holds it may take it again. Other programs, such as dbt, are not kept away.

    Args:
        destination: The warehouse.

    Raises:
        BusyError: If another load holds the lock.
        MendableError: If the folder takes no lock file.
    """
    path = destination.lock_file
    lock = FileLock(path, mode=_MODE, blocking=False, is_singleton=True, fallback_to_soft=False, on_acquired=_sign)
    is_first = not lock.is_locked
    _acquire(lock, path, destination)
    try:
        yield
    finally:
        if is_first:
            # Removed while it is locked: whoever opened it meanwhile sees that it has no name any more.
            with suppress(OSError):
                path.unlink()
        lock.release()


def _acquire(lock: FileLock, path: Path, destination: Destination) -> None:
    reason = "it takes no new files"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(_TRIES):
            try:
                lock.acquire()
            except Timeout:
                if path.exists():
                    raise _build_busy_error(path, destination) from None
            else:
                return
    except OSError as error:
        reason = error.strerror or reason
    raise MendableError(
        f"{path.parent} cannot be written to ({reason}), which a load into {destination.address} needs: make it "
        f"writable, or {destination.elsewhere}."
    )


def _build_busy_error(path: Path, destination: Destination) -> BusyError:
    process = _read_process(path)
    holder = f" (process {process})" if process else ""
    return BusyError(
        f"{destination.address} is in use: another load is writing to it{holder}. Run this again when it has finished."
    )


def _sign(descriptor: int) -> None:
    """Write into the lock file which process holds it; a full disk is no reason not to load."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, str(os.getpid()).encode())


def _read_process(path: Path) -> int | None:
    """Read which process holds the lock; None if it is just taking or leaving it."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
