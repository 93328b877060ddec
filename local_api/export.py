"""The account export of a made-up listener: a ZIP archive as Spotify makes it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from local_api.contract import ApiObject
from local_api.listener import LISTENER_ID, YEARS, MadeUpListener, Play

_FOLDER = "Spotify Extended Streaming History"
_PLAYS_A_FILE = 12_000
# The same listener makes the same archive: the files in it are of no day.
_NO_DAY = (1980, 1, 1, 0, 0, 0)


def write_export(listener: MadeUpListener, path: Path, until: date) -> int:
    """Write a listener's extended streaming history of three years.

    Args:
        listener: The listener.
        path: The archive, which is replaced.
        until: The day after the last one in it.

    Returns:
        How many plays it holds.

    Raises:
        OSError: If it cannot be written.
    """
    plays = list(_list_plays(listener, until))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, start in enumerate(range(0, max(len(plays), 1), _PLAYS_A_FILE)):
            part = plays[start : start + _PLAYS_A_FILE]
            years = sorted({play["ts"][:4] for play in part}) or [str(until.year)]
            name = f"Streaming_History_Audio_{'-'.join(dict.fromkeys((years[0], years[-1])))}_{number}.json"
            info = zipfile.ZipInfo(f"{_FOLDER}/{name}", _NO_DAY)
            archive.writestr(info, json.dumps(part, ensure_ascii=False), zipfile.ZIP_DEFLATED)
    return len(plays)


def _list_plays(listener: MadeUpListener, until: date) -> Iterator[ApiObject]:
    titles: dict[str, ApiObject] = {}
    for offset in range(YEARS * 365, 0, -1):
        for play in listener.plays(until - timedelta(days=offset)):
            if play.item_id not in titles:
                titles[play.item_id] = _name_item(listener, play, until)
            yield {
                "ts": play.ended_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "username": LISTENER_ID,
                "platform": play.platform,
                "ms_played": play.ms_played,
                "conn_country": play.country,
                "ip_addr": "192.0.2.7",
                "user_agent_decrypted": "unknown",
                **titles[play.item_id],
                "reason_start": play.reason_start,
                "reason_end": play.reason_end,
                "shuffle": play.shuffle,
                "skipped": play.reason_end == "fwdbtn",
                "offline": play.is_offline,
                "offline_timestamp": int(play.ended_at.timestamp()) if play.is_offline else None,
                "incognito_mode": play.incognito,
            }


def _name_item(listener: MadeUpListener, play: Play, day: date) -> ApiObject:
    """Name what was played as the export does: what it is called now."""
    is_track = play.kind == "track"
    track = listener.find_track(play.item_id, day) if is_track else {}
    show, title = (None, None) if is_track else listener.name_episode(play.item_id)
    return {
        "master_metadata_track_name": track.get("name"),
        "master_metadata_album_artist_name": track["artists"][0]["name"] if is_track else None,
        "master_metadata_album_album_name": track["album"]["name"] if is_track else None,
        "spotify_track_uri": track.get("uri"),
        "episode_name": title,
        "episode_show_name": show,
        "spotify_episode_uri": None if is_track else f"spotify:episode:{play.item_id}",
    }
