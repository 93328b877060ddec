"""Datasets of tracks: recognised layouts, mapped columns, and that every row is accounted for."""

import gzip
import json
import zipfile

import duckdb
import pytest

from tests.conftest import ROOT, read_raw, read_rows
from tests.loader.files.conftest import make_row

REAL_DATASET = ROOT.parent / "shared" / "data" / "tracks-with-features.csv"


def read_tracks(warehouse, columns="*"):
    return read_rows(warehouse, f"select {columns} from raw_spotify.dataset_tracks order by track_id, genre")


def count_rejected(warehouse):
    return dict(read_rows(warehouse, "select reason, count(*) from raw_spotify.rejected_objects group by reason"))


@pytest.mark.skipif(not REAL_DATASET.exists(), reason="the real dataset is not there")
def test_every_row_of_the_real_dataset_is_accounted_for(warehouse, load):
    result = load("dataset", REAL_DATASET)
    assert result.exit_code == 0, result.errors
    assert "14,369" in result.output
    assert read_rows(
        warehouse,
        "select count(*), count(tempo), min(tempo) > 0, count(time_signature), min(key) >= 0, count(track_name), "
        "min(release_date), max(release_date) from raw_spotify.dataset_tracks",
    ) == [(14_369, 14_300, True, 14_300, True, 14_369, "2017", "2019")]
    assert count_rejected(warehouse) == {}


def test_the_layout_of_kaggle_is_recognised(dataset, warehouse, load):
    assert load("dataset", dataset([make_row(1), make_row(1, track_genre="folk")], "Kaggle's 114k.csv")).exit_code == 0
    assert read_tracks(
        warehouse,
        "dataset, track_id, track_name, artist_names, album_name, popularity, duration_ms, explicit, tempo, key, genre",
    ) == [
        ("kaggle-s-114k", "0" * 21 + "1", "Canção", "Ana;Bia", "Fado", 50, 180_000, False, 120.5, 3, genre)
        for genre in ("fado", "folk")
    ]


def test_the_layout_of_tidytuesday_is_recognised(dataset, warehouse, load):
    row = {
        "track_id": "1" * 22,
        "track_name": "NA",
        "track_artist": "Ana",
        "track_popularity": "7",
        "track_album_id": "2" * 22,
        "track_album_name": "Fado",
        "track_album_release_date": "1999",
        "playlist_name": "A list",
        "playlist_id": "3" * 22,
        "playlist_genre": "latin",
        "playlist_subgenre": "fado",
        "danceability": "NA",
        "tempo": "0",
        "key": "-1",
        "time_signature": "0",
        "duration_ms": "1000",
    }
    result = load("dataset", dataset([row]))
    assert result.exit_code == 0, result.errors
    assert read_tracks(
        warehouse,
        "track_name, artist_names, popularity, album_id, album_name, release_date, genre, subgenre, danceability, "
        "tempo, key, time_signature, duration_ms",
    ) == [(None, "Ana", 7, "2" * 22, "Fado", "1999", "latin", "fado", None, None, None, None, 1000)]


@pytest.mark.parametrize("as_yaml", [False, True])
def test_other_columns_are_mapped(dataset, warehouse, load, tmp_path, as_yaml):
    path = dataset([{"Uri": "spotify:track:" + "1" * 22, "Title": "Um", "mode": "Major", "tempo": "99"}])
    columns = "track_id=uri,track_name=Title,mode="
    if as_yaml:
        columns = tmp_path / "columns.yml"
        columns.write_text("track_id: Uri\ntrack_name: title\nmode:\n")
    result = load("dataset", path, "--columns", columns, "--name", "Mine")
    assert result.exit_code == 0, result.errors
    assert read_tracks(warehouse, "dataset, track_id, track_name, mode, tempo") == [
        ("mine", "1" * 22, "Um", None, 99.0)
    ]


