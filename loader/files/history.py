"""A listener's plays from Spotify's account export: which files hold them, and what becomes of their fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from loader.errors import MendableError
from loader.files.engine import Engine
from loader.files.find import InputFile, find_files
from loader.files.reading import BODY, LONGEST_BODY, REASON, ArrowRows, refuse_if_nothing_landed, split_batches
from loader.files.text import decode_head
from loader.raw.observation import Observation
from loader.raw.tables import TABLES
from loader.report.account import Account

Format = Literal["extended", "basic"]

SOURCE = "export"
# Spotify opened in 2008; plays of before are those of a device whose clock was wrong.
_FIRST_PLAY = "2006-01-01"
_MOST_MS = 2**31 - 1
# A value that is longer is no value; the engine's buffers are four times as long.
_LONGEST_OBJECT = 4 * 2**20
_TAIL = 256

_FILE_NAME = re.compile(
    r"^(Streaming_?History_?(Audio|Video)?_?.*|endsong(_\d+)?|StreamingHistory(_(music|podcast|audiobook))?_?\d*)\.json$",
    re.IGNORECASE,
)
_VIDEO = re.compile(r"^Streaming_?History_?Video", re.IGNORECASE)
_WANTED = "Spotify streaming history (Streaming_History_Audio_*.json, endsong_*.json or StreamingHistory*.json)"

_EXTENDED = (
    *("ts", "ms_played", "platform", "conn_country"),
    *("master_metadata_track_name", "master_metadata_album_artist_name", "master_metadata_album_album_name"),
    *("spotify_track_uri", "episode_name", "episode_show_name", "spotify_episode_uri"),
    *("audiobook_title", "audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title"),
    *("reason_start", "reason_end", "shuffle", "skipped", "offline", "incognito_mode"),
)
_PERSONAL = ("username", "ip_addr", "ip_addr_decrypted", "user_agent_decrypted")
_BASIC = ("endTime", "msPlayed", "artistName", "trackName", "podcastName", "episodeName")

_EXTENDED_PLAYS = """
    select
        'extended' as export_format,
        ts as said_end,
        ms_played as said_ms,
        {video} as is_video,
        coalesce(spotify_track_uri, spotify_episode_uri, audiobook_chapter_uri, audiobook_uri) as uri,
        master_metadata_track_name as track_name,
        master_metadata_album_artist_name as artist_name,
        master_metadata_album_album_name as album_name,
        episode_name,
        episode_show_name as show_name,
        audiobook_title,
        audiobook_chapter_title as chapter_title,
        reason_start,
        reason_end,
        try_cast(shuffle as boolean) as shuffle,
        try_cast(skipped as boolean) as skipped,
        try_cast(offline as boolean) as offline,
        try_cast(incognito_mode as boolean) as incognito,
        platform,
        conn_country as country,
        {user_name} as user_name,
        {ip_address} as ip_address,
        {user_agent} as user_agent,
    from {files}
"""
_BASIC_PLAYS = """
    select
        'basic' as export_format,
        endTime as said_end,
        msPlayed as said_ms,
        false as is_video,
        null as uri,
        trackName as track_name,
        artistName as artist_name,
        null as album_name,
        episodeName as episode_name,
        podcastName as show_name,
        null as audiobook_title,
        null as chapter_title,
        null as reason_start,
        null as reason_end,
        null::boolean as shuffle,
        null::boolean as skipped,
        null::boolean as offline,
        null::boolean as incognito,
        null as platform,
        null as country,
        null as user_name,
        null as ip_address,
        null as user_agent,
    from {files}
