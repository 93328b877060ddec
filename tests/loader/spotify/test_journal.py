"""The journal: what was answered is found again whatever ended the run, and only by the run that it belongs to."""

import resource
import threading
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from loader.errors import LoaderError
from loader.spotify.journal import Journal

DAY = date(2026, 9, 7)
SOURCE = "spotify as an app"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "work" / "answers.jsonl"


def write(path, answers):
    """Keep answers in a journal, and let it be."""
    with Journal(path).open(SOURCE, DAY) as journal:
        for question, answer in answers.items():
            journal.keep(question, answer)


def find_all(path, questions):
    """Find what a run that goes on knows of the questions."""
    found = {}
    with Journal(path).open(SOURCE, DAY) as journal:
        for question in questions:
            try:
                found[question] = journal.find(question)
            except KeyError:
                continue
    return found


ANSWERS = {
    "artists/1": {"value": {"id": "1", "name": "青空少年団"}},
    "artists/2": {"value": None},
    "artists?ids=1,2": {"refused": "Forbidden."},
    "line\nbreaks": {"value": "in \n answers \r\n too \u2028"},
    "half a character \ud83d": {"value": "\ud83d"},
    "numbers": {"value": [0, -1, 10**30, 0.1, True]},
    "": {"value": ""},
}


def test_answers_are_found_again_as_they_were_kept(path):
    write(path, ANSWERS)
    assert find_all(path, ANSWERS) == ANSWERS


def test_answers_are_found_by_the_run_that_keeps_them(path):
    with Journal(path).open(SOURCE, DAY) as journal:
        for question, answer in ANSWERS.items():
            journal.keep(question, answer)
            assert journal.find(question) == answer


def test_a_question_that_was_not_answered_is_not_found(path):
    write(path, ANSWERS)
    assert find_all(path, ["artists/3"]) == {}


def test_the_later_answer_to_a_question_counts(path):
    write(path, {"question": 1})
    write(path, {"question": 2})
    assert find_all(path, ["question"]) == {"question": 2}


def test_what_is_kept_is_on_disk_at_once(path):
    """A kill leaves no time to write anything out."""
    journal = Journal(path).open(SOURCE, DAY)
    for question, answer in ANSWERS.items():
        journal.keep(question, answer)
        assert find_all(path, [question]) == {question: answer}


@pytest.mark.parametrize(
    ("source", "day"), [("another app", DAY), (SOURCE, DAY + timedelta(days=1)), (SOURCE, DAY - timedelta(days=1))]
)
def test_another_run_finds_nothing_and_leaves_nothing(path, source, day):
    write(path, ANSWERS)
    with Journal(path).open(source, day) as journal, pytest.raises(KeyError):
        journal.find("artists/1")
    assert find_all(path, ANSWERS) == {}, "the file is the other run's now"


def test_a_line_cut_off_at_any_byte_costs_that_answer_alone(path):
    kept = {"first": {"value": "α"}, "second": {"value": [1, 2]}}
    write(path, {**kept, "last": {"value": "ω"}})
    whole = path.read_bytes()
    start = whole.rindex(b"\n", 0, -1) + 1
    for end in range(start, len(whole)):
        path.write_bytes(whole[:end])
        assert find_all(path, [*kept, "last"]) == kept, whole[start:end]
        write(path, {"next": 3})
        assert find_all(path, [*kept, "last", "next"]) == {**kept, "next": 3}


def test_a_header_cut_off_at_any_byte_is_no_run_to_go_on_with(path):
    write(path, {})
    whole = path.read_bytes()
    for end in range(len(whole) - 1):
        path.write_bytes(whole[:end])
        assert Journal(path).find_unfinished_day(SOURCE) is None
        write(path, {"question": 1})
        assert find_all(path, ["question"]) == {"question": 1}


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"[]\n", b"null\n", b"7\n", b'{"source": 1}\n', b"\xff\xfe\n", b'{"observed_on": []}\n']
)
def test_a_file_that_is_no_journal_is_replaced(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    assert Journal(path).find_unfinished_day(SOURCE) is None
    write(path, ANSWERS)
    assert find_all(path, ANSWERS) == ANSWERS


def test_the_day_of_an_unfinished_run_is_told_to_its_own_source(path):
    assert Journal(path).find_unfinished_day(SOURCE) is None
    write(path, ANSWERS)
    assert Journal(path).find_unfinished_day(SOURCE) == DAY
    assert Journal(path).find_unfinished_day("another app") is None


def test_a_finished_run_leaves_no_file(path):
    with Journal(path).open(SOURCE, DAY) as journal:
        journal.keep("question", 1)
        journal.discard()
    assert not path.exists()
    assert Journal(path).find_unfinished_day(SOURCE) is None


def test_workers_keep_and_find_at_once(path):
    with Journal(path).open(SOURCE, DAY) as journal:

        def work(number):
            for count in range(100):
                journal.keep(f"{number}/{count}", [number, count])
                assert journal.find(f"{number}/{count // 2}") == [number, count // 2]

        failures = []

        def run(number):
            try:
                work(number)
            except BaseException as error:  # noqa: BLE001 - told to the test
                failures.append(error)

        workers = [threading.Thread(target=run, args=(number,)) for number in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert failures == []
    expected = {f"{number}/{count}": [number, count] for number in range(4) for count in range(100)}
    assert find_all(path, expected) == expected


@contextmanager
def limit_files(size):
    """Let no file of this process grow beyond so many bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_said_in_one_line_and_room_lets_the_run_go_on(path):
    """At every byte of an answer the disk may be full."""
    kept = {"first": {"value": "kept"}}
    write(path, kept)
    size = path.stat().st_size
    line = len(b'["second",{"value":"too much"}]\n')
    for room in range(line):
        with Journal(path).open(SOURCE, DAY) as journal:
            with limit_files(size + room), pytest.raises(LoaderError, match=r"make room, then run the load again\.$"):
                journal.keep("second", {"value": "too much"})
            assert path.stat().st_size == size, "no half line is left behind"
            assert journal.find("first") == kept["first"]
            with pytest.raises(KeyError):
                journal.find("second")
    write(path, {"second": {"value": "too much"}})
    assert find_all(path, ["first", "second"]) == {**kept, "second": {"value": "too much"}}


def test_a_place_that_cannot_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "work").write_text("a file where the folder should be")
    with pytest.raises(LoaderError, match=r"answers\.jsonl cannot be written: "):
        Journal(tmp_path / "work" / "answers.jsonl").open(SOURCE, DAY)
