"""The rooms, top-level folders with Python in them, and the loader's parts: each imports only from those below it."""

import ast

import pytest

from tests.conftest import ROOT

# From the ground up: a room, and the rooms that it imports from.
ROOMS = {
    "loader": set(),
    "local_api": set(),
    "dbt_runner": {"loader"},
    "dashboard": {"loader"},
    "operations": {"loader", "dbt_runner", "dashboard"},
    "tour": {"loader", "local_api", "dbt_runner", "dashboard", "operations"},
    "benchmarks": {"loader", "local_api", "dashboard"},
    "tools": set(),
}

# The parts of the loader from the ground up: each imports only from those before it.
LOADER = (
    *("errors", "json", "settings", "command", "duckdb_limits"),
    *("raw", "report", "spotify", "audio_features", "files", "listening", "destinations", "load"),
    *("options", "cli", "__main__"),
)
BESIDE_EACH_OTHER = {"audio_features", "files", "listening"}


def find_rooms():
    """Find the top-level folders that hold Python, but for the tests, which may import everything."""
    return {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "." and any(path.glob("*.py"))}


def read_imports(text):
    """Read the names of all that a module imports, wherever in it: modules, and what is imported from them."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def find_imported_rooms(room):
    files = list((ROOT / room).rglob("*.py"))
    assert files
    imported = {name.partition(".")[0] for path in files for name in read_imports(path.read_text(encoding="utf-8"))}
    return imported & {*ROOMS, "tests"} - {room}


def test_every_room_is_listed_and_comes_after_those_it_imports_from():
    assert find_rooms() - {"tests"} == set(ROOMS)
    order = list(ROOMS)
    for room, below in ROOMS.items():
        assert all(order.index(name) < order.index(room) for name in below), room


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_what_it_is_listed_with_and_no_more(room):
    assert find_imported_rooms(room) == ROOMS[room]


def find_imported_parts(part):
    path = ROOT / "loader" / part
    files = list(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    assert files
    names = {name for file in files for name in read_imports(file.read_text(encoding="utf-8"))}
    return {name.split(".")[1] for name in names if name.startswith("loader.")} - {part}


def test_every_part_of_the_loader_is_listed():
    parts = {path.stem for path in (ROOT / "loader").iterdir() if path.suffix == ".py" or any(path.glob("*.py"))}
    assert parts - {"__init__"} == set(LOADER)


@pytest.mark.parametrize("part", LOADER)
def test_a_part_of_the_loader_imports_only_from_those_before_it(part):
    before = set(LOADER[: LOADER.index(part)])
    assert find_imported_parts(part) <= before - (BESIDE_EACH_OTHER if part in BESIDE_EACH_OTHER else set())


def test_an_import_is_found_wherever_it_stands():
    text = "import a.b, c\nfrom d.e import f\nfrom . import g\ndef h():\n    from i import j\n"
    assert set(read_imports(text)) == {"a.b", "c", "d.e.f", "i.j"}
