"""The page in a real browser: opened from the file system, with the network cut off."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.dashboard.conftest import HOSTILE_NAME, STATES, choose, read_table

pytestmark = pytest.mark.deep

CHARTS = (
    *("popularity", "followers", "climbers", "rising-tracks", "durations", "durations-by-decade", "explicit-years"),
    *("explicit-genres", "releases", "release-durations", "audio-genres", "audio-decades", "months", "hours"),
    *("streaks", "heard", "heard-months", "taste"),
)
WITHOUT_LISTENING = CHARTS[: CHARTS.index("months")]


def tell(number):
    return f"{number:,}"


def read_tiles(page):
    return {
        tile.get_attribute("id").removeprefix("tile-"): tile.locator(".number").inner_text()
        for tile in page.locator(".tile").all()
    }


def count_marks(page, figure, kind="rect"):
    """Count what a chart draws of a kind."""
    return page.locator(f"#figure-{figure} svg g.mark-{kind}.role-mark path").count()


# ---------- what the page shows is what the marts hold


def test_every_chart_of_the_demo_is_drawn(demo, open_page):
    page = open_page(demo.page)
    drawn = page.evaluate(
        "[...document.querySelectorAll('.chart')].filter(chart => chart.querySelector('svg .role-mark path'))"
        ".map(chart => chart.closest('figure').id.replace('figure-', ''))"
    )
    # In two weeks nobody of the made-up world takes another name.
    assert {name for name in drawn if name != "versions"} == set(CHARTS)
    assert page.title() == "EchoStream dashboard (made-up data)"
    assert "Made-up data" in page.locator(".note").inner_text()
    assert "Spotify" in page.locator("footer").inner_text()


def test_headline_figures_equal_the_marts(demo, open_page):
    page = open_page(demo.page)
    ((artists, albums, tracks, plays, sessions, ms_played),) = demo.ask(
        "select (select count(*) from marts.dim_artist where is_current), "
        "(select count(*) from marts.dim_album where is_current), "
        "(select count(*) from marts.dim_track where is_current), "
        "(select count(*) from marts.fct_plays), (select count(*) from marts.fct_listening_sessions), "
        "(select sum(ms_played) from marts.fct_plays)"
    )
    results = json.loads((demo.target / "run_results.json").read_text())["results"]
    tests = [result for result in results if result["unique_id"].startswith(("test.", "unit_test."))]
    passed = sum(result["status"] == "pass" for result in tests)
    assert len(tests) >= 5
    assert read_tiles(page) == {
        "artists": tell(artists),
        "albums": tell(albums),
        "tracks": tell(tracks),
        "days": "2",
        "plays": tell(plays),
        "hours": tell(round(ms_played / 3_600_000)),
        "tests": f"{tell(passed)} of {tell(len(tests))}",
    }
    assert f"sessions: {tell(sessions)}" in page.locator("#tile-plays").inner_text()


def test_tables_equal_the_marts(demo, open_page):
    page = open_page(demo.page)
    assert read_table(page, "standing") == [
        [str(rank), name, str(popularity), tell(followers), f"{change:+,}".replace("-", "−"), "–"]
        for rank, name, popularity, followers, change in demo.ask(
            "select popularity_rank, artist_name, popularity, followers, followers_change_7d "
            "from marts.rpt_artist_popularity "
            "where observed_on = (select max(observed_on) from marts.rpt_artist_popularity) "
            "order by popularity_rank, artist_durable_key"
        )
    ]
    assert [row[1:4] for row in read_table(page, "rising-tracks")] == [
        [track, artist, str(popularity)]
        for track, artist, popularity in demo.ask(
            "select track_name, artist_name, popularity from marts.rpt_rising_tracks where momentum_rank <= 15 "
            "order by momentum_rank"
        )
    ]
    assert read_table(page, "climbers") == [
        [name, str(day), f"+{gained:,}", tell(followers), f"{percent:.2f} %"]
        for name, day, gained, followers, percent in demo.ask(
            "select artist_name, observed_on, followers_change_7d, followers, "
            "100 * followers_change_7d / (followers - followers_change_7d) as percent from marts.rpt_artist_popularity "
            "where followers_change_7d > 0 order by percent desc limit 15"
        )
    ]
    assert (
        sum(int(row[-1].replace(",", "")) for row in read_table(page, "durations"))
        == demo.ask("select sum(tracks) from marts.rpt_track_duration_distribution")[0][0]
    )
    assert {row[0]: [row[1], row[2]] for row in read_table(page, "explicit-genres")} == {
        genre: [tell(tracks), tell(explicit)]
        for genre, tracks, explicit in demo.ask(
            "select genre_name, sum(tracks) as tracks, sum(explicit_tracks) "
            "from marts.rpt_explicit_by_year_and_genre where genre_key is not null group by genre_name "
            "order by tracks desc, genre_name limit 15"
        )
    }
    assert read_table(page, "releases") == [
        [str(year), kind, tell(albums)]
        for year, kind, albums in demo.ask(
            "select release_year, album_type, albums from marts.rpt_release_trends order by all"
        )
    ]
    assert read_table(page, "months") == [
        [f"{month:%Y-%m}", tell(streams), tell(new), tell(streams - new), f"{minutes:,.1f}".removesuffix(".0")]
        for month, streams, new, minutes in demo.ask(
            "select first_day_of_month, streams, new_tracks, minutes_played from marts.rpt_listening_months order by 1"
        )
    ]
    assert [row[:4] for row in read_table(page, "streaks")] == [
        [str(first), str(last), str(days), tell(streams)]
        for first, last, days, streams in demo.ask(
            "select first_day, last_day, days, streams from marts.rpt_listening_streaks "
            "order by length_rank, first_day limit 10"
        )
    ]
    assert read_table(page, "layers") == [
        [entity, f"{start} to {end}", tell(came), tell(went), tell(dropped), why or "–"]
        for entity, start, end, came, went, dropped, why in demo.ask(
            "select entity, from_layer, to_layer, rows_in, rows_out, rows_dropped, drop_reason "
            "from marts.rpt_rows_per_layer order by entity, step"
        )
    ]
    assert [row[3:6] for row in read_table(page, "loads")] == [
        [tell(written), tell(rejected), "–" if calls is None else tell(calls)]
        for calls, written, rejected in demo.ask(
            "select calls, rows_written, rows_rejected from marts.rpt_loads order by started_at desc, run_id desc"
        )
    ]


def test_a_genres_profile_is_the_mean_of_its_tracks(demo, open_page):
    page = open_page(demo.page)
    page.locator("#choice-audio-decades").select_option("tempo")
    page.locator("#figure-audio-decades summary").click()
    assert read_table(page, "audio-decades") == [
        [genre, str(decade), "tempo", f"{tempo:.2f}", tell(tracks)]
        for genre, decade, tempo, tracks in demo.ask(
            "with profile as (select *, sum(tracks_with_features) over (partition by genre_name) as size, "
            "from marts.rpt_audio_profile where tracks_with_features > 0), "
            "ranked as (select *, dense_rank() over (order by genre_key is null, size desc, genre_name) as place "
            "from profile) select genre_name, release_decade, tempo, tracks_with_features from ranked "
            "where place <= 15 order by place, release_decade"
        )
    ]


# ---------- filters


def test_an_artist_filters_what_is_about_artists_and_the_rest_says_that_it_is_not(demo, open_page):
    page = open_page(demo.page)
    ((name, key, popularity),) = demo.ask(
        "select artist_name, artist_durable_key, popularity from marts.rpt_artist_popularity "
        "where artist_durable_key = (select artist_durable_key from marts.rpt_artists_heard order by streams desc "
        "limit 1) order by observed_on desc limit 1"
    )
    everybody = count_marks(page, "heard")
    assert everybody > 1
    choose(page, lambda: page.get_by_label("Artist", exact=True).select_option(label=name))
    assert [row[1:3] for row in read_table(page, "standing")] == [[name, str(popularity)]]
    assert count_marks(page, "heard") == 1
    assert {row[1] for row in read_table(page, "heard")} == {name}
    # The others stay behind the chosen one.
    assert page.locator("#figure-popularity svg .role-legend-label text").all_text_contents() == [name]
    assert (
        sum(int(row[-1]) for row in read_table(page, "releases"))
        == demo.ask(
            "select count(*) from marts.bridge_album_artist as credits inner join marts.dim_album using (album_key) "
            f"where is_current and credits.artist_durable_key = '{key}'"
        )[0][0]
    )
    assert page.locator("#figure-months .scope").is_visible()
    assert not page.locator("#figure-releases .scope").is_visible()
    assert page.locator("#shown").inner_text() == f"Showing: {name}"
    assert {row[0] for row in read_table(page, "versions")} == {name}

    choose(page, lambda: page.get_by_role("button", name="Show all").click())
    assert count_marks(page, "heard") == everybody
    assert not page.locator("#figure-months .scope").is_visible()


def test_a_period_filters_days_months_and_streaks(demo, open_page):
    page = open_page(demo.page)
    ((first_day, month),) = demo.ask(
        "select (select min(observed_on) from marts.rpt_artist_popularity), max(first_day_of_month) "
        "from marts.rpt_listening_months where first_day_of_month < '2026-06-01'"
    )
    choose(page, lambda: page.get_by_label("To", exact=True).fill(str(first_day)))
    assert read_table(page, "standing")[0][3] == tell(
        demo.ask(
            f"select followers from marts.rpt_artist_popularity where observed_on = '{first_day}' "
            "order by popularity_rank, artist_durable_key limit 1"
        )[0][0]
    )
    assert page.locator("#figure-rising-tracks .nothing").is_visible(), "nothing can rise on the first day"
    assert not page.locator("#figure-rising-tracks .chart").is_visible()

    choose(page, lambda: page.get_by_label("To", exact=True).fill(f"{month:%Y-%m}-28"))
    choose(page, lambda: page.get_by_label("From", exact=True).fill(f"{month:%Y-%m}-02"))
    assert [row[0] for row in read_table(page, "months")] == [f"{month:%Y-%m}"]
    first, last = f"{month:%Y-%m}-02", f"{month:%Y-%m}-28"
    assert all(row[0] <= last and row[1] >= first for row in read_table(page, "streaks"))
    assert page.locator("#figure-standing .nothing").is_visible()


def test_filters_are_reached_and_used_by_keyboard(demo, open_page):
    page = open_page(demo.page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the figures"
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
    assert [name for name in dict.fromkeys(reached) if name in {"artist", "from", "to"}] == ["artist", "from", "to"]
    page.locator("#artist").focus()
    choose(page, lambda: page.keyboard.press("ArrowDown"))
    assert len(read_table(page, "standing")) == 1


# ---------- how it looks


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_the_page_is_accessible_fits_and_follows_the_scheme(demo, open_page, width, scheme):
    page = open_page(demo.page, width, scheme)
    page.locator("#figure-popularity summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    brightness = page.evaluate(
        "[getComputedStyle(document.body).color, "
        "getComputedStyle(document.querySelector('svg .role-legend-label text')).fill]"
        ".map(color => parseInt(color.match(/\\d+/)[0]))"
    )
    assert all((value > 128) == (scheme == "dark") for value in brightness)
    overhanging = page.evaluate(
        "[...document.querySelectorAll('.chart svg')].filter(svg => { const frame = svg.getBoundingClientRect(); "
        "return [...svg.querySelectorAll('text')].some(text => { const box = text.getBoundingClientRect(); "
        "return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1 || "
        "box.bottom > frame.bottom + 1); }); }).map(svg => svg.closest('figure').id)"
    )
    assert overhanging == [], "text is cut off at the edge of a chart"
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()


def test_charts_follow_the_window_and_the_scheme(demo, open_page):
    page = open_page(demo.page)
    color = "getComputedStyle(document.querySelector('svg .role-legend-label text')).fill"
    by_day = page.evaluate(color)
    choose(page, lambda: page.emulate_media(color_scheme="dark"))
    assert page.evaluate(color) != by_day
    choose(page, lambda: page.set_viewport_size({"width": 390, "height": 900}))
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator("#figure-months svg").bounding_box()["width"] < 390


# ---------- warehouses that hold little


@pytest.mark.parametrize("state", STATES)
def test_the_page_is_small_and_asks_for_nothing(states, state):
    text = states[state].page.read_text()
    assert len(text) < 5_000_000
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src &#39;none&#39;;")
    assert "unsafe" not in policy
    assert not re.search(r"<(?:link|iframe|img|script[^>]* src)\b", text.split('<script type="application/json"')[0])


def test_an_empty_warehouse_says_so(states, open_page):
    page = open_page(states["empty"].page)
    assert "This warehouse is empty" in page.locator(".note").inner_text()
    assert read_tiles(page)["tracks"] == "0"
    assert page.locator("svg").count() == 0
    for section, said in {
        "artists": "No popularity has been measured yet",
        "durations": "The warehouse contains no tracks yet",
        "audio": "No audio features are loaded",
        "listening": "No listening is loaded",
        "history": "No artist has changed",
    }.items():
        assert page.locator(f"#{section} > .nothing").all_inner_texts()[0].startswith(said)
    assert page.locator("main section h2").count() == 9


def test_a_development_apps_warehouse_says_what_it_was_not_shown(states, open_page):
    page = open_page(states["development"].page)
    for section in ("artists", "climbers"):
        assert page.locator(f"#{section} > .nothing").all_inner_texts() == [
            "Spotify returns popularity and followers to extended-quota apps only; this warehouse’s app, which is in "
            "development mode, did not receive any."
        ]
    assert page.locator("#listening > .nothing").count() == 1
    assert count_marks(page, "durations") > 0
    assert page.locator(".note").count() == 0
    assert page.locator("footer strong").inner_text() == "Data from Spotify"
    # Nobody has changed, but every artist can be looked up.
    assert page.locator("#figure-versions .nothing").inner_text().startswith("No artist has changed")
    choose(page, lambda: page.locator("#artist").select_option(index=1))
    assert len(read_table(page, "versions")) == 1


def test_names_that_are_pieces_of_a_page_are_only_text(states, open_page):
    page = open_page(states["hostile"].page)
    assert page.locator("img").count() == 0
    assert {row[1] for row in read_table(page, "standing")} == {HOSTILE_NAME}
    assert {row[-1] for row in read_table(page, "loads")} == {HOSTILE_NAME}
    page.locator("#figure-rising-tracks svg .mark-rect path").first.hover(force=True)
    page.wait_for_selector("#vg-tooltip-element.visible")
    assert HOSTILE_NAME in page.locator("#vg-tooltip-element").inner_text()
    choose(page, lambda: page.locator("#artist").select_option(index=1))
    assert page.locator("#shown").inner_text() == f"Showing: {HOSTILE_NAME}"
    assert page.locator("img").count() == 0
