"""The rooms, which are the top-level folders with Python in them: each imports only from rooms below it."""

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


def find_rooms():
    """Find the top-level folders that hold Python, but for the tests, which may import everything."""
    return {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "." and any(path.glob("*.py"))}


def read_imports(text):
    """Read the first names of all that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def find_imported_rooms(room):
    files = list((ROOT / room).rglob("*.py"))
    assert files
    imported = {name for path in files for name in read_imports(path.read_text(encoding="utf-8"))}
    return imported & {*ROOMS, "tests"} - {room}


def test_every_room_is_listed_and_comes_after_those_it_imports_from():
    assert find_rooms() - {"tests"} == set(ROOMS)
    order = list(ROOMS)
    for room, below in ROOMS.items():
        assert all(order.index(name) < order.index(room) for name in below), room


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_what_it_is_listed_with_and_no_more(room):
    assert find_imported_rooms(room) == ROOMS[room]


def test_an_import_is_found_wherever_it_stands():
    text = "import a.b, c\nfrom d.e import f\nfrom . import g\ndef h():\n    from i import j\n"
    assert set(read_imports(text)) == {"a", "c", "d", "i"}
