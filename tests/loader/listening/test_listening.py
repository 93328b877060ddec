"""Given what Spotify tells of a listener, the raw tables hold it; runs that overlap or repeat change nothing."""

import io
import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from loader.spotify.refresh_token import RefreshToken
from local_api import faults
from local_api.catalogue import FIRST_DAY
from local_api.export import write_export
from tests.conftest import ROOT, follow, read_raw, read_rows
from tests.loader.listening.conftest import DAY, Changed

RECORDED = ROOT.parent / "shared" / "data" / "api-responses"


def count(warehouse, table):
    return read_rows(warehouse, f"select count(*) from raw_spotify.{table}")[0][0]


@pytest.mark.deep
@pytest.mark.parametrize("mode", ["extended", "dev"])
def test_everything_spotify_tells_of_a_listener_lands(mode, open_server, listener, hear, warehouse):
    library = listener.on(DAY)
    with open_server(mode=mode):
        result = hear("--quiet")
    assert (result.exit_code, result.errors) == (0, "")

    plays = [(play["track"]["id"], play["track"]["name"]) for play in library.plays()]
    assert len(plays) == 50
    stored = "select track_id, track_name from raw_spotify.plays where source = 'api' order by played_at desc"
    assert read_rows(warehouse, stored) == plays

    for kind in ("artists", "tracks"):
        for time_range in ("short_term", "medium_term", "long_term"):
            expected = [item["id"] for item in library.top(kind, time_range)][:50]
            stored = (
                f"select item_id from raw_spotify.top_items where item_type = '{kind[:-1]}' "
                f"and time_range = '{time_range}' and observed_on = '{DAY}' order by rank"
            )
            assert [item_id for (item_id,) in read_rows(warehouse, stored)] == expected

    saved = {(item["track"]["id"], item["added_at"]) for item in library.saved_tracks()}
    assert len(saved) > 100, "several pages"
    stored = (
        "select track_id, strftime(added_at at time zone 'UTC', '%Y-%m-%dT%H:%M:%SZ') from raw_spotify.saved_tracks"
    )
    assert set(read_rows(warehouse, stored)) == saved


@pytest.mark.parametrize(("mode", "others"), [("extended", "listed"), ("dev", "refused")])
def test_playlists_land_with_what_is_in_them_in_both_shapes(mode, others, open_server, listener, hear, warehouse):
    library = listener.on(DAY)
    with open_server(mode=mode):
        assert hear("--quiet").exit_code == 0
    stored = "select name, is_own, is_collaborative, total_items, items_state from raw_spotify.playlists order by name"
    sizes = {playlist["name"]: playlist["tracks"]["total"] for playlist in library.playlists() if playlist}
    assert read_rows(warehouse, stored) == [
        ("Daily Mix 1", False, False, None, "absent"),
        ("Found on Fridays", True, False, sizes["Found on Fridays"], "listed"),
        ("On repeat", True, False, sizes["On repeat"], "listed"),
        ("Road trip", False, True, sizes["Road trip"], "listed"),
        ("Somebody else's songs", False, False, sizes["Somebody else's songs"], others),
    ]
    stored = """
        select distinct playlist.name, item.is_added_by_listener from raw_spotify.playlist_items as item
        inner join raw_spotify.playlists as playlist on playlist.playlist_id = item.playlist_id
        where item.item_type = 'track' order by all
    """
    assert read_rows(warehouse, stored) == [
        ("Found on Fridays", True),
        ("On repeat", True),
        ("Road trip", False),
        ("Road trip", True),
        *([("Somebody else's songs", False)] if others == "listed" else []),
    ]
    own = listener.name_playlist(1)
    entries = library.playlist_items(own)
    stored = (
        "select position, item_type, uri, track_id, item_name from raw_spotify.playlist_items "
        f"where playlist_id = '{own}' order by position"
    )
    rows = read_rows(warehouse, stored)
    assert len(rows) == len(entries)
    assert [row[1] for row in rows[:8]] == ["track"] * 3 + ["missing", "missing", "local", "episode", "track"]
    assert rows[0] == (0, "track", *(entries[0]["track"][field] for field in ("uri", "id", "name")))
    assert rows[5] == (5, "local", "spotify:local:Grandfather:Tapes:Home+recording:215", None, "Home recording")
    assert rows[6][2:] == ("spotify:episode:0demo0episode0000000001", None, "Needles and grooves")
    assert not count(warehouse, "rejected_objects")


