"""Questions and answers: asked once, kept as they came, several at a time and none too early."""

import threading

import pytest

from loader.errors import StoppedEarlyError
from loader.spotify.answers import Answers
from loader.spotify.client import WORKERS
from loader.spotify.journal import Journal
from loader.spotify.outcomes import InvalidRequest, Refused, Unanswered
from loader.spotify.request import Request
from local_api.catalogue import FIRST_DAY


class Spotify:
    """Stands in for the client: gives, or raises, what it is told to.

    Attributes:
        asked: The endpoints that were asked.
    """

    def __init__(self, *answers):
        self.asked = []
        self._answers = list(answers)

    def ask(self, request, read):
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def open_answers(tmp_path):
    opened = []

    def open_(client):
        for answers, journal in opened:
            answers.__exit__(None, None, None)
            journal.close()
        opened.clear()
        journal = Journal(tmp_path / "answers.jsonl").open("test", FIRST_DAY)
        answers = Answers(client, journal)
        opened.append((answers, journal))
        return answers

    yield open_
    for answers, journal in opened:
        answers.__exit__(None, None, None)
        journal.close()


def ask(answers, id_="1", keeps_refusal=False):
    return answers.ask(Request("artists/{id}", {"id": id_}), bytes.decode, keeps_refusal)


@pytest.mark.parametrize("answer", [{"id": "1"}, {}, None])
def test_a_question_is_asked_once_in_this_run_and_the_next(open_answers, answer):
    client = Spotify(answer)
    for _ in range(2):
        answers = open_answers(client)
        assert ask(answers) == answer
        assert ask(answers) == answer
    assert len(client.asked) == 1


def test_the_parameters_of_a_request_are_what_makes_it_another(open_answers):
    answers = open_answers(Spotify({"id": "1"}, {"id": "2"}))
    assert [ask(answers, number)["id"] for number in (1, 2, 1)] == ["1", "2", "1"]


@pytest.mark.parametrize("error", [Refused("no"), InvalidRequest("Invalid limit")])
def test_a_refusal_is_kept_if_the_request_was_sent_to_find_out(open_answers, error):
    client = Spotify(error)
    for _ in range(2):
        with pytest.raises(type(error), match=str(error)):
            ask(open_answers(client), keeps_refusal=True)
    assert len(client.asked) == 1


@pytest.mark.parametrize("error", [Refused("no"), InvalidRequest("Invalid limit"), Unanswered("later")])
def test_any_other_refusal_may_pass_and_is_asked_again(open_answers, error):
    client = Spotify(error, {"id": "1"})
    with pytest.raises(type(error)):
        ask(open_answers(client))
    assert ask(open_answers(client)) == {"id": "1"}


def test_an_error_is_never_kept_even_of_a_request_that_finds_out(open_answers):
    client = Spotify(Unanswered("later"), {"id": "1"})
    with pytest.raises(Unanswered):
        ask(open_answers(client), keeps_refusal=True)
    assert ask(open_answers(client), keeps_refusal=True) == {"id": "1"}


def test_without_a_client_only_what_was_kept_is_answered(open_answers):
    ask(open_answers(Spotify({"id": "1"})))
    answers = open_answers(None)
    assert ask(answers) == {"id": "1"}
    with pytest.raises(StoppedEarlyError):
        ask(answers, "2")
    with pytest.raises(StoppedEarlyError):
        answers.ask_elsewhere("features", dict)


def test_what_was_settled_stays_settled_when_a_run_goes_on(open_answers):
    assert open_answers(Spotify()).settle("order", lambda: [3, 1, 2]) == [3, 1, 2]
    assert open_answers(Spotify()).settle("order", lambda: [1, 2, 3]) == [3, 1, 2]


def test_another_service_is_asked_once_and_its_errors_are_not_kept(open_answers):
    def fail():
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        open_answers(Spotify()).ask_elsewhere("features", fail)
    assert open_answers(Spotify()).ask_elsewhere("features", lambda: {"tempo": 1}) == {"tempo": 1}
    assert open_answers(Spotify()).ask_elsewhere("features", fail) == {"tempo": 1}


def test_results_come_in_the_order_of_the_items_whoever_is_done_first(open_answers):
    first_waits = threading.Event()

    def work(number):
        if number == 0:
            assert first_waits.wait(10)
        elif number == 3:
            first_waits.set()
        return number

    assert list(open_answers(Spotify()).map(work, range(50))) == list(range(50))


def test_items_are_read_no_further_ahead_than_the_workers_need(open_answers):
    """The items may come of what is asked themselves, and of a listing without end."""
    read = []

    def items():
        for number in range(1000):
            read.append(number)
            yield number

    results = open_answers(Spotify()).map(lambda number: number, items())
    assert next(results) == 0
    assert len(read) <= 2 * WORKERS


def test_the_first_error_ends_the_work_and_what_has_not_begun_is_not_begun(open_answers):
    begun = []
    goes_on = threading.Event()

    def work(number):
        begun.append(number)
        if number == 0:
            raise Unanswered("away")
        assert goes_on.wait(10)
        return number

    answers = open_answers(Spotify())
    with pytest.raises(Unanswered):
        list(answers.map(work, range(100)))
    goes_on.set()
    answers.__exit__(None, None, None)
    assert len(begun) <= 2 * WORKERS


def test_whoever_is_at_work_when_the_run_ends_keeps_their_answer(open_answers, tmp_path):
    asked, goes_on = threading.Event(), threading.Event()

    class Slow(Spotify):
        def ask(self, request, read):
            asked.set()
            assert goes_on.wait(10)
            return super().ask(request, read)

    answers = open_answers(Slow({"id": "1"}))
    results = answers.map(lambda id_: ask(answers, id_), ["1"])
    threading.Thread(target=lambda: next(results)).start()
    assert asked.wait(10)
    goes_on.set()
    assert ask(open_answers(None)) == {"id": "1"}
