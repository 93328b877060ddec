"""What the tour tells at its end: what was loaded, a few facts worth seeing, and what to try next."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loader.destinations import Destination, write_command
from loader.settings import DEFAULT_DUCKDB_PATH, DEMO_DUCKDB_PATH
from tour.play import Pages

_CLIMBERS = """
    with ranked as (
        select artist_id, followers, observed_on,
               row_number() over (partition by artist_id order by observed_on) as from_first,
               row_number() over (partition by artist_id order by observed_on desc) as from_last
        from marts.fct_artist_popularity
    )
    select artist.artist_name, first.followers, last.followers,
           100.0 * (last.followers - first.followers) / first.followers as percent
    from ranked as first
    join ranked as last on last.artist_id = first.artist_id and last.from_last = 1
    join marts.dim_artist as artist on artist.artist_id = first.artist_id and artist.is_current
    where first.from_first = 1
    order by percent desc
    limit 5
"""
_RISING_TRACKS = """
    select track.track_name, artist.artist_name, min_by(fact.popularity, fact.observed_on) as first,
           max_by(fact.popularity, fact.observed_on) as last
    from marts.fct_track_popularity as fact
    join marts.dim_track as track on track.track_id = fact.track_id and track.is_current
    join marts.bridge_track_artist as credit on credit.track_key = track.track_key and credit.credit_position = 1
    join marts.dim_artist as artist on artist.artist_durable_key = credit.artist_durable_key and artist.is_current
    group by all
    order by last - first desc, track.track_name
    limit 5
"""
_RENAMED = """
    select artist_name, valid_from, valid_to
    from marts.dim_artist
    where artist_id = (
        select artist_id from marts.dim_artist
        group by artist_id having count(distinct artist_name) > 1
        order by artist_id limit 1
    )
    order by valid_from
"""
_RETURNED = """
    select track_name, valid_to, next_from
    from (
        select track_name, valid_to, lead(valid_from) over (partition by track_id order by valid_from) as next_from
        from marts.dim_track
    )
    where next_from > valid_to
    order by valid_to, track_name
    limit 1
"""
_MARTS = """
    select table_name, estimated_size
    from duckdb_tables() where schema_name = 'marts'
    order by regexp_extract(table_name, '^[a-z]+'), table_name
"""


def print_account(console: Console, path: Path) -> None:
    """Print what the warehouse holds and what can be seen in it.

    Args:
        console: Where to print.
        path: The warehouse's DuckDB file.
    """
    with duckdb.connect(str(path), read_only=True) as warehouse:
        console.print(_draw("In the warehouse", ("mart", "rows"), warehouse.sql(_MARTS).fetchall()))
        console.print(
            _draw(
                "Who gained followers",
                ("artist", "first day", "last day", "gained"),
                [
                    (name, first, last, f"{gain:+.1f} %")
                    for name, first, last, gain in warehouse.sql(_CLIMBERS).fetchall()
                ],
            )
        )
        console.print(
            _draw(
                "Which tracks rose in popularity (0 to 100)",
                ("track", "artist", "first day", "last day"),
                warehouse.sql(_RISING_TRACKS).fetchall(),
            )
        )
        if renamed := warehouse.sql(_RENAMED).fetchall():
            console.print(
                _draw(
                    "An artist who took another name, and both versions (dim_artist)",
                    ("name", "valid from", "valid to"),
                    [(name, _tell_day(start), _tell_day(end)) for name, start, end in renamed],
                )
            )
        if returned := warehouse.sql(_RETURNED).fetchone():
            name, gone, back = returned
            console.print(f"“{name}” was withdrawn by {gone} and back by {back}: two versions, and a gap.\n")


def print_next_steps(console: Console, warehouse: Destination, pages: Pages, seconds: float) -> None:
    """Print where everything is and what to try next.

    Args:
        console: Where to print.
        warehouse: The warehouse that was filled.
        pages: The pages that were written.
        seconds: How long the tour took, in seconds.
    """
    console.print(f"[green]Done in {seconds:.0f} s.[/] Warehouse: {warehouse.address}", highlight=False, soft_wrap=True)
    console.print(f"Dashboard: {pages.dashboard}   Documentation: {pages.docs}\n", highlight=False, soft_wrap=True)
    console.print("Open in any browser:")
    for page in (pages.dashboard, pages.docs):
        console.print(f"  [cyan]{escape(page.resolve().as_uri())}[/]", highlight=False, soft_wrap=True)
    console.print("\nTry next:")
    for command, purpose in _list_next_commands(warehouse):
        console.print(f"  [bold cyan]{escape(command)}[/]\n      {purpose}", highlight=False, soft_wrap=True)


def _list_next_commands(warehouse: Destination) -> list[tuple[str, str]]:
    def write(command: str) -> str:
        # Commands that read find the demo's warehouse by themselves as long as it is the only one.
        is_found = warehouse.address == str(DEMO_DUCKDB_PATH) and not DEFAULT_DUCKDB_PATH.exists()
        return command if is_found else write_command(warehouse, command)

    return [
        (
            write('make query SQL="select * from marts.rpt_rows_per_layer where rows_dropped > 0"'),
            "any SQL over the warehouse",
        ),
        (write("make docs"), "the documentation and lineage, served to the browser"),
        ("make history FILE=my_spotify_data.zip", "your own listening, into a warehouse of its own (docs/files.md)"),
        ("make test", "the checks and tests of the project"),
    ]


def _tell_day(day: date) -> str:
    return {date(1900, 1, 1): "the beginning", date(9999, 12, 31): "now"}.get(day, str(day))


def _draw(title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for index, column in enumerate(columns):
        numeric = any(isinstance(row[index], int) for row in rows)
        table.add_column(column, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row))
    return table
