"""The reports of a made-up world: days that come late, apps that see little, a warehouse without a row."""

from datetime import timedelta

import duckdb
import pytest

from local_api.catalogue import FIRST_DAY, World
from local_api.server import serve
from tests.conftest import follow, read_rows
from tests.dbt_process import WITHOUT_TESTS
from tests.warehouse.conftest import read_marts

pytestmark = pytest.mark.deep

WORLD = World(artists=10, albums_per_artist=3, tracks_per_album=4)
RISING = ("fct_track_popularity", "int_track_popularity_days", "int_rising_tracks", "rpt_rising_tracks")


def day(number):
    return FIRST_DAY + timedelta(days=number)


class Reordered:
    """The world with days that look as others of its days do."""

    def __init__(self, looks):
        self._looks = {day(number): day(as_number) for number, as_number in looks.items()}

    def on(self, observed_on):
        return WORLD.on(self._looks[observed_on])


@pytest.fixture
def load_days(point_at, load):
    """Loads days, each with the answers of the day of its own number or of another."""

    def run(answers_of, mode="extended"):
        with serve(Reordered(answers_of), mode=mode, day=day(min(answers_of))) as server:
            point_at(server)
            for number in answers_of:
                server.day = day(number)
                result = load(*follow(WORLD.artist_ids()), "--as-of", day(number))
                assert result.exit_code == 0, result.errors

    return run


def execute(path, statement):
    with duckdb.connect(str(path)) as connection:
        return connection.execute(statement)


def read_rising(path):
    """Read the rising tracks of each day of the report, in their order."""
    rows = read_rows(path, "select observed_on, * from marts.rpt_rising_tracks order by observed_on, momentum_rank")
    return {found: [row for row in rows if row[0] == found] for found in dict.fromkeys(row[0] for row in rows)}


def test_late_and_repeated_days_end_in_the_rising_tracks_of_a_rebuild(warehouse, load_days, dbt):
    load_days({0: 0, 1: 1, 7: 7, 8: 8, 35: 35})
    dbt("build", "--select", "+rpt_rising_tracks", *WITHOUT_TESTS)
    before = read_rising(warehouse)
    assert list(before) == [day(7), day(8), day(35)]

    # A day that is not built again keeps this mark.
    execute(warehouse, "update intermediate.int_rising_tracks set momentum_score = momentum_score + 1000")
    # Day 28 comes late and day 35 is compared with it; day 0 is told otherwise, and days 7 and 28 are compared with it.
    load_days({28: 28, 0: 1})
    dbt("build", "--select", "+rpt_rising_tracks", *WITHOUT_TESTS)
    marked = {found for found, rows in read_rising(warehouse).items() if any(row[-2] > 1000 for row in rows)}
    assert marked == {day(8)}, "only what changed is computed"
    execute(
        warehouse,
        "update intermediate.int_rising_tracks set momentum_score = round(momentum_score - 1000, 2) "
        f"where observed_on = '{day(8)}'",
    )
    dbt("build", "--select", "rpt_rising_tracks", *WITHOUT_TESTS)

    incremental = read_rising(warehouse)
    assert list(incremental) == [day(7), day(8), day(28), day(35)]
    assert incremental[day(8)] == before[day(8)]
    assert incremental[day(7)] != before[day(7)]
    assert incremental[day(35)] != before[day(35)]
    dbt("build", "--full-refresh", "--select", *RISING, *WITHOUT_TESTS)
    assert read_rising(warehouse) == incremental


def test_a_development_app_gets_every_report_that_its_answers_can_fill(warehouse, load_days, dbt):
    load_days({0: 0, 7: 7}, mode="dev")
    dbt("build")
    rows = {name: len(found) for name, found in read_marts(warehouse).items()}
    assert {name for name, number in rows.items() if number == 0} == {
        "fct_artist_popularity",
        "fct_album_popularity",
        "fct_track_popularity",
        "rpt_artist_popularity",
        "rpt_rising_tracks",
        # Nothing can have changed without measurements, and nothing was kept aside.
        "fct_artist_change",
        "fct_track_change",
        "rpt_rejected_objects",
        # Nobody's listening is loaded.
        *("fct_plays", "fct_listening_sessions", "rpt_listening_by_hour", "rpt_listening_streaks"),
        *("rpt_listening_months", "rpt_top_artists", "rpt_artists_heard"),
        *("dim_playlist", "fct_playlist_tracks", "fct_saved_tracks", "fct_top_items", "fct_library_listings"),
        # The credits of albums and tracks hold no genres, and a development app's artists neither.
        *(name for name in ("dim_genre", "bridge_artist_genre") if rows[name] == 0),
    }
    assert read_rows(warehouse, "select distinct provider from marts.fct_audio_features") == [("reccobeats",)]


def test_features_that_another_provider_tells_better_and_those_of_unknown_tracks_are_dropped(warehouse, load_days, dbt):
    load_days({0: 0}, mode="dev")
    for track in ("(select min(track_id) from raw_spotify.audio_features where is_known)", "'neverloaded00000000000'"):
        execute(
            warehouse,
            "insert into raw_spotify.audio_features (track_id, provider, is_known, energy, observed_on, loaded_at) "
            f"select {track}, 'files', true, 0.5, '{day(0)}', now()",
        )
    dbt("build")
    known, asked = read_rows(warehouse, "select count(*) filter (is_known), count(*) from raw_spotify.audio_features")[
        0
    ]
    assert read_rows(
        warehouse,
        "select from_layer, to_layer, rows_in, rows_out, rows_dropped, drop_reason "
        "from marts.rpt_rows_per_layer where entity = 'audio_features' order by step",
    ) == [
        ("raw", "staging", asked, known, asked - known, "the provider has none of the track"),
        ("staging", "marts", known, known - 1, 1, "another provider is trusted more"),
        ("staging", "marts", known - 1, known - 2, 1, "the track itself was never loaded"),
    ]
    assert read_rows(warehouse, "select distinct provider from marts.fct_audio_features") == [("reccobeats",)]


def test_an_empty_warehouse_builds_and_has_empty_reports(warehouse, load_days, dbt):
    load_days({0: 0})
    for (table,) in read_rows(
        warehouse,
        "select table_name from information_schema.tables where table_schema = 'raw_spotify' "
        "and not starts_with(table_name, '_dlt')",
    ):
        execute(warehouse, f"delete from raw_spotify.{table}")
    dbt("build")
    marts = read_marts(warehouse)
    assert {name for name, rows in marts.items() if rows} == {"dim_date", "rpt_rows_per_layer"}
    assert read_rows(warehouse, "select distinct rows_in, rows_out, rows_dropped from marts.rpt_rows_per_layer") == [
        (0, 0, 0)
    ]
