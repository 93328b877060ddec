"""A listener's plays: what lands of an export, and that exports that overlap hold each play once."""

import json
from datetime import UTC, datetime

import pytest

from tests.conftest import read_raw, read_rows
from tests.loader.files.conftest import EPISODE, TRACK, make_episode, make_play

AUDIO = "Streaming_History_Audio_2024_0.json"
PLAYS = "select {} from raw_spotify.plays order by played_at, ms_played, track_name"


def read_plays(warehouse, columns):
    return read_rows(warehouse, PLAYS.format(columns))


def test_a_play_lands_with_what_the_export_says_of_it(export, warehouse, load):
    result = load("history", export({AUDIO: [make_play(skipped=True, shuffle=True)]}))
    assert result.exit_code == 0, result.errors
    assert read_plays(
        warehouse,
        "source, export_format, played_at at time zone 'UTC', ms_played, content_type, uri, track_id, track_name, "
        "artist_name, album_name, reason_start, reason_end, shuffle, skipped, offline, incognito, platform, country",
    ) == [
        (
            *("export", "extended", datetime(2024, 5, 1, 10), 180_000, "track", TRACK, "4" * 22, "Canção"),
            *("Conceição", "Fado", "trackdone", "trackdone", True, True, False, False, "ios", "PT"),
        )
    ]


def test_personal_data_are_nowhere_unless_asked_for(export, warehouse, load, tmp_path):
    path = export({AUDIO: [make_play(), make_play(ts="never"), make_play(ts="2024-05-02T10:00:00Z")]})
    assert load("history", path).exit_code == 0
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file != path)
    for secret in (b"some.listener", b"192.0.2.7", b"secret-agent"):
        assert secret not in written
    rows = read_rows(warehouse, "select body from raw_spotify.rejected_objects")
    assert len(rows) == 1
    assert "192.0.2.7" not in rows[0][0]


def test_personal_data_are_kept_if_asked_for(export, warehouse, load):
    older = make_play(ts="2020-01-01T00:00:00Z", ip_addr_decrypted="192.0.2.8")
    del older["ip_addr"]
    assert (
        load("history", "--keep-personal-data", export({AUDIO: [make_play()], "endsong_1.json": [older]})).exit_code
        == 0
    )
    assert read_plays(warehouse, "user_name, ip_address, user_agent") == [
        ("some.listener", "192.0.2.8", "secret-agent"),
        ("some.listener", "192.0.2.7", "secret-agent"),
    ]


def test_podcasts_audiobooks_videos_and_incognito_plays_are_told_apart(export, warehouse, load):
    audiobook = make_play(
        ts="2024-05-03T10:00:00Z",
        uri=None,
        master_metadata_track_name=None,
        audiobook_title="A book",
        audiobook_uri="spotify:show:1",
        audiobook_chapter_uri="spotify:chapter:1",
        audiobook_chapter_title="One",
    )
    nothing = dict.fromkeys(make_play()) | {"ts": "2024-05-06T10:00:00Z", "ms_played": 0}
    path = export(
        {
            AUDIO: [
                make_play(),
                make_episode(ts="2024-05-02T10:00:00Z"),
                audiobook,
                make_play(ts="2024-05-04T10:00:00Z", incognito_mode=True),
                nothing,
            ],
            "Streaming_History_Video_2024.json": [make_play(ts="2024-05-05T10:00:00Z")],
        }
    )
    result = load("history", path)
    assert "1 audiobook, 1 episode, 2 track, 1 unknown, 1 video, 1 incognito" in result.output
    assert read_plays(
        warehouse, "content_type, incognito, uri, track_id, audiobook_title, chapter_title, show_name"
    ) == [
        ("track", False, TRACK, "4" * 22, None, None, None),
        ("episode", False, EPISODE, None, None, None, "A show"),
        ("audiobook", False, "spotify:chapter:1", None, "A book", "One", None),
        ("track", True, TRACK, "4" * 22, None, None, None),
        ("video", False, TRACK, "4" * 22, None, None, None),
        ("unknown", None, None, None, None, None, None),
    ]


def test_the_basic_export_has_names_and_minutes(export, warehouse, load):
    path = export(
        {
            "StreamingHistory_music_0.json": [
                {"endTime": "2024-05-01 10:07", "artistName": "Ana", "trackName": "Um", "msPlayed": 61000}
            ],
            "StreamingHistory_podcast_0.json": [
                {"endTime": "2024-05-01 11:00", "podcastName": "A show", "episodeName": "On fado", "msPlayed": 5}
            ],
        }
    )
    assert load("history", path).exit_code == 0
    assert read_plays(
        warehouse,
        "export_format, played_at at time zone 'UTC', ms_played, content_type, track_name, artist_name, episode_name, "
        "show_name, uri",
    ) == [
        ("basic", datetime(2024, 5, 1, 10, 7), 61_000, "track", "Um", "Ana", None, None, None),
        ("basic", datetime(2024, 5, 1, 11), 5, "episode", None, None, "On fado", "A show", None),
    ]


