"""The lock of a warehouse: one holder, whatever the warehouse is called; a dead holder is none; nothing is left."""

import os
import subprocess
import sys

import pytest

from loader.destinations import DuckDb
from loader.errors import BusyError, MendableError
from loader.load.lock import hold_warehouse, lock_warehouse
from loader.report.progress import SilentProgress
from tests.conftest import ROOT, lock_elsewhere, open_elsewhere

NOBODY = 65_534


def try_lock(path):
    with lock_warehouse(DuckDb(path)):
        pass


def test_a_second_load_is_told_whose_the_warehouse_is(warehouse):
    with (
        lock_elsewhere(warehouse),
        pytest.raises(BusyError, match=rf"echostream\.duckdb is in use: another load .*process {os.getpid()}"),
    ):
        try_lock(warehouse)
    try_lock(warehouse)


def test_nothing_is_left_of_a_lock_that_was_released(warehouse):
    try_lock(warehouse)
    assert list(warehouse.parent.iterdir()) == []
    with lock_elsewhere(warehouse), pytest.raises(BusyError):
        try_lock(warehouse)
    assert list(warehouse.parent.iterdir()) == []


def test_the_holder_may_take_it_again_and_keeps_it_afterwards(warehouse):
    with lock_warehouse(DuckDb(warehouse)):
        try_lock(warehouse)
        assert DuckDb(warehouse).lock_file.exists()
        other = subprocess.run(
            [sys.executable, "-c", f"from tests.loader.test_lock import try_lock; try_lock({str(warehouse)!r})"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "BusyError" in other.stderr


@pytest.mark.parametrize(
    "name", ["warehouse/echostream.duckdb", "warehouse/../warehouse/echostream.duckdb", "link", "folder"]
)
def test_all_names_of_a_file_are_one_lock(warehouse, tmp_path, name):
    warehouse.parent.mkdir()
    (tmp_path / "link").symlink_to(warehouse)
    (tmp_path / "folder").symlink_to(warehouse.parent)
    path = f"{name}/echostream.duckdb" if name == "folder" else name
    with lock_elsewhere(warehouse), pytest.raises(BusyError):
        try_lock(tmp_path.joinpath(path).relative_to(tmp_path))
    assert DuckDb(tmp_path / path).work_dir == DuckDb(warehouse).work_dir


def test_two_warehouses_of_a_folder_are_two_locks(warehouse):
    with lock_elsewhere(warehouse):
        try_lock(warehouse.with_name("demo.duckdb"))


def test_a_lock_of_a_process_that_was_killed_is_none(warehouse):
    code = (
        "import os, signal\nfrom pathlib import Path\nfrom loader.destinations import DuckDb\n"
        "from loader.load.lock import lock_warehouse\n"
        f"with lock_warehouse(DuckDb(Path({str(warehouse)!r}))):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert DuckDb(warehouse).lock_file.exists(), "it was held when the process died"
    try_lock(warehouse)
    assert list(warehouse.parent.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["/proc/echostream.duckdb", "file/warehouse/echostream.duckdb", "file/echostream.duckdb"]
)
def test_a_folder_that_takes_no_files_is_named(warehouse, tmp_path, path):
    (tmp_path / "file").touch()
    with pytest.raises(MendableError, match=r"cannot be written to .*ECHOSTREAM_DUCKDB\.$") as refused:
        try_lock(tmp_path / path)
    assert not isinstance(refused.value, BusyError)
    assert "\n" not in str(refused.value)


def run_as_nobody(action):
    """Run something as another user: 0 if it went well, 2 or 75 if it was refused, 1 if it broke."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            action()
            code = 0
        except (BusyError, MendableError) as refused:
            code = refused.exit_code
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only the superuser can be somebody else")
@pytest.mark.parametrize(("folder_mode", "expected"), [(0o777, 0), (0o1777, 0), (0o755, 2)])
def test_another_user_may_lock_what_they_may_write_to(warehouse, tmp_path, folder_mode, expected):
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    warehouse.parent.mkdir()
    warehouse.parent.chmod(folder_mode)
    with lock_elsewhere(warehouse):
        pass  # so that all that is needed has been imported
    assert run_as_nobody(lambda: try_lock(warehouse)) == expected
    # One who was killed has left the file behind.
    DuckDb(warehouse).lock_file.touch()
    DuckDb(warehouse).lock_file.chmod(0o666)
    assert run_as_nobody(lambda: try_lock(warehouse)) == 0
    with lock_elsewhere(warehouse):
        assert run_as_nobody(lambda: try_lock(warehouse)) == 75


def test_a_warehouse_that_is_held_is_open_to_no_other_program(warehouse):
    destination = DuckDb(warehouse)
    connect = f"import duckdb; duckdb.connect({str(warehouse)!r})"

    def try_to_open():
        return subprocess.run([sys.executable, "-c", connect], capture_output=True, text=True, check=False).stderr

    with hold_warehouse(destination, SilentProgress()):
        assert not warehouse.exists(), "none is made before there is something to write"
        destination.keep_out_others()
        assert "Conflicting lock" in try_to_open()
        with hold_warehouse(destination, SilentProgress()):
            pass
        assert "Conflicting lock" in try_to_open(), "a load that is part of another ends without the other"
    assert try_to_open() == ""


def test_a_program_that_opens_a_new_file_first_has_it(warehouse):
    destination = DuckDb(warehouse)
    with (
        hold_warehouse(destination, SilentProgress()),
        open_elsewhere(warehouse) as process,
        pytest.raises(BusyError, match=rf"in use by another program \(python\S*, process {process}\)"),
    ):
        destination.keep_out_others()
    with hold_warehouse(destination, SilentProgress()):
        destination.keep_out_others()
