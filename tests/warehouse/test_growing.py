"""Later builds: they write what changed, and end in the rows that a build from nothing gives."""

from datetime import timedelta

import duckdb
import pytest

from benchmarks.made_up_raw import FIRST_DAY, add_day, make_raw_schema
from tests.conftest import read_rows
from tests.dbt_process import WITHOUT_TESTS
from tests.warehouse.conftest import read_marts

pytestmark = pytest.mark.deep

BUILD = ["build", *WITHOUT_TESTS]
DAYS = 2
NEXT_DAY = FIRST_DAY + timedelta(days=DAYS)


@pytest.fixture
def change(warehouse):
    """Runs statements over a raw schema of some hundred tracks, two days old."""
    warehouse.parent.mkdir()
    with duckdb.connect(str(warehouse)) as connection:
        make_raw_schema(connection, tracks=300, days=DAYS)

    def run(*statements):
        with duckdb.connect(str(warehouse)) as connection:
            for statement in statements:
                connection.execute(statement)

    return run


def add_next_day(warehouse, changed_percent):
    with duckdb.connect(str(warehouse)) as connection:
        add_day(connection, NEXT_DAY, changed_percent)


def test_a_build_writes_only_what_changed(warehouse, change, dbt):
    dbt(*BUILD)
    # A row that is written again loses its mark; no report is made from what is marked.
    change(
        "update marts.dim_track set disc_number = -disc_number",
        "update marts.bridge_track_artist set credit_position = -credit_position",
        "update marts.fct_track_popularity set popularity = -1 - popularity",
    )
    add_next_day(warehouse, changed_percent=10)
    change(
        # The first day asked for again, with another answer; and a track that is not there any more.
        f"update raw_spotify.track_metrics set popularity = 50, loaded_at = '{NEXT_DAY} 06:00:00+00' "
        f"where observed_on = '{FIRST_DAY}' and track_id = (select min(id) from raw_spotify.tracks)",
        f"insert into raw_spotify.absences select 'track', max(id), date '{NEXT_DAY}', max(loaded_at) "
        "from raw_spotify.tracks",
        f"update raw_spotify.tracks set observed_on = date '{FIRST_DAY}' "
        "where id = (select max(id) from raw_spotify.tracks)",
    )
    dbt(*BUILD)

    changed = {
        *read_rows(warehouse, "select id from raw_spotify.tracks where name like '%Remaster'"),
        *read_rows(warehouse, "select max(id) from raw_spotify.tracks"),
    }
    assert 10 < len(changed) < 100
    assert set(read_rows(warehouse, "select track_id from marts.dim_track where disc_number > 0")) == changed
    assert (
        set(
            read_rows(
                warehouse,
                "select distinct track_id from marts.bridge_track_artist inner join marts.dim_track "
                "on bridge_track_artist.track_key = dim_track.track_key where credit_position > 0",
            )
        )
        == changed
    )
    loaded = read_rows(
        warehouse, f"select track_id, observed_on from raw_spotify.track_metrics where loaded_at >= '{NEXT_DAY}'"
    )
    assert len(loaded) == 300 + 1
    written = read_rows(warehouse, "select track_id, observed_on from marts.fct_track_popularity where popularity >= 0")
    assert sorted(written) == sorted(loaded)

    change(
        "update marts.dim_track set disc_number = abs(disc_number)",
        "update marts.bridge_track_artist set credit_position = abs(credit_position)",
        "update marts.fct_track_popularity set popularity = -1 - popularity where popularity < 0",
    )
    # The reports that are made whole were made of marked rows.
    dbt(*BUILD)
    grown = read_marts(warehouse)
    dbt(*BUILD, "--full-refresh")
    assert read_marts(warehouse) == grown


def test_what_was_built_in_the_wrong_order_is_mended_by_the_next_build(warehouse, change, dbt):
    week_later = FIRST_DAY + timedelta(days=7)
    change(
        "insert into raw_spotify.track_metrics values "
        f"('late', 7, date '{FIRST_DAY}', '{FIRST_DAY} 06:00:00+00'), "
        f"('late', 9, date '{week_later}', '{FIRST_DAY} 06:00:00+00')",
        "insert into raw_spotify.audio_features (track_id, provider, is_known, tempo, observed_on, loaded_at) "
        f"values ('late', 'spotify', true, 90, date '{FIRST_DAY}', '{FIRST_DAY} 06:00:00+00')",
    )
    dbt(*BUILD)
    dropped = "select rows_dropped from marts.rpt_rows_per_layer where entity = 'track_metrics' and step = 2"
    assert read_rows(warehouse, dropped) == [(2,)]

    add_next_day(warehouse, changed_percent=10)
    change(
        # The same day, an artist has lost its only genre, and a track is known that was measured before.
        "update raw_spotify.artists set genre_ids = '', observed_on = observed_on - 1 where id = "
        "(select min(id) from raw_spotify.artists where genre_ids not in ('') and not contains(genre_ids, ','))",
        "insert into raw_spotify.tracks select * replace ('late' as id) from raw_spotify.tracks limit 1",
    )
    dbt("run")
    dbt("build")
    assert read_rows(warehouse, dropped) == [(0,)]
    of_late = "where track_id = 'late' order by all"
    assert read_rows(warehouse, f"select popularity from marts.fct_track_popularity {of_late}") == [(7,), (9,)]
    assert read_rows(warehouse, f"select popularity_change_7d from marts.rpt_rising_tracks {of_late}") == [(2,)]
    assert read_rows(warehouse, f"select tempo from marts.fct_audio_features {of_late}") == [(90,)]
    mended = read_marts(warehouse)
    dbt(*BUILD, "--full-refresh")
    assert read_marts(warehouse) == mended
    change("drop schema marts cascade", "drop schema intermediate cascade")
    dbt(*BUILD)
    assert read_marts(warehouse) == mended
