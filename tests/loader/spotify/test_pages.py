"""Listings page by page: in the largest pages the app may ask for, to their end and no further."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from loader.errors import LoaderError
from loader.json import Reader
from loader.spotify.access import PAGE_SIZES, Access
from loader.spotify.outcomes import InvalidRequest, Refused
from loader.spotify.pages import Pages, read_items, read_total
from loader.spotify.request import Request
from local_api.catalogue import FIRST_DAY
from local_api.server import CLIENT_ID

ENDPOINT = "me/tracks"
LARGE, SMALL = PAGE_SIZES


class Listing:
    """Answers requests for pages of a listing of numbers, as Spotify does.

    Attributes:
        length: How many items there are.
        largest: The largest page that is given.
        asked: The pages asked for, each a size and an offset.
    """

    def __init__(self, length, largest=LARGE):
        self.length = length
        self.largest = largest
        self.asked = []
        self.kept_refusals = []

    def ask(self, request, read, keeps_refusal=False):
        limit, offset = request.params["limit"], request.params["offset"]
        self.asked.append((limit, offset))
        self.kept_refusals.append(keeps_refusal)
        if limit > self.largest:
            raise InvalidRequest("Invalid limit")
        return self.answer(limit, offset)

    def answer(self, limit, offset):
        return {"items": list(range(offset, min(offset + limit, self.length))), "total": self.length}


@pytest.fixture
def access():
    return Access(CLIENT_ID, [], FIRST_DAY)


def walk(listing, access, **options):
    pages = Pages(listing, access).walk(Request(ENDPOINT), Reader(), **options)
    return [item for items, _ in pages for item in items]


@pytest.mark.parametrize("length", [0, 1, LARGE - 1, LARGE, LARGE + 1, 3 * LARGE, 3 * LARGE + 1])
def test_every_item_comes_once_in_as_few_pages_as_there_are(access, length):
    listing = Listing(length)
    assert walk(listing, access) == list(range(length))
    assert listing.asked == [(LARGE, offset) for offset in range(0, max(length, 1), LARGE)]


def test_what_is_known_already_is_left_out(access):
    listing = Listing(120)
    assert walk(listing, access, start=50) == list(range(50, 120))


def test_an_app_that_is_refused_large_pages_asks_for_small_ones_and_remembers(access):
    listing = Listing(25, largest=SMALL)
    assert walk(listing, access) == list(range(25))
    assert listing.asked == [(LARGE, 0), (SMALL, 0), (SMALL, 10), (SMALL, 20)]
    assert access.page_size(ENDPOINT) == SMALL
    listing.asked.clear()
    walk(listing, access)
    assert listing.asked == [(SMALL, 0), (SMALL, 10), (SMALL, 20)]


def test_what_a_page_may_hold_is_found_out_by_answers_that_are_kept(access):
    listing = Listing(25, largest=SMALL)
    walk(listing, access)
    assert listing.kept_refusals == [True, True, False, False]


def test_the_next_run_begins_with_the_size_that_was_taken(access):
    walk(Listing(25, largest=SMALL), access)
    remembered = list(access.build_rows())
    listing = Listing(25, largest=SMALL)
    walk(listing, Access(CLIENT_ID, remembered, FIRST_DAY + timedelta(days=6)))
    assert listing.asked[0] == (SMALL, 0)


def test_after_a_week_large_pages_are_tried_again(access):
    walk(Listing(25, largest=SMALL), access)
    remembered = list(access.build_rows())
    listing = Listing(25)
    walk(listing, Access(CLIENT_ID, remembered, FIRST_DAY + timedelta(days=7)))
    assert listing.asked == [(LARGE, 0)]


def test_a_size_that_is_no_longer_taken_is_found_out_anew_and_nothing_is_read_twice(access):
    access.note_page_size(ENDPOINT, LARGE)
    listing = Listing(25, largest=SMALL)
    assert walk(listing, access) == list(range(25))
    assert access.page_size(ENDPOINT) == SMALL


def test_a_size_that_shrinks_between_two_pages_loses_nothing(access):
    listing = Listing(130)
    answer = listing.answer

    def shrink(limit, offset):
        listing.largest = SMALL
        return answer(limit, offset)

    listing.answer = shrink
    assert walk(listing, access) == list(range(130))


def test_a_listing_that_takes_no_size_is_told(access):
    with pytest.raises(LoaderError, match=r"takes no page size for me/tracks\.$"):
        walk(Listing(5, largest=1), access)


def test_another_complaint_than_about_the_size_is_told(access):
    def complain(*_):
        raise InvalidRequest("Invalid market code")

    listing = Listing(5)
    listing.ask = complain
    with pytest.raises(LoaderError, match=r"does not take the request me/tracks: Invalid market code\.$"):
        walk(listing, access)


def test_a_refusal_is_the_callers_to_judge(access):
    def refuse(*_):
        raise Refused("Forbidden")

    listing = Listing(5)
    listing.ask = refuse
    with pytest.raises(Refused):
        walk(listing, access)


def test_a_listing_that_does_not_exist_has_no_pages(access):
    listing = Listing(5)
    listing.ask = lambda *_: None
    assert list(Pages(listing, access).walk(Request(ENDPOINT), Reader())) == []


def test_a_listing_that_ends_before_its_total_ends(access):
    """Else an answer that contradicts itself would be asked for forever."""
    listing = Listing(30)
    listing.answer = lambda limit, offset: {"items": list(range(offset, min(offset + limit, 30))), "total": 1_000_000}
    assert walk(listing, access) == list(range(30))
    assert len(listing.asked) == 2


def test_a_listing_that_grows_while_it_is_read_is_read_to_its_new_end(access):
    listing = Listing(60)
    answer = listing.answer

    def grow(limit, offset):
        listing.length = 110 if offset else 60
        return answer(limit, offset)

    listing.answer = grow
    assert walk(listing, access) == list(range(110))


def test_a_listing_that_shrinks_while_it_is_read_ends(access):
    listing = Listing(120)
    answer = listing.answer

    def shrink(limit, offset):
        page = answer(limit, offset)
        listing.length = 40
        return page

    listing.answer = shrink
    assert walk(listing, access) == list(range(50))


def test_once_a_size_is_found_out_the_others_ask_side_by_side(access):
    workers = 4
    together = Barrier(workers - 1, timeout=10)

    class Slow(Listing):
        def answer(self, limit, offset):
            if access.page_size(ENDPOINT):
                together.wait()
            return super().answer(limit, offset)

    listing = Slow(5)
    with ThreadPoolExecutor(workers) as pool:
        assert list(pool.map(lambda _: walk(listing, access), range(workers))) == [list(range(5))] * workers
    assert listing.kept_refusals.count(True) == 1


@pytest.mark.parametrize("page", [None, 7, "text", [], {}, {"items": None}, {"items": "text"}, {"items": {"a": 1}}])
def test_what_is_no_page_has_no_items(page):
    assert read_items(page) == []


@pytest.mark.parametrize("page", [None, 7, [], {}, {"total": None}, {"total": "7"}, {"total": [7]}])
def test_what_has_no_total_has_none(page):
    assert read_total(page) == 0


def test_a_total_with_a_fraction_is_a_number():
    assert read_total({"total": 7.0}) == 7
