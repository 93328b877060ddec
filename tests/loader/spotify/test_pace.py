"""How fast the client asks: evenly, faster until Spotify says stop, and nobody during a pause."""

import threading

import pytest

from loader.spotify.pace import Pace


@pytest.fixture
def pace(clock):
    return Pace()


def take_turns(pace, clock, calls):
    """Ask so many times, one after the other; returns the moments of the calls, in seconds since the first."""
    moments = []
    for _ in range(calls):
        pace.wait_for_turn()
        moments.append(clock.monotonic())
    return [pytest.approx(moment - moments[0]) for moment in moments]


def test_the_first_call_waits_for_nobody_and_the_next_are_spaced_by_the_rate(pace, clock):
    gap = 1 / pace.rate
    assert take_turns(pace, clock, 4) == [0, gap, 2 * gap, 3 * gap]
    assert len(clock.slept) == 3


def test_time_that_passed_between_calls_is_not_waited_again(pace, clock):
    pace.wait_for_turn()
    clock.sleep(10)
    slept = len(clock.slept)
    pace.wait_for_turn()
    assert len(clock.slept) == slept


def test_time_that_nobody_asked_in_is_not_saved_up(pace, clock):
    gap = 1 / pace.rate
    pace.wait_for_turn()
    clock.sleep(10)
    assert take_turns(pace, clock, 3) == [0, gap, 2 * gap]


def test_every_answer_lets_a_little_more_be_asked(pace):
    first = pace.rate
    pace.speed_up()
    second = pace.rate
    pace.speed_up()
    assert pace.rate - second == second - first > 0


def test_after_the_first_wait_the_rate_is_half_and_climbs_slowly(pace, clock):
    before = pace.rate
    pace.speed_up()
    steep = pace.rate - before
    before = pace.rate
    pace.slow_down(1)
    assert pace.rate == before / 2
    pace.speed_up()
    assert 0 < pace.rate - before / 2 < steep / 10


def test_however_often_spotify_says_so_something_is_still_asked(pace, clock):
    for _ in range(50):
        pace.slow_down(1)
        clock.sleep(1)
    assert pace.rate == 0.5


def test_calls_that_were_on_their_way_together_count_as_one(pace, clock):
    before = pace.rate
    for _ in range(4):
        pace.slow_down(3)
    assert pace.rate == before / 2
    assert pace.seconds_waited == 3


def test_a_longer_wait_during_a_pause_makes_it_longer_by_the_difference(pace, clock):
    pace.slow_down(2)
    clock.sleep(1)
    pace.slow_down(5)
    assert pace.seconds_waited == 6
    started = clock.monotonic()
    pace.wait_for_turn()
    assert clock.monotonic() - started == pytest.approx(5)


def test_a_shorter_wait_during_a_pause_changes_nothing(pace, clock):
    pace.slow_down(10)
    pace.slow_down(1)
    assert pace.seconds_waited == 10
    started = clock.monotonic()
    pace.wait_for_turn()
    assert clock.monotonic() - started == pytest.approx(10)


def test_a_pause_holds_whoever_already_waits_for_a_turn(pace, clock):
    """Another worker is told to wait while this one sleeps until its slot."""
    pace.wait_for_turn()
    told = iter([7])
    clock.on_sleep = lambda _: [pace.slow_down(seconds) for seconds in told]
    started = clock.monotonic()
    pace.wait_for_turn()
    assert clock.monotonic() - started == pytest.approx(7)


def test_workers_share_one_pace(pace, clock, monkeypatch):
    """However many ask at once, every call has a slot of its own."""
    waits = []
    # The clock stands still, so that every wait is counted from the same moment.
    monkeypatch.setattr(clock, "sleep", waits.append)
    gap = 1 / pace.rate
    workers = [threading.Thread(target=lambda: [pace.wait_for_turn() for _ in range(25)]) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(waits) == [pytest.approx(number * gap) for number in range(1, 100)]