@pytest.mark.deep
def test_what_is_heard_has_a_name_and_artists_also_where_nobody_follows_them(open_server, hear, warehouse):
    with open_server():
        assert hear("--quiet").exit_code == 0
    met = """
        select track_id from raw_spotify.plays
        union select track_id from raw_spotify.saved_tracks
        union select track_id from raw_spotify.playlist_items where track_id is not null
        union select item_id from raw_spotify.top_items where item_type = 'track'
    """
    nameless = f"""
        select count(*) from ({met}) as met
        left join raw_spotify.listener_tracks as track on track.id = met.track_id
        left join raw_spotify.listener_albums as album on album.id = track.album_id
        left join raw_spotify.credited_artists as artist on artist.id = split_part(track.artist_ids, ',', 1)
        where track.name is null or album.name is null or artist.name is null
    """
    assert read_rows(warehouse, nameless) == [(0,)]


@pytest.mark.deep
def test_listening_leaves_the_catalogue_as_it_is(open_server, world, load, hear, warehouse):
    catalogue = ("tracks", "albums", "track_metrics", "album_metrics", "absences", "album_listings")
    with open_server():
        assert load("--quiet", *follow(world.artist_ids()[:3]), "--as-of", DAY).exit_code == 0
        before = read_raw(warehouse)
        assert hear("--quiet").exit_code == 0
    after = read_raw(warehouse)
    assert all(after[name] == before[name] for name in catalogue)


def test_an_hourly_run_costs_one_call_and_adds_what_is_new(open_server, hear, warehouse):
    with open_server() as server:
        assert hear("--quiet").exit_code == 0
        before = read_raw(warehouse)
        server.calls.reset()
        result = hear("--log-format", "json")
        (call,) = [call for call in server.calls.log if call.endpoint.startswith("GET /v1/")]
    assert read_raw(warehouse) == before
    newest = read_rows(warehouse, "select epoch_ms(max(played_at)) from raw_spotify.plays")[0][0]
    assert f"after={newest - 24 * 3600 * 1000}" in call.target, "a day of looking back"
    told = [json.loads(line) for line in result.errors.splitlines()]
    assert told[-1]["calls"] == 1
    assert sum(told[-1]["rows_written"].values()) == 0


@pytest.mark.deep
def test_runs_that_overlap_hold_every_play_once(open_server, listener, hear, warehouse):
    days = [DAY + timedelta(days=offset) for offset in range(8)]
    with open_server() as server:
        for day in days:
            server.day = day
            assert hear("--quiet", day=day).exit_code == 0
    told = {(play["track"]["id"], play["played_at"]) for day in days for play in listener.on(day).plays()}
    stored = read_rows(
        warehouse,
        "select track_id, strftime(played_at at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ') from raw_spotify.plays",
    )
    assert len(stored) == len(told) > 100
    assert set(stored) == told


@pytest.mark.deep
def test_plays_that_were_probably_missed_are_warned_of(open_server, hear, warehouse):
    with open_server() as server:
        first = hear("--quiet")
        server.day = DAY + timedelta(days=1)
        daily = hear("--quiet", day=server.day)
        server.day = DAY + timedelta(days=40)
        late = hear("--quiet", day=server.day)
    assert (first.errors, daily.errors) == ("", "")
    assert late.exit_code == 0
    assert len(late.errors.strip().splitlines()) == 1
    assert "probably missed" in late.errors
    messages = read_rows(warehouse, "select message from raw_spotify.load_runs order by started_at")
    assert ["missed" in (message or "") for (message,) in messages] == [False, False, True]


def spread_out(plays):
    """Give plays the minutes of a day's last hours, the newest first."""
    return [
        {**play, "played_at": f"2026-10-05T{23 - place // 10:02d}:{59 - place % 10:02d}:00.000Z"}
        for place, play in enumerate(plays)
    ]


@pytest.mark.deep
def test_a_full_page_that_reaches_what_is_known_misses_nothing(open_server, listener, hear):
    plays = spread_out([*listener.on(DAY).plays(), listener.on(DAY - timedelta(days=9)).plays()[0]])
    with open_server(Changed(listener, plays=plays[49:])):
        assert hear("--quiet").errors == ""
    with open_server(Changed(listener, plays=plays[:50])):
        assert hear("--quiet").errors == "", "the last of the page was the first one known"


