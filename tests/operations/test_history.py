"""`make history`: from the export of a person without an app to a page they see."""

import json
import re
import zipfile

import duckdb
import pytest

from operations.account import LISTENING, LONGEST_STREAK, TOP_ARTISTS
from tests.conftest import DEMO_LOADER, read_rows, read_schema
from tests.loader.files.conftest import make_episode, make_play
from tests.operations.conftest import Place, check_one_line
from tests.project.tsql.check import Batch, find_refusals

FADO = "spotify:track:" + "4" * 22
SAMBA = "spotify:track:" + "6" * 22


def write_archive(path, **files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, plays in files.items():
            archive.writestr(f"MyData/{name}.json", json.dumps(plays))
    return path


def make_basic(end, artist, track, ms=200_000):
    return {"endTime": end, "artistName": artist, "trackName": track, "msPlayed": ms}


@pytest.fixture(scope="session")
def seen(make_once):
    """A place where a person loaded two small exports, the old extended and the basic form, and what they were told."""

    def fill(folder):
        place = Place(folder / "my music")
        (place.folder / "My Data").mkdir(parents=True)
        write_archive(
            place.folder / "My Data" / "extended.zip",
            endsong_0=[
                make_play("2023-12-30T10:00:00Z", FADO),
                make_play("2023-12-31T10:00:00Z", FADO, ms=3_600_000),
                make_play("2024-01-01T10:00:00Z", SAMBA, master_metadata_album_artist_name="[Samba]"),
                make_play("2024-03-01T10:00:00Z", SAMBA, ms=5_000, master_metadata_album_artist_name="[Samba]"),
                make_episode(ts="2024-03-02T10:00:00Z"),
            ],
        )
        write_archive(
            place.folder / "basic.zip", StreamingHistory_music_0=[make_basic("2025-06-01 12:00", "Ana", "Fado")]
        )
        result = place.run("history", '"My Data/extended.zip" basic.zip')
        (folder / "told.json").write_text(json.dumps([result.exit_code, result.output, result.errors]))

    folder = make_once("history", fill)
    exit_code, output, errors = json.loads((folder / "told.json").read_text())
    assert exit_code == 0, output + errors
    return Place(folder / "my music"), output


@pytest.mark.deep
def test_a_person_is_told_what_they_heard_and_where_their_dashboard_is(seen):
    place, output = seen
    assert "6 plays, 1 hours, from 30 December 2023 to 1 June 2025, on 6 days." in output
    assert "The longest streak: 3 days in a row, 30 December 2023 to 1 January 2024." in output
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines() if line.count("│") == 5]
    assert rows == [
        ["Conceição", "2", "1", "30 December 2023"],
        ["Ana", "1", "0", "1 June 2025"],
        ["[Samba]", "1", "0", "1 January 2024"],
    ]
    assert "Your dashboard: site/dashboard.html" in output
    assert place.page.as_uri() in output
    assert re.search(r"Marts built in \d+ s, \d{3} tests passed\.", output)
    assert len(output.splitlines()) < 60


@pytest.mark.deep
def test_the_page_shows_listening_first_and_says_truthfully_what_is_missing(seen):
    place, _ = seen
    page = place.page.read_text(encoding="utf-8")
    sections = dict(re.findall(r'<section id="(\w+)".*?</p>(.*?)</section>', page, flags=re.DOTALL))
    assert next(iter(sections)) == "listening"
    assert list(sections)[-1] == "build"
    tracks = read_rows(place.warehouse, "select count(*) from marts.dim_track where is_current")[0][0]
    for section, missing in {
        "durations": "The duration is not known",
        "explicit": "Whether it is explicit is not known",
        "releases": "The release date is not known",
    }.items():
        why = f"{missing} for any of the {tracks} tracks: an account export contains only their names"
        assert why in sections[section]
    assert "No audio features are loaded for what was played" in sections["listening"]
    shown = "".join(sections.values())
    assert "No listening is loaded" not in shown
    assert "contains no tracks" not in shown


