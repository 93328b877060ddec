"""Runs dbt over the project as it was parsed before: parsing takes longer than most of what tests ask of dbt.

python tests/run_dbt.py partial_parse.msgpack run --select ...
"""

import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest


def read_project(parsed):
    """Read the project from the file that `dbt parse` left."""
    manifest = Manifest.from_msgpack(parsed.read_bytes())
    manifest.build_flat_graph()
    return manifest


if __name__ == "__main__":
    parsed, *arguments = sys.argv[1:]
    answer = dbtRunner(manifest=read_project(Path(parsed))).invoke(arguments)
    if answer.exception:
        print(answer.exception, file=sys.stderr)
    sys.exit(not answer.success)
