"""The loader against DuckDB reading the same file into a table by itself: time as a ratio, and peak memory.

A dataset (CSV, in the layout of Kaggle's Spotify Tracks) and a streaming history (JSON, of which every hundredth play
stands there twice) are made up. Each of them is read in turns, every time by a process of its own, into a new file. On
a machine that does other things too, the processor's time tells more than the clock's.

    python -m benchmarks.load_files [--rows 1000000] [--times 3]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import duckdb

from loader.destinations import DuckDb
from loader.files.dataset import Dataset
from loader.files.history import History
from loader.load.driver import run_load
from loader.load.files import Files
from loader.report.progress import SilentProgress

_TRACK_ID = "lpad(left(md5({number}::varchar), 22), 22, '0')"
_TRACKS = f"""
    select
        i as index, {_TRACK_ID.format(number="i")} as track_id, 'Artist ' || (i % 50000) as artists,
        'Album, the ' || (i % 100000) as album_name, 'Track "x" ' || i as track_name, i % 101 as popularity,
        120000 + i % 200000 as duration_ms, case when i % 7 = 0 then 'True' else 'False' end as explicit,
        round(random(), 3) as danceability, round(random(), 4) as energy, i % 12 as key,
        round(-random() * 30, 3) as loudness, i % 2 as mode, round(random(), 4) as speechiness,
        round(random(), 9) as acousticness, round(random(), 9) as instrumentalness, round(random(), 4) as liveness,
        round(random(), 3) as valence, round(60 + random() * 140, 3) as tempo, 4 as time_signature,
        'genre' || (i % 114) as track_genre
    from range({{rows}}) as numbers(i)
"""  # noqa: S608 - there is nobody to inject anything
_PLAYS = f"""
    select
        strftime(timestamp '2014-01-01' + interval (j * 20) second, '%Y-%m-%dT%H:%M:%SZ') as ts,
        'somebody' as username, 'Android OS 11 API 30 (samsung, SM-G991B)' as platform,
        30000 + j % 200000 as ms_played, 'DE' as conn_country, '192.0.2.' || (j % 256) as ip_addr,
        'unknown' as user_agent_decrypted, 'Track ' || (j % 20000) as master_metadata_track_name,
        'Artist ' || (j % 3000) as master_metadata_album_artist_name,
        'Album ' || (j % 8000) as master_metadata_album_album_name,
        'spotify:track:' || {_TRACK_ID.format(number="(j % 20000)")} as spotify_track_uri,
        null::varchar as episode_name, null::varchar as episode_show_name, null::varchar as spotify_episode_uri,
        'trackdone' as reason_start, 'trackdone' as reason_end, j % 2 = 0 as shuffle, j % 5 = 0 as skipped,
        false as offline, 1400000000 + j as offline_timestamp, false as incognito_mode
    from (select case when i % 100 = 99 then i - 1 else i end as j from range({{rows}}) as numbers(i))
"""  # noqa: S608 - there is nobody to inject anything
_FIGURES = {"seconds": "time, s", "processor_seconds": "processor time, s", "peak_mib": "peak memory, MiB"}
_KINDS = ("dataset", "history")


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description="The loader against DuckDB reading the same file by itself.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="the size of each file")
    parser.add_argument("--times", type=int, default=3, help="how often each is read; the median counts")
    parser.add_argument("--read", nargs=3, metavar="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        _read(*arguments.read)
        return
    with tempfile.TemporaryDirectory() as folder:
        for kind in _KINDS:
            file = make_file(kind, arguments.rows, Path(folder))
            runs = [(_measure("alone", kind, file), _measure("loader", kind, file)) for _ in range(arguments.times)]
            alone, loader = ({name: median(run[way][name] for run in runs) for name in runs[0][way]} for way in (0, 1))
            print(f"{kind}: {arguments.rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB")
            print(f"{'':<20}{'DuckDB alone':>14}{'loader':>10}{'ratio':>8}")
            for name, label in _FIGURES.items():
                ratio = loader[name] / alone[name]
                print(f"{label:<20}{alone[name]:>14.1f}{loader[name]:>10.1f}{ratio:>8.2f}", flush=True)
            file.unlink()


def make_file(kind: str, rows: int, folder: Path) -> Path:
    """Make a dataset or a streaming history of some rows; returns the file."""
    query, file, options = {
        "dataset": (_TRACKS, folder / "dataset.csv", "header"),
        "history": (_PLAYS, folder / "Streaming_History_Audio_0.json", "format json, array true"),
    }[kind]
    duckdb.execute(f"copy ({query.format(rows=rows)}) to '{file}' ({options})")
    return file


def _measure(way: str, kind: str, file: Path) -> dict[str, float]:
    """Read a file in a process of its own, for a peak of memory of its own."""
    command = [sys.executable, "-m", "benchmarks.load_files", "--read", way, kind, str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very script
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _read(way: str, kind: str, file: str) -> None:
    """Read a file into a new warehouse and print the figures as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder) / "bench.duckdb"
        started, worked = time.monotonic(), time.process_time()
        if way == "alone":
            with duckdb.connect(str(warehouse)) as connection:
                connection.execute(f"create table rows as from '{file}'")
        else:
            reading = Dataset([Path(file)], {}) if kind == "dataset" else History([Path(file)])
            run_load(Files(reading), DuckDb(warehouse), SilentProgress())
        seconds, processor_seconds = time.monotonic() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "processor_seconds": processor_seconds, "peak_mib": peak}))


if __name__ == "__main__":
    main()
