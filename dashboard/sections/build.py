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
        "How fresh the data is, what the last build’s tests said, and how many rows came from one layer to the next.",
        (
            Figure(
                "sources",
                "Freshness",
                "What each source told last: the day that it is about, when that was loaded (UTC), and how long ago "
                "that is for you who read this.",
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
                "Results of dbt’s last build by kind and outcome.",
                "tests",
                (
                    Column("kind", "What"),
                    Column("status", "Outcome"),
                    Column("number", "How many", "number"),
                ),
                why_no_results,
            ),
            *(
                (
                    Figure(
                        "failures",
                        "What did not go well",
                        "Each result of the last build that is not as it should be; up to 50.",
                        "failures",
                        (
                            Column("kind", "What"),
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
                "Each step on the way from raw to the marts, in rows: in = out + dropped, and why rows are dropped.",
                "layers",
                (
                    Column("entity", "Entity"),
                    Column("way", "Step"),
                    Column("rows_in", "In", "number"),
                    Column("rows_out", "Out", "number"),
                    Column("rows_dropped", "Dropped", "number"),
                    Column("drop_reason", "Why"),
                ),
                "The report of rows per layer is empty: run dbt build.",
                wide=True,
            ),
            Figure(
                "loads",
                "Loads",
                "The newest 60 runs of the loader in the period: what came of them, calls to the Web API, rows "
                "written and kept aside, and how long they took.",
                "loads",
                (
                    Column("finished_at", "Finished (UTC)", "moment"),
                    Column("data_source", "Source"),
                    Column("outcome", "Outcome"),
                    Column("rows_written", "Written", "number"),
                    Column("rows_rejected", "Aside", "number"),
                    Column("calls", "Calls", "number"),
                    Column("duration_seconds", "Seconds", "number"),
                    Column("day", "About the day", "day"),
                    Column("app_mode", "App"),
                    Column("message", "Message"),
                ),
                "No load is recorded in this warehouse: run the loader, then dbt build.",
                wide=True,
                by_period="day",
            ),
            Figure(
                "rejected",
                "Objects kept aside",
                "What the sources told that could not be used, by reason.",
                "rejected",
                (
                    Column("object_type", "Object"),
                    Column("reason", "Reason"),
                    Column("rejected_objects", "How many", "number"),
                    Column("first_rejected_on", "First", "day"),
                    Column("last_rejected_on", "Last", "day"),
                ),
                "Nothing was kept aside: all that the sources told could be used.",
                wide=True,
            ),
        ),
    )
