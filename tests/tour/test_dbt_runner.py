"""dbt in a process of its own: what it runs, what it leaves open, and how it ends."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from dbt_runner import Dbt, DbtError
from loader.errors import UserError
from tests.conftest import DEMO_LOADER, ROOT, read_rows, run_process


@pytest.fixture
def small(make_once, warehouse, tmp_path, tmp_path_factory, monkeypatch):
    """A warehouse of a small made-up world; what dbt parsed for one test is good for the next."""
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path_factory.getbasetemp() / "dbt_runner" / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    for name in ("DBT_PROJECT_DIR", "DBT_PROFILES_DIR"):
        monkeypatch.delenv(name, raising=False)

    def fill(folder):
        result = run_process(
            "--quiet", "--artists", 10, ECHOSTREAM_DUCKDB=str(folder / warehouse.name), program=DEMO_LOADER
        )
        assert result.exit_code == 0, result.errors

    shutil.copytree(make_once("loaded", fill), warehouse.parent)
    # The same text in every test: dbt parses anew when a variable of its profile has changed.
    monkeypatch.setenv("ECHOSTREAM_DUCKDB", str(warehouse.relative_to(tmp_path)))
    return warehouse


@pytest.mark.deep
def test_it_runs_commands_and_leaves_the_file_free_after_each(small):
    finished = []
    with Dbt() as dbt:
        dbt.run("run", "--select", "+dim_date", on_progress=lambda *counts: finished.append(counts))
        # Both this process and others can open it to write.
        with duckdb.connect(str(small)) as connection:
            connection.execute("create table mine as select 1 as a")
        result = run_process("--quiet", "--artists", 10, program=DEMO_LOADER)
        assert result.exit_code == 0, result.errors
        dbt.run("run", "--select", "stg_spotify__artists")
        with pytest.raises(DbtError, match="dbt run failed"):
            dbt.run("run", "--select", "dim_artist")
        assert read_rows(small, "select count(*) > 0 from marts.dim_date") == [(True,)]
        dbt.run("ls", "--select", "dim_artist")
    assert finished == [(done, len(finished)) for done in range(1, len(finished) + 1)]
    assert finished


def test_what_is_wrong_is_said_without_a_traceback(small, monkeypatch):
    with Dbt() as dbt, pytest.raises(DbtError) as raised:
        dbt.run("run-operation", "no_such_macro")
    assert "no_such_macro" in str(raised.value)
    assert "Traceback" not in str(raised.value)
    monkeypatch.setenv("ECHOSTREAM_DUCKDB_MEMORY", "lots")
    with pytest.raises(UserError, match="ECHOSTREAM_DUCKDB_MEMORY is not an amount of memory"):
        Dbt()


def test_a_project_that_cannot_be_read_fails_every_command(small, monkeypatch, tmp_path):
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path))
    with Dbt() as dbt:
        for _ in range(2):
            with pytest.raises(DbtError, match=r"dbt build failed:(.|\n)*dbt_project\.yml"):
                dbt.run("build")


@pytest.mark.deep
def test_its_death_is_one_error(small):
    with Dbt() as dbt:
        dbt.run("ls", "--select", "dim_artist")
        os.kill(dbt._process.pid, signal.SIGKILL)
        with pytest.raises(DbtError, match="its process was killed by signal 9"):
            dbt.run("build")


def wait_until_gone(pid):
    """Wait until a process has ended, whether or not anybody has asked yet what came of it; returns whether it did."""
    process = Path(f"/proc/{pid}")
    for _ in range(300):
        try:
            state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
            # The first thread may end before the others, which have the files open.
            if state == "Z" and len(list((process / "task").iterdir())) == 1:
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.deep
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_its_parent_in_the_middle_of_a_command(small, end):
    code = (
        "from dbt_runner import Dbt\n"
        "with Dbt() as dbt:\n"
        "    print(dbt._process.pid, flush=True)\n"
        "    dbt.run('run', on_progress=lambda *_: print('busy', flush=True))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as parent:
        child = int(parent.stdout.readline())
        assert parent.stdout.readline() == "busy\n"
        parent.send_signal(end)
        parent.wait()
        assert wait_until_gone(child)
    with duckdb.connect(str(small)) as connection:
        assert connection.execute("select count(*) > 0 from raw_spotify.artists").fetchone() == (True,)


@pytest.mark.deep
def test_too_little_memory_says_what_to_set(small, monkeypatch):
    monkeypatch.setenv("ECHOSTREAM_DUCKDB_MEMORY", "2MiB")
    with Dbt() as dbt, pytest.raises(DbtError, match="set ECHOSTREAM_DUCKDB_MEMORY to more") as raised:
        dbt.run("run", "--select", "+dim_date")
    assert raised.value.exit_code == 2
    assert len(str(raised.value).splitlines()) == 1
