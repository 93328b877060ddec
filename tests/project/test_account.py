"""What the tour tells of the made-up world was planted there: it went the whole way from the Web API to the marts."""

import io
from datetime import date

import duckdb
import pytest
from rich.cells import cell_len
from rich.console import Console

from local_api.catalogue import FIRST_DAY, World
from local_api.listener import MadeUpListener
from tests.project.conftest import DAYS
from tour.account import print_findings
from tour.findings import find

WIDTH = 80


@pytest.fixture(scope="module")
def findings(project):
    with duckdb.connect(str(project.warehouse), read_only=True) as warehouse:
        return find(warehouse)


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.fixture(scope="module")
def listener(world):
    return MadeUpListener(world)


def test_the_hit_is_found_with_its_days(findings, world):
    id_ = world.track_codec.encode(world.story.hit_track)
    artist_id = world.artist_codec.encode(world.story.cast.hit)
    assert findings.hit.track_id == id_
    assert [day.observed_on for day in findings.hit.days] == DAYS == list(findings.days)
    for day in findings.hit.days:
        view = world.on(day.observed_on)
        artist = view.artist(artist_id)
        assert day.track_popularity == view.track(id_)["popularity"]
        assert (day.artist_popularity, day.followers) == (artist["popularity"], artist["followers"]["total"])


def test_the_slump_is_found(findings, world):
    id_ = world.artist_codec.encode(world.story.cast.slumping)
    first, last = (world.on(day).artist(id_) for day in (DAYS[0], DAYS[-1]))
    assert findings.slump.artist_id == id_
    assert findings.slump.popularity == (first["popularity"], last["popularity"])
    assert findings.slump.followers == (first["followers"]["total"], last["followers"]["total"])


def test_the_launch_is_found(findings, world):
    id_ = world.album_codec.encode(world.story.launched_album)
    album = world.on(DAYS[-1]).album(id_)
    assert findings.launch.album_id == id_
    assert findings.launch.album_name == album["name"]
    assert findings.launch.released_on == date.fromisoformat(album["release_date"])
    assert findings.launch.peak >= findings.launch.first


def test_the_other_changes_are_found(findings, world):
    names = {
        (plan.name, plan.new_name)
        for plan in map(world.layout.artist, range(world.layout.artists + world.layout.guests))
        if plan.renamed_on is not None
    }
    assert (findings.renaming.old_name, findings.renaming.new_name) in names
    assert findings.renaming.renamed_on in DAYS[1:]
    assert findings.returned.gone_on < findings.returned.back_on
    assert {findings.returned.gone_on, findings.returned.back_on} <= set(DAYS)


def test_genres_differ_and_songs_get_shorter(findings):
    energies = [sound.energy for sound in findings.genres]
    assert len(energies) >= 6
    assert max(energies) - min(energies) > 0.4
    quietest, loudest = (sorted(findings.genres, key=lambda sound: sound.energy)[place] for place in (0, -1))
    assert quietest.acousticness > loudest.acousticness
    assert quietest.loudness < loudest.loudness
    assert findings.lengths[0].seconds - findings.lengths[-1].seconds > 40
    assert findings.lengths[0].explicit_share < findings.lengths[-1].explicit_share


def test_what_the_listener_did_is_found(findings, listener):
    year = findings.summer.month.year
    artist, _ = listener.choose_summer(year)
    assert findings.summer.artist_id == listener.world.artist_codec.encode(artist)
    assert findings.summer.month.month in (6, 7, 8)
    trip = listener.habits.trip
    assert findings.journey.country == trip.country
    assert trip.first_day <= findings.journey.first_day < findings.journey.last_day <= trip.last_day
    assert findings.skips.shuffled > 2 * findings.skips.others
    assert findings.podcasts.commute_share > 0.7
    assert findings.streak.days >= 60


def test_the_account_says_so_first_and_fits_a_narrow_terminal(findings):
    console = Console(file=io.StringIO(), width=WIDTH)
    print_findings(console, findings)
    lines = console.file.getvalue().splitlines()
    text = " ".join(" ".join(lines).split())
    assert all(cell_len(line) <= WIDTH for line in lines)
    assert len(lines) < 75
    assert text.startswith("All of this is made up")
    assert text.index(f"In these weeks ({FIRST_DAY:%-d %b} to {DAYS[-1]:%-d %b %Y})") < text.index("week by week")
    for told in (
        findings.hit.track_name,
        findings.slump.artist_name,
        findings.launch.album_name,
        findings.renaming.new_name,
        findings.returned.track_name,
        findings.summer.artist_name,
    ):
        assert told in text
