"""`python -m local_api`: what it prints, and how it takes bad input."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest
import requests

from local_api.__main__ import main
from tests.conftest import ROOT


@pytest.fixture
def run():
    """Start the command on a free port and give back the process with the addresses it printed."""
    processes = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "local_api", "--port", "0", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        lines = []
        while not lines or not lines[-1].startswith("Ctrl-C"):
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read()
        return process, dict(re.findall(r"export (\w+)=(\S+)", "".join(lines))), "".join(lines)

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_it_prints_what_a_client_needs_and_ends_at_ctrl_c(run):
    process, settings, printed = run("--mode", "dev", "--day", "2026-09-07", "--artists", "12")
    token = requests.post(
        f"{settings['SPOTIFY_ACCOUNTS_URL']}/api/token",
        data={"grant_type": "client_credentials"},
        auth=(settings["SPOTIFY_CLIENT_ID"], settings["SPOTIFY_CLIENT_SECRET"]),
        timeout=5,
    ).json()["access_token"]
    example = re.search(r"http\S+/v1/artists/\w{22}", printed).group()
    artist = requests.get(example, headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert artist.status_code == 200
    assert "popularity" not in artist.json()
    features = requests.get(f"{settings['RECCOBEATS_API_URL']}audio-features?ids=x", timeout=5)
    assert features.json() == {"content": []}

    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "Answered 3 calls." in output
    assert errors == ""


def test_its_example_works_as_printed(run):
    _, _, printed = run("--tracks", "500")
    script = printed.split("Try it:")[1].split("Ctrl-C")[0]
    answer = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True, timeout=20)
    assert '"type":"artist"' in answer.stdout


def test_faults_can_be_switched_on(run):
    _, settings, _ = run("--fault-rate", "1", "--faults", "unavailable,server_error")
    statuses = {requests.get(settings["SPOTIFY_API_URL"], timeout=5).status_code for _ in range(20)}
    assert statuses == {500, 503}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--day", "2026-02-30"], "not a date"),
        (["--folder", "nowhere"], "not a folder"),
        (["--folder", "."], "holds no file named"),
        (["--artists", "0"], "must be between"),
        (["--tracks", "-5"], "at least 1"),
        (["--artists", "many"], "invalid int"),
        (["--port", "70000"], "not a port"),
        (["--mode", "premium"], "invalid choice"),
        (["--fault-rate", "2"], "not a share"),
        (["--faults", "earthquake"], "no fault is called"),
        (["--fault"], "ambiguous"),
    ],
)
def test_bad_input_is_answered_in_one_line(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    try:
        exit_code = main(arguments)
    except SystemExit as end:
        exit_code = end.code
    errors = capsys.readouterr().err
    assert exit_code == 2
    assert words in errors
    assert errors.count("\n") == 1


def test_a_port_in_use_is_told_in_one_line(connect, world, capsys):
    port = connect(world).server.accounts_url.rsplit(":", 1)[1]
    assert main(["--port", port]) == 2
    assert capsys.readouterr().err == (
        f"python -m local_api: port {port} of 127.0.0.1 cannot be used: Address already in use.\n"
    )


def test_a_day_before_the_folders_first_is_told_in_one_line(tmp_path, capsys):
    (tmp_path / "2025-06-02.json").write_text('{"artists": [], "albums": [], "tracks": []}')
    assert main(["--folder", str(tmp_path), "--day", "2025-06-01"]) == 2
    assert "its first day is 2025-06-02" in capsys.readouterr().err
