"""Requests and their answers: sent to Spotify once, kept in the journal, trimmed to what the raw tables hold."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from loader.errors import StoppedEarlyError
from loader.spotify.client import WORKERS, Client
from loader.spotify.journal import Journal
from loader.spotify.outcomes import InvalidRequest, Refused
from loader.spotify.request import Request

_JOURNAL_ENDS = "The journal ends here."

Item = TypeVar("Item")
Result = TypeVar("Result")


class Answers:
    """Answers requests from the journal, or else from Spotify, several at a time."""

    def __init__(self, client: Client | None, journal: Journal) -> None:
        """Answer through the given client; without one, only what stands in the journal can be answered."""
        self._client = client
        self._journal = journal
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="web-api")

    def ask(self, request: Request, read: Callable[[bytes], Any], keeps_refusal: bool = False) -> Any:
        """Answer a request.

        Args:
            request: What is asked.
            read: Reads of the answer what is to be kept; raises ValueError if it makes no sense.
            keeps_refusal: Whether it shows what the app may do, so that a refusal is an answer to keep.

        Returns:
            The answer's object, trimmed; None if what was asked for does not exist (404).

        Raises:
            StoppedEarlyError: If Spotify cannot be asked now.
            Refused: If this app may not ask this; see `Client.ask` for all errors.
        """
        kept = None
        with suppress(KeyError):
            kept = self._journal.find(request.url)
        if kept is None:
            kept = self._ask_spotify(request, read, keeps_refusal)
            self._journal.keep(request.url, kept)
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

    def _ask_spotify(self, request: Request, read: Callable[[bytes], Any], keeps_refusal: bool) -> dict[str, Any]:
        if self._client is None:
            raise StoppedEarlyError(_JOURNAL_ENDS)
        try:
            return {"value": self._client.ask(request, read)}
        except (Refused, InvalidRequest) as error:
            if not keeps_refusal:
                raise
            return {"refused" if isinstance(error, Refused) else "invalid": str(error)}

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