@pytest.mark.deep
def test_a_full_page_that_does_not_reach_what_is_known_is_warned_of(open_server, listener, hear):
    plays = spread_out([*listener.on(DAY).plays(), listener.on(DAY - timedelta(days=9)).plays()[0]])
    with open_server(Changed(listener, plays=plays[50:])):
        assert hear("--quiet").errors == ""
    with open_server(Changed(listener, plays=plays[:50])):
        assert "probably missed" in hear("--quiet").errors


@pytest.mark.deep
def test_plays_of_an_offline_device_come_in_late(open_server, listener, hear, warehouse):
    plays = listener.on(DAY).plays()
    late = plays[1]
    with open_server(Changed(listener, plays=[plays[0], *plays[2:]])):
        assert hear("--quiet").exit_code == 0
    assert count(warehouse, "plays") == 49
    with open_server(Changed(listener, plays=plays)):
        assert hear("--quiet").exit_code == 0
    stored = f"select track_id from raw_spotify.plays where played_at = '{late['played_at']}'"
    assert read_rows(warehouse, stored) == [(late["track"]["id"],)]


@pytest.mark.deep
def test_the_library_is_read_once_a_day_and_every_day(open_server, hear, warehouse):
    with open_server() as server:
        for offset in (0, 0, 1):
            server.day = DAY + timedelta(days=offset)
            assert hear("--quiet", day=server.day).exit_code == 0
        assert server.calls.count("GET /v1/me/playlists") == 2
    days = "select observed_on, count(*) from raw_spotify.library_listings group by observed_on order by observed_on"
    assert read_rows(warehouse, days) == [(DAY, 8), (DAY + timedelta(days=1), 8)]


@pytest.mark.deep
def test_an_older_day_adds_its_library_and_overwrites_nothing_newer(open_server, hear, warehouse):
    older = DAY - timedelta(days=30)
    newest = f"select * exclude (loaded_at) from raw_spotify.listener_tracks where observed_on = '{DAY}' order by id"
    with open_server() as server:
        assert hear("--quiet").exit_code == 0
        before = read_rows(warehouse, newest)
        server.day = older
        assert hear("--quiet", day=older).exit_code == 0
    assert read_rows(warehouse, newest) == before
    days = "select distinct observed_on from raw_spotify.saved_tracks order by observed_on"
    assert read_rows(warehouse, days) == [(older,), (DAY,)]


@pytest.mark.deep
def test_the_same_plays_come_from_the_account_export(open_server, listener, load, hear, warehouse, tmp_path):
    export = tmp_path / "my_spotify_data.zip"
    plays = write_export(listener, export, DAY)
    assert plays > 10_000
    with open_server():
        assert hear("--quiet").exit_code == 0
    for _ in range(2):
        assert load("history", "--quiet", export).exit_code == 0
    stored = "select source, count(*) from raw_spotify.plays group by source order by source"
    assert read_rows(warehouse, stored) == [("api", 50), ("export", plays)]
    unmet = """
        select count(*) from raw_spotify.plays as told
        where told.source = 'api' and not exists (
            select 1 from raw_spotify.plays as held
            where held.source = 'export' and held.uri = told.uri
            and held.played_at = date_trunc('second', told.played_at)
        )
    """
    assert read_rows(warehouse, unmet) == [(0,)]


@pytest.mark.deep
def test_made_up_and_real_listening_do_not_mix(open_server, load_demo, hear):
    assert load_demo("--quiet", "--artists", 10, "--as-of", FIRST_DAY).exit_code == 0
    with open_server():
        result = hear("--quiet")
    assert result.exit_code == 2
    assert "demo" in result.errors


