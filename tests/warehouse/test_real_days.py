"""Four real days of five followed artists, loaded day by day and built into marts."""

from datetime import date

import pytest

from local_api.folder import Folder
from local_api.server import serve
from tests.conftest import DAYS, FOLLOWED, REAL_DAYS, follow, read_raw, read_rows
from tests.dbt_process import WITHOUT_TESTS
from tests.warehouse.conftest import read_marts
from tour.play import SNAPSHOTS

pytestmark = [
    pytest.mark.deep,
    pytest.mark.skipif(not REAL_DAYS.is_dir(), reason="the folder of test data is not there"),
]


@pytest.fixture
def play(warehouse, point_at, load, dbt):
    """Loads days one by one, with the snapshots in between, then builds everything."""

    def run(days, mode):
        with serve(Folder(REAL_DAYS), mode=mode, day=days[0]) as server:
            point_at(server)
            followed = follow(FOLLOWED)
            for day in days:
                server.day = day
                result = load(*followed, "--as-of", day)
                assert result.exit_code == 0, result.errors
                dbt(*SNAPSHOTS)
        dbt("build")
        return warehouse

    return run


def count(path, query):
    return read_rows(path, f"select count(*) from {query}")[0][0]


def count_objects(path):
    return {
        "albums": count(path, "(select distinct album_id from marts.dim_album)"),
        "tracks": count(path, "(select distinct track_id from marts.dim_track)"),
        "artists": count(path, "(select distinct artist_id from marts.dim_artist)"),
        "current albums": count(path, "marts.dim_album where is_current"),
        "current tracks": count(path, "marts.dim_track where is_current"),
        "current artists": count(path, "marts.dim_artist where is_current"),
        "followed artists": count(path, "raw_spotify.artists"),
    }


OBJECTS = {
    "albums": 25,
    "tracks": 335,
    "artists": 17,
    "current albums": 25,
    "current tracks": 335,
    "current artists": 17,
    "followed artists": 5,
}


def test_an_extended_app_sees_every_measure_of_every_day(play, dbt, load, point_at):
    path = play(DAYS, "extended")
    assert count_objects(path) == OBJECTS
    assert count(path, "marts.fct_artist_popularity") == 5 * 4
    assert count(path, "marts.fct_album_popularity") == 25 * 4
    assert count(path, "marts.fct_track_popularity") == 335 * 4
    assert read_rows(
        path,
        "select observed_on, popularity, followers from marts.fct_artist_popularity "
        "where artist_id = '4q3ewBCX7sLwd24euuV69X' order by observed_on",
    ) == [
        (DAYS[0], 100, 96310480),
        (DAYS[1], 100, 96356485),
        (DAYS[2], 100, 96402137),
        (DAYS[3], 100, 96447552),
    ]
    # Spotify gave Parcels a genre on the second day: a version ends there and another begins.
    assert read_rows(
        path,
        "select genre_ids, valid_from, valid_to, is_current from marts.dim_artist "
        "where artist_name = 'Parcels' order by valid_from",
    ) == [
        ("", date(1900, 1, 1), DAYS[1], False),
        ("indie soul", DAYS[1], date(9999, 12, 31), True),
    ]

    raw, marts = read_raw(path), read_marts(path)
    dbt("build", *WITHOUT_TESTS)
    assert read_marts(path) == marts, "building again changes no row"
    with serve(Folder(REAL_DAYS), day=DAYS[-1]) as server:
        point_at(server)
        for day in (DAYS[-1], DAYS[0]):
            server.day = day
            load(*follow(FOLLOWED), "--as-of", day)
    assert read_raw(path) == raw, "loading days again changes no row"
    dbt("build", *WITHOUT_TESTS)
    built_again = read_marts(path)
    tells_of_loads = {"rpt_loads", "rpt_rows_per_layer"}
    for name in marts.keys() - tells_of_loads:
        assert built_again[name] == marts[name], f"{name} is changed by loading days again"


def test_a_development_app_builds_the_same_dimensions_and_invents_no_measure(play, tmp_path, monkeypatch):
    path = play(DAYS, "dev")
    assert count_objects(path) == OBJECTS
    for fact in ("fct_artist_popularity", "fct_album_popularity", "fct_track_popularity"):
        assert count(path, f"marts.{fact}") == 0
