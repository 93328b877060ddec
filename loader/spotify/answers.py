"""Questions and their answers: asked of Spotify once, kept in the journal, trimmed to what the raw tables hold."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import spotipy

from loader.errors import StoppedEarlyError
from loader.spotify.client import WORKERS, Client, InvalidRequest, Refused
from loader.spotify.journal import Journal

_JOURNAL_ENDS = "The journal ends here."

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Question:
    """Something to ask the Web API.

    Attributes:
        endpoint: The endpoint's template: what calls are counted under.
        text: What is asked, in full: the same text is the same question.
        put: Puts the question through spotipy.
        read: Reads of the answer what is to be kept; raises ValueError if it makes no sense.
        finds_out: Whether it shows what the app may do, so that a refusal is an answer to keep.
    """

    endpoint: str
    text: str
    put: Callable[[spotipy.Spotify], Any]
    read: Callable[[bytes], Any]
    finds_out: bool = False


class Answers:
    """Answers questions from the journal, or else from Spotify, several at a time."""

    def __init__(self, client: Client | None, journal: Journal) -> None:
        """Answer through the given client; without one, only what stands in the journal can be answered."""
        self._client = client
        self._journal = journal
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="web-api")

    def ask(self, question: Question) -> Any:
        """Answer a question.

        Returns:
            The answer's object, trimmed; None if what was asked for does not exist (404).

        Raises:
            StoppedEarlyError: If Spotify cannot be asked now.
            Refused: If this app may not ask this; see `Client.ask` for all errors.
        """
        try:
            kept = self._journal.find(question.text)
        except KeyError:
            kept = None
        if kept is None:
            kept = self._ask_spotify(question)
            self._journal.keep(question.text, kept)
        if "refused" in kept:
            raise Refused(kept["refused"])
        if "invalid" in kept:
            raise InvalidRequest(kept["invalid"])
        return kept["value"]

    def settle(self, what: str, choose: Callable[[], Any]) -> Any:
        """Settle something that must stay the same when a stopped run goes on, such as an order.

        Args:
            what: What is settled.
            choose: Chooses it, the first time.

        Returns:
            What was chosen, now or before the run was stopped.
        """
        with suppress(KeyError):
            return self._journal.find(what)
        chosen = choose()
        self._journal.keep(what, chosen)
        return chosen

    def ask_elsewhere(self, question: str, fetch: Callable[[], Any]) -> Any:
        """Answer a question that is put to another service than Spotify.

        Args:
            question: What is asked, in full: the same text is the same question.
            fetch: Asks the service; an error of its own is passed on, and nothing kept.

        Raises:
            StoppedEarlyError: If nobody can be asked now.
        """

        def ask() -> Any:
            if self._client is None:
                raise StoppedEarlyError(_JOURNAL_ENDS)
            return fetch()

        return self.settle(question, ask)

    def _ask_spotify(self, question: Question) -> dict[str, Any]:
        if self._client is None:
            raise StoppedEarlyError(_JOURNAL_ENDS)
        try:
            return {"value": self._client.ask(question.endpoint, question.put, question.read)}
        except Refused as refused:
            if question.finds_out:
                return {"refused": str(refused)}
            raise
        except InvalidRequest as invalid:
            if question.finds_out:
                return {"invalid": str(invalid)}
            raise

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Apply a function that asks to items, a few at a time.

        Args:
            function: Asks about one item; must not call `map` itself.
            items: What to ask about; read no further ahead than the workers need.

        Yields:
            The results in the order of the items.
        """
        running: deque[Future[Result]] = deque()
        try:
            for item in items:
                running.append(self._workers.submit(function, item))
                if len(running) >= 2 * WORKERS:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The workers end what they are at, so that its answers are kept.
        self._workers.shutdown(wait=True, cancel_futures=True)