def test_odd_answers_are_kept_aside_and_the_rest_is_loaded(open_server, listener, hear, warehouse):
    library = listener.on(DAY)
    first, second, third, *others = library.plays()
    plays = [
        {**first, "track": None},
        {**second, "track": {**second["track"], "name": ["not", "a", "name"]}},
        {**third, "context": None},
        *others,
    ]
    saved = [None, *library.saved_tracks()]
    playlists = [{**library.playlists()[0], "id": None}, {**library.playlists()[1], "tracks": None}]
    with open_server(Changed(listener, plays=plays, saved_tracks=saved, playlists=playlists)):
        assert hear("--quiet").exit_code == 0
    reasons = read_rows(warehouse, "select object_type, reason from raw_spotify.rejected_objects order by all")
    assert reasons == [
        ("play", "name is not a text but list"),
        ("play", "track is missing"),
        ("playlist", "id is not a Spotify id"),
        ("saved track", "an object is NoneType"),
    ]
    assert count(warehouse, "plays") == 48
    assert count(warehouse, "saved_tracks") == len(saved) - 1
    assert read_rows(warehouse, "select name, total_items from raw_spotify.playlists") == [("Found on Fridays", None)]


def test_an_empty_library_is_no_error(open_server, listener, hear, warehouse):
    with open_server(Changed(listener, plays=[], top=[], saved_tracks=[], playlists=[])):
        assert hear("--quiet").exit_code == 0
    assert read_rows(warehouse, "select distinct items from raw_spotify.library_listings") == [(0,)]
    assert not count(warehouse, "plays")


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the folder of test data is not there")
def test_recorded_answers_land(open_server, listener, hear, warehouse):
    def read(name):
        return json.loads((RECORDED / f"{name}.json").read_text())

    playlist, items = read("playlist_1"), read("playlist_items")["items"]
    plays = read("recently_played_tracks")["items"]
    saved = [{"added_at": None, "track": track} for track in read("top_tracks")["items"]]
    recorded = Changed(listener, plays=plays, top=[], saved_tracks=saved, playlists=[playlist], playlist_items=items)
    with open_server(recorded):
        assert hear("--quiet").exit_code == 0
    assert count(warehouse, "plays") == len(plays)
    stored = read_rows(warehouse, "select min(played_at), max(played_at) from raw_spotify.plays")[0]
    moments = [datetime.fromisoformat(play["played_at"]) for play in plays]
    assert [moment.astimezone(UTC) for moment in stored] == [min(moments), max(moments)]
    stored = "select position, track_id from raw_spotify.playlist_items order by position"
    assert read_rows(warehouse, stored) == [(place, entry["item"]["id"]) for place, entry in enumerate(items)]
    assert count(warehouse, "saved_tracks") == len(saved)
    assert not count(warehouse, "rejected_objects")


