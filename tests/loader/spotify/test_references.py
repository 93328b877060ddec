"""Artists are found by id, URI, link or name."""

import pytest

from loader.errors import UserError
from loader.spotify.references import find_artist_ids

ID = "4q3ewBCX7sLwd24euuV69X"
OTHER_ID = "6M2wZ9GZgrQXHCFfjv46we"


class Search:
    """Answers a search as Spotify does: with whatever comes near."""

    def __init__(self, *found):
        self.found = [{"id": id_, "name": name} for id_, name in found]
        self.asked = []

    def search_artists(self, name):
        self.asked.append(name)
        return self.found


@pytest.mark.parametrize(
    "reference",
    [
        ID,
        f" {ID} ",
        f"spotify:artist:{ID}",
        f"https://open.spotify.com/artist/{ID}",
        f"https://open.spotify.com/intl-de/artist/{ID}?si=abc",
        f"http://open.spotify.com/artist/{ID}#about",
    ],
)
def test_every_form_of_an_address_gives_the_id_without_a_search(reference):
    search = Search()
    assert find_artist_ids([reference], search) == [ID]
    assert search.asked == []


def test_an_artist_named_twice_is_loaded_once():
    assert find_artist_ids([ID, OTHER_ID, f"spotify:artist:{ID}"], Search()) == [ID, OTHER_ID]


def test_a_name_is_searched_and_the_exact_match_taken_whatever_its_case():
    search = Search((OTHER_ID, "Oasis Tribute"), (ID, "OASIS"))
    assert find_artist_ids(["oasis"], search) == [ID]


def test_a_name_that_only_comes_near_is_not_guessed_but_suggested():
    with pytest.raises(UserError, match=rf"did you mean Oasis \({ID}\)"):
        find_artist_ids(["Oassis"], Search((ID, "Oasis")))


def test_a_name_nobody_has_is_refused():
    with pytest.raises(UserError, match="No artist named 'Nobody'"):
        find_artist_ids(["Nobody"], Search())


@pytest.mark.parametrize(
    "reference",
    [f"spotify:album:{ID}", f"https://open.spotify.com/album/{ID}", "https://example.com/artist", "spotify:artist:1"],
)
def test_the_address_of_something_else_is_refused(reference):
    with pytest.raises(UserError, match="not an artist's address"):
        find_artist_ids([reference], Search())


def test_an_empty_name_is_refused():
    with pytest.raises(UserError, match="empty"):
        find_artist_ids([" "], Search())
