"""Logging in, from the address that opens in the browser to the refresh token; nothing else tells a secret."""

import socket
import threading
import webbrowser
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from loader.spotify.login import save_refresh_token
from loader.spotify.sign_in import SCOPES
from local_api import faults
from local_api.server import CLIENT_ID, serve
from tests.conftest import read_rows, run_process
from tests.loader.listening.conftest import DAY


@pytest.fixture
def redirect_uri():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/callback"


@pytest.fixture
def server(open_server, monkeypatch):
    with open_server() as server:
        monkeypatch.delenv("SPOTIFY_REFRESH_TOKEN")
        monkeypatch.delenv("SPOTIFY_CLIENT_SECRET")
        yield server


@pytest.fixture
def browse(monkeypatch):
    """Lets a browser follow the address that opens, its requests changed by the given function."""

    def use(change=lambda address: address):
        def browse_to(address):
            def follow():
                answer = requests.get(address, allow_redirects=False, timeout=10)
                target = answer.headers.get("Location")
                # A browser asks for the page's icon, too.
                origin = "/".join(target.split("/")[:3])
                assert requests.get(f"{origin}/favicon.ico", timeout=10).status_code == 404
                assert "EchoStream" in requests.get(change(target), timeout=10).text

            threading.Thread(target=follow, daemon=True).start()
            return True

        monkeypatch.setattr(webbrowser, "open", browse_to)

    return use


@pytest.fixture
def paste(monkeypatch):
    """Lets a person paste the address that their browser ended at, changed by the given function."""

    def use(capsys, change=lambda address: address):
        def read():
            address = next(line for line in capsys.readouterr().out.splitlines() if "/authorize?" in line)
            return change(requests.get(address, allow_redirects=False, timeout=10).headers["Location"])

        monkeypatch.setattr("builtins.input", read)

    return use


def change_query(address, **changes):
    base, _, query = address.partition("?")
    fields = {**dict(parse_qsl(query)), **changes}
    return f"{base}?{urlencode({name: value for name, value in fields.items() if value is not None})}"


def check_one_line(result, *words):
    assert result.exit_code == 2, result.errors
    assert len(result.errors.strip().splitlines()) == 1, result.errors
    for word in words:
        assert word in result.errors


def read_token(output):
    (line,) = [line for line in output.splitlines() if "SPOTIFY_REFRESH_TOKEN" in line]
    return line.partition("export SPOTIFY_REFRESH_TOKEN=")[2]


def test_a_login_in_the_browser_gives_a_token_that_loads(server, browse, load, redirect_uri, warehouse, monkeypatch):
    browse()
    result = load("login", "--redirect-uri", redirect_uri)
    assert (result.exit_code, result.errors) == (0, "")
    (question,) = [call for call in server.calls.log if call.endpoint == "GET /authorize"]
    asked = dict(parse_qsl(urlsplit(question.target).query))
    assert set(asked.pop("scope").split()) == set(SCOPES)
    assert asked.pop("state")
    assert asked.pop("code_challenge")
    assert asked == {
        "client_id": CLIENT_ID,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "code_challenge_method": "S256",
    }
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", read_token(result.output))
    assert load("listening", "--quiet", "--as-of", DAY).exit_code == 0
    assert read_rows(warehouse, "select count(*) from raw_spotify.plays") == [(50,)]


def test_a_login_without_a_browser_takes_the_pasted_address(server, paste, load, redirect_uri, capsys):
    paste(capsys)
    result = load("login", "--headless", "--redirect-uri", redirect_uri)
    assert (result.exit_code, result.errors) == (0, "")
    assert read_token(result.output)
    assert server.calls.by_endpoint == {"GET /authorize": 1, "POST /api/token": 1}


def test_a_token_is_saved_only_if_asked_and_then_not_shown(server, browse, load, redirect_uri, tmp_path):
    secrets = tmp_path / ".dlt" / "secrets.toml"
    browse()
    assert load("login", "--redirect-uri", redirect_uri).exit_code == 0
    assert not secrets.exists()
    secrets.parent.mkdir()
    secrets.write_text("# mine\n[sources.spotify]\nclient_id = 'x'  # the app\n\n[other]\nkey = 1\n")
    result = load("login", "--save", "--redirect-uri", redirect_uri)
    assert result.exit_code == 0
    assert ".dlt/secrets.toml" in result.output
    assert "SPOTIFY_REFRESH_TOKEN" not in result.output
    text = secrets.read_text()
    token = text.partition('refresh_token = "')[2].partition('"')[0]
    assert len(token) > 50
    assert token not in result.output
    for kept in ("# mine", "client_id = 'x'  # the app", "[other]\nkey = 1"):
        assert kept in text
    assert secrets.stat().st_mode & 0o077 == 0