def test_a_dry_run_shows_what_would_be_read_as_what_and_writes_nothing(dataset, warehouse, load):
    path = dataset([make_row(1), make_row(2, tempo="fast")])
    result = load("dataset", path, "--dry-run")
    assert result.exit_code == 0, result.errors
    for word in ("Kaggle", "artist_names", "artists", "Ana;Bia", "tempo is not a number", "Not read"):
        assert word in result.output
    assert not warehouse.parent.exists()
    told = json.loads(load("dataset", path, "--dry-run", "--log-format", "json").errors.splitlines()[-1])
    assert (told["rows_landed"], told["rows_rejected"]) == (1, {"tempo is not a number": 1})


@pytest.mark.deep
def test_a_dataset_loaded_again_replaces_itself_and_no_other(dataset, warehouse, load):
    load("dataset", dataset([make_row(1), make_row(2)], "first.csv"))
    load("dataset", dataset([make_row(1)], "second.csv"))
    assert load("dataset", dataset([make_row(3)], "first.csv")).exit_code == 0
    assert read_tracks(warehouse, "dataset, track_id") == [("second", f"{1:022d}"), ("first", f"{3:022d}")]
    rows = read_raw(warehouse)
    assert load("dataset", dataset([make_row(3)], "first.csv")).exit_code == 0
    assert read_raw(warehouse) == rows


def test_several_files_make_one_dataset(dataset, warehouse, load):
    paths = [dataset([make_row(number)], f"part-{number}.csv") for number in range(3)]
    assert load("dataset", *paths, "--name", "parts").exit_code == 0
    assert len(read_tracks(warehouse)) == 3


UNUSABLE = [
    ({"track_id": ""}, "track_id is missing"),
    ({"track_id": "NA"}, "track_id is missing"),
    ({"track_id": "spotify:episode:" + "1" * 22}, "track_id is not the id of a Spotify track"),
    ({"track_id": "1.23457E+21"}, "track_id is not the id of a Spotify track"),
    ({"tempo": "fast"}, "tempo is not a number"),
    ({"tempo": "1,234.5"}, "tempo is not a number"),
    ({"energy": "1.5"}, "energy is out of range"),
    ({"energy": "inf"}, "energy is out of range"),
    ({"loudness": "-6500"}, "loudness is out of range"),
    ({"popularity": "101"}, "popularity is out of range"),
    ({"popularity": "50.5"}, "popularity is not a whole number"),
    ({"duration_ms": "-1"}, "duration_ms is out of range"),
    ({"explicit": "maybe"}, "explicit is not a truth value"),
    ({"key": "C#"}, "key is not a whole number"),
    ({"release_date": "31.12.1999"}, "release_date is not a date"),
    ({"release_date": "1999-13-01"}, "release_date is not a date"),
    ({"release_date": "2999-01-01"}, "release_date is out of range"),
    ({"release_date": "1066"}, "release_date is out of range"),
]
WAYS = [
    ({"tempo": "120,5"}, "tempo", 120.5),
    ({"loudness": "-6,687"}, "loudness", -6.687),
    ({"tempo": "NaN"}, "tempo", None),
    ({"energy": "None"}, "energy", None),
    ({"popularity": "50.0"}, "popularity", 50),
    ({"explicit": "1.0"}, "explicit", True),
    ({"track_name": "NA"}, "track_name", "NA"),
    ({"track_name": ' "Um", dois\r\ntrês '}, "track_name", ' "Um", dois\r\ntrês '),
    ({"track_id": "https://open.spotify.com/intl-pt/track/" + "7" * 22 + "?si=1"}, "track_id", "7" * 22),
    ({"release_date": "2019.0"}, "release_date", "2019"),
    ({"release_date": "1999-12-31T00:00:00Z"}, "release_date", "1999-12-31"),
    ({"release_date": "0000"}, "release_date", "0000"),
    ({"release_date": "1999-12"}, "release_date", "1999-12"),
]


