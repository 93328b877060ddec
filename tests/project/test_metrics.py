"""Every metric of the semantic layer, asked through `mf query`, against plain SQL over the star schema."""

import csv
import json

import pytest

from tests.conftest import read_rows

# What each metric is over everything there is, said a second time without the views and measures it is made of.
TOTALS = {
    "followers": """
        select sum(followers) from (
            select max_by(followers, observed_on) as followers from marts.fct_artist_popularity group by artist_id
        )""",
    "followers_gained": """
        select sum(gained) from (
            select max_by(followers, observed_on) - min_by(followers, observed_on) as gained
            from marts.fct_artist_popularity group by artist_id
        )""",
    "follower_growth": """
        select sum(last - first) / sum(first) from (
            select max_by(followers, observed_on) as last, min_by(followers, observed_on) as first
            from marts.fct_artist_popularity group by artist_id
        )""",
    "average_artist_popularity": "select avg(popularity) from marts.fct_artist_popularity",
    "average_album_popularity": "select avg(popularity) from marts.fct_album_popularity",
    "average_track_popularity": "select avg(popularity) from marts.fct_track_popularity",
    **{
        name: f"""
            select {aggregate} from (
                select max_by(popularity, observed_on) - min_by(popularity, observed_on) as points
                from marts.fct_{entity}_popularity group by {entity}_id having count(popularity) > 1
            )"""
        for entity in ("artist", "track")
        for name, aggregate in (
            (f"{entity}_popularity_change", "avg(points)"),
            (f"{entity}_popularity_points", "sum(points)"),
            (f"{entity}s_compared", "count(*)"),
        )
    },
    "artists": "select count(*) from marts.dim_artist where is_current",
    "albums": "select count(*) from marts.dim_album where is_current",
    "tracks": "select count(*) from marts.dim_track where is_current",
    "dated_albums": "select count(*) from marts.dim_album where is_current and release_year is not null",
    "release_years": "select count(distinct release_year) from marts.dim_album where is_current",
    "releases_per_year": "select count(*) / count(distinct release_year) from marts.dim_album where is_current",
    "tracks_per_album": """
        select (select count(*) from marts.dim_track where is_current) / count(*)
        from marts.dim_album where is_current""",
    "explicit_tracks": "select count(*) from marts.dim_track where is_current and is_explicit",
    "explicit_share": "select avg(is_explicit::integer) from marts.dim_track where is_current",
    "average_track_duration": "select avg(duration_ms) / 1000 from marts.dim_track where is_current",
    "median_track_duration": "select median(duration_ms) / 1000 from marts.dim_track where is_current",
}