def test_a_saved_token_is_found_by_the_load(server, browse, redirect_uri, load, tmp_path):
    browse()
    assert load("login", "--save", "--redirect-uri", redirect_uri).exit_code == 0
    # As a process of its own, which is when `.dlt/` is read.
    result = run_process("listening", "--quiet", "--as-of", DAY)
    assert (result.exit_code, result.errors) == (0, "")


def test_a_saved_token_replaces_the_one_before(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for token in ("first", "second"):
        file = save_refresh_token(token)
    assert file.read_text() == '[sources.spotify]\nrefresh_token = "second"\n'


def test_a_broken_secrets_file_is_found_before_anybody_is_asked(server, load, tmp_path):
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "secrets.toml").write_text("[sources.spotify\n")
    result = load("login", "--save")
    check_one_line(result, "secrets.toml", "cannot be read")
    assert not server.calls.total


def test_who_says_no_gets_no_token(server, browse, load, redirect_uri):
    server.refuse_authorizations()
    browse()
    check_one_line(load("login", "--redirect-uri", redirect_uri), "you did not allow it")
    assert not server.calls.count("POST /api/token")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "another"}, "another state"),
        ({"state": None}, "another state"),
        ({"code": None}, "no code"),
        ({"code": "made-up"}, "Invalid authorization code"),
        ({"code": None, "error": "server_error"}, "server_error"),
    ],
)
def test_an_answer_to_something_else_is_refused(server, browse, load, redirect_uri, changes, words):
    browse(lambda address: change_query(address, **changes))
    check_one_line(load("login", "--redirect-uri", redirect_uri), words)


@pytest.mark.parametrize("pasted", ["", "hello", "https://example.com/callback?code=a&state=b", "http://[::1", "é"])
def test_a_pasted_address_of_something_else_is_refused(server, paste, load, redirect_uri, capsys, pasted):
    paste(capsys, lambda _: pasted)
    check_one_line(load("login", "--headless", "--redirect-uri", redirect_uri), "not the address", redirect_uri)


def test_nothing_to_paste_from_is_told(server, load, redirect_uri, monkeypatch):
    def end():
        raise EOFError

    monkeypatch.setattr("builtins.input", end)
    check_one_line(load("login", "--headless", "--redirect-uri", redirect_uri), "No address was pasted")


def test_a_browser_that_never_comes_back_is_not_waited_for_for_ever(server, load, redirect_uri, monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    result = load("login", "--timeout", 1, "--redirect-uri", redirect_uri)
    check_one_line(result, "No answer came within 1 seconds", "--headless")


def test_a_port_in_use_is_told(server, load):
    address = f"{server.accounts_url}/callback"
    check_one_line(load("login", "--redirect-uri", address), "cannot be used", "--redirect-uri", "--headless")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://localhost:8765/callback", "does not take localhost"),
        ("https://example.com/callback", "not a redirect URI on this machine"),
        ("http://127.0.0.1/callback", "not a redirect URI on this machine"),
        ("http://127.0.0.1:99999/callback", "not a redirect URI on this machine"),
        ("http://[", "not a redirect URI on this machine"),
        ("", "not a redirect URI on this machine"),
    ],
)
def test_a_redirect_uri_that_cannot_work_is_refused(server, load, address, words):
    check_one_line(load("login", "--redirect-uri", address), words)
    assert not server.calls.total


def test_a_login_needs_to_know_the_app(server, load, monkeypatch):
    monkeypatch.delenv("SPOTIFY_CLIENT_ID")
    result = load("login")
    check_one_line(result, "SPOTIFY_CLIENT_ID")
    assert "SECRET" not in result.errors


def test_what_was_not_allowed_is_told(world, listener, browse, point_at, load, redirect_uri, warehouse):
    with serve(world, day=DAY, listener=listener, scopes=("user-top-read",)) as server:
        point_at(server)
        browse()
        result = load("login", "--redirect-uri", redirect_uri)
    assert result.exit_code == 0
    assert "user-library-read" in result.errors
    assert "user-top-read" not in result.errors


@pytest.mark.parametrize("fault", [faults.SERVER_ERROR, faults.HTML_PAGE, faults.CUT_JSON, faults.DROPPED])
def test_an_accounts_service_out_of_order_is_told_in_one_line(server, browse, load, redirect_uri, fault):
    server.faults = faults.Script([("POST /api/token", None, fault)])
    browse()
    result = load("login", "--redirect-uri", redirect_uri)
    assert result.exit_code == 1
    assert len(result.errors.strip().splitlines()) == 1
    assert "no sensible answer" in result.errors
    assert "SPOTIFY_REFRESH_TOKEN" not in result.output