"""
# A play is known by what no export tells otherwise: its end, what was played, for how long.
_PLAYS = """
    with said as ({said}),

    typed as (
        select
            *,
            '{source}' as source,
            try_cast(said_end as timestamptz) as played_at,
            try_cast(said_ms as bigint) as ms_played,
            coalesce(uri, concat_ws(chr(31), track_name, artist_name, episode_name, show_name)) as item,
            case
                when is_video then 'video'
                when audiobook_title is not null or starts_with(uri, 'spotify:chapter:') then 'audiobook'
                when episode_name is not null or starts_with(uri, 'spotify:episode:') then 'episode'
                when track_name is not null or uri is not null then 'track'
                else 'unknown'
            end as content_type,
            case
                when starts_with(uri, 'spotify:track:') and length(uri) = 36 then substr(uri, 15)
            end as track_id,
            null::varchar as context_uri,
        from said
    ),

    judged as (
        select
            *,
            case
                when said_end is null then 'the time is missing'
                when played_at is null then 'the time cannot be read'
                when played_at < '{first}' or played_at > '{last}' then 'the time is out of range'
                when ms_played is null then 'the length is missing or no whole number'
                when ms_played not between 0 and {most_ms} then 'the length is out of range'
            end as {reason},
        from typed
    )

    select
        * exclude (said_end, said_ms, is_video, item),
        md5(concat_ws('|', source, epoch_us(played_at), ms_played, item)) as play_id,
        case
            when {reason} is not null
                then left(to_json({{
                    ended: said_end, ms_played: said_ms, uri: uri, track_name: track_name, artist_name: artist_name,
                    episode_name: episode_name, show_name: show_name
                }})::varchar, {longest})
        end as {body},
    from judged
"""
# Written once and read thrice: to look for values that recur takes longer than to read them.
_SCRATCH = "format parquet, compression lz4, dictionary_size_limit 1"
# Most plays stand there once and are passed on as they come; only of the others one is chosen.
_ONCE = """
    select play.* from {plays} as play anti join repeated on repeated.play_id = play.play_id
"""
_CHOSEN = """
    select play.* from {plays} as play semi join repeated on repeated.play_id = play.play_id
    where {reason} is null
    qualify 1 = row_number() over (
        partition by play_id
        order by
            content_type = 'video' desc, skipped is null, platform, country, reason_start, reason_end, shuffle, skipped,
            offline, incognito, track_name, artist_name, album_name, user_name, ip_address, user_agent
    )
