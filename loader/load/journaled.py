"""Runs a load over the Web API with its journal: goes on where an earlier run stopped, and records a failure."""

from __future__ import annotations

from collections.abc import Callable

from loader.destinations import Destination
from loader.errors import LoaderError
from loader.load.runs import Run, Tally
from loader.load.warehouse import clear_leftovers, explain_failures, record_failure
from loader.raw.observation import Observation
from loader.raw.tables import Row
from loader.report.summary import Summary
from loader.spotify.answers import Answers
from loader.spotify.client import Client
from loader.spotify.journal import Journal


def run_with_journal(
    run: Run,
    destination: Destination,
    client: Client,
    tally: Tally,
    journal_name: str,
    source: str,
    bring_in: Callable[[Answers, Observation], None],
    load: Callable[[Answers, Observation], Summary],
) -> Summary:
    """Run a load whose answers are kept until they are in the warehouse.

    Args:
        run: The run.
        destination: The warehouse.
        client: What the Web API is asked through.
        tally: Counts the run's rows.
        journal_name: The name of the journal's file: loads of different kinds may wait to go on beside each other.
        source: Who is asked, and as which app and listener: nobody else's answers are used.
        bring_in: Writes what an earlier day's run was told and did not get to write; asks nothing.
        load: Loads the run's day.

    Raises:
        LoaderError: If the load could not be done.
    """

    def build_failed_run(error: LoaderError) -> Row:
        return run.build_failed_row(error, client, tally.landed)

    journal = Journal(destination.work_dir / journal_name)
    with record_failure(destination, build_failed_run), explain_failures(destination):
        unfinished = journal.find_unfinished_day(source)
        if unfinished is not None and unfinished != run.observed_on:
            with journal.open(source, unfinished), Answers(None, journal) as answers:
                bring_in(answers, Observation(unfinished, run.started_at))
        with journal.open(source, run.observed_on), Answers(client, journal) as answers:
            summary = load(answers, Observation(run.observed_on, run.started_at))
        if not summary.stopped:
            journal.discard()
    clear_leftovers(destination)
    return summary
