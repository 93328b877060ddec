"""The demo and every other command at few and many threads of DuckDB, with little memory."""

import pytest

from benchmarks.any_machine import list_commands, run
from benchmarks.load_files import make_file

MEMORY = 2 * 2**30


@pytest.mark.deep
@pytest.mark.parametrize("threads", [1, 64])
def test_every_command_succeeds(threads, tmp_path, monkeypatch):
    for name in ("ECHOSTREAM_DESTINATION", "ECHOSTREAM_WEBHOOK_URL"):
        monkeypatch.delenv(name, raising=False)
    files = [make_file(kind, 50_000, tmp_path) for kind in ("history", "dataset")]
    home = tmp_path / "home"
    home.mkdir()
    for command in list_commands(100, *files):
        # The demo is most of the time, and goes through what the others do on a few rows.
        if command.name == "demo" and threads == 1:
            continue
        assert run(command, home, threads, MEMORY).failure == "", command.name
