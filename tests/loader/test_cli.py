"""The command line: each wrong input gets one clear line, its exit code, and leaves the warehouse as it was."""

import hashlib
from datetime import date

import pytest

from local_api import faults
from local_api.catalogue import FIRST_DAY
from local_api.server import serve
from tests.conftest import open_elsewhere, read_raw, read_rows, run_process

UNKNOWN_ID = "0" * 22


def check_one_line(result, exit_code, *words):
    assert result.exit_code == exit_code, result.errors
    assert result.output == ""
    assert len(result.errors.strip().splitlines()) == 1, result.errors
    for word in words:
        assert word in result.errors


def fingerprint(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_artist_is_loaded_and_the_summary_tells_rows_calls_and_time(server, world, warehouse, load):
    result = load("--artist", world.artist_ids()[0], "--as-of", FIRST_DAY)
    assert result.exit_code == 0, result.errors
    assert "tracks" in result.output
    assert f"{server.calls.count('GET /v1/*')} calls" in result.output
    assert read_rows(warehouse, "select id from raw_spotify.artists") == [(world.artist_ids()[0],)]


def test_artists_come_from_the_configuration_where_none_is_named(server, world, warehouse, tmp_path):
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "config.toml").write_text(f'[sources.spotify]\nartists = ["{world.artist_ids()[1]}"]\n')
    assert run_process("--as-of", FIRST_DAY).exit_code == 0
    assert read_rows(warehouse, "select id from raw_spotify.artists") == [(world.artist_ids()[1],)]


@pytest.mark.parametrize("text", ['[sources.spotify]\nartists = "Oasis"\n', "[sources.spotify\n"])
def test_a_configuration_that_cannot_be_read_is_named(server, warehouse, tmp_path, text):
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "config.toml").write_text(text)
    check_one_line(run_process(), 2, "config.toml")


def test_an_artist_is_found_by_name(server, world, warehouse, load):
    artist_id = world.artist_ids()[2]
    name = world.on(FIRST_DAY).artist(artist_id)["name"]
    assert load("--artist", name, "--as-of", FIRST_DAY).exit_code == 0
    assert read_rows(warehouse, "select id, name from raw_spotify.artists") == [(artist_id, name)]


def test_quiet_prints_nothing(server, world, load):
    result = load("--quiet", "--artist", world.artist_ids()[0], "--as-of", FIRST_DAY)
    assert (result.exit_code, result.output, result.errors) == (0, "", "")


@pytest.mark.deep
def test_loading_a_day_again_changes_no_row(server, world, warehouse, load):
    load("--artist", world.artist_ids()[0], "--as-of", FIRST_DAY)
    rows = read_raw(warehouse)
    stamps = read_rows(warehouse, "select id, loaded_at from raw_spotify.tracks order by id")
    again = load("--artist", world.artist_ids()[0], "--as-of", FIRST_DAY)
    assert again.exit_code == 0
    assert read_raw(warehouse) == rows
    assert read_rows(warehouse, "select id, loaded_at from raw_spotify.tracks order by id") == stamps


def test_ctrl_c_before_the_load_begins_is_one_line_too(monkeypatch, warehouse, load):
    def stop():
        raise KeyboardInterrupt

    monkeypatch.setattr("loader.cli.read_api_settings", stop)
    result = load("--artist", "any")
    assert (result.exit_code, result.errors.strip()) == (75, "Stopped: run the load again to go on.")


def test_without_artists(warehouse, load):
    check_one_line(load(), 2, "--artist", ".dlt/config.toml")


def test_without_credentials(warehouse, load):
    check_one_line(load("--artist", UNKNOWN_ID), 2, "SPOTIFY_CLIENT_ID", "tour load")
    assert not warehouse.exists()


def test_with_wrong_credentials(server, monkeypatch, warehouse, load):
    monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", "wrong-secret")
    result = load("--artist", UNKNOWN_ID)
    check_one_line(result, 2, "credentials", "SPOTIFY_CLIENT_SECRET")
    assert "wrong-secret" not in result.errors
    assert not warehouse.exists()


def test_with_an_unknown_artist(server, warehouse, load):
    check_one_line(load("--artist", UNKNOWN_ID), 2, UNKNOWN_ID)
    assert not warehouse.exists()


def test_one_unknown_artist_among_others_leaves_the_warehouse_as_it_was(server, world, warehouse, load):
    load("--artist", world.artist_ids()[0], "--as-of", FIRST_DAY)
    before = read_raw(warehouse)
    check_one_line(load("--artist", world.artist_ids()[1], "--artist", UNKNOWN_ID), 2, UNKNOWN_ID)
    assert read_raw(warehouse) == before


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2026-02-30", "07.09.2026", ""])
def test_with_a_bad_date(warehouse, load, day):
    check_one_line(load("--artist", UNKNOWN_ID, "--as-of", day), 2, "--as-of", "YYYY-MM-DD")


def test_with_a_day_in_the_future(warehouse, load):
    check_one_line(load("--artist", UNKNOWN_ID, "--as-of", date(2999, 1, 1)), 2, "future")


