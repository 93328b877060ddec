"""`.venv` holds what is locked, and nothing that happens to an install takes away one that works."""

import json
import os
import shutil
import signal
import subprocess
import time
import uuid

import pytest

pytestmark = pytest.mark.deep

ASIDE = (".venv.building", ".venv.replaced")


@pytest.fixture
def checkout(installed):
    """The checkout with its environment as it is locked now."""
    installed.install()
    yield installed
    (installed.folder / "wait").unlink(missing_ok=True)
    (installed.folder / "waiting").unlink(missing_ok=True)


def wait_until_half_built(checkout):
    """Wait until an install that was started is in the midst of it."""
    deadline = time.monotonic() + 120
    while not (checkout.folder / "waiting").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def start_and_stop_halfway(checkout):
    """Start an install of another version, and stop in the midst of it."""
    (checkout.folder / "waiting").unlink(missing_ok=True)
    (checkout.folder / "wait").touch()
    checkout.require(f"word-{uuid.uuid4()}")
    process = checkout.start(start_new_session=True)
    wait_until_half_built(checkout)
    return process


def find_leftovers(checkout):
    return [name for name in ASIDE if (checkout.folder / name).exists()]


def test_programs_start_by_their_final_place(checkout):
    word = checkout.call()
    assert word
    for script in (checkout.environment / "bin").iterdir():
        if not script.is_symlink():
            assert b".venv.building" not in script.read_bytes()
    activated = subprocess.run(
        ["bash", "-euc", 'source .venv/bin/activate; say; echo "$DBT_PROJECT_DIR|$DBT_PROFILES_DIR|$VIRTUAL_ENV"'],
        cwd=checkout.folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    project = checkout.folder / "dbt_project"
    assert activated.split("\n")[:2] == [word, f"{project}|{project}|{checkout.environment}"]
    assert not find_leftovers(checkout)


def test_nothing_changes_while_the_lock_file_says_the_same(checkout):
    before = checkout.environment.stat().st_ino
    os.utime(checkout.folder / "requirements.txt")
    pyproject = checkout.folder / "pyproject.toml"
    pyproject.write_text(pyproject.read_text() + "# an option of a linter\n")
    assert checkout.install() == (0, "")
    assert checkout.environment.stat().st_ino == before


def test_another_lock_file_brings_another_environment(checkout):
    word = f"word-{uuid.uuid4()}"
    checkout.require(word)
    code, _ = checkout.install()
    assert (code, checkout.call()) == (0, word)
    assert not find_leftovers(checkout)


def test_an_environment_of_another_python_is_replaced(checkout):
    record = checkout.environment / ".installed"
    record.write_text(json.dumps({**json.loads(record.read_text()), "python": "cpython-3.10"}))
    before = checkout.environment.stat().st_ino
    assert checkout.install()[0] == 0
    assert checkout.environment.stat().st_ino != before


def test_a_failed_install_leaves_the_old_environment(checkout):
    locked = checkout.folder / "requirements.txt"
    right = locked.read_text()
    word = checkout.call()
    locked.write_text(right.replace("sha256:", "sha256:" + "0" * 64)[: right.index("sha256:") + 71])
    try:
        code, printed = checkout.install()
    finally:
        locked.write_text(right)
    assert code == 1
    assert "the one that was there still works" in printed.splitlines()[-1]
    assert "Traceback" not in printed
    assert checkout.call() == word
    assert not find_leftovers(checkout)


def test_a_killed_install_leaves_the_old_environment_and_the_next_one_heals(checkout):
    word = checkout.call()
    process = start_and_stop_halfway(checkout)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert checkout.call() == word
    assert find_leftovers(checkout) == [".venv.building"]
    (checkout.folder / "wait").unlink()
    assert checkout.install()[0] == 0
    assert checkout.call() != word
    assert not find_leftovers(checkout)


def test_two_installs_at_once_wait_for_each_other(checkout):
    first = start_and_stop_halfway(checkout)
    second = checkout.start()
    assert second.stdout.readline() == "Another make is setting .venv up: waiting for it.\n"
    (checkout.folder / "wait").unlink()
    assert (first.wait(120), second.wait(120)) == (0, 0)
    assert "Setting .venv up" not in second.stdout.read()
    assert checkout.call()


@pytest.mark.parametrize("is_new_whole", [True, False])
def test_a_swap_killed_halfway_is_finished_or_taken_back(checkout, is_new_whole):
    word = checkout.call()
    if is_new_whole:
        checkout.environment.rename(checkout.folder / ".venv.building")
        (checkout.folder / ".venv.replaced").mkdir()
    else:
        checkout.environment.rename(checkout.folder / ".venv.replaced")
        (checkout.folder / ".venv.building").mkdir()
    assert checkout.install() == (0, "")
    assert checkout.call() == word
    assert not find_leftovers(checkout)


def test_a_moved_folder_gets_an_environment_that_names_it(checkout, tmp_path):
    moved = type(checkout)(tmp_path / "moved")
    shutil.copytree(checkout.folder, moved.folder, symlinks=True)
    assert moved.install()[0] == 0
    script = (moved.environment / "bin" / "say").read_text()
    assert str(moved.environment) in script
    assert str(checkout.folder) not in script


@pytest.mark.parametrize("is_dangling", [True, False])
def test_a_link_is_refused_and_what_it_leads_to_is_left_alone(checkout, tmp_path, is_dangling):
    elsewhere = tmp_path / "elsewhere"
    if not is_dangling:
        elsewhere.mkdir()
        (elsewhere / "pyvenv.cfg").write_text("somebody's")
    checkout.environment.rename(checkout.folder / "kept")
    checkout.environment.symlink_to(elsewhere)
    try:
        code, printed = checkout.install()
    finally:
        checkout.environment.unlink()
        (checkout.folder / "kept").rename(checkout.environment)
    assert code == 2
    assert printed == (
        f".venv is a link to {elsewhere}, whose content is left alone: remove the link (rm .venv) and run make again.\n"
    )
    assert elsewhere.exists() != is_dangling


def test_a_folder_of_something_else_is_refused(checkout):
    checkout.environment.rename(checkout.folder / "kept")
    checkout.environment.mkdir()
    mine = checkout.environment / "mine.txt"
    mine.write_text("mine")
    try:
        code, printed = checkout.install()
        assert mine.read_text() == "mine"
    finally:
        shutil.rmtree(checkout.environment)
        (checkout.folder / "kept").rename(checkout.environment)
    assert (code, printed) == (2, ".venv is no virtual environment: move it away and run make again.\n")


def test_a_folder_that_cannot_be_written_is_one_line(checkout):
    checkout.require(f"word-{uuid.uuid4()}")
    lock = checkout.folder / ".venv.lock"
    lock.unlink()
    lock.mkdir()
    try:
        code, printed = checkout.install()
    finally:
        lock.rmdir()
    assert code == 2
    assert printed.startswith("The environment cannot be written: ")
    assert printed.count("\n") == 1