class TestAuthorization:
    def test_a_missing_scope_leaves_out_what_it_covers_and_says_so(self, open_server, hear, warehouse):
        with open_server(scopes=("user-read-recently-played", "user-top-read")):
            result = hear("--quiet")
        assert result.exit_code == 0
        assert len(result.errors.strip().splitlines()) == 1
        for words in ("saved_tracks, playlists", "Insufficient client scope", "login"):
            assert words in result.errors
        assert (count(warehouse, "plays"), count(warehouse, "saved_tracks")) == (50, 0)

    def test_no_scope_at_all_is_the_users_to_mend(self, open_server, hear, warehouse):
        with open_server(scopes=()):
            result = hear("--quiet")
        assert result.exit_code == 2
        assert len(result.errors.strip().splitlines()) == 1
        assert "login" in result.errors
        assert not warehouse.exists()

    def test_a_revoked_refresh_token_is_the_users_to_mend(self, open_server, hear, warehouse):
        with open_server() as server:
            server.revoke_authorizations()
            result = hear("--quiet")
        assert result.exit_code == 2
        assert len(result.errors.strip().splitlines()) == 1
        for words in ("Refresh token revoked", "python -m loader login"):
            assert words in result.errors
        assert not warehouse.exists()

    def test_no_refresh_token_is_the_users_to_mend(self, open_server, hear, monkeypatch):
        with open_server() as server:
            monkeypatch.delenv("SPOTIFY_REFRESH_TOKEN")
            result = hear()
            assert not server.calls.total
        assert result.exit_code == 2
        assert "python -m loader login" in result.errors

    def test_the_apps_secret_is_not_needed(self, open_server, hear, monkeypatch):
        with open_server():
            monkeypatch.delenv("SPOTIFY_CLIENT_SECRET")
            assert hear("--quiet").exit_code == 0

    def test_an_expired_access_token_is_renewed(self, open_server, hear):
        with open_server() as server:
            server.faults = faults.Script([("GET /v1/me/top/tracks", 1, faults.TOKEN_EXPIRED)])
            assert hear("--quiet").exit_code == 0
            assert server.calls.count("POST /api/token") == 2

    @pytest.mark.deep
    def test_a_new_refresh_token_is_kept_and_used(self, open_server, hear, tmp_path, monkeypatch):
        kept = tmp_path / ".dlt" / "refresh_token.json"
        with open_server(rotates_refresh_tokens=True):
            first = hear()
            assert ".dlt/refresh_token.json" in first.output
            token = json.loads(kept.read_text())["refresh_token"]
            assert token not in first.output + first.errors
            assert kept.stat().st_mode & 0o077 == 0
            for _ in range(3):
                # The one that was set is worth nothing any more, and neither is the last one but one.
                assert hear("--quiet").exit_code == 0
            assert json.loads(kept.read_text())["refresh_token"] != token
            monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", "set-anew")
            result = hear("--quiet")
        assert result.exit_code == 2, "what is set anew counts, not what was kept"

    def test_a_new_refresh_token_that_cannot_be_kept_is_warned_of(self, tmp_path):
        (tmp_path / "in the way").write_text("")
        token = RefreshToken("old", tmp_path / "in the way" / "refresh_token.json")
        token.replace("new")
        assert token.value == "new"
        assert "cannot be kept" in token.warning
        assert "new " not in token.warning.replace("new refresh token", "")

    @pytest.mark.parametrize("nothing", [None, "", "old", 7])
    def test_a_renewal_without_a_new_refresh_token_keeps_the_old_one(self, nothing, tmp_path):
        token = RefreshToken("old", tmp_path / "refresh_token.json")
        token.replace(nothing)
        assert (token.value, token.notice, token.warning) == ("old", None, None)
        assert not (tmp_path / "refresh_token.json").exists()

    def test_secrets_are_never_told(self, open_server, hear, monkeypatch):
        logged = io.StringIO()
        monkeypatch.setattr(logging.root, "handlers", [logging.StreamHandler(logged)])
        monkeypatch.setattr(logging.root, "level", logging.DEBUG)
        with open_server(rotates_refresh_tokens=True):
            result = hear("--log-format", "json")
        said = result.output + result.errors + logged.getvalue()
        assert "demo-refresh" not in said
        assert "Bearer" not in said


@pytest.mark.deep
def test_a_load_goes_on_where_its_budget_ended(open_server, hear, warehouse):
    with open_server() as server:
        assert hear("--quiet").exit_code == 0
        expected, calls = read_raw(warehouse), server.calls.count("GET /v1/*")
        warehouse.unlink()
        server.calls.reset()
        results = []
        while not results or results[-1].exit_code == 75:
            results.append(hear("--quiet", "--max-calls", 4))
        # Page sizes are found out anew in each run until one has written what it found.
        assert server.calls.count("GET /v1/*") == calls, "nothing is asked twice"
    assert results[-1].exit_code == 0, results[-1].errors
    assert len(results) > 3
    assert read_raw(warehouse) == expected


@pytest.mark.deep
def test_what_a_stopped_run_was_told_is_in_the_warehouse_when_another_day_is_loaded(open_server, hear, warehouse):
    with open_server() as server:
        assert hear("--quiet", "--max-calls", 9).exit_code == 75
        server.day = DAY + timedelta(days=1)
        assert hear("--quiet", day=server.day).exit_code == 0
    days = "select distinct observed_on from raw_spotify.top_items order by observed_on"
    assert read_rows(warehouse, days) == [(DAY,), (DAY + timedelta(days=1),)]


@pytest.mark.deep
def test_the_catalogues_unfinished_answers_are_kept(open_server, world, load, hear):
    with open_server() as server:
        arguments = (*follow(world.artist_ids()), "--as-of", DAY, "--quiet")
        assert load(*arguments, "--max-calls", 3).exit_code == 75
        assert hear("--quiet").exit_code == 0
        server.calls.reset()
        assert load(*arguments).exit_code == 0
        # One call was for the artists, two were for the albums of two of them.
        assert server.calls.count("GET /v1/artists/{id}/albums") == len(world.artist_ids()) - 2


def test_an_app_that_asks_by_itself_is_not_told_of_a_listener(open_server, hear):
    with open_server(None):
        result = hear("--quiet")
    assert result.exit_code == 2
    assert "Valid user authentication required" in result.errors
