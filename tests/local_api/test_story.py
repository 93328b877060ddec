"""What is planted in the made-up world is there whatever its seed: the hit, the slump, the launch, the sound of genres.

And in the listening: hours, the summers, the trip, the streak.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from statistics import correlation, mean, median

import pytest

from local_api import names
from local_api.catalogue import FIRST_DAY, World
from local_api.habits import HOME
from local_api.listener import SHOWS, YEARS, MadeUpListener
from local_api.sound import find_archetype
from local_api.story import LAUNCH_DAY

SEEDS = (7, 1, 2, 30)
WEEKS = 6
SHARES = ("acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness", "valence")
OWN_GROUPS = ("album", "single", "compilation")

# Genres, the feature in which the second one has more than the first, and by how much at least.
CONTRASTS = (
    ("classical", "energy", "folk", 0.1),
    ("folk", "energy", "pop", 0.15),
    ("pop", "energy", "metal", 0.15),
    ("metal", "acousticness", "pop", 0.1),
    ("pop", "acousticness", "folk", 0.3),
    ("folk", "acousticness", "classical", 0.1),
    ("classical", "loudness", "folk", 6),
    ("folk", "loudness", "metal", 4),
    ("pop", "instrumentalness", "electronic", 0.3),
    ("electronic", "instrumentalness", "ambient", 0.2),
    ("rock", "speechiness", "hip hop", 0.15),
    ("metal", "danceability", "hip hop", 0.3),
    ("hip hop", "tempo", "drum and bass", 25),
    ("pop", "explicit", "hip hop", 0.25),
    ("classical", "explicit", "pop", 0.1),
    ("folk", "valence", "latin", 0.2),
)


def see(world, day):
    return world.on(FIRST_DAY + timedelta(days=day))


@pytest.fixture(scope="module", params=[(seed, artists) for seed in SEEDS for artists in (10, 40)], ids=str)
def any_world(request):
    return World(*request.param)


@pytest.fixture(scope="module")
def large_world():
    """Enough artists that every broad genre has several."""
    return World(seed=12, artists=300, albums_per_artist=3)


def list_tracks(world):
    """The tracks of everybody's own albums, each with its album and its features."""
    view = see(world, 0)
    for artist_id in world.artist_ids():
        for album in view.artist_albums(artist_id, OWN_GROUPS):
            if album["artists"][0]["id"] == artist_id:
                for track in view.album_tracks(album["id"]):
                    yield artist_id, album, track, view.audio_features(track["id"])


def test_every_part_has_an_artist_of_its_own(any_world):
    cast = any_world.story.cast
    assert len({cast.renamed, cast.hit, cast.slumping, cast.launching}) == 4
    assert all(0 <= artist < any_world.layout.artists for artist in (cast.hit, cast.slumping, cast.launching))


@pytest.mark.parametrize("artists", [1, 2, 3])
def test_a_world_too_small_for_the_story_does_without(artists):
    world = World(artists=artists)
    view = see(world, 20)
    assert all(view.artist(id_) for id_ in world.artist_ids())


def test_a_track_becomes_a_hit_and_its_artist_rises_with_it(any_world):
    world, story = any_world, any_world.story
    track_id = world.track_codec.encode(story.hit_track)
    artist_id = world.artist_codec.encode(story.cast.hit)
    days = [see(world, 7 * week) for week in range(WEEKS)]
    popularity = [view.track(track_id)["popularity"] for view in days]
    assert popularity[0] <= 45
    assert popularity[-1] >= 85
    assert popularity == sorted(popularity)
    assert artist_id in [credit["id"] for credit in days[0].track(track_id)["artists"]]
    followers = [view.artist(artist_id)["followers"]["total"] for view in days]
    assert followers[-1] > 2.5 * followers[0]

    def measure_others(view):
        return {
            track["id"]: view.track(track["id"])["popularity"]
            for album in view.artist_albums(artist_id, OWN_GROUPS)
            for track in view.album_tracks(album["id"])
            if track["id"] != track_id and album["artists"][0]["id"] == artist_id
        }

    before, after = measure_others(days[0]), measure_others(days[-1])
    if shared := before.keys() & after.keys():
        assert mean(after[id_] - before[id_] for id_ in shared) > 10


def test_an_established_artist_slumps(any_world):
    id_ = any_world.artist_codec.encode(any_world.story.cast.slumping)
    before, after = (see(any_world, day).artist(id_) for day in (0, 35))
    assert before["popularity"] - after["popularity"] >= 15
    assert 0.7 < after["followers"]["total"] / before["followers"]["total"] < 1


