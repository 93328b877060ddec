"""Audio features of what is played: asked for once, of whoever tells them, and never in the way of the listening."""

import json
from datetime import timedelta

import pytest

from local_api import faults
from tests.conftest import read_rows
from tests.loader.files.conftest import make_play
from tests.loader.listening.conftest import DAY, Changed

SPOTIFY = "GET /v1/audio-features"
RECCOBEATS = "GET /reccobeats/v1/audio-features"


def read_ids(warehouse, condition="true", table="audio_features"):
    return {id_ for (id_,) in read_rows(warehouse, f"select track_id from raw_spotify.{table} where {condition}")}


@pytest.mark.deep
@pytest.mark.parametrize(("mode", "provider"), [("extended", "spotify"), ("dev", "reccobeats")])
def test_what_was_played_gets_the_features_that_anybody_tells(mode, provider, open_server, hear, warehouse):
    with open_server(mode=mode) as server:
        assert hear("--quiet").exit_code == 0
        played = read_ids(warehouse, table="plays")
        assert read_ids(warehouse) == played, "not what was merely saved or stands in a playlist"
        told = read_rows(warehouse, "select distinct provider from raw_spotify.audio_features where is_known")
        assert (provider,) in told
        assert server.calls.count(SPOTIFY) == 1

        server.calls.reset()
        assert hear("--quiet").exit_code == 0
        assert (server.calls.count(SPOTIFY), server.calls.count(RECCOBEATS)) == (0, 0)


@pytest.mark.deep
def test_what_nobody_knew_is_asked_again_after_a_month(open_server, listener, hear, warehouse):
    with open_server(Changed(listener, plays=listener.on(DAY).plays()), mode="dev") as server:
        assert hear("--quiet").exit_code == 0
        unknown = read_ids(warehouse, "not is_known")
        assert unknown
        for days, asked in ((29, 0), (30, 1)):
            server.day = DAY + timedelta(days=days)
            server.calls.reset()
            assert hear("--quiet", day=server.day).exit_code == 0
            assert server.calls.count(RECCOBEATS) == asked
    assert read_ids(warehouse, f"observed_on = '{server.day}'") == unknown


@pytest.mark.deep
def test_what_an_export_tells_is_asked_about_too(open_server, listener, load, hear, warehouse, tmp_path):
    played = {play["track"]["id"] for play in listener.on(DAY).plays()}
    other = next(item["track"]["id"] for item in listener.on(DAY).saved_tracks() if item["track"]["id"] not in played)
    export = tmp_path / "Streaming_History_Audio_2024_1.json"
    export.write_text(json.dumps([make_play(uri=f"spotify:track:{id_}") for id_ in (other, next(iter(played)))]))
    assert load("history", export).exit_code == 0
    with open_server():
        assert hear("--quiet").exit_code == 0
    assert read_ids(warehouse) == played | {other}


def test_no_features_are_asked_for_if_nobody_wants_them(open_server, hear, warehouse):
    with open_server() as server:
        assert hear("--quiet", "--no-audio-features").exit_code == 0
        assert (server.calls.count(SPOTIFY), server.calls.count(RECCOBEATS)) == (0, 0)
    assert read_ids(warehouse) == set()
    assert len(read_ids(warehouse, table="plays")) > 0


@pytest.mark.deep
def test_reccobeats_being_away_fails_nothing(open_server, hear, warehouse, monkeypatch):
    monkeypatch.setattr("loader.audio_features.reccobeats._BACKOFF", 0.001)
    with open_server(mode="dev") as server:
        server.faults = faults.Script([(RECCOBEATS, None, faults.SERVER_ERROR)])
        result = hear("--quiet")
        assert (result.exit_code, result.errors) == (0, "")
        assert len(read_ids(warehouse, table="plays")) > 0
        assert read_ids(warehouse) == set(), "that nobody answered does not say that there are none"
        ((message,),) = read_rows(warehouse, "select message from raw_spotify.load_runs")
        assert "ReccoBeats" in message

        server.faults = None
        assert hear("--quiet").exit_code == 0
    assert read_ids(warehouse) == read_ids(warehouse, table="plays")
