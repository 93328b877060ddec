"""The tour's account at its end: what happened in the made-up world, as the marts show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tour.findings import Findings, GenreSound, Hit, Length, find

_SIZES = """
    select
        count(*) filter (starts_with(table_name, 'dim_') or starts_with(table_name, 'bridge_')),
        count(*) filter (starts_with(table_name, 'fct_')),
        count(*) filter (starts_with(table_name, 'rpt_')),
        sum(estimated_size)::bigint
    from duckdb_tables()
    where schema_name = 'marts'
"""


def print_account(console: Console, path: Path) -> None:
    """Print what can be seen in the warehouse, and how large it is.

    Args:
        console: Where to print.
        path: The warehouse's DuckDB file.
    """
    with duckdb.connect(str(path), read_only=True) as warehouse:
        print_findings(console, find(warehouse))
        sizes = warehouse.sql(_SIZES).fetchone() or (0, 0, 0, 0)
    console.print("In the warehouse: {} dimensions and bridges, {} facts, {} reports, {:,} rows.".format(*sizes))


def print_findings(console: Console, findings: Findings) -> None:
    """Print what was found: a short list first, then the numbers.

    Args:
        console: Where to print.
        findings: What the marts show.
    """
    console.print("\nAll of this is made up: no artist, track or listener here exists.\n", style="italic")
    if findings.days:
        first, last = findings.days[0], findings.days[-1]
        _print_list(console, f"In these weeks ({first:%-d %b} to {last:%-d %b %Y}):", _describe_weeks(findings))
    _print_list(console, "In three years of one listener:", _describe_listening(findings))
    if findings.hit:
        console.print(_draw_hit(findings.hit))
    if findings.genres:
        console.print(_draw_genres(findings.genres))
    if findings.lengths:
        console.print(_draw_lengths(findings.lengths))


def _describe_weeks(findings: Findings) -> Iterator[str]:
    if hit := findings.hit:
        popularity = [day.track_popularity for day in hit.days]
        followers = [day.followers for day in hit.days]
        yield (
            f"A hit: “{hit.track_name}” by {hit.artist_name} rose from {popularity[0]} to {max(popularity)} in "
            f"popularity; its artist’s followers from {followers[0]:,} to {followers[-1]:,}"
        )
    if slump := findings.slump:
        before, after = slump.followers
        yield (
            f"A slump: {slump.artist_name} fell from {slump.popularity[0]} to {slump.popularity[1]}, followers "
            f"{100 * (after - before) / before:+.1f} %"
        )
    if launch := findings.launch:
        yield (
            f"A launch: “{launch.album_name}” by {launch.artist_name} came out on {launch.released_on:%a %-d %b}: "
            f"popularity {launch.first} at first, {launch.peak} on {launch.peak_on:%-d %b}, {launch.last} in the end; "
            f"its best track was no. {launch.best_place:,} of all"
        )
    if renaming := findings.renaming:
        yield (
            f"A new name: {renaming.old_name} is {renaming.new_name} from {renaming.renamed_on:%-d %b} on; dim_artist "
            f"holds both versions"
        )
    if returned := findings.returned:
        yield (
            f"A return: “{returned.track_name}” was withdrawn by {returned.gone_on:%-d %b} and back by "
            f"{returned.back_on:%-d %b}: two versions in dim_track, and a gap"
        )


def _describe_listening(findings: Findings) -> Iterator[str]:
    if summer := findings.summer:
        yield (
            f"A summer’s obsession: {summer.artist_name}, {summer.share:.0%} of all streams in {summer.month:%B %Y}, "
            f"“{summer.track_name}” {summer.track_streams} times"
        )
    if journey := findings.journey:
        yield (
            f"A trip: {journey.plays:,} plays in {journey.country}, {journey.first_day:%-d %b} to "
            f"{journey.last_day:%-d %b %Y}"
        )
    if skips := findings.skips:
        yield f"Skips: {skips.shuffled:.0%} of what came in shuffled order, {skips.others:.0%} of all else"
    if podcasts := findings.podcasts:
        yield f"Podcasts: {podcasts.plays:,} on working days, {podcasts.commute_share:.0%} of them while commuting"
    if streak := findings.streak:
        yield f"A streak: {streak.days} days in a row, from {streak.first_day:%-d %b %Y} on"


def _draw_hit(hit: Hit) -> Table:
    # A row a week is enough.
    weeks = {day.observed_on.isocalendar()[:2]: day for day in reversed(hit.days)}
    return _draw(
        "The hit, week by week (popularity 0 to 100)",
        ("day", "track’s popularity", "artist’s popularity", "followers"),
        [
            (f"{day.observed_on:%-d %b}", day.track_popularity, day.artist_popularity, day.followers)
            for day in reversed(weeks.values())
        ],
    )


def _draw_genres(genres: Sequence[GenreSound]) -> Table:
    return _draw(
        "How genres sound (rpt_audio_profile)",
        ("genre", "tracks", "energy", "acoustic", "speech", "loudness", "tempo"),
        [
            (
                sound.genre,
                sound.tracks,
                f"{sound.energy:.2f}",
                f"{sound.acousticness:.2f}",
                f"{sound.speechiness:.2f}",
                f"{sound.loudness:.1f} dB",
                f"{sound.tempo:.0f} bpm",
            )
            for sound in genres
        ],
    )


def _draw_lengths(lengths: Sequence[Length]) -> Table:
    return _draw(
        "Songs get shorter, and more explicit",
        ("released", "tracks", "median length", "explicit"),
        [
            (
                f"{row.first_year}" if row.first_year == row.last_year else f"{row.first_year} to {row.last_year}",
                row.tracks,
                "{}:{:02d}".format(*divmod(round(row.seconds), 60)),
                f"{row.explicit_share:.0%}",
            )
            for row in lengths
        ],
    )


def _print_list(console: Console, title: str, lines: Iterable[str]) -> None:
    table = Table.grid(padding=(0, 1))
    for line in lines:
        # Names are text, not markup.
        table.add_row(" •", Text(line))
    if table.row_count:
        console.print(title, style="bold", highlight=False)
        console.print(table)
        console.print()


def _draw(title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Table:
    """Draw a table: the first column is text, the others are numbers."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index else "left")
    for row in rows:
        table.add_row(*(Text(f"{value:,}" if isinstance(value, int) else str(value)) for value in row))
    return table