def test_an_album_is_launched_on_a_friday_rises_and_falls(any_world):
    world = any_world
    id_ = world.album_codec.encode(world.story.launched_album)
    assert see(world, LAUNCH_DAY - 1).album(id_) is None
    album = see(world, LAUNCH_DAY).album(id_)
    released = date.fromisoformat(album["release_date"])
    assert (released.weekday(), released) == (4, FIRST_DAY + timedelta(days=LAUNCH_DAY))
    assert album["album_type"] == "album"
    popularity = [see(world, LAUNCH_DAY + age).album(id_)["popularity"] for age in range(60)]
    peak = popularity.index(max(popularity))
    assert 4 <= peak <= 25
    assert popularity[peak] - popularity[0] >= 12
    assert popularity[peak] - popularity[-1] >= 8
    artist_id = album["artists"][0]["id"]
    top = see(world, LAUNCH_DAY + 10).top_tracks(artist_id)
    assert id_ in [track["album"]["id"] for track in top[:3]], "its tracks are among the artist's most popular ones"


def test_followers_change_by_what_is_believable_in_a_week(any_world):
    hit = any_world.artist_codec.encode(any_world.story.cast.hit)
    changes = []
    for week in range(WEEKS):
        before, after = see(any_world, 7 * week), see(any_world, 7 * week + 7)
        for id_ in any_world.artist_ids():
            if id_ != hit:
                old, new = (view.artist(id_)["followers"]["total"] for view in (before, after))
                changes.append(100 * (new - old) / old)
    assert -6 < min(changes) < 0
    assert 2 < max(changes) < 35


def test_rankings_change_hands():
    world = World()

    def rank(day):
        view = see(world, day)
        return sorted(world.artist_ids(), key=lambda id_: -view.artist(id_)["popularity"])

    tops = [rank(7 * week)[:6] for week in range(WEEKS)]
    assert len({id_ for top in tops for id_ in top}) >= 8


def test_every_genre_has_a_sound():
    genres = {genre for style in names.STYLES for family, several in style.genres.items() for genre in several}
    assert len(genres) > 40
    for style in names.STYLES:
        for family, several in style.genres.items():
            assert all(find_archetype(family, genre) for genre in (*several, family))


def test_genres_sound_as_they_do(large_world):
    sounds = defaultdict(list)
    view = see(large_world, 0)
    for artist_id, _, track, features in list_tracks(large_world):
        for genre in view.artist(artist_id)["genres"]:
            if features:
                sounds[genre].append({**features, "explicit": track["explicit"]})

    def measure(genre, field):
        return mean(features[field] for features in sounds[genre])

    for low, field, high, apart in CONTRASTS:
        assert measure(high, field) > measure(low, field) + apart, (low, field, high)
    # Around the archetype the tracks differ.
    assert len({features["energy"] for features in sounds["pop"]}) > 50


def test_features_hang_together_and_stay_in_their_ranges(large_world):
    found = [features for *_, features in list_tracks(large_world) if features]
    columns = {name: [features[name] for features in found] for name in (*SHARES, "loudness", "tempo", "key", "mode")}
    assert correlation(columns["energy"], columns["loudness"]) > 0.7
    assert correlation(columns["energy"], columns["acousticness"]) < -0.7
    assert correlation(columns["danceability"], columns["valence"]) > 0.3
    assert all(0 <= share <= 1 for name in SHARES for share in columns[name])
    assert all(-60 <= loudness <= 0 for loudness in columns["loudness"])
    assert all(tempo == 0 or 50 <= tempo <= 210 for tempo in columns["tempo"])
    assert {*columns["key"]} == set(range(-1, 12))
    assert 0.45 < mean(columns["mode"]) < 0.75


def test_within_a_genre_louder_is_more_energetic_and_less_acoustic():
    """Not the genres alone make it: tracks of one artist show it, too."""
    world = World(artists=1, albums_per_artist=30)
    found = [features for *_, features in list_tracks(world) if features]
    energy, loudness, acousticness = ([f[name] for f in found] for name in ("energy", "loudness", "acousticness"))
    assert correlation(energy, loudness) > 0.4
    assert correlation(energy, acousticness) < -0.4


