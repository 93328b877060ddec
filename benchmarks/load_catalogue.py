"""The loader against the bare download of the same answers: wall time as a ratio, and the loader's peak memory.

Both ask the same local server, a process of its own, for a made-up world with the same number of calls at a time, as an
app with extended quota. The bare download knows all addresses beforehand and throws the answers away.

    python -m benchmarks.load_catalogue [--tracks 100000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import requests

from loader.destinations import DuckDb
from loader.load.api_source import LoadOptions
from loader.load.catalogue import Catalogue
from loader.load.driver import run_load
from loader.raw.batches import split_into_batches
from loader.report.progress import SilentProgress
from loader.settings import ApiSettings
from loader.spotify.client import WORKERS
from loader.spotify.web_api import ALBUM_GROUPS
from local_api.catalogue import FIRST_DAY, World
from local_api.server import CLIENT_ID, CLIENT_SECRET, serve


def main() -> None:
    """Measure both and print the figures."""
    parser = argparse.ArgumentParser(description="The loader against the bare download of the same answers.")
    parser.add_argument("--tracks", type=int, default=100_000, help="the size of the made-up world")
    parser.add_argument("--rounds", type=int, default=3, help="how often both are measured, in turn")
    parser.add_argument("--load-from", nargs=2, metavar="ADDRESS", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.load_from:
        _load(arguments.tracks, *arguments.load_from)
        return
    with _serve_apart(arguments.tracks) as (api_url, accounts_url):
        token = _fetch_token(accounts_url)
        paths = _list_paths(arguments.tracks, api_url, token)
        print("round   bare download      loader   ratio   loader's peak memory")
        ratios = []
        for round_ in range(1, arguments.rounds + 1):
            started = time.monotonic()
            size = sum(len(body) for body in _download(paths, api_url, token))
            bare = time.monotonic() - started
            figures = _load_apart(arguments.tracks, api_url, accounts_url)
            seconds, peak = figures["seconds"], figures["peak_mib"]
            ratios.append(seconds / bare)
            print(f"{round_:5} {bare:13.1f} s {seconds:9.1f} s {ratios[-1]:7.2f} {peak:18.0f} MiB", flush=True)
    print(
        f"{figures['tracks']:,} tracks, {len(paths):,} calls, {size / 1e6:,.0f} MB: median ratio {median(ratios):.2f}"
    )


def _load_apart(tracks: int, api_url: str, accounts_url: str) -> dict[str, Any]:
    """Load in a process of its own, for a peak of memory of its own; returns its figures."""
    loaded = subprocess.run(  # noqa: S603 - this very script
        [
            *(sys.executable, "-m", "benchmarks.load_catalogue", "--tracks", str(tracks)),
            *("--load-from", api_url, accounts_url),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    figures: dict[str, Any] = json.loads(loaded.stdout)
    return figures


def _load(tracks: int, api_url: str, accounts_url: str) -> None:
    """Load the world once and print the figures as JSON."""
    settings = ApiSettings(CLIENT_ID, CLIENT_SECRET, api_url, accounts_url)
    artists = World.of_tracks(tracks).artist_ids()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        summary = run_load(
            Catalogue(settings, artists, LoadOptions(FIRST_DAY, audio_features=False)),
            DuckDb(Path(folder) / "bench.duckdb"),
            SilentProgress(),
        )
        seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mib": peak, "tracks": summary.rows_written["tracks"]}))


@contextmanager
def _serve_apart(tracks: int) -> Iterator[tuple[str, str]]:
    """Serve a world in a process of its own; yields the addresses of the Web API and the accounts service."""
    addresses: multiprocessing.Queue[tuple[str, str]] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_serve, args=(tracks, addresses, os.getpid()), daemon=True)
    process.start()
    try:
        yield addresses.get(timeout=60)
    finally:
        process.terminate()
        process.join()


def _serve(tracks: int, addresses: multiprocessing.Queue[tuple[str, str]], parent: int) -> None:
    with serve(World.of_tracks(tracks), day=FIRST_DAY, keep_log=False) as server:
        addresses.put((server.api_url, server.accounts_url))
        while os.getppid() == parent:
            time.sleep(1)


def _fetch_token(accounts_url: str) -> str:
    answer = requests.post(
        f"{accounts_url}/api/token",
        data={"grant_type": "client_credentials"},
        auth=(CLIENT_ID, CLIENT_SECRET),
        timeout=60,
    )
    return str(answer.json()["access_token"])


def _list_paths(tracks: int, api_url: str, token: str) -> list[str]:
    """List what an extended app has to ask for the whole world, as the loader does."""
    artists = World.of_tracks(tracks).artist_ids()
    listings = [f"artists/{id_}/albums?include_groups={ALBUM_GROUPS}&limit=50" for id_ in artists]
    albums = dict.fromkeys(
        album["id"] for body in _download(listings, api_url, token) for album in json.loads(body)["items"]
    )
    batches = [f"albums?ids={','.join(ids)}" for ids in split_into_batches(albums, 20)]
    track_ids: list[str] = []
    further: list[str] = []
    for body in _download(batches, api_url, token):
        for album in json.loads(body)["albums"]:
            page = album["tracks"]
            track_ids += [track["id"] for track in page["items"]]
            pages = [f"albums/{album['id']}/tracks?limit=50&offset={offset}" for offset in range(50, page["total"], 50)]
            further += pages
    for body in _download(further, api_url, token):
        track_ids += [track["id"] for track in json.loads(body)["items"]]
    return [
        *(f"artists?ids={','.join(ids)}" for ids in split_into_batches(artists, 50)),
        *listings,
        *batches,
        *further,
        *(f"tracks?ids={','.join(ids)}" for ids in split_into_batches(track_ids, 50)),
    ]


def _download(paths: Sequence[str], api_url: str, token: str) -> Iterator[bytes]:
    """Download addresses with as many calls at a time as the loader makes."""
    sessions = threading.local()

    def get(path: str) -> bytes:
        if not hasattr(sessions, "session"):
            sessions.session = requests.Session()
            sessions.session.trust_env = False
            sessions.session.headers["Authorization"] = f"Bearer {token}"
        answer = sessions.session.get(api_url + path, timeout=60)
        answer.raise_for_status()
        return bytes(answer.content)

    with ThreadPoolExecutor(WORKERS) as workers:
        for batch in split_into_batches(paths, 1_000):
            yield from workers.map(get, batch)


if __name__ == "__main__":
    main()
