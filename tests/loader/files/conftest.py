"""Makes small files as people have them: account exports and datasets."""

import csv
import io
import json
import zipfile

import pytest

TRACK = "spotify:track:" + "4" * 22
EPISODE = "spotify:episode:" + "5" * 22


def make_play(ts="2024-05-01T10:00:00Z", uri=TRACK, ms=180_000, **fields):
    """Make an entry of the extended streaming history, as Spotify writes it."""
    return {
        "ts": ts,
        "username": "some.listener",
        "platform": "ios",
        "ms_played": ms,
        "conn_country": "PT",
        "ip_addr": "192.0.2.7",
        "user_agent_decrypted": "secret-agent",
        "master_metadata_track_name": "Canção",
        "master_metadata_album_artist_name": "Conceição",
        "master_metadata_album_album_name": "Fado",
        "spotify_track_uri": uri,
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": None,
        "offline": False,
        "offline_timestamp": None,
        "incognito_mode": False,
        **fields,
    }


def make_episode(**fields):
    no_track = {name: None for name in make_play() if name.startswith("master_")}
    return make_play(
        uri=None,
        **{
            **no_track,
            "episode_name": "On fado",
            "episode_show_name": "A show",
            "spotify_episode_uri": EPISODE,
            **fields,
        },
    )


def make_row(number=0, **fields):
    """Make a row of a dataset in Kaggle's layout."""
    return {
        "": str(number),
        "track_id": f"{number:022d}",
        "artists": "Ana;Bia",
        "album_name": "Fado",
        "track_name": "Canção",
        "popularity": "50",
        "duration_ms": "180000",
        "explicit": "False",
        **dict.fromkeys(
            ("danceability", "energy", "speechiness", "acousticness", "instrumentalness", "liveness", "valence"), "0.5"
        ),
        "key": "3",
        "loudness": "-6.5",
        "mode": "1",
        "tempo": "120.5",
        "time_signature": "4",
        "track_genre": "fado",
        **fields,
    }


def write_csv(path, rows, delimiter=",", line_end="\n", encoding="utf-8"):
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], delimiter=delimiter, lineterminator=line_end)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


@pytest.fixture
def export(tmp_path):
    """Writes an account export: a ZIP archive with files of the given names and entries."""

    def write(files, name="my_spotify_data.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("Spotify Extended Streaming History/ReadMeFirst.pdf", b"%PDF")
            for file_name, entries in files.items():
                text = entries if isinstance(entries, str | bytes) else json.dumps(entries, ensure_ascii=False)
                archive.writestr(f"Spotify Extended Streaming History/{file_name}", text)
        return path

    return write


@pytest.fixture
def dataset(tmp_path):
    """Writes a dataset in CSV."""

    def write(rows, name="tracks.csv", **options):
        return write_csv(tmp_path / name, rows, **options)

    return write