@pytest.mark.parametrize("seed", SEEDS)
def test_songs_get_shorter_and_more_explicit(seed):
    world = World(seed, artists=120, albums_per_artist=4)
    lengths, explicit = defaultdict(list), defaultdict(list)
    for _, album, track, _ in list_tracks(world):
        year = int(album["release_date"][:4])
        lengths[year].append(track["duration_ms"] / 1000)
        explicit[year // 10].append(track["explicit"])
    long = median(seconds for year, several in lengths.items() if year < 2010 for seconds in several)
    halfway = median(seconds for year, several in lengths.items() if 2016 <= year <= 2019 for seconds in several)
    short = median(seconds for year, several in lengths.items() if year >= 2025 for seconds in several)
    assert long == pytest.approx(230, abs=15)
    assert short == pytest.approx(170, abs=12)
    assert long - 10 > halfway > short + 8
    assert mean(explicit[199]) < mean(explicit[202])


@pytest.fixture(scope="module", params=[1, 2, 3])
def listener(request):
    return MadeUpListener(World(), request.param)


@pytest.fixture(scope="module")
def plays(listener):
    return [play for offset in range(YEARS * 365, 0, -1) for play in listener.plays(FIRST_DAY - timedelta(days=offset))]


def test_hours_are_smooth_with_peaks_on_the_way_to_work(plays):
    at_home = [play.ended_at for play in plays if play.country == HOME]
    workdays = Counter(moment.hour for moment in at_home if moment.weekday() < 5)
    weekends = Counter(moment.hour for moment in at_home if moment.weekday() >= 5)
    assert min(workdays[hour] for hour in range(7, 24)) > 0.05 * max(workdays.values())
    assert workdays[8] > 2 * workdays[11]
    assert max(workdays[17], workdays[18]) > 2 * workdays[15]
    assert sum(workdays[hour] for hour in range(2, 6)) < 0.02 * sum(workdays.values())
    late = sum(weekends[hour] for hour in (0, 1)) / sum(weekends.values())
    assert late > 0.05 > 4 * (workdays[0] + workdays[1]) / sum(workdays.values())


def test_a_summer_belongs_to_an_artist_and_a_track(listener, plays):
    year = FIRST_DAY.year
    artist, track_id = listener.choose_summer(year)
    artist_id = listener.world.artist_codec.encode(artist)
    owners = {}

    def measure(months):
        heard = Counter()
        for play in plays:
            if play.kind == "track" and play.ended_at.year == year and play.ended_at.month in months:
                if play.item_id not in owners:
                    owners[play.item_id] = listener.find_track(play.item_id, FIRST_DAY)["artists"][0]["id"]
                heard[owners[play.item_id]] += 1
        return heard[artist_id] / heard.total(), heard

    summer, heard = measure((7, 8))
    assert heard.most_common(1)[0][0] == artist_id
    assert summer > 0.3
    assert summer > 2 * measure((2, 3, 4))[0]
    tracks = Counter(play.item_id for play in plays if date(year, 7, 1) <= play.ended_at.date() < date(year, 9, 1))
    assert tracks.most_common(1)[0][0] == track_id


def test_a_trip_is_elsewhere_and_at_other_hours(listener, plays):
    trip = listener.habits.trip
    away = {play.ended_at.date() for play in plays if play.country == trip.country}
    assert {play.country for play in plays} == {HOME, trip.country}
    assert 14 <= (trip.last_day - trip.first_day).days + 1 <= 21
    assert min(away) >= trip.first_day
    assert max(away) <= trip.last_day
    assert len(away) >= 12
    hours = Counter(play.ended_at.hour for play in plays if play.country == trip.country)
    at_home = Counter(play.ended_at.hour for play in plays if play.country == HOME)

    def measure_nights(counted):
        return sum(counted[hour] for hour in range(2, 7)) / counted.total()

    assert measure_nights(hours) > 5 * measure_nights(at_home)


def test_what_is_new_or_shuffled_is_skipped_more(plays):
    tracks = [play for play in plays if play.kind == "track"]

    def measure_skips(wanted):
        return mean(play.reason_end == "fwdbtn" for play in tracks if wanted(play))

    assert measure_skips(lambda play: play.context_uri is None) > 0.3
    assert measure_skips(lambda play: play.shuffle) > 2 * measure_skips(lambda play: not play.shuffle)
    assert measure_skips(lambda play: (play.context_uri or "").startswith("spotify:artist:")) < 0.06


def test_podcasts_belong_to_commutes(listener, plays):
    episodes = [play for play in plays if play.kind == "episode"]
    shows = {listener.name_episode(play.item_id)[0] for play in episodes}
    assert shows == {show.name for show in SHOWS}
    workdays = [play for play in episodes if play.ended_at.weekday() < 5 and play.country == HOME]
    assert mean(play.ended_at.hour in (7, 8, 9, 17, 18, 19) for play in workdays) > 0.8
    assert len(episodes) > 100


def test_some_plays_are_offline_some_private(plays):
    assert 0.02 < mean(play.is_offline for play in plays) < 0.12
    assert 0.01 < mean(play.incognito for play in plays) < 0.06


def test_there_is_a_streak(listener, plays):
    days = sorted({play.ended_at.date() for play in plays})
    longest, current = 1, 1
    for before, after in pairwise(days):
        current = current + 1 if after - before == timedelta(days=1) else 1
        longest = max(longest, current)
    assert longest >= 60


def test_listening_grows_and_the_taste_changes(listener, plays):
    def take_year(number):
        first = FIRST_DAY - timedelta(days=365 * (YEARS - number))
        return [play for play in plays if first <= play.ended_at.date() < first + timedelta(days=365)]

    assert len(take_year(2)) > 1.3 * len(take_year(0))
    view = listener.view(FIRST_DAY)

    def measure(number):
        tracks = Counter(play.item_id for play in take_year(number) if play.kind == "track")
        features = {id_: view.audio_features(id_) for id_ in tracks}
        known = [(found["energy"], tracks[id_]) for id_, found in features.items() if found]
        return sum(energy * count for energy, count in known) / sum(count for _, count in known)

    assert abs(measure(2) - measure(0)) > 0.06
