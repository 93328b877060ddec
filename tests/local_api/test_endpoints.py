"""Every endpoint as an extended-quota app meets it: shapes, pages, limits, refusals."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import requests
import spotipy
from spotipy.cache_handler import MemoryCacheHandler
from spotipy.oauth2 import SpotifyClientCredentials

from local_api.catalogue import FIRST_DAY, World
from local_api.server import CLIENT_ID, CLIENT_SECRET, serve

UNKNOWN = "4q3ewBCX7sLwd24euuV69X"

LINKS = {"external_urls", "href", "id", "type", "uri"}
SIMPLE_ARTIST = LINKS | {"name"}
ARTIST = SIMPLE_ARTIST | {"followers", "genres", "images", "popularity"}
SIMPLE_ALBUM = LINKS | {
    "album_type",
    "artists",
    "available_markets",
    "images",
    "name",
    "release_date",
    "release_date_precision",
    "total_tracks",
}
ALBUM = SIMPLE_ALBUM | {"copyrights", "external_ids", "genres", "label", "popularity", "tracks"}
SIMPLE_TRACK = LINKS | {
    "artists",
    "available_markets",
    "disc_number",
    "duration_ms",
    "explicit",
    "is_local",
    "name",
    "preview_url",
    "track_number",
}
TRACK = SIMPLE_TRACK | {"album", "external_ids", "popularity"}
PAGE = {"href", "items", "limit", "next", "offset", "previous", "total"}
FEATURES = {
    "acousticness",
    "analysis_url",
    "danceability",
    "duration_ms",
    "energy",
    "id",
    "instrumentalness",
    "key",
    "liveness",
    "loudness",
    "mode",
    "speechiness",
    "tempo",
    "time_signature",
    "track_href",
    "type",
    "uri",
    "valence",
}


@pytest.fixture(scope="module")
def sample(world):
    """The ids of an artist, of a long album of theirs or of others, and of its tracks."""
    view = world.on(FIRST_DAY)
    albums = [album for id_ in world.artist_ids() for album in view.artist_albums(id_, ("album", "compilation"))]
    album = max(albums, key=lambda album: album["total_tracks"])
    tracks = [track["id"] for track in view.album_tracks(album["id"])]
    return album["artists"][0]["id"], album["id"], tracks


def refusal(answer):
    return answer.status_code, answer.json()["error"].get("message")


def test_an_artist(extended, sample):
    artist = extended.get(f"artists/{sample[0]}")
    assert artist.keys() == ARTIST
    assert artist["uri"] == f"spotify:artist:{sample[0]}"
    assert isinstance(artist["followers"]["total"], int)


def test_several_artists(extended, world):
    ids = [*world.artist_ids()[:3], UNKNOWN, world.artist_ids()[0]]
    artists = extended.get("artists", ids=",".join(ids))["artists"]
    assert [artist and artist["id"] for artist in artists] == [*ids[:3], None, ids[0]]
    assert artists[0] == extended.get(f"artists/{ids[0]}")


def test_an_artists_albums(extended, sample):
    page = extended.get(f"artists/{sample[0]}/albums", limit=2)
    assert page.keys() == PAGE
    assert all(album.keys() == SIMPLE_ALBUM | {"album_group"} for album in page["items"])


def test_an_artists_albums_of_some_groups_only(extended, world):
    for id_ in world.artist_ids()[:10]:
        everything = extended.walk(f"artists/{id_}/albums", limit=50)
        for group in ("album", "single", "compilation", "appears_on"):
            listed = extended.walk(f"artists/{id_}/albums", include_groups=group, limit=50)
            assert listed == [album for album in everything if album["album_group"] == group]


def test_top_tracks(extended, sample):
    tracks = extended.get(f"artists/{sample[0]}/top-tracks", market="ES")["tracks"]
    assert 1 <= len(tracks) <= 10
    assert all(sample[0] in [artist["id"] for artist in track["artists"]] for track in tracks)


def test_an_album_holds_its_first_50_tracks(extended, sample):
    album = extended.get(f"albums/{sample[1]}")
    assert album.keys() == ALBUM
    assert [track["id"] for track in album["tracks"]["items"]] == sample[2][:50]
    assert all(track.keys() == SIMPLE_TRACK for track in album["tracks"]["items"])
    assert album["tracks"]["total"] == album["total_tracks"] == len(sample[2]) > 50
    rest = extended.get(album["tracks"]["next"])
    assert [track["id"] for track in rest["items"]] == sample[2][50:100]


def test_several_albums(extended, sample):
    albums = extended.get("albums", ids=f"{sample[1]},{UNKNOWN}")["albums"]
    assert albums == [extended.get(f"albums/{sample[1]}"), None]


def test_tracks_of_an_album(extended, sample):
    page = extended.get(f"albums/{sample[1]}/tracks", limit=3, offset=4)
    assert page.keys() == PAGE
    assert [track["id"] for track in page["items"]] == sample[2][4:7]


def test_a_track(extended, sample):
    track = extended.get(f"tracks/{sample[2][0]}")
    assert track.keys() == TRACK
    assert track["album"].keys() == SIMPLE_ALBUM
    assert all(artist.keys() == SIMPLE_ARTIST for artist in track["artists"])


def test_several_tracks(extended, sample):
    tracks = extended.get("tracks", ids=",".join([*sample[2][:48], UNKNOWN]))["tracks"]
    assert [track and track["id"] for track in tracks] == [*sample[2][:48], None]


def test_audio_features(extended, world, sample):
    view = world.on(FIRST_DAY)
    several = extended.get("audio-features", ids=",".join([*sample[2][:99], UNKNOWN]))["audio_features"]
    known = [view.audio_features(id_) is not None for id_ in sample[2][:99]]
    assert [item is not None for item in several] == [*known, False]
    one = several[known.index(True)]
    assert one.keys() == FEATURES
    assert extended.get(f"audio-features/{one['id']}") == one


def test_search(extended, sample):
    name = extended.get(f"artists/{sample[0]}")["name"]
    found = extended.get("search", q=name, type="artist,album,track", limit=3)
    assert found.keys() == {"artists", "albums", "tracks"}
    assert found["artists"]["items"][0]["name"] == name
    assert found["artists"]["items"][0].keys() == ARTIST
    assert all(len(page["items"]) <= 3 and page.keys() == PAGE for page in found.values())
    assert all(album.keys() == SIMPLE_ALBUM for album in found["albums"]["items"])
    assert found["tracks"]["items"][0].keys() == TRACK
    following = extended.get(found["tracks"]["next"])
    assert following.keys() == {"tracks"}
    assert following["tracks"]["offset"] == 3


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_walking_the_pages_meets_everything_once(extended, sample, limit):
    tracks = extended.walk(f"albums/{sample[1]}/tracks", limit=limit)
    assert [track["id"] for track in tracks] == sample[2]
    albums = extended.walk(f"artists/{sample[0]}/albums", limit=limit)
    ids = [album["id"] for album in albums]
    assert len(ids) == len(set(ids)) == extended.get(f"artists/{sample[0]}/albums")["total"]


def test_pages_name_this_server_and_repeat_what_was_asked(extended, sample):
    page = extended.get(f"artists/{sample[0]}/albums", limit=1, offset=1, include_groups="album,compilation")
    assert page["href"].startswith(extended.server.api_url)
    assert page["previous"].startswith(extended.server.api_url)
    earlier = extended.get(page["previous"])
    assert (earlier["offset"], earlier["previous"]) == (0, None)
    assert "include_groups=album%2Ccompilation" in earlier["href"]


def test_every_address_of_the_api_names_this_server(extended, sample):
    text = extended.ask(f"albums/{sample[1]}").text
    assert "api.spotify.com" not in text
    assert f"{extended.server.api_url}artists/{sample[0]}" in text


def test_a_page_beyond_the_end_is_empty(extended, sample):
    page = extended.get(f"albums/{sample[1]}/tracks", offset=1000)
    assert (page["items"], page["next"]) == ([], None)


def test_a_market_replaces_available_markets(extended, sample):
    track = extended.get(f"tracks/{sample[2][0]}", market="ES")
    assert track.keys() == TRACK - {"available_markets"} | {"is_playable"}
    assert "available_markets" not in track["album"]
    assert "available_markets" not in extended.get(f"albums/{sample[1]}", market="ES")["tracks"]["items"][0]


@pytest.mark.parametrize(
    "target", ["artists/{0}", "artists/{0}/albums", "artists/{0}/top-tracks", "albums/{0}", "albums/{0}/tracks"]
)
def test_unknown_ids_are_absent(extended, target):
    assert refusal(extended.ask(target.format(UNKNOWN))) == (404, "Resource not found")


@pytest.mark.parametrize("target", ["artists/nobody", "tracks/ñ234567890123456789012", "albums?ids=a,b"])
def test_malformed_ids_are_refused(extended, target):
    assert refusal(extended.ask(target)) == (400, "Invalid base62 id")


@pytest.mark.parametrize(("what", "most"), [("artists", 50), ("albums", 20), ("tracks", 50), ("audio-features", 100)])
def test_batches_are_limited(extended, what, most):
    assert extended.ask(what, ids=",".join([UNKNOWN] * most)).status_code == 200
    assert refusal(extended.ask(what, ids=",".join([UNKNOWN] * (most + 1)))) == (400, "Too many ids requested")
    assert refusal(extended.ask(what))[0] == 400


@pytest.mark.parametrize("limit", ["0", "51", "-1", "many"])
@pytest.mark.parametrize("target", ["artists/{0}/albums", "albums/{1}/tracks", "search?q=a&type=artist"])
def test_page_limits_are_checked(extended, sample, target, limit):
    assert refusal(extended.ask(target.format(*sample), limit=limit)) == (400, "Invalid limit")


@pytest.mark.parametrize(
    "query", ["type=artist", "q=a", "q=a&type=song", "q=a&type=artist&offset=1001", "q=a&type=artist&offset=x"]
)
def test_bad_searches_are_refused(extended, query):
    assert refusal(extended.ask(f"search?{query}"))[0] == 400


def test_bad_groups_and_unknown_endpoints_are_refused(extended, sample):
    assert refusal(extended.ask(f"artists/{sample[0]}/albums", include_groups="mixtape"))[0] == 400
    assert refusal(extended.ask("recommendations")) == (404, "Service not found")


def test_a_trailing_slash_makes_no_difference(extended, sample):
    assert extended.get(f"tracks/?ids={sample[2][0]}") == extended.get(f"tracks?ids={sample[2][0]}")
    assert extended.get(f"albums/{sample[1]}/tracks/") == extended.get(f"albums/{sample[1]}/tracks")


def test_a_withdrawn_track_is_null_and_gone_from_its_album(connect, world):
    client = connect(world, day=FIRST_DAY)
    albums = {
        album["id"]: album
        for id_ in world.artist_ids()
        for album in client.walk(f"artists/{id_}/albums", limit=50, include_groups="album")
    }
    client.server.day = FIRST_DAY.replace(day=28)
    shrunk = [
        (before, after)
        for ids in [",".join(list(albums)[start : start + 20]) for start in range(0, len(albums), 20)]
        for after in client.get("albums", ids=ids)["albums"]
        if after and (before := albums[after["id"]])["total_tracks"] > after["total_tracks"]
    ]
    assert shrunk
    for before, after in shrunk:
        assert after["tracks"]["total"] == before["total_tracks"] - 1
        old = [track["id"] for track in world.on(FIRST_DAY).album_tracks(after["id"])]
        answers = client.get("tracks", ids=",".join(old[:50]))["tracks"]
        kept = [track["id"] for track in after["tracks"]["items"]]
        assert [id_ for id_, track in zip(old, answers, strict=False) if track] == [
            id_ for id_ in kept if id_ in old[:50]
        ]


def test_reccobeats_covers_some_tracks_in_its_own_shape(extended, world, sample):
    address = extended.server.reccobeats_url + "audio-features"
    tracks = sample[2][:40]
    content = requests.get(address, params={"ids": ",".join([*tracks[:39], UNKNOWN])}, timeout=5).json()["content"]
    covered = {urlsplit(item["href"]).path.rsplit("/", 1)[-1] for item in content}
    assert covered < set(tracks)
    assert 0.3 < len(covered) / 39 < 0.9
    assert content[0].keys() == FEATURES - {
        "analysis_url",
        "duration_ms",
        "time_signature",
        "track_href",
        "type",
        "uri",
    } | {"href", "isrc"}
    one = content[0]["href"].rsplit("/", 1)[-1]
    assert world.on(FIRST_DAY).audio_features(one)["tempo"] == content[0]["tempo"]


@pytest.mark.parametrize("count", [0, 41])
def test_reccobeats_takes_1_to_40_ids(extended, count):
    address = extended.server.reccobeats_url + "audio-features"
    answer = requests.get(address, params={"ids": ",".join([UNKNOWN] * count)}, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"] == "size must be between 1 and 40"


def test_the_same_seed_gives_the_same_bytes(sample):
    def download(seed):
        with serve(World(seed), day=FIRST_DAY) as server:
            token = requests.post(
                f"{server.accounts_url}/api/token",
                data={"grant_type": "client_credentials"},
                auth=(CLIENT_ID, CLIENT_SECRET),
                timeout=5,
            ).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            ids = World(seed).artist_ids()
            answers = [
                requests.get(server.api_url + target, headers=headers, timeout=5).text
                for target in (f"artists?ids={','.join(ids)}", f"artists/{ids[0]}/albums?limit=50")
            ]
            return [text.replace(server.api_url, "") for text in answers]

    assert download(7) == download(7)
    assert download(7) != download(8)


@pytest.mark.filterwarnings("ignore:You're using:DeprecationWarning")
def test_spotipy_gets_along_with_it(connect, world, sample):
    server = connect(world, day=FIRST_DAY).server
    auth = SpotifyClientCredentials(CLIENT_ID, CLIENT_SECRET, cache_handler=MemoryCacheHandler())
    auth.OAUTH_TOKEN_URL = f"{server.accounts_url}/api/token"
    spotify = spotipy.Spotify(auth_manager=auth)
    spotify.prefix = server.api_url
    artist, album, tracks = sample
    assert spotify.artist(artist) == spotify.artists([artist])["artists"][0]
    page = spotify.artist_albums(artist, include_groups="album,single,compilation", limit=1)
    assert spotify.next(page)["offset"] == 1
    assert spotify.album(album) == spotify.albums([album])["albums"][0]
    assert spotify.album_tracks(album)["total"] == len(tracks)
    assert spotify.track(tracks[0]) == spotify.tracks(tracks[:1])["tracks"][0]
    assert len(spotify.audio_features(tracks[:5])) == 5
    assert spotify.artist_top_tracks(artist)["tracks"]
    assert spotify.search(spotify.artist(artist)["name"], type="artist")["artists"]["items"][0]["id"] == artist
    with pytest.raises(spotipy.SpotifyException) as absent:
        spotify.album(UNKNOWN)
    assert absent.value.http_status == 404