"""


class History:
    """The plays of one or more account exports.

    Attributes:
        source_name: Where the rows come from, for `load_runs`.
        account: Where the rows went, as they are read.
        files: How many files hold them.
        details: How many plays there are of each kind.
    """

    source_name = SOURCE
    table = TABLES["plays"]

    def __init__(self, paths: Sequence[Path], keep_personal: bool = False) -> None:
        """Find the files and look into each.

        Args:
            paths: ZIP archives, folders or single files.
            keep_personal: Keep user name, IP address and user agent, which otherwise are not even read.

        Raises:
            MendableError: If they are not Spotify's streaming history.
        """
        self.account = Account()
        self.details: dict[str, int] = {}
        self._keep_personal = keep_personal
        self._files = find_files(paths, is_wanted=lambda name: _FILE_NAME.match(name) is not None, wanted=_WANTED)
        self._formats = [_recognise(file) for file in self._files]
        self.files = len(self._files)
        self.name = "streaming history"

    def read(self, folder: Path, seen: Observation) -> Iterator[ArrowRows]:
        """Read the plays, each once however many files hold it.

        Args:
            folder: Where to put down what does not fit into memory; no personal data unless they are kept.
            seen: When the files are read.

        Yields:
            Rows of `plays` and `rejected_objects`.

        Raises:
            MendableError: If a file cannot be read to its end, or no row of all can be used.
        """
        with Engine(self._files, folder) as engine:
            plays = engine.scratch("plays.parquet")
            # One thread reads a file of JSON: others would spin until it is done with its part.
            with engine.limit_threads(len(self._files)):
                engine.select(f"copy ({self._write_query(engine, seen)}) to {plays} ({_SCRATCH})")
            engine.select(
                f"create temp table repeated as select play_id from {plays} "  # noqa: S608
                f"where {REASON} is null group by play_id having count(*) > 1"
            )
            for query in (_ONCE, _CHOSEN):
                batches = engine.stream(query.format(plays=plays, reason=REASON))
                yield from split_batches(batches, self.table, "play", SOURCE, seen, self.account)
            self._settle(engine, plays)
        refuse_if_nothing_landed(self.account, ", ".join(file.name for file in self._files[:3]))

    def _settle(self, engine: Engine, plays: str) -> None:
        """Count what the batches do not show: plays that repeat others, and kinds of content."""
        counted = engine.select(
            f"select content_type, count(*), count(*) filter (incognito) from {plays} "  # noqa: S608
            f"where {REASON} is null group by content_type order by content_type"
        )
        self.account.repeated = sum(rows for _, rows, _ in counted) - self.account.landed
        self.details = {content_type: rows for content_type, rows, _ in counted}
        if incognito := sum(rows for *_, rows in counted):
            self.details["incognito"] = incognito

    def _write_query(self, engine: Engine, seen: Observation) -> str:
        """Write the query that reads all files into rows of `plays`."""
        parts = []
        for is_video in (False, True):
            files = [
                file
                for file, format_ in zip(self._files, self._formats, strict=True)
                if format_ == "extended" and is_video == (_VIDEO.match(file.file_name) is not None)
            ]
            if files:
                columns = (*_EXTENDED, *_PERSONAL) if self._keep_personal else _EXTENDED
                parts.append(
                    _EXTENDED_PLAYS.format(
                        files=_read_json(engine, files, columns),
                        video="true" if is_video else "false",
                        user_name="username" if self._keep_personal else "null",
                        ip_address="coalesce(ip_addr, ip_addr_decrypted)" if self._keep_personal else "null",
                        user_agent="user_agent_decrypted" if self._keep_personal else "null",
                    )
                )
        basic = [file for file, format_ in zip(self._files, self._formats, strict=True) if format_ == "basic"]
        if basic:
            parts.append(_BASIC_PLAYS.format(files=_read_json(engine, basic, _BASIC)))
        return _PLAYS.format(
            said=" union all by name ".join(parts),
            source=SOURCE,
            first=_FIRST_PLAY,
            last=(seen.loaded_at + timedelta(days=1)).isoformat(),
            most_ms=_MOST_MS,
            longest=LONGEST_BODY,
            reason=REASON,
            body=BODY,
        )


def _read_json(engine: Engine, files: Sequence[InputFile], columns: Sequence[str]) -> str:
    addresses = ", ".join(engine.address(file) for file in files)
    types = ", ".join(f"{name}: 'varchar'" for name in columns)
    return f"read_json([{addresses}], format = 'array', columns = {{{types}}}, maximum_object_size = {_LONGEST_OBJECT})"


def _recognise(file: InputFile) -> Format:
    """Tell the format of a file by its first entry.

    Raises:
        MendableError: If it is not Spotify's streaming history.
    """
    text = decode_head(file.read_head(), file.name).lstrip()
    if not text.startswith("["):
        raise MendableError(f"{file.name} is not Spotify's streaming history, which is a list of plays in JSON.")
    _check_end(file)
    first = text[1:].lstrip()
    if first.startswith("]") and _FILE_NAME.match(file.file_name):
        return "extended"
    try:
        entry: Any = json.JSONDecoder().raw_decode(first)[0]
    except ValueError:
        raise MendableError(f"{file.name} is not JSON, or is cut off: get it again.") from None
    keys = set(entry) if isinstance(entry, dict) else set()
    if {"ts", "ms_played"} <= keys:
        return "extended"
    if {"endTime", "msPlayed"} <= keys:
        return "basic"
    shown = ", ".join(sorted(keys)[:6]) or type(entry).__name__
    raise MendableError(
        f"{file.name} is not Spotify's streaming history: its entries hold {shown}, not ts and ms_played."
    )


def _check_end(file: InputFile) -> None:
    """Refuse a file that is cut off between two plays, which would read as a whole one; archives check themselves."""
    if file.path is None:
        return
    with file.open() as stream:
        stream.seek(max(0, stream.seek(0, 2) - _TAIL))
        if not stream.read().rstrip().endswith(b"]"):
            raise MendableError(f"{file.name} is cut off: it does not end as it should. Get it again.")