def test_an_export_loaded_again_changes_no_row(export, warehouse, load):
    path = export({AUDIO: [make_play(), make_episode()]})
    load("history", path)
    rows, stamps = read_raw(warehouse), read_plays(warehouse, "loaded_at")
    again = load("history", path)
    assert again.exit_code == 0, again.errors
    assert read_raw(warehouse) == rows
    assert read_plays(warehouse, "loaded_at") == stamps
    assert read_rows(warehouse, "select source, rows_written from raw_spotify.load_runs order by started_at") == [
        ("export", 2),
        ("export", 0),
    ]


@pytest.mark.deep
def test_overlapping_exports_end_in_the_same_rows_in_any_order_and_at_once(export, warehouse, load):
    plays = [make_play(ts=f"2024-05-{day:02d}T10:00:00Z") for day in range(1, 11)]
    plays.append(make_play(ts="2024-05-01T10:00:00Z", ms=5))
    older = export({"endsong_0.json": [*plays[:7], plays[0]]}, "older.zip")
    newer = export({AUDIO: plays[3:]}, "newer.zip")

    def load_anew(*calls):
        warehouse.unlink(missing_ok=True)
        for call in calls:
            assert load("history", *call).exit_code == 0
        return read_raw(warehouse)["plays"]

    rows = load_anew([older], [newer])
    assert len(rows) == 11
    assert load_anew([newer], [older]) == rows
    assert load_anew([older, newer]) == rows
    assert load_anew([newer, older], [older]) == rows


def test_repeats_are_counted(export, load):
    result = load("history", export({AUDIO: [make_play(), make_play(), make_episode()]}), "--log-format", "json")
    told = json.loads(result.errors.splitlines()[-1])
    assert told["event"] == "load_finished", told
    assert (told["rows_read"], told["rows_landed"], told["rows_repeated"]) == (3, 2, 1)
    assert told["rows_by_kind"] == {"episode": 1, "track": 2}


UNUSABLE = [
    (make_play(ts=None), "the time is missing"),
    (make_play(ts="yesterday"), "the time cannot be read"),
    (make_play(ts="1970-01-01T00:00:00Z"), "the time is out of range"),
    (make_play(ts="2999-01-01T00:00:00Z"), "the time is out of range"),
    (make_play(ts="99999-01-01T00:00:00Z"), "the time is out of range"),
    (make_play(ms=None), "the length is missing or no whole number"),
    (make_play(ms="long"), "the length is missing or no whole number"),
    (make_play(ms=-1), "the length is out of range"),
    (make_play(ms=10**12), "the length is out of range"),
]


def test_plays_that_cannot_be_used_are_put_aside_with_the_reason(export, warehouse, load):
    result = load("history", export({AUDIO: [make_play(), *(play for play, _ in UNUSABLE)]}))
    assert result.exit_code == 0, result.errors
    assert len(read_plays(warehouse, "play_id")) == 1
    told = read_rows(warehouse, "select object_type, reason from raw_spotify.rejected_objects")
    assert sorted(told) == sorted(("play", reason) for _, reason in UNUSABLE)
    assert read_rows(warehouse, "select rows_rejected from raw_spotify.load_runs") == [(len(UNUSABLE),)]


def test_local_files_and_unknown_fields_do_no_harm(export, warehouse, load):
    local = make_play(uri="spotify:local:Ana:Fado:Um:180", new_field={"nested": [1]})
    assert load("history", export({AUDIO: [local]})).exit_code == 0
    assert read_plays(warehouse, "content_type, track_id, uri") == [("track", None, "spotify:local:Ana:Fado:Um:180")]


@pytest.mark.parametrize("text", ["[]", "[\n]\n"])
def test_a_history_without_plays_makes_all_tables(export, warehouse, load, text):
    assert load("history", export({AUDIO: text})).exit_code == 0
    assert set(read_raw(warehouse)) >= {"plays", "dataset_tracks", "tracks", "artists", "rejected_objects"}


def test_folders_and_single_files_are_read_too(export, warehouse, load, tmp_path):
    folder = tmp_path / "data [1]" / "inner"
    folder.mkdir(parents=True)
    (folder / AUDIO).write_bytes(b"\xef\xbb\xbf" + json.dumps([make_play()]).encode())
    (folder / "Playlist1.json").write_text("{}")
    other = tmp_path / "renamed*.json"
    other.write_text(json.dumps([make_play(ts="2024-06-01T10:00:00Z")]))
    result = load("history", tmp_path / "data [1]", other)
    assert result.exit_code == 0, result.errors
    assert len(read_plays(warehouse, "play_id")) == 2


def test_times_are_utc_whatever_the_machine_thinks(export, warehouse, load, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    assert load("history", export({AUDIO: [make_play()]})).exit_code == 0
    ((played_at,),) = read_plays(warehouse, "epoch(played_at)")
    assert datetime.fromtimestamp(played_at, UTC) == datetime(2024, 5, 1, 10, tzinfo=UTC)
