"""Random small worlds and the runs they share, all from a seed.

Every world has ids and genres of its own, so that any number of them shares the runs of loader and dbt without one
being seen in the rows of another. Values are drawn from few, so that what changed often changes back.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.warehouse.reference.catalogue import Album, Artist, Catalogue, Load, Step, Track

FIRST_DAY = date(2026, 1, 28)
DAYS = 9
ALBUM_TYPES = ["album", "single", "compilation"]
RELEASE_DATES = [
    ("1999", "year"),
    ("2004-02", "month"),
    ("2004-02-29", "day"),
    ("2011-11-11", "day"),
    ("0000", "year"),
    ("2003-02-29", "day"),
]
GENRES = ["rock", "mão, e pé", "hip hop", "青空", "r&b"]
NAMES = ["Aurora", "Zażółć", "青空", "O'Neil & Co."]


@dataclass(frozen=True)
class Run:
    """A run of the loader over a day, and what dbt does after it.

    Attributes:
        number: Its place among the runs, from 1.
        day: The day that is loaded.
        is_looked_at: Whether snapshots are taken.
        is_built: Whether the marts are built, after the snapshots.
    """

    number: int
    day: date
    is_looked_at: bool
    is_built: bool


@dataclass(frozen=True, eq=False)
class World:
    """What happens to a few artists in all runs.

    Attributes:
        number: The world's number.
        owned: The ids of its objects and genres.
        steps: What it has in each run; in some nobody of it is followed.
    """

    number: int
    owned: frozenset[str]
    steps: tuple[Step, ...]


def plan_runs(seed: str, days: int = DAYS) -> list[Run]:
    """Plan runs over some days: some late, some repeated at once or later, after some no snapshot is taken.

    The marts are built at the end and three times before, one of which a repeated day follows: what is measured then
    stays, but may belong to another version.
    """
    random = Random(f"{seed}/runs")  # noqa: S311 - chance, no secret
    # Somewhere more than a month is skipped: what a development-mode app knows is too old then.
    gaps = [random.choice([1, 1, 1, 2, 5]) for _ in range(days - 1)]
    gaps[random.randrange(1, days - 2)] = 40
    order = [FIRST_DAY + timedelta(days=sum(gaps[:place])) for place in range(days)]
    for _ in range(2):
        late = order.pop(random.randrange(1, days - 1))
        order.insert(random.randrange(days - 2, days), late)
    place = random.randrange(2, days)
    order.insert(random.randrange(place, days), order[place])
    place = random.randrange(3, len(order) - 1)
    order.insert(place, order[place])
    # The runs' numbers, which begin with 1.
    repeated, last = place + 2, len(order)
    others = {*range(3, last)} - {repeated - 1, repeated}
    unseen = {random.choice([1, 2]), random.choice(sorted(others))}
    built = {repeated - 1, *random.sample(sorted(others - unseen), 2), last}
    return [
        Run(number, day, is_looked_at=number not in unseen, is_built=number in built)
        for number, day in enumerate(order, start=1)
    ]


def generate_world(seed: str, number: int, runs: list[Run], shows_measures: bool) -> World:
    """Generate what happens to one world.

    Args:
        seed: Which worlds; the same seed, number and runs give the same world.
        number: Which of them.
        runs: The runs that all worlds share.
        shows_measures: Whether the app that loads it is shown popularity and followers.
    """
    random = Random(f"{seed}/{number}")  # noqa: S311 - chance, no secret
    return _Making(random, number).make(runs, shows_measures)


class _Making:
    """A world in the making: all its objects, whether they are there at the moment or not."""

    def __init__(self, random, number):
        self.random = random
        self.number = number
        self.artist_ids = [self._make_id("a", n) for n in range(random.randint(1, 2))]
        self.guest_ids = [self._make_id("g", n) for n in range(random.randint(0, 2))]
        self.album_ids = [self._make_id("b", n) for n in range(random.randint(1, 3))]
        self.track_ids = [self._make_id("t", n) for n in range(random.randint(1, 4))]
        self.genres = [f"{genre} {number}" for genre in GENRES]
        # Each object's attributes, and whether it is there.
        self.artists = {id_: self._draw_artist() for id_ in self.artist_ids}
        self.albums = {id_: self._draw_album() for id_ in self.album_ids}
        self.tracks = {id_: self._draw_track() for id_ in self.track_ids}
        self.names = {id_: random.choice(NAMES) for id_ in (*self.artist_ids, *self.guest_ids)}
        self.is_there = {id_: random.random() < 0.9 for id_ in (*self.album_ids, *self.track_ids)}
        self.is_there |= dict.fromkeys(self.artist_ids, True)

    def make(self, runs, shows_measures):
        truth = {}
        for day in sorted({run.day for run in runs}):
            self._change(0.12, 0.6)
            truth[day] = self._show()
        steps = []
        known, asked = set(), set()
        for run in runs:
            catalogue = truth[run.day]
            if run.day in asked and self.random.random() < 0.6:
                # The same day is answered otherwise, the measures now and then.
                self._change(0.2, self.random.choice([0, 0.6]))
                catalogue = self._show()
            takes_part = self.random.random() < 0.85
            followed = tuple(
                id_
                for id_ in self.artist_ids
                # Nobody follows whom Spotify never had.
                if takes_part and self.random.random() < 0.9 and (id_ in known or id_ in catalogue.artists)
            )
            known.update(followed)
            asked.add(run.day)
            load = Load(run.number, run.day, followed, catalogue, shows_measures)
            steps.append(Step(load, run.is_looked_at))
        owned = {*self.artist_ids, *self.guest_ids, *self.album_ids, *self.track_ids, *self.genres}
        return World(self.number, frozenset(owned), tuple(steps))

    def _make_id(self, kind, place):
        return f"{kind}{place}w{self.number}".ljust(22, "x")

    def _change(self, chance, measures_chance):
        """Let anything change, with one chance for each attribute and another for each measure."""
        for objects, draw in (
            (self.artists, self._draw_artist),
            (self.albums, self._draw_album),
            (self.tracks, self._draw_track),
        ):
            for attributes in objects.values():
                for name, value in draw().items():
                    is_measure = name in {"popularity", "followers"}
                    if self.random.random() < (measures_chance if is_measure else chance):
                        attributes[name] = value
        for id_ in self.names:
            if self.random.random() < chance:
                self.names[id_] = self.random.choice(NAMES)
        for id_, is_there in self.is_there.items():
            if self.random.random() < (0.15 if is_there else 0.4):
                self.is_there[id_] = not is_there

    def _draw_artist(self):
        return {
            "credited_otherwise": self.random.random() < 0.15,
            "genres": tuple(self.random.sample(self.genres, self.random.choice([0, 1, 2]))),
            "popularity": self._draw_measure(100),
            "followers": self._draw_measure(10**9),
        }

    def _draw_album(self):
        release_date, precision = self.random.choice(RELEASE_DATES)
        return {
            "name": self.random.choice(NAMES),
            "album_type": self.random.choice(ALBUM_TYPES),
            "release": (release_date, precision),
            "total_tracks": self.random.randint(1, 3),
            "artist_ids": self._draw_credits(),
            "popularity": self._draw_measure(100),
        }

    def _draw_track(self):
        return {
            "name": self.random.choice(NAMES),
            "album_id": self.random.choice(self.album_ids),
            "disc_number": self.random.randint(1, 2),
            "track_number": self.random.randint(1, 3),
            "duration_ms": self.random.choice([180_000, 200_500]),
            "is_explicit": self.random.random() < 0.5,
            "artist_ids": self._draw_credits(),
            "popularity": self._draw_measure(100),
            "is_listed": self.random.random() < 0.9,
        }

    def _draw_credits(self):
        anybody = [*self.artist_ids, *self.guest_ids]
        # Seldom nobody who is followed is credited any more.
        first = self.random.choice(self.artist_ids if self.random.random() < 0.9 else anybody)
        others = [id_ for id_ in anybody if id_ != first and self.random.random() < 0.4]
        return (first, *others)

    def _draw_measure(self, most):
        return None if self.random.random() < 0.05 else self.random.randint(0, most)

    def _show(self):
        """Show what is there at the moment."""
        albums = {
            id_: Album(
                album["name"],
                album["album_type"],
                *album["release"],
                album["total_tracks"],
                album["artist_ids"],
                album["popularity"],
            )
            for id_, album in self.albums.items()
        }
        return Catalogue(
            artists={
                id_: Artist(self.names[id_], artist["genres"], artist["popularity"], artist["followers"])
                for id_, artist in self.artists.items()
                if self.is_there[id_]
            },
            albums={id_: album for id_, album in albums.items() if self.is_there[id_]},
            tracks={id_: Track(**track) for id_, track in self.tracks.items() if self.is_there[id_]},
            carried_albums=albums,
            credited_names={
                id_: f"{name} (credited)" if self.artists.get(id_, {}).get("credited_otherwise") else name
                for id_, name in self.names.items()
            },
        )
