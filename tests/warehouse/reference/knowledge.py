"""What the loads have learned: the latest answer about every object, the absences, and each day's measures.

The rules of loading:

1. Followed artists are asked for; each artist's listing names albums, each album's listing names tracks. Credits on
   what was read name artists, followed or not.
2. What is known, should have been listed that day and was not, is asked for by its id, also if it was another load of
   that day that read the listing. Only "not there" is absence. A track found like this may have moved to an album that
   nobody knows: then the album is known as the track carries it, without measures and without its listing.
3. The latest answer is that of the latest day. An answer about an earlier day is not kept, one about the same day
   replaces the one before.
4. Measures are of their day: any load adds them, and replaces those of its day that differ.
5. An object that was seen on a day is not absent that day, whatever else is said of that day.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.warehouse.reference.catalogue import Album, Load, Track

# A development-mode app pays for every call: what a listing shows unchanged is opened only this often.
OPENED_AGAIN_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class Answer:
    """The latest answer about an object: its attributes, and the day they are about."""

    attributes: dict
    on: date
    tracks_listed_on: date | None = None


@dataclass(frozen=True)
class Measurement:
    """What was measured of an object on a day, and the number of the load that said so."""

    values: dict
    number: int


@dataclass
class Knowledge:
    """All that is known, by kind of object (artist, album, track) and id.

    Attributes:
        answers: The latest answers about whole artists, albums and tracks.
        credits: The latest names of artists in credits.
        genres: The names of all genres that any artist ever had.
        absences: The days on which objects were said not to be there.
        measurements: By kind, id and day.
        albums_listed_on: When each artist's albums were last listed.
    """

    answers: dict = field(default_factory=lambda: {"artist": {}, "album": {}, "track": {}})
    credits: dict = field(default_factory=dict)
    genres: set = field(default_factory=set)
    absences: dict = field(default_factory=lambda: {"artist": {}, "album": {}, "track": {}})
    measurements: dict = field(default_factory=dict)
    albums_listed_on: dict = field(default_factory=dict)

    def learn(self, load: Load) -> None:
        """Learn what a load is told."""
        _Reading(self, load).read()

    def find_withdrawal(self, kind: str, id_: str) -> date | None:
        """Find the day from which an object is known to be gone: its first absence after it was last seen."""
        seen = self.answers[kind][id_].on
        return min((day for day in self.absences[kind].get(id_, ()) if day > seen), default=None)


class _Reading:
    """One load, as it reads."""

    def __init__(self, knowledge, load):
        self.known = knowledge
        self.day = load.day
        self.load = load
        self.catalogue = load.catalogue

    def read(self):
        self._read_followed()
        # Both questions are about what was known before the first of them is asked.
        albums = self._find_unlisted_albums()
        gone = [id_ for id_ in albums if id_ not in self.catalogue.albums]
        tracks = self._find_unlisted_tracks(gone)
        for album_id in albums:
            if album_id in gone:
                self._note_absence("album", album_id)
            else:
                self._open_album(album_id)
        for track_id in tracks:
            if track_id in self.catalogue.tracks:
                self._see_carried_album(track_id)
                self._see_track(track_id)
            else:
                self._note_absence("track", track_id)

    def _read_followed(self):
        # What is known at the start decides what is opened.
        opened = {
            album_id: not self._shows_no_change(album_id)
            for artist_id in self.load.followed
            if artist_id in self.catalogue.artists
            for album_id in self.catalogue.list_albums(artist_id)
        }
        for artist_id in self.load.followed:
            if artist_id in self.catalogue.artists:
                self._see_artist(artist_id)
                listed_on = self.known.albums_listed_on.get(artist_id, self.day)
                self.known.albums_listed_on[artist_id] = max(listed_on, self.day)
            else:
                self._note_absence("artist", artist_id)
        for album_id, is_opened in opened.items():
            if is_opened:
                self._open_album(album_id)
            else:
                self._see_album(album_id, self.known.answers["album"][album_id].tracks_listed_on)

    def _shows_no_change(self, album_id):
        """Whether a listed album need not be opened: its measures are hidden, and it looks as it is known."""
        known = self.known.answers["album"].get(album_id)
        return (
            not self.load.shows_measures
            and known is not None
            and self.known.find_withdrawal("album", album_id) is None
            and known.attributes == describe_album(self.catalogue.albums[album_id])
            and known.tracks_listed_on is not None
            and self.day - known.tracks_listed_on < OPENED_AGAIN_AFTER
        )

    def _find_unlisted_albums(self):
        return [
            id_
            for id_, album in self.known.answers["album"].items()
            if self._is_missed("album", id_)
            and any(
                self.known.albums_listed_on.get(artist_id) == self.day
                for artist_id in album.attributes["artist_ids"].split(",")
            )
        ]

    def _find_unlisted_tracks(self, gone_albums):
        listed_albums = {
            id_ for id_, album in self.known.answers["album"].items() if album.tracks_listed_on == self.day
        }
        return [
            id_
            for id_, track in self.known.answers["track"].items()
            if self._is_missed("track", id_) and track.attributes["album_id"] in {*listed_albums, *gone_albums}
        ]

    def _is_missed(self, kind, id_):
        """Whether an object was there when last asked for, which was before this day."""
        return self.known.answers[kind][id_].on < self.day and self.known.find_withdrawal(kind, id_) is None

    def _see_artist(self, artist_id):
        artist = self.catalogue.artists[artist_id]
        genre_ids = ",".join(encode_genre(genre) for genre in artist.genres)
        self._keep(self.known.answers["artist"], artist_id, {"artist_name": artist.name, "genre_ids": genre_ids})
        self.known.genres.update(artist.genres)
        self._measure("artist", artist_id, popularity=artist.popularity, followers=artist.followers)

    def _see_album(self, album_id, tracks_listed_on):
        album = self.catalogue.albums[album_id]
        self._keep(self.known.answers["album"], album_id, describe_album(album), tracks_listed_on)
        self._measure("album", album_id, popularity=album.popularity)
        self._see_credits(album)

    def _open_album(self, album_id):
        self._see_album(album_id, self.day)
        for track_id in self.catalogue.list_tracks(album_id):
            self._see_track(track_id)

    def _see_track(self, track_id):
        track = self.catalogue.tracks[track_id]
        self._keep(self.known.answers["track"], track_id, describe_track(track))
        self._measure("track", track_id, popularity=track.popularity)
        self._see_credits(track)

    def _see_carried_album(self, track_id):
        album_id = self.catalogue.tracks[track_id].album_id
        if album_id not in self.known.answers["album"]:
            album = self.catalogue.carried_albums[album_id]
            self._keep(self.known.answers["album"], album_id, describe_album(album))
            self._see_credits(album)

    def _see_credits(self, credited):
        for artist_id in credited.artist_ids:
            self._keep(self.known.credits, artist_id, {"artist_name": self.catalogue.credited_names[artist_id]})

    def _note_absence(self, kind, id_):
        self.known.absences[kind].setdefault(id_, set()).add(self.day)

    def _keep(self, answers, id_, attributes, tracks_listed_on=None):
        if id_ not in answers or answers[id_].on <= self.day:
            answers[id_] = Answer(attributes, self.day, tracks_listed_on)

    def _measure(self, kind, id_, **values):
        if not self.load.shows_measures or all(value is None for value in values.values()):
            return
        key = (kind, id_, self.day)
        if key not in self.known.measurements or self.known.measurements[key].values != values:
            self.known.measurements[key] = Measurement(values, self.load.number)


def describe_album(album: Album) -> dict:
    """What is history of an album: everything but what is measured."""
    return {
        "album_name": album.name,
        "album_type": album.album_type,
        "release_date": album.release_date,
        "release_date_precision": album.release_date_precision,
        "total_tracks": album.total_tracks,
        "artist_ids": ",".join(album.artist_ids),
    }


def describe_track(track: Track) -> dict:
    """What is history of a track: everything but what is measured."""
    return {
        "album_id": track.album_id,
        "track_name": track.name,
        "disc_number": track.disc_number,
        "track_number": track.track_number,
        "duration_ms": track.duration_ms,
        "is_explicit": track.is_explicit,
        "artist_ids": ",".join(track.artist_ids),
    }


def encode_genre(genre: str) -> str:
    """Make a genre's id, which holds only ASCII and no comma, as ids stand in comma-separated lists."""
    return "".join(
        character
        if character.isascii() and (character.isalnum() or character in " &-'")
        else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in genre
    )