# Metrics by what they are most often asked by: the dimensions, the metrics, the same in plain SQL.
BREAKDOWNS = {
    "artists keep their numbers through another name": (
        "artist__artist_id,artist__artist_name",
        "followers,followers_gained,average_artist_popularity",
        """
        select dim_artist.artist_id, max_by(artist_name, valid_from), max_by(followers, observed_on),
               max_by(followers, observed_on) - min_by(followers, observed_on), avg(popularity)
        from marts.fct_artist_popularity
        inner join (select artist_id, max_by(artist_name, valid_from) as artist_name, max(valid_from) as valid_from
                    from marts.dim_artist group by artist_id) as dim_artist
            on fct_artist_popularity.artist_id = dim_artist.artist_id
        group by dim_artist.artist_id""",
    ),
    "gains of the days add up": (
        "metric_time__day",
        "followers,followers_gained",
        """
        select observed_on, sum(followers), sum(gained) from (
            select observed_on, followers,
                   followers - lag(followers) over (partition by artist_id order by observed_on) as gained
            from marts.fct_artist_popularity
        ) group by observed_on""",
    ),
    "nobody counts twice by genre": (
        "artist__first_genre",
        "artists",
        """
        select genre_name, count(*) from marts.dim_artist
        left join marts.bridge_artist_genre
            on dim_artist.artist_key = bridge_artist_genre.artist_key and genre_position = 1
        left join marts.dim_genre on bridge_artist_genre.genre_key = dim_genre.genre_key
        where is_current group by genre_name""",
    ),
    "albums and tracks by type of album": (
        "album__album_type",
        "albums,tracks,tracks_per_album",
        """
        select album_type, count(distinct dim_album.album_id), count(track_id),
               count(track_id) / count(distinct dim_album.album_id)
        from marts.dim_album
        left join marts.dim_track on dim_album.album_id = dim_track.album_id and dim_track.is_current
        where dim_album.is_current group by album_type""",
    ),
    "durations and number of tracks by year of release": (
        "metric_time__year",
        "median_track_duration,explicit_share,tracks",
        """
        select make_date(release_year, 1, 1), median(duration_ms) / 1000, avg(is_explicit::integer), count(*)
        from marts.dim_track
        inner join marts.dim_album on dim_track.album_id = dim_album.album_id
            and dim_album.valid_to = (select max(last.valid_to) from marts.dim_album as last
                                      where last.album_id = dim_album.album_id)
        where dim_track.is_current group by release_year""",
    ),
    "popularity of clean and explicit tracks": (
        "track__is_explicit",
        "average_track_popularity",
        """
        select is_explicit, avg(popularity)
        from marts.fct_track_popularity
        inner join (select track_id, max_by(is_explicit, valid_from) as is_explicit
                    from marts.dim_track group by track_id) as dim_track
            on fct_track_popularity.track_id = dim_track.track_id
        group by is_explicit""",
    ),
    "popularity of tracks by type of their album": (
        "track__album__album_type",
        "average_track_popularity",
        """
        select album_type, avg(popularity)
        from marts.fct_track_popularity
        inner join (select distinct track_id, album_id from marts.dim_track) as dim_track
            on fct_track_popularity.track_id = dim_track.track_id
        inner join (select album_id, max_by(album_type, valid_from) as album_type
                    from marts.dim_album group by album_id) as dim_album
            on dim_track.album_id = dim_album.album_id
        group by album_type""",
    ),
}


@pytest.fixture
def query(project, tmp_path):
    """Asks for metrics as a person does, and returns the rows as text."""

    def run(*arguments):
        answer = tmp_path / "answer.csv"
        project.succeed("mf", "query", "--quiet", "--csv", answer, *arguments)
        with answer.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    return run


def read_value(text):
    """Read what the CSV says: a number, a day, or text; nothing is null."""
    if text in ("", "None"):
        return None
    try:
        return float(text)
    except ValueError:
        return text.removesuffix(" 00:00:00")


def as_answered(value):
    """Bring a value of DuckDB to what `read_value` makes of the same value."""
    return read_value(str(value))


def key_rows(rows, keys):
    """Take rows apart into their first columns, which are the keys, and the values."""
    return {tuple(row[:keys]): row[keys:] for row in rows}


def test_every_metric_says_what_it_is_and_is_compared(project):
    metrics = json.loads((project.target / "semantic_manifest.json").read_text())["metrics"]
    assert {metric["name"] for metric in metrics} == set(TOTALS)
    assert all(metric["label"] and metric["description"] for metric in metrics)


def test_metrics_over_everything_are_those_of_the_star_schema(project, query):
    (answer,) = query("--metrics", ",".join(TOTALS))
    expected = {name: float(read_rows(project.warehouse, sql)[0][0]) for name, sql in TOTALS.items()}
    assert {name: float(value) for name, value in answer.items()} == pytest.approx(expected)
    assert all(expected.values()), "a metric that is 0 on the demo is compared with nothing"


@pytest.mark.deep
@pytest.mark.parametrize("breakdown", BREAKDOWNS)
def test_metrics_by_dimension_are_those_of_the_star_schema(project, query, breakdown):
    dimensions, metrics, sql = BREAKDOWNS[breakdown]
    answer = query("--metrics", metrics, "--group-by", dimensions)
    columns = [*dimensions.split(","), *metrics.split(",")]
    keys = len(dimensions.split(","))
    answered = key_rows(([read_value(row[name]) for name in columns] for row in answer), keys)
    expected = key_rows(([as_answered(value) for value in row] for row in read_rows(project.warehouse, sql)), keys)
    assert len(answered) == len(answer) > 1
    assert answered.keys() == expected.keys()
    for key, values in expected.items():
        assert answered[key] == pytest.approx(values), key
