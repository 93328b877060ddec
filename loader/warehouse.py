"""What every load does with a warehouse: looks into it, refuses what must not mix, writes, and explains failures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dlt
from dlt.pipeline.exceptions import PipelineStepFailed

from loader.destinations import Destination, clear_work_dir
from loader.errors import LoaderError, MendableError
from loader.known import Known
from loader.spotify.tables import SCHEMA_NAME

# The loader talks to Spotify and the warehouse, and to nobody else.
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")
os.environ["LOAD__TRUNCATE_STAGING_DATASET"] = "true"

MADE_UP = "demo"


def build_pipeline(destination: Destination) -> dlt.Pipeline:
    """Build the dlt pipeline into the raw schema of a warehouse."""
    return dlt.pipeline(
        pipeline_name="echostream",
        destination=destination.build_dlt_destination(),
        dataset_name=SCHEMA_NAME,
        pipelines_dir=str(clear_work_dir(destination)),
    )


def clear_leftovers(destination: Destination) -> None:
    """Remove what a finished load leaves behind, and the folder if nothing is in it that is still needed."""
    clear_work_dir(destination)
    try:
        destination.work_dir.rmdir()
    except OSError:
        # The journal of a load that stopped early stays.
        return


def write(pipeline: dlt.Pipeline) -> None:
    """Write what was extracted to the warehouse."""
    pipeline.normalize()
    pipeline.load(raise_on_failed_jobs=True)


@contextmanager
def open_known(pipeline: dlt.Pipeline, destination: Destination) -> Iterator[Known]:
    """Open what the warehouse knows; a warehouse is not made just to look into it."""
    if not destination.exists():
        yield Known(None)
        return
    with pipeline.sql_client() as client:
        yield Known(client)


def refuse_mixing(known: Known, source_name: str, destination: Destination) -> None:
    """Refuse to put real data into a warehouse of the made-up world, or the other way round.

    Args:
        known: What the warehouse knows.
        source_name: Where the data to be loaded comes from: `demo` is made up, everything else is real.
        destination: The warehouse.

    Raises:
        MendableError: If the warehouse holds the other kind.
    """
    others = {source for source in known.read_sources() if (source == MADE_UP) != (source_name == MADE_UP)}
    if others:
        raise MendableError(
            f"{destination.address} holds data from {', '.join(sorted(others))}, which {source_name} data must "
            "not mix with: move it away, or name another file in ECHOSTREAM_DUCKDB."
        )


@contextmanager
def explain_failures(destination: Destination) -> Iterator[None]:
    """Turn what dlt wraps around an error back into the error, or into one clear line."""
    try:
        yield
    except PipelineStepFailed as failure:
        cause: BaseException | None = failure
        while cause is not None:
            if isinstance(cause, LoaderError):
                raise cause from None
            deepest, cause = cause, cause.__cause__ or cause.__context__
        raise LoaderError(f"Writing to {destination.address} failed: {str(deepest).splitlines()[0]}") from failure
