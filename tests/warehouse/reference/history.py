"""From looks at what is known to versions: slowly changing dimensions, type 2.

The rules of history:

1. After a load, dbt looks at what is known. What differs from the last look begins a stretch, on the day that the
   answer is about; what is gone begins one on the day of its first absence.
2. A stretch that ends on the day it began never lasted: the last answer of a day wins.
3. A stretch in which the object is there is a version; one in which it is not is a gap between versions.
4. Versions are half-open, from the day they begin to the day they end. The first begins with time itself, 1900-01-01,
   as nobody knows since when it was so; the one that has not ended does on 9999-12-31.
5. What was gone when it was first looked at had been there: its one version ends where that stretch begins.
"""

from dataclasses import dataclass, field
from datetime import date

from tests.warehouse.reference.knowledge import Knowledge

BEGINNING_OF_TIME = date(1900, 1, 1)
END_OF_TIME = date(9999, 12, 31)


@dataclass
class Stretch:
    """Days over which nothing about an object was seen to change."""

    attributes: dict
    is_there: bool
    begins: date
    ends: date = END_OF_TIME


@dataclass(frozen=True)
class Version:
    """A version of an object, valid on the days of [valid_from, valid_to)."""

    attributes: dict
    valid_from: date
    valid_to: date


@dataclass
class History:
    """The stretches of all objects, by kind and id, in the order in which they were seen."""

    stretches: dict = field(default_factory=lambda: {"artist": {}, "album": {}, "track": {}})

    def look(self, known: Knowledge) -> None:
        """Look at what is known, and begin a stretch where something is not as it was."""
        for kind in ("album", "track"):
            for id_, answer in known.answers[kind].items():
                self._look_at(kind, id_, answer.attributes, answer.on, known.find_withdrawal(kind, id_))
        for id_ in {*known.answers["artist"], *known.credits}:
            self._look_at("artist", id_, *describe_artist(known, id_))

    def list_versions(self, kind: str) -> dict[str, list[Version]]:
        """List the versions of all objects of a kind, in order."""
        return {id_: list_versions(stretches) for id_, stretches in self.stretches[kind].items()}

    def _look_at(self, kind, id_, attributes, seen_on, gone_on):
        is_there = gone_on is None
        begins = seen_on if is_there else max(gone_on, seen_on)
        before = self.stretches[kind].setdefault(id_, [])
        if before and (before[-1].attributes, before[-1].is_there) == (attributes, is_there):
            return
        if before:
            before[-1].ends = begins
        before.append(Stretch(attributes, is_there, begins))


def describe_artist(known: Knowledge, artist_id: str):
    """Describe an artist by what is known of the whole artist and from credits.

    The newer of the two names the artist, on the same day the whole artist does. Genres are only told of whole
    artists: those of others are unknown. A credit does not bring back an artist that is gone.

    Returns:
        The attributes, the day they are about, and the day from which the artist is gone or None.
    """
    whole, credit = known.answers["artist"].get(artist_id), known.credits.get(artist_id)
    if whole is None:
        return {**credit.attributes, "genre_ids": None}, credit.on, None
    gone_on = known.find_withdrawal("artist", artist_id)
    if credit is None or credit.on <= whole.on:
        return whole.attributes, whole.on, gone_on
    return {**whole.attributes, **credit.attributes}, credit.on, gone_on


def list_versions(stretches: list[Stretch]) -> list[Version]:
    """List the versions that an object's stretches are."""
    versions = []
    lasting = sorted((stretch for stretch in stretches if stretch.begins < stretch.ends), key=lambda s: s.begins)
    for stretch in lasting:
        is_first = stretch is lasting[0]
        if stretch.is_there:
            valid_from = BEGINNING_OF_TIME if is_first else stretch.begins
            versions.append(Version(stretch.attributes, valid_from, stretch.ends))
        elif is_first:
            versions.append(Version(stretch.attributes, BEGINNING_OF_TIME, stretch.begins))
    return versions


def find_version(versions: list[Version], day: date) -> Version:
    """Find the version that something on a day belongs to: in a gap, the one before it."""
    return [version for version in versions if version.valid_from <= day][-1]
