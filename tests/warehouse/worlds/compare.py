"""Compares the marts with the reference row by row, and tells a difference by one small world."""

from collections import Counter, defaultdict
from pathlib import Path

from tests.warehouse.reference.knowledge import encode_genre
from tests.warehouse.reference.marts import build_marts, hash_text
from tests.warehouse.worlds.generate import World
from tests.warehouse.worlds.play import open_warehouse

# What a mart says of its own making and not of history.
NOT_COMPARED = {"changed_at", "version_recorded_at"}
ROWS_SHOWN = 5


def find_difference(path: Path, worlds: list[World], runs: int) -> str | None:
    """Find a difference between the marts of a warehouse and the reference.

    Args:
        path: The warehouse's file.
        worlds: All worlds that were loaded.
        runs: How many runs were made.

    Returns:
        A report of one world that differs, the one of which there is least to tell; None if none does.
    """
    expected, found = defaultdict(Counter), defaultdict(Counter)
    owners = {}
    columns = {}
    for world in worlds:
        for owned in map(encode_genre, world.owned):
            owners |= {owned: world, hash_text(owned): world}
        for mart, rows in build_marts(world.steps[:runs]).items():
            for row in rows:
                columns.setdefault(mart, sorted(row))
                expected[world][mart, tuple(row[column] for column in columns[mart])] += 1
    with open_warehouse(path) as warehouse:
        for mart, names in columns.items():
            for row in _read_mart(warehouse, mart, names):
                owner = next((owners[value] for value in row if value in owners), None)
                found[owner][mart, row] += 1
    if nobodys := found.pop(None, None):
        return "\n".join(_tell_rows("Rows of no world", nobodys, columns))
    different = [world for world in worlds if expected[world] != found[world]]
    if not different:
        return None
    world = min(different, key=lambda world: len(_tell_story(world, runs)))
    return "\n".join(
        [
            f"World {world.number} differs after run {runs} ({len(different)} of {len(worlds)} do).",
            *_tell_rows("Expected and not found", expected[world] - found[world], columns),
            *_tell_rows("Found and not expected", found[world] - expected[world], columns),
            "What it was told:",
            _tell_story(world, runs),
        ]
    )


def _read_mart(warehouse, mart, names):
    there = [
        name
        for (name,) in warehouse.execute(
            "select column_name from information_schema.columns where table_schema = 'marts' and table_name = ?", [mart]
        ).fetchall()
    ]
    unknown = {*there} - {*names} - NOT_COMPARED
    assert not unknown, f"The reference says nothing about {mart}: {', '.join(sorted(unknown))}"
    numbers = {
        time: number
        for number, (time,) in enumerate(
            warehouse.execute("select epoch_us(started_at) from raw_spotify.load_runs order by started_at").fetchall(),
            start=1,
        )
    }
    selected = ", ".join(f"epoch_us({name})" if name == "loaded_at" else name for name in names)
    for row in warehouse.execute(f"select {selected} from marts.{mart}").fetchall():
        yield tuple(numbers[value] if name == "loaded_at" else value for name, value in zip(names, row, strict=True))


def _tell_rows(title, rows, columns):
    if not rows:
        return
    yield f"{title}, {rows.total()} rows:"
    for (mart, row), _ in sorted(rows.items(), key=repr)[:ROWS_SHOWN]:
        values = ", ".join(f"{name}={_shorten(value)}" for name, value in zip(columns[mart], row, strict=True))
        yield f"  {mart}: {values}"


def _tell_story(world, runs):
    """Tell what Spotify said to each run, an object a line."""
    lines = []
    for step in world.steps[:runs]:
        load = step.load
        followed = ", ".join(map(_shorten, load.followed)) or "nobody"
        lines.append(f"  run {load.number}: {load.day} of {followed}{'' if step.is_looked_at else ', no snapshot'}")
        objects = {**load.catalogue.artists, **load.catalogue.albums, **load.catalogue.tracks}
        lines += [f"    {_shorten(id_)}: {_shorten(one)}" for id_, one in objects.items()]
        lines.append(f"    credited as {_shorten(load.catalogue.credited_names)}")
    return "\n".join(lines)


def _shorten(value):
    """Write a value without what fills its ids up."""
    text = str(value)
    while "xx" in text:
        text = text.replace("xx", "x")
    return text