def test_rows_that_cannot_be_used_are_put_aside_with_the_reason(dataset, warehouse, load):
    every_field = dict.fromkeys((*make_row(), "release_date"), "")
    bad = [every_field | make_row(number, **fields) for number, (fields, _) in enumerate(UNUSABLE)]
    result = load("dataset", dataset([every_field | make_row(99), *bad]))
    assert result.exit_code == 0, result.errors
    assert read_tracks(warehouse, "track_id") == [(f"{99:022d}",)]
    for reason in {reason for _, reason in UNUSABLE}:
        assert f"rejected: {reason}" in " ".join(result.output.split())
    told = read_rows(warehouse, "select object_type, reason, body from raw_spotify.rejected_objects")
    bodies = [(reason, json.loads(body)) for object_type, reason, body in told if object_type == "dataset row"]
    for fields, reason in UNUSABLE:
        ((name, value),) = fields.items()
        assert any(because == reason and (body[name] or "") == value for because, body in bodies), (fields, reason)
    assert len(bodies) == len(UNUSABLE)
    assert read_rows(warehouse, "select rows_written, rows_rejected from raw_spotify.load_runs") == [
        (1 + len(UNUSABLE), len(UNUSABLE))
    ]


def test_ways_of_writing_a_value(dataset, warehouse, load):
    every_field = dict.fromkeys((*make_row(), "release_date"), "")
    rows = [
        every_field | make_row(number, album_name=str(number), **fields) for number, (fields, *_) in enumerate(WAYS)
    ]
    result = load("dataset", dataset(rows))
    assert result.exit_code == 0, result.errors
    columns = ", ".join(sorted({column for _, column, _ in WAYS}))
    landed = {row[0]: row[1:] for row in read_tracks(warehouse, f"album_name, {columns}")}
    for number, (_, column, value) in enumerate(WAYS):
        assert landed[str(number)][columns.split(", ").index(column)] == value, WAYS[number]


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": ";"},
        {"delimiter": "\t"},
        {"line_end": "\r\n"},
        {"encoding": "utf-8-sig"},
    ],
)
def test_ways_of_writing_csv(dataset, warehouse, load, options):
    result = load("dataset", dataset([make_row(1, track_name="a\nb"), make_row(2)], **options))
    assert result.exit_code == 0, result.errors
    assert read_tracks(warehouse, "track_name, artist_names") == [("a\nb", "Ana;Bia"), ("Canção", "Ana;Bia")]


def test_packed_files(dataset, warehouse, load, tmp_path):
    plain = dataset([make_row(1)])
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    with zipfile.ZipFile(tmp_path / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, "data/tracks.csv")
        archive.writestr("README.md", "# A dataset")
    for path in (tmp_path / "packed.csv.gz", tmp_path / "archive.zip"):
        result = load("dataset", path, "--name", path.name)
        assert result.exit_code == 0, result.errors
    assert len(read_tracks(warehouse)) == 2


def test_parquet(warehouse, load, tmp_path):
    path = tmp_path / "tracks.parquet"
    duckdb.execute(
        f"copy (select '{'1' * 22}' as track_id, 'Um' as track_name, ['Ana', 'Bia'] as artist_names, "
        "120.5::float as tempo, 'nan'::double as energy, 4::tinyint as time_signature, true as explicit, "
        f"date '1999-12-31' as release_date, 50::decimal(5, 1) as popularity) to '{path}' (format parquet)"
    )
    result = load("dataset", path)
    assert result.exit_code == 0, result.errors
    assert read_tracks(
        warehouse, "track_name, artist_names, tempo, energy, time_signature, explicit, release_date, popularity"
    ) == [("Um", "Ana;Bia", 120.5, None, 4, True, "1999-12-31", 50)]


def test_lines_that_are_no_rows_are_put_aside(dataset, warehouse, load):
    path = dataset([make_row(1)])
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, "1,2,3", lines[1] + ",more", lines[1].replace("Fado", '"Fa"do')]))
    assert load("dataset", path).exit_code == 0
    assert len(read_tracks(warehouse)) == 1
    assert count_rejected(warehouse) == {
        "the row has too few fields": 1,
        "the row has too many fields": 1,
        "a quote is not closed": 1,
    }


def test_what_spotify_said_stays(dataset, warehouse, load):
    load("dataset", dataset([make_row(1)]))
    raw = read_raw(warehouse)
    assert raw["tracks"] == raw["albums"] == raw["audio_features"] == []
