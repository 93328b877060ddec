"""How the warehouse came to be: fresh or stale, tested or not, and which rows were left behind."""

from __future__ import annotations

from dashboard.figures import Column, Figure, Section


def make_build_section(why_no_results: str, failed: bool) -> Section:
    """Make the section of freshness, tests and rows per layer.

    Args:
        why_no_results: Why there are no test results, if there are none; else that all went well.
        failed: Whether anything in the last build did not.
    """
    return Section(
        "build",
        "The warehouse itself",
        "How fresh the data is, the test results of the last build, and how many rows each layer passes on.",
        (
            Figure(
                "sources",
                "Freshness",
                "The newest data of each source: the day it is about, when it was loaded (UTC), and how long ago that "
                "was when you opened this page.",
                "sources",
                (
                    Column("data_source", "Source"),
                    Column("observed_on", "Newest day", "day"),
                    Column("finished_at", "Loaded (UTC)", "moment"),
                    Column("finished_at", "Age", "age"),
                    Column("loads", "Loads", "number"),
                ),
                "No load is recorded in this warehouse: run the loader, then dbt build.",
            ),
            Figure(
                "tests",
                "Tests of the last build",
                "Results of the last dbt build by kind and outcome.",
                "tests",
                (
                    Column("kind", "Kind"),
                    Column("status", "Outcome"),
                    Column("number", "Number", "number"),
                ),
                why_no_results,
            ),
            *(
                (
                    Figure(
                        "failures",
                        "Failures and warnings",
                        "Each result of the last build that is not a success; up to 50.",
                        "failures",
                        (
                            Column("kind", "Kind"),
                            Column("name", "Name"),
                            Column("status", "Outcome"),
                            Column("message", "Message"),
                        ),
                        why_no_results,
                        wide=True,
                    ),
                )
                if failed
                else ()
            ),
            Figure(
                "layers",
                "Rows per layer",
                "Each step from raw to the marts, in rows: in = out + dropped, and why rows are dropped.",
                "layers",
                (
                    Column("entity", "Entity"),
                    Column("way", "Step"),
                    Column("rows_in", "In", "number"),
                    Column("rows_out", "Out", "number"),
                    Column("rows_dropped", "Dropped", "number"),
                    Column("drop_reason", "Reason"),
                ),
                "The report of rows per layer is empty: run dbt build.",
                wide=True,
            ),
            Figure(
                "loads",
                "Loads",
                "The newest 60 runs of the loader in the period: their outcome, rows written and rejected, calls to "
                "the Web API, and duration.",
                "loads",
                (
                    Column("finished_at", "Finished (UTC)", "moment"),
                    Column("data_source", "Source"),
                    Column("outcome", "Outcome"),
                    Column("rows_written", "Written", "number"),
                    Column("rows_rejected", "Rejected", "number"),
                    Column("calls", "Calls", "number"),
                    Column("duration_seconds", "Seconds", "number"),
                    Column("day", "Observed day", "day"),
                    Column("app_mode", "App"),
                    Column("message", "Message"),
                ),
                "No load is recorded in this warehouse: run the loader, then dbt build.",
                wide=True,
                by_period="day",
            ),
            Figure(
                "rejected",
                "Rejected objects",
                "Objects from the sources that could not be used, by reason.",
                "rejected",
                (
                    Column("object_type", "Object"),
                    Column("reason", "Reason"),
                    Column("rejected_objects", "Number", "number"),
                    Column("first_rejected_on", "First", "day"),
                    Column("last_rejected_on", "Last", "day"),
                ),
                "Nothing was rejected: everything from the sources could be used.",
                wide=True,
            ),
        ),
    )
