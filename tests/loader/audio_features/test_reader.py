"""Audio features of tracks: who is asked for them, when again, and what happens when nobody answers."""

from datetime import timedelta

import pytest

from loader.audio_features import reader as reader_module
from loader.audio_features.reccobeats import ReccoBeats
from loader.raw.tables import AUDIO_FEATURES
from local_api import faults
from local_api.catalogue import FIRST_DAY, World
from local_api.server import serve

SPOTIFY_ENDPOINT = "GET /v1/audio-features"
RECCOBEATS_ENDPOINT = "GET /reccobeats/v1/audio-features"


class OddDay:
    """A day of a world on which some audio features are other than they should be."""

    def __init__(self, day, changes):
        self._day = day
        self._changes = changes

    def __getattr__(self, name):
        return getattr(self._day, name)

    def audio_features(self, track_id):
        features = self._day.audio_features(track_id)
        if track_id not in self._changes or features is None:
            return features
        return self._changes[track_id] and {**features, **self._changes[track_id]}


class OddWorld(World):
    changes = {}  # noqa: RUF012 - set by each test

    def on(self, day):
        return OddDay(super().on(day), self.changes)


def count_calls(tracks, most):
    return -(-tracks // most)


def find_known(features, provider):
    return {id_ for (id_, told_by), row in features.items() if told_by == provider and row["is_known"]}


def find_unknown(features, provider):
    return {id_ for (id_, told_by), row in features.items() if told_by == provider and not row["is_known"]}


def pick_told_by_all(world, track_ids):
    """A track whose features both providers have."""
    with serve(world, day=FIRST_DAY) as server:
        client = ReccoBeats(server.reccobeats_url, 0)
        return next(iter(client.fetch_features(track_ids)))


def test_spotify_tells_first_and_reccobeats_is_asked_about_the_rest(
    world, track_ids, features_warehouse, read_features
):
    with serve(world, day=FIRST_DAY) as server:
        reading = read_features(server)
    told = {id_ for id_ in track_ids if world.on(FIRST_DAY).audio_features(id_)}
    features = features_warehouse.read_features()
    assert find_known(features, "spotify") == told
    assert find_unknown(features, "spotify") == set(track_ids) - told != set()
    assert {id_ for id_, provider in features if provider == "reccobeats"} == set(track_ids) - told
    assert server.calls.count(SPOTIFY_ENDPOINT) == count_calls(len(track_ids), 100)
    assert server.calls.count(RECCOBEATS_ENDPOINT) == count_calls(len(track_ids) - len(told), 40)
    assert reading.shortfall is None
    assert reading.reported == {"audio features": len(told)}


def test_values_land_as_they_came(world, track_ids, features_warehouse, read_features):
    with serve(world, day=FIRST_DAY) as server:
        read_features(server)
    view = world.on(FIRST_DAY)
    for (track_id, provider), row in features_warehouse.read_features().items():
        said = view.audio_features(track_id) or {}
        assert {name: row[name] for name in AUDIO_FEATURES} == {name: said.get(name) for name in AUDIO_FEATURES}
        assert row["observed_on"] == FIRST_DAY, provider


def test_undetected_features_are_kept_apart_from_unknown_ones(world, track_ids, features_warehouse, read_features):
    track_id = pick_told_by_all(world, track_ids[:40])
    odd = OddWorld()
    odd.changes = {track_id: {"key": -1, "tempo": 0, "time_signature": 0.0, "mode": None}}
    with serve(odd, day=FIRST_DAY) as server:
        read_features(server)
    row = features_warehouse.read_features()[track_id, "spotify"]
    assert (row["key"], row["tempo"], row["time_signature"], row["mode"]) == (-1, 0.0, 0, None)
    assert row["is_known"]


@pytest.mark.parametrize("mode", ["dev", "extended"])
def test_where_spotify_refuses_reccobeats_is_asked_about_all(mode, world, track_ids, features_warehouse, read_features):
    with serve(world, mode=mode, day=FIRST_DAY, audio_features=False) as server:
        read_features(server)
        assert server.calls.count(SPOTIFY_ENDPOINT) == 1
        assert server.calls.count(RECCOBEATS_ENDPOINT) == count_calls(len(track_ids), 40)
        features = features_warehouse.read_features()
        assert {provider for _, provider in features} == {"reccobeats"}
        assert {id_ for id_, _ in features} == set(track_ids)
        known = find_known(features, "reccobeats")
        assert 0 < len(known) < len(track_ids)
        for id_ in known:
            said = world.on(FIRST_DAY).audio_features(id_)
            assert features[id_, "reccobeats"]["tempo"] == said["tempo"]
            assert features[id_, "reccobeats"]["time_signature"] is None
        server.calls.reset()
        read_features(server)
        assert server.calls.count("*audio-features") == 0, "the refusal is remembered, and so is who has none"


def test_who_has_none_is_asked_again_after_30_days(world, track_ids, features_warehouse, read_features):
    with serve(world, mode="dev", day=FIRST_DAY) as server:
        read_features(server)
        unknown = find_unknown(features_warehouse.read_features(), "reccobeats")
        for days, calls in ((29, 0), (30, count_calls(len(unknown), 40)), (31, 0)):
            server.calls.reset()
            read_features(server, FIRST_DAY + timedelta(days=days))
            assert server.calls.count(RECCOBEATS_ENDPOINT) == calls, days
    observed = {row["observed_on"] for (id_, _), row in features_warehouse.read_features().items() if id_ in unknown}
    assert observed == {FIRST_DAY + timedelta(days=30)}


def test_an_older_day_does_not_ask_about_what_a_newer_one_was_told(world, read_features):
    with serve(world, mode="dev", day=FIRST_DAY) as server:
        read_features(server, FIRST_DAY + timedelta(days=60))
        server.calls.reset()
        read_features(server, FIRST_DAY)
        assert server.calls.count(RECCOBEATS_ENDPOINT) == 0


def test_only_new_tracks_are_asked_about(world, track_ids, features_warehouse, read_features):
    features_warehouse.connection.execute("delete from raw_spotify.tracks where id > ?", [track_ids[99]])
    with serve(world, day=FIRST_DAY) as server:
        read_features(server)
        before = features_warehouse.read_features()
        features_warehouse.add_tracks(track_ids)
        server.calls.reset()
        read_features(server)
        asked = ",".join(call.target.partition("ids=")[2] for call in server.calls.log if "/v1/audio" in call.endpoint)
        assert server.calls.count(SPOTIFY_ENDPOINT) == count_calls(len(track_ids) - 100, 100)
    assert not any(id_ in asked for id_ in track_ids[:100])
    after = features_warehouse.read_features()
    assert {id_ for id_, _ in after} == set(track_ids)
    assert before.items() <= after.items()


@pytest.mark.parametrize("step", [30, 100])
def test_the_size_of_a_step_changes_nothing(step, world, features_warehouse, read_features, monkeypatch):
    with serve(world, day=FIRST_DAY) as server:
        read_features(server)
        whole = features_warehouse.read_features()
        features_warehouse.connection.execute("delete from raw_spotify.audio_features")
        monkeypatch.setattr(reader_module, "_TRACKS_A_STEP", step)
        monkeypatch.setattr("loader.raw.warehouse_state._TRACKS_A_PAGE", 70)
        read_features(server)
    assert features_warehouse.read_features() == whole


@pytest.mark.parametrize(
    "fault",
    [
        faults.SERVER_ERROR,
        faults.HTML_PAGE,
        faults.CUT_JSON,
        faults.CUT_BODY,
        faults.DROPPED,
        faults.TOKEN_EXPIRED,
        faults.PREMIUM_REQUIRED,
        faults.RATE_LIMITED.with_retry_after(86_207),
    ],
    ids=lambda fault: fault.name,
)
def test_reccobeats_being_away_ends_only_the_asking_of_it(
    fault, world, track_ids, features_warehouse, read_features, monkeypatch
):
    monkeypatch.setattr("loader.audio_features.reccobeats._BACKOFF", 0)
    with serve(world, mode="dev", day=FIRST_DAY) as server:
        # The third call and all after it.
        server.faults = faults.Script([(RECCOBEATS_ENDPOINT, range(3, 100), fault)])
        reading = read_features(server)
        assert reading.stopped is None
        assert "ReccoBeats" in reading.shortfall
        assert "\n" not in reading.shortfall
        assert {id_ for id_, _ in features_warehouse.read_features()} == set(track_ids[:80])
        server.faults = None
        server.calls.reset()
        assert read_features(server).shortfall is None
        assert server.calls.count(RECCOBEATS_ENDPOINT) == count_calls(len(track_ids) - 80, 40)
    assert {id_ for id_, _ in features_warehouse.read_features()} == set(track_ids)


def test_spotify_still_tells_when_reccobeats_is_away(world, track_ids, features_warehouse, read_features, monkeypatch):
    monkeypatch.setattr("loader.audio_features.reccobeats._BACKOFF", 0)
    monkeypatch.setattr(reader_module, "_TRACKS_A_STEP", 100)
    with serve(world, day=FIRST_DAY) as server:
        server.faults = faults.Script([(RECCOBEATS_ENDPOINT, None, faults.DROPPED)])
        read_features(server)
    features = features_warehouse.read_features()
    assert {provider for _, provider in features} == {"spotify"}
    assert {id_ for id_, _ in features} == set(track_ids)


def test_a_load_stopped_by_spotify_goes_on_without_asking_again(world, track_ids, features_warehouse, read_features):
    with serve(world, day=FIRST_DAY) as server:
        server.faults = faults.Script([(SPOTIFY_ENDPOINT, range(2, 100), faults.QUOTA_EXCEEDED)])
        reading = read_features(server, keep_journal=True, write=False)
        assert reading.stopped.retry_after == 48_925
        server.faults = None
        server.calls.reset()
        assert read_features(server).stopped is None
        assert server.calls.count(SPOTIFY_ENDPOINT) == count_calls(len(track_ids), 100) - 1
    assert {id_ for id_, _ in features_warehouse.read_features()} == set(track_ids)


def test_what_reccobeats_answered_is_kept_until_it_is_written(world, features_warehouse, read_features):
    with serve(world, mode="dev", day=FIRST_DAY) as server:
        read_features(server, keep_journal=True, write=False)
        assert features_warehouse.read_features() == {}
        server.calls.reset()
        read_features(server)
        assert server.calls.count("*audio-features") == 0
    assert features_warehouse.read_features()


@pytest.mark.parametrize(
    "odd", ["loud", True, [], {"value": 1}, 10**400], ids=["text", "boolean", "list", "object", "absurd"]
)
@pytest.mark.parametrize("mode", ["extended", "dev"])
def test_an_odd_feature_is_kept_aside_and_the_rest_goes_on(
    mode, odd, world, track_ids, features_warehouse, read_features
):
    track_id = pick_told_by_all(world, track_ids[:40])
    odd_world = OddWorld()
    odd_world.changes = {track_id: {"loudness": odd}}
    with serve(odd_world, mode=mode, day=FIRST_DAY) as server:
        read_features(server)
        features = features_warehouse.read_features()
        assert {id_ for id_, _ in features} == set(track_ids)
        assert not any(row["is_known"] for (id_, _), row in features.items() if id_ == track_id)
        rejected = features_warehouse.select("select object_type, object_id, reason from raw_spotify.rejected_objects")
        assert [row[:2] for row in rejected] == [("audio_features", track_id)]
        assert rejected[0][2].startswith("loudness is not")
        server.calls.reset()
        read_features(server, FIRST_DAY + timedelta(days=1))
        assert server.calls.count("*audio-features") == 0


def test_ids_that_no_track_can_have_disturb_nobody(world, track_ids, features_warehouse, read_features):
    features_warehouse.add_tracks(["0", "A" * 64])
    with serve(world, mode="dev", day=FIRST_DAY) as server:
        assert read_features(server).shortfall is None
    features = features_warehouse.read_features()
    assert {id_ for id_, _ in features} == {*track_ids, "0", "A" * 64}
    assert {"0", "A" * 64} <= find_unknown(features, "reccobeats")


def test_a_warehouse_without_tracks_asks_nobody(world, features_warehouse, read_features):
    features_warehouse.connection.execute("delete from raw_spotify.tracks")
    with serve(world, day=FIRST_DAY) as server:
        read_features(server)
        assert server.calls.total == 0
