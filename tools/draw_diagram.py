"""Draws the entity diagram of the documentation's overview from the tests that hold the keys together.

`make diagram` writes it; a test of the project fails when the diagram is not that of the marts.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OVERVIEW = ROOT / "dbt_project" / "models" / "_overview.md"
MANIFEST = Path(os.environ.get("DBT_TARGET_PATH") or ROOT / "dbt_project" / "target") / "manifest.json"
# Facts first, as they are what one asks about; what they point at comes after them.
KINDS = {"fct": "Facts", "bridge": "Bridges", "dim": "Dimensions", "rpt": "Reports"}
_DIAGRAM = re.compile(r"(?<=```text\n).*?(?=```)", re.DOTALL)
_REFERENCE = re.compile(r"ref\('(\w+)'\)")


def draw_diagram(manifest: dict[str, Any]) -> str:
    """Draw every public model with its foreign keys and the columns they point at.

    Args:
        manifest: dbt's manifest.

    Returns:
        The diagram as text: one block a kind of model, one line a key.
    """
    keys = read_foreign_keys(manifest)
    models = sorted(
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["access"] == "public"
    )
    blocks = []
    for prefix, kind in KINDS.items():
        lines = [line for name in models if name.startswith(f"{prefix}_") for line in _draw_model(name, keys[name])]
        if lines:
            blocks.append("\n".join([kind.upper(), *lines]))
    return "\n\n".join(blocks) + "\n"


def put_diagram(overview: str, diagram: str) -> str:
    """Put the diagram into the overview's text, in the place of the one that is there."""
    return _DIAGRAM.sub(lambda _: diagram, overview, count=1)


def read_foreign_keys(manifest: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Read each model's foreign keys, in the order of its columns, with the column that each points at."""
    targets: dict[str, dict[str, str]] = defaultdict(dict)
    for node in manifest["nodes"].values():
        metadata = node.get("test_metadata")
        if not metadata or metadata["name"] != "relationships":
            continue
        arguments = metadata["kwargs"]
        target = _REFERENCE.search(arguments["to"])
        if target:
            targets[node["attached_node"]][arguments["column_name"]] = f"{target[1]}.{arguments['field']}"
    return defaultdict(
        list,
        {
            manifest["nodes"][model]["name"]: [
                (column, columns[column]) for column in manifest["nodes"][model]["columns"] if column in columns
            ]
            for model, columns in targets.items()
            if model in manifest["nodes"]
        },
    )


def _draw_model(name: str, keys: list[tuple[str, str]]) -> Iterator[str]:
    yield f"  {name}"
    width = max((len(column) for column, _ in keys), default=0)
    for place, (column, target) in enumerate(keys, start=1):
        yield f"  {'└' if place == len(keys) else '├'}─ {column} {'─' * (width - len(column))}─▶ {target}"


def main() -> int:
    """Write the diagram of the parsed project into the overview.

    Returns:
        The exit code: 0, or 2 if dbt has not parsed the project yet.
    """
    if not MANIFEST.is_file():
        sys.stderr.write(f"There is no {MANIFEST}: run dbt parse, or make diagram, which does.\n")
        return 2
    overview = OVERVIEW.read_text(encoding="utf-8")
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    OVERVIEW.write_text(put_diagram(overview, draw_diagram(manifest)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
