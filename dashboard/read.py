"""Reads the marts: every file in `queries/` is one question, answered with few enough rows for a page."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from loader.destinations import Answer, Ask
from loader.errors import LoaderError, UserError

QUERIES = Path(__file__).with_name("queries")
# A series has no more days than a screen can tell apart, and lists of the day go back no further than this.
_MOST_DAYS = 120
_RECENT_DAYS = 40
_MOST_HEARD = 30
_BUCKET_SECONDS = 30
_BEGINNING, _NO_END = date(1900, 1, 1), date(9999, 12, 31)
_VERSION_COLUMNS = (
    *("artist", "name_now", "artist_name", "genres", "version_number", "versions", "is_recent"),
    *("shown_from", "shown_to", "valid_from_told", "valid_to_told"),
)
_KEY = re.compile(r"[0-9a-f]{32}")
_MART = re.compile(r"\bmarts\.(\w+)")
_FEATURES = (
    *("danceability", "energy", "valence", "acousticness", "speechiness", "instrumentalness", "liveness"),
    *("tempo", "loudness"),
)


@dataclass(frozen=True)
class Dataset:
    """Rows for the page: plain values, days as text, artists by their place in the list of artists.

    Attributes:
        columns: The names of the columns.
        rows: The rows, each with a value for every column.
    """

    columns: tuple[str, ...]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Marts:
    """What the page tells.

    Attributes:
        address: Where the warehouse stands.
        facts: How much there is of what: one number or moment a name.
        artists: The names of the artists to choose from, the most popular first.
        datasets: The rows that are shown, by name.
    """

    address: str
    facts: dict[str, Any]
    artists: list[str]
    datasets: dict[str, Dataset]


def list_marts() -> set[str]:
    """List the marts that the queries read."""
    return {mart for path in QUERIES.glob("*.sql") for mart in _MART.findall(path.read_text(encoding="utf-8"))}


def read_marts(ask: Ask, address: str, build: str = "dbt build", schema: str = "marts") -> Marts:
    """Read all that the page shows.

    Args:
        ask: Asks the warehouse.
        address: Where the warehouse stands.
        build: The command that builds the marts there.
        schema: The schema of the marts, which the queries call `marts`.

    Raises:
        UserError: If the marts are not built yet.
        LoaderError: If the warehouse refuses a query.
    """
    _check_marts(ask, address, build, schema)
    ask = read_from(ask, schema)
    chosen = _ask(ask, "artists")
    keys = [key for key, _, _ in chosen.rows]
    places = {key: place for place, key in enumerate(keys)}
    heard = [key for key, _, heard_place in chosen.rows if heard_place <= _MOST_HEARD]
    days = _choose_days([day for (day,) in _ask(ask, "days").rows])
    known = {
        "artists": _list_keys(keys),
        "heard_artists": _list_keys(heard),
        "days": _list_days(days),
        "recent_days": _list_days(days[-_RECENT_DAYS:]),
    }

    def read(name: str, **values: str) -> Dataset:
        return _make_plain(_ask(ask, name, **known, **values), places)

    durations = read("durations")
    bucket = str(_find_bucket(durations))
    facts = _ask(ask, "facts")
    datasets = {
        "artist_days": read("artist_days"),
        "climbers": read("climbers"),
        "rising_tracks": read("rising_tracks"),
        "durations": _stack(durations, read("durations_of_artists", bucket_seconds=bucket)),
        "explicit_years": _stack(read("explicit_years"), read("explicit_years_of_artists")),
        "explicit_genres": read("explicit_genres"),
        "releases": _stack(read("releases"), read("releases_of_artists")),
        "audio_profile": _turn_features_into_rows(read("audio_profile")),
        "hours": read("hours"),
        "months": read("months"),
        "heard_months": read("heard_months"),
        "streaks": read("streaks"),
        "layers": read("layers"),
        "loads": read("loads"),
        "sources": read("sources"),
        "rejected": read("rejected"),
        "providers": read("providers"),
        "versions": _read_versions(ask, known, places, _list_load_days(ask)),
    }
    return Marts(
        address,
        dict(zip(facts.columns, (_tell(value) for value in facts.rows[0]), strict=True)),
        [name or "(no name)" for _, name, _ in chosen.rows],
        datasets,
    )


def read_from(ask: Ask, schema: str) -> Ask:
    """Ask the same questions of the marts in another schema.

    Args:
        ask: Asks the warehouse.
        schema: The schema, for what the questions call `marts`.
    """

    def ask_there(query: str, most: int | None = None) -> Answer:
        return ask(_MART.sub(rf"{schema}.\1", query), most)

    return ask_there


def _check_marts(ask: Ask, address: str, build: str, schema: str) -> None:
    found = ask(f"select TABLE_NAME from INFORMATION_SCHEMA.TABLES where TABLE_SCHEMA = '{schema}'")  # noqa: S608 - a name
    if missing := sorted(list_marts() - {name for (name,) in found.rows}):
        what = f"no {schema}" if not found.rows else f"no {', '.join(f'{schema}.{name}' for name in missing)}"
        raise UserError(f"{address} has {what} yet: run `{build}`.")


def _ask(ask: Ask, name: str, **values: str) -> Answer:
    """Ask one of the queries; what it is about stands in braces."""
    query = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    for placeholder, value in values.items():
        query = query.replace(f"{{{placeholder}}}", value)
    return ask(query)


def _list_keys(keys: Iterable[str]) -> str:
    """Write keys as SQL; a list that may be empty holds a text that no key is."""
    texts = [""]
    for key in keys:
        if not _KEY.fullmatch(key):
            raise LoaderError(f"{key!r} is not a key of the marts: rebuild them with `dbt build --full-refresh`.")
        texts.append(key)
    return ", ".join(f"'{text}'" for text in texts)


def _list_days(days: Iterable[date]) -> str:
    return ", ".join(f"cast('{day:%Y-%m-%d}' as date)" for day in (*days, date.min.replace(year=1900)))


def _choose_days(days: Sequence[date]) -> list[date]:
    """Choose days that lie evenly among all, the first and the last among them."""
    if len(days) <= _MOST_DAYS:
        return list(days)
    step = (len(days) - 1) / (_MOST_DAYS - 1)
    return [days[round(place * step)] for place in range(_MOST_DAYS)]


def _list_load_days(ask: Ask) -> list[date]:
    """List the days that loads were about, but for those of files, which tell of no day."""
    return [day for (day,) in _ask(ask, "load_days").rows]


def _find_bucket(durations: Dataset) -> int:
    """Find how wide the buckets of durations are, in seconds."""
    start, end = durations.columns.index("from_seconds"), durations.columns.index("to_seconds")
    return next((row[end] - row[start] for row in durations.rows), _BUCKET_SECONDS)


def _make_plain(answer: Answer, places: dict[str, int]) -> Dataset:
    """Turn what an engine answers into values that JSON has, and keys of artists into places in their list."""
    artist = answer.columns.index("artist") if "artist" in answer.columns else None
    rows = [[_tell(value) for value in row] for row in answer.rows]
    if artist is not None:
        for row in rows:
            row[artist] = places.get(row[artist], -1)
    return Dataset(answer.columns, rows)


def _tell(value: Any) -> Any:
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value


def _stack(everybody: Dataset, of_artists: Dataset) -> Dataset:
    """Put the rows of everybody, which name no artist, above those of single artists."""
    columns = ("artist", *everybody.columns)
    order = [of_artists.columns.index(name) if name in of_artists.columns else None for name in columns]
    rows = [[None, *row] for row in everybody.rows]
    rows += [[None if place is None else row[place] for place in order] for row in of_artists.rows]
    return Dataset(columns, rows)


def _turn_features_into_rows(profile: Dataset) -> Dataset:
    """Give every feature a row of its own, so that one can be chosen."""
    fixed = [place for place, name in enumerate(profile.columns) if name not in _FEATURES]
    rows = [
        [*(row[place] for place in fixed), feature, row[profile.columns.index(feature)]]
        for feature in _FEATURES
        for row in profile.rows
        if row[profile.columns.index(feature)] is not None
    ]
    return Dataset((*(profile.columns[place] for place in fixed), "feature", "mean"), rows)


def _read_versions(ask: Ask, known: dict[str, str], places: dict[str, int], days: Sequence[date]) -> Dataset:
    """Read the versions of artists, each with its genres in their order, and from when to when a chart shows it.

    Args:
        ask: Asks the warehouse.
        known: What the queries are about.
        places: The places of artists in their list.
        days: The days of loads, which a chart of versions begins and ends with.
    """
    versions = _ask(ask, "versions", **known)
    found = [dict(zip(versions.columns, row, strict=True)) for row in versions.rows]
    genres: dict[str, list[str]] = defaultdict(list)
    for key, _, genre in _ask(ask, "version_genres", versions=_list_keys(row["artist_key"] for row in found)).rows:
        genres[key].append(genre)
    # Versions of an artist come in their order.
    names_now = {row["artist"]: row["artist_name"] for row in found}
    last = days[-1] if days else datetime.now(UTC).date()
    # Bars have some length, even on the first day.
    first = min(days[0] if days else last, last - timedelta(days=1))
    numbers: Counter[str] = Counter()
    rows = []
    for row in found:
        numbers[row["artist"]] += 1
        rows.append(
            [
                places.get(row["artist"], -1),
                names_now[row["artist"]],
                row["artist_name"],
                ", ".join(genres[row["artist_key"]]),
                numbers[row["artist"]],
                row["versions"],
                row["is_recent"],
                _tell(max(row["valid_from"], first)),
                _tell(max(min(row["valid_to"], last), first)),
                "the beginning" if row["valid_from"] == _BEGINNING else _tell(row["valid_from"]),
                "now" if row["valid_to"] == _NO_END else _tell(row["valid_to"]),
            ]
        )
    return Dataset(_VERSION_COLUMNS, rows)
