"""The endpoints about a listener, and the made-up listener behind them."""

import json
import zipfile
from collections import Counter
from datetime import date, timedelta

import pytest

from local_api.__main__ import main
from local_api.accounts import REFRESH_TOKEN
from local_api.catalogue import FIRST_DAY, World
from local_api.export import write_export
from local_api.habits import HOME
from local_api.listener import MadeUpListener
from local_api.server import CLIENT_ID

DAY = FIRST_DAY + timedelta(days=28)


@pytest.fixture(scope="module")
def listener(world):
    return MadeUpListener(world)


@pytest.fixture
def listen(connect, world, listener):
    """Starts a server with a listener and signs in as that person."""

    def start(**options):
        client = connect(world, day=DAY, listener=listener, **options)
        token = client.session.post(
            f"{client.server.accounts_url}/api/token",
            data={"grant_type": "refresh_token", "refresh_token": REFRESH_TOKEN, "client_id": CLIENT_ID},
            timeout=5,
        ).json()["access_token"]
        client.session.headers["Authorization"] = f"Bearer {token}"
        return client

    return start


def test_cursors_move_through_the_last_plays(listen):
    client = listen()
    page = client.get("me/player/recently-played", limit=50)
    assert len(page["items"]) == 50
    assert "total" not in page
    first = client.get("me/player/recently-played", limit=20)
    older = client.get("me/player/recently-played", limit=50, before=first["cursors"]["before"])
    assert first["items"] + older["items"] == page["items"]
    newer = client.get("me/player/recently-played", after=first["cursors"]["before"])
    assert newer["items"] == first["items"][:-1], "not including the cursor's own"
    nothing = client.get("me/player/recently-played", after=page["cursors"]["after"])
    assert (nothing["items"], nothing["cursors"], nothing["next"]) == ([], None, None)
    both = client.ask("me/player/recently-played", after=1, before=2)
    assert both.status_code == 400


def test_shapes_follow_the_kind_of_app(listen):
    names = {"extended": ("tracks", "track"), "dev": ("items", "item")}
    for mode, (whole, entry) in names.items():
        client = listen(mode=mode)
        playlist = client.get("me/playlists")["items"][1]
        assert {"tracks", "items"} & playlist.keys() == {whole}
        item = client.get(f"playlists/{playlist['id']}/items")["items"][0]
        assert {"track", "item"} & item.keys() == {entry}
        assert ("popularity" in item[entry]) is (mode == "extended")
        assert client.ask(f"playlists/{playlist['id']}/tracks").status_code == (200 if mode == "extended" else 403)


@pytest.mark.parametrize(("mode", "others"), [("extended", 200), ("dev", 403)])
def test_others_playlists_are_not_shown_to_every_app(listen, mode, others):
    client = listen(mode=mode)
    statuses = {
        playlist["name"]: client.ask(f"playlists/{playlist['id']}/items").status_code
        for playlist in client.get("me/playlists")["items"]
        if playlist
    }
    assert statuses == {
        "On repeat": 200,
        "Found on Fridays": 200,
        "Road trip": 200,
        "Somebody else's songs": others,
        "Daily Mix 1": 404,
    }


def test_an_app_by_itself_is_told_nothing_of_a_person(connect, world, listener):
    answer = connect(world, day=DAY, listener=listener).ask("me/top/artists")
    assert (answer.status_code, answer.json()["error"]["message"]) == (401, "Valid user authentication required")


def test_a_missing_scope_is_refused(listen):
    client = listen(scopes=("user-top-read",))
    assert client.ask("me/top/artists").status_code == 200
    answer = client.ask("me/tracks")
    assert (answer.status_code, answer.json()["error"]["message"]) == (403, "Insufficient client scope")


def test_what_nobody_asks_for_is_refused(listen):
    client = listen()
    assert client.ask("me/top/artists", time_range="ever").status_code == 400
    assert client.ask("me/tracks", limit=51).status_code == 400
    assert client.ask("me/top/albums").status_code == 404


def test_the_listener_is_the_same_everywhere_and_another_seed_another_one(world, listener):
    again = MadeUpListener(World())
    for offset in (0, 400, 900):
        day = DAY - timedelta(days=offset)
        # In any order: a day follows from nothing but itself.
        assert again.plays(day) == listener.plays(day)
    other = MadeUpListener(world, seed=2)
    assert [other.plays(DAY - timedelta(days=n)) for n in range(9)] != [
        listener.plays(DAY - timedelta(days=n)) for n in range(9)
    ]


def test_plays_follow_each_other_and_habits_show(listener):
    days = [DAY - timedelta(days=offset) for offset in range(3 * 365)]
    for day in days:
        ends = [play.ended_at for play in listener.plays(day)]
        assert ends == sorted(ends)
        assert all(end.date() == day for end in ends)
    plays = [play for day in days for play in listener.plays(day)]
    at_home = [play.ended_at for play in plays if play.country == HOME]
    hours = Counter((moment.weekday() > 4, moment.hour) for moment in at_home)
    assert hours[False, 8] > 4 * hours[False, 15], "on the way to work"
    assert not hours[False, 4]
    silent = [day for day in days if not listener.plays(day)]
    assert 30 < len(silent) < 300
    skipped = sum(play.reason_end == "fwdbtn" for play in plays)
    assert 0.05 < skipped / len(plays) < 0.3

    def find_favourites(first, last):
        part = [play.item_id for play in plays if first <= (DAY - play.ended_at.date()).days < last]
        return {track for track, _ in Counter(part).most_common(20)}

    assert len(find_favourites(0, 40) & find_favourites(700, 740)) < 5, "favourites change"


def test_an_export_is_an_archive_as_spotify_makes_it(listener, tmp_path):
    paths = [tmp_path / name for name in ("one.zip", "two.zip")]
    counts = [write_export(listener, path, DAY) for path in paths]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with zipfile.ZipFile(paths[0]) as archive:
        names = archive.namelist()
        plays = [play for name in names for play in json.loads(archive.read(name))]
    assert all(name.startswith("Spotify Extended Streaming History/Streaming_History_Audio_20") for name in names)
    assert len(names) > 1
    assert len(plays) == counts[0] == counts[1]
    moments = [play["ts"] for play in plays]
    assert moments == sorted(moments)
    assert date.fromisoformat(moments[0][:10]) < DAY - timedelta(days=3 * 365 - 20)
    assert {bool(play["spotify_track_uri"]) for play in plays} == {True, False}
    assert any(play["incognito_mode"] for play in plays)
    assert any(play["offline"] for play in plays)
    assert len({play["conn_country"] for play in plays}) == 2
    assert len({play["episode_show_name"] for play in plays} - {None}) == 2


def test_the_command_writes_an_export(tmp_path, capsys):
    path = tmp_path / "data.zip"
    assert main(["--export", str(path), "--day", str(DAY)]) == 0
    assert zipfile.is_zipfile(path)
    assert "plays" in capsys.readouterr().out
    assert main(["--export", str(tmp_path / "no" / "data.zip")]) == 2
    assert "cannot be written" in capsys.readouterr().err