def test_with_an_unreachable_server(server, monkeypatch, warehouse, load):
    monkeypatch.setattr("loader.spotify.client._BACKOFF", 0.001)
    server.stop()
    check_one_line(load("--artist", UNKNOWN_ID), 1, server.api_url, "SPOTIFY_API_URL")
    assert not warehouse.exists()


@pytest.mark.parametrize("address", ["api.spotify.com/v1", "ftp://api.spotify.com/v1", "http://[", "https://"])
def test_with_an_address_that_is_none(server, monkeypatch, load, address):
    monkeypatch.setenv("SPOTIFY_API_URL", address)
    check_one_line(load("--artist", UNKNOWN_ID), 2, "SPOTIFY_API_URL")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--bogus",), "--bogus"),
        (("--destination", "oracle", "--artist", UNKNOWN_ID), "oracle"),
        (("bogus",), "bogus"),
        (("--artist", UNKNOWN_ID, "listening"), "listening"),
        (("--max-calls", "5", "listening"), "listening"),
    ],
)
def test_with_words_that_mean_nothing(server, load, arguments, word):
    check_one_line(load(*arguments), 2, word)


def test_with_a_read_only_file(server, world, warehouse, load):
    load("--artist", world.artist_ids()[0], "--as-of", FIRST_DAY)
    before = fingerprint(warehouse)
    warehouse.chmod(0o444)
    check_one_line(load("--artist", world.artist_ids()[0]), 2, str(warehouse), "read-only")
    assert fingerprint(warehouse) == before


def test_with_a_folder_that_takes_no_file(server, monkeypatch, load):
    monkeypatch.setenv("ECHOSTREAM_DUCKDB", "/proc/echostream.duckdb")
    check_one_line(load("--artist", UNKNOWN_ID), 2, "/proc/echostream.duckdb")


def test_with_a_folder_in_the_files_place(server, tmp_path, monkeypatch, load):
    monkeypatch.setenv("ECHOSTREAM_DUCKDB", str(tmp_path))
    check_one_line(load("--artist", UNKNOWN_ID), 2, "is a folder")


def test_with_a_corrupt_file(server, warehouse, load):
    warehouse.parent.mkdir()
    warehouse.write_bytes(b"this is not a warehouse" * 1000)
    before = fingerprint(warehouse)
    check_one_line(load("--artist", UNKNOWN_ID), 1, str(warehouse), "damaged")
    assert fingerprint(warehouse) == before


def test_with_a_file_that_another_program_has_open(server, warehouse, load):
    warehouse.parent.mkdir()
    with open_elsewhere(warehouse) as process:
        check_one_line(load("--artist", UNKNOWN_ID), 75, "in use", f"process {process}", "close it")
    assert server.calls.count("*") == 0, "Spotify is not asked in vain"


@pytest.mark.deep
def test_made_up_and_real_data_do_not_mix(server, world, warehouse, load, load_demo):
    assert load_demo("--artists", "10", "--as-of", FIRST_DAY, "--quiet").exit_code == 0
    before = fingerprint(warehouse)
    check_one_line(load("--artist", world.artist_ids()[0]), 2, "demo", "ECHOSTREAM_DUCKDB")
    assert fingerprint(warehouse) == before


def test_an_app_that_spotify_refuses_is_told_what_spotify_said(server, warehouse, load):
    server.faults = faults.Script([("GET /v1/*", None, faults.PREMIUM_REQUIRED)])
    check_one_line(load("--artist", UNKNOWN_ID), 2, "premium subscription")
    assert not warehouse.exists()


def test_a_used_up_quota_stops_the_load_with_the_code_for_going_on_later(server, world, warehouse, load):
    server.faults = faults.Script([("GET /v1/artists/{id}/albums", None, faults.QUOTA_EXCEEDED)])
    result = load("--artist", world.artist_ids()[0], "--quiet")
    check_one_line(result, 75, "quota", "14 hours")
    assert read_rows(warehouse, "select count(*) from raw_spotify.artists") == [(1,)], "what came before is kept"


def test_a_short_wait_is_obeyed_and_an_expired_token_renewed(server, world, warehouse, load):
    server.faults = faults.Script(
        [
            ("GET /v1/artists/{id}/albums", 1, faults.RATE_LIMITED.with_retry_after(0)),
            ("GET /v1/albums", 1, faults.TOKEN_EXPIRED),
        ]
    )
    assert load("--artist", world.artist_ids()[0], "--as-of", FIRST_DAY).exit_code == 0
    assert server.calls.count("POST /api/token") == 2


def test_no_output_holds_the_secret_or_the_token(world, point_at, monkeypatch, warehouse):
    with serve(world, day=FIRST_DAY, client_secret="do-not-show") as server:  # noqa: S106
        point_at(server)
        monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", "do-not-show")
        result = run_process("--artist", world.artist_ids()[0], "--as-of", FIRST_DAY, RUNTIME__LOG_LEVEL="DEBUG")
    assert result.exit_code == 0
    assert "do-not-show" not in result.output + result.errors
    assert "Bearer" not in result.output + result.errors


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("--help",), "--as-of"),
        (("history", "--help"), "--keep-personal-data"),
        (("dataset", "--help"), "--dry-run"),
    ],
)
def test_help_explains_itself(load, arguments, option):
    result = load(*arguments)
    assert result.exit_code == 0
    assert "Example" in result.output
    assert option in result.output
