"""What a listener sees at the end of `make history`: how much, since when, whom, and where to look further."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loader.destinations import Ask
from loader.errors import UserError

LISTENING = """
select
    count(*) as plays,
    sum(ms_played) as ms_played,
    min(played_on) as first_day,
    max(played_on) as last_day,
    count(distinct played_on) as days
from marts.fct_plays
"""
TOP_ARTISTS = """
with

ranked as (
    select
        artist_name,
        streams,
        minutes_played,
        first_heard_on,
        row_number() over (order by streams desc, minutes_played desc, artist_durable_key) as place
    from marts.rpt_artists_heard
)

select
    artist_name,
    streams,
    minutes_played,
    first_heard_on
from ranked
where place <= 5
order by place
"""
LONGEST_STREAK = """
select
    days,
    first_day,
    last_day
from marts.rpt_listening_streaks
where length_rank = 1
order by first_day
"""


def refuse_no_plays(ask: Ask, files: str) -> None:
    """Refuse to go on with a warehouse without a single play.

    Args:
        ask: Asks the warehouse.
        files: The files that were loaded into it.

    Raises:
        UserError: If it holds no play.
    """
    if not ask("select count(*) as plays from raw_spotify.plays").rows[0][0]:
        raise UserError(f'{files} holds no plays: ask Spotify for your "Extended streaming history" (docs/files.md).')


def print_account(ask: Ask, console: Console) -> None:
    """Print what the marts know of a listener.

    Args:
        ask: Asks the warehouse, whose marts are built.
        console: Where to print.

    Raises:
        LoaderError: If the warehouse refuses a query.
    """
    ((plays, ms_played, first_day, last_day, days),) = ask(LISTENING).rows
    console.print(
        f"\n[bold]{plays:,} plays, {round((ms_played or 0) / 3_600_000):,} hours[/], from {_write_day(first_day)} "
        f"to {_write_day(last_day)}, on {days:,} days.",
        highlight=False,
        soft_wrap=True,
    )
    if streaks := ask(LONGEST_STREAK, 1).rows:
        length, start, end = streaks[0]
        console.print(
            f"The longest streak: {length:,} days in a row, {_write_day(start)} to {_write_day(end)}.",
            highlight=False,
            soft_wrap=True,
        )
    if artists := ask(TOP_ARTISTS).rows:
        table = Table(title="Most heard", title_justify="left", title_style="bold")
        table.add_column("artist")
        for heading in ("streams", "hours", "first heard"):
            table.add_column(heading, justify="right")
        for name, streams, minutes, first_heard in artists:
            hours = f"{(minutes or 0) / 60:,.0f}"
            table.add_row(escape(name or "(no name)"), f"{streams:,}", hours, _write_day(first_heard))
        console.print(table)


def print_next_steps(page: Path, console: Console) -> None:
    """Print where the dashboard is and what to do next.

    Args:
        page: The dashboard.
        console: Where to print.
    """
    console.print(f"\n[green]Your dashboard:[/] {escape(str(page))}", highlight=False, soft_wrap=True)
    address = escape(page.resolve().as_uri())
    console.print(f"Open it in a browser: [cyan]{address}[/]\n", highlight=False, soft_wrap=True)
    console.print("Try next:")
    for command, purpose in _NEXT:
        console.print(f"  [bold cyan]{escape(command)}[/]\n      {purpose}", highlight=False, soft_wrap=True)


_NEXT = (
    (
        'make query SQL="select period_start, artist_name, streams from marts.rpt_top_artists '
        "where period_type = 'year' and artist_rank = 1 order by period_start\"",
        "your artist of every year; any SQL over the warehouse is answered",
    ),
    ("make docs", "what every mart and column means, in the browser"),
    ("make history FILE=...", "again, with a newer export: only what is new is added"),
)


def _write_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