@pytest.mark.deep
def test_running_it_again_changes_nothing_and_tells_the_same(seen):
    place, output = seen
    before = read_schema(place.warehouse, "marts", "columns(name -> name not in ('loaded_at', 'changed_at'))")
    result = place.run("history", place.folder / "My Data" / "extended.zip", place.folder / "basic.zip")
    assert result.exit_code == 0, result.errors
    own = {"rpt_loads"}
    after = read_schema(place.warehouse, "marts", "columns(name -> name not in ('loaded_at', 'changed_at'))")
    assert {name: rows for name, rows in after.items() if name not in own} == {
        name: rows for name, rows in before.items() if name not in own
    }
    assert output[output.index("6 plays") :] == result.output[result.output.index("6 plays") :]


@pytest.mark.deep
def test_a_question_is_answered_as_the_account_says(seen):
    place, output = seen
    query = re.search(r'make query SQL="(.*)"', output)[1]
    result = place.run("query", query)
    assert result.exit_code == 0, result.errors
    assert [line.split()[1:] for line in result.output.splitlines()[2:]] == [
        ["Conceição", "2"],
        ["[Samba]", "1"],
        ["Ana", "1"],
    ]


@pytest.mark.deep
def test_what_cannot_be_loaded_is_told_in_one_line_and_leaves_nothing(place):
    (place.folder / "notes.txt").write_text("no plays")
    write_archive(place.folder / "other.zip", Playlist1=[])
    (place.folder / "cut.zip").write_bytes(
        write_archive(place.folder / "x.zip", endsong_0=[make_play()]).read_bytes()[:50]
    )
    for name, said in {
        "": "make history FILE=my_spotify_data.zip",
        "my data.zip": "my data.zip does not exist: check the path",
        "notes.txt": "is not Spotify's streaming history",
        "other.zip": "holds no Spotify streaming history",
        "cut.zip": "cut",
        "x" * 300: "File name too long",
    }.items():
        check_one_line(place.run("history", name), 2, said)
    assert not place.page.parent.exists()
    assert not place.warehouse.exists()


def test_an_export_without_a_play_ends_before_the_marts_are_built(place):
    write_archive(place.folder / "empty.zip", Streaming_History_Audio_2020_0=[])
    result = place.run("history", "empty.zip")
    check_one_line(result, 2, "empty.zip holds no plays", "docs/files.md")
    assert not place.page.parent.exists()


@pytest.mark.deep
def test_a_warehouse_of_the_demo_takes_no_real_plays(place):
    assert place.run("--artists", 10, "--quiet", program=DEMO_LOADER).exit_code == 0
    assert [path.name for path in place.warehouse.parent.glob("*.duckdb")] == ["demo.duckdb"]
    export = write_archive(place.folder / "plays.zip", endsong_0=[make_play()])
    refused = place.run("history", export, ECHOSTREAM_DUCKDB="warehouse/demo.duckdb")
    check_one_line(refused, 2, "warehouse/demo.duckdb holds data from demo", "ECHOSTREAM_DUCKDB")
    # Beside it there is room for them, without moving a file.
    loaded = place.run("history", export, program=("-m", "loader"))
    assert loaded.exit_code == 0, loaded.errors
    assert read_rows(place.warehouse, "select count(*) from raw_spotify.plays") == [(1,)]


@pytest.mark.deep
def test_a_broken_dbt_is_told_in_one_line(place):
    export = write_archive(place.folder / "plays.zip", endsong_0=[make_play()])
    (place.folder / "profiles").mkdir()
    result = place.run("history", export, DBT_PROFILES_DIR=str(place.folder / "profiles"))
    check_one_line(result, 1, "The marts were not built", "dbt build failed")
    assert not place.page.parent.exists()


def test_the_account_is_asked_in_t_sql_too():
    queries = {"listening": LISTENING, "top_artists": TOP_ARTISTS, "longest_streak": LONGEST_STREAK}
    assert find_refusals([Batch(name, query) for name, query in queries.items()]) == []


def test_a_warehouse_in_use_is_left_alone(place):
    export = write_archive(place.folder / "plays.zip", endsong_0=[make_play()])
    place.warehouse.parent.mkdir()
    with duckdb.connect(str(place.warehouse)):
        result = place.run("history", export)
    assert result.exit_code in (2, 75)
    check_one_line(result, result.exit_code, "warehouse/echostream.duckdb is in use by ")
