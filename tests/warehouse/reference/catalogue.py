"""What Spotify has of some artists at one moment, and what a load is: the only things the reference is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Artist:
    """A whole artist, as one who is followed is answered. Measures that Spotify does not tell are None."""

    name: str
    genres: tuple[str, ...]
    popularity: int | None
    followers: int | None


@dataclass(frozen=True)
class Album:
    """An album."""

    name: str
    album_type: str
    release_date: str
    release_date_precision: str
    total_tracks: int
    artist_ids: tuple[str, ...]
    popularity: int | None


@dataclass(frozen=True)
class Track:
    """A track. One that its album does not list is found only by who knows its id."""

    name: str
    album_id: str
    disc_number: int
    track_number: int
    duration_ms: int
    is_explicit: bool
    artist_ids: tuple[str, ...]
    popularity: int | None
    is_listed: bool


@dataclass(frozen=True)
class Catalogue:
    """All that Spotify has, by id; what is not in it is answered with 404, or null in a batch.

    Attributes:
        artists: Whole artists.
        albums: Albums.
        tracks: Tracks.
        carried_albums: Albums as their tracks carry them, also those that are not there themselves.
        credited_names: What artists are called where albums and tracks credit them, whole or not.
    """

    artists: Mapping[str, Artist]
    albums: Mapping[str, Album]
    tracks: Mapping[str, Track]
    carried_albums: Mapping[str, Album]
    credited_names: Mapping[str, str]

    def list_albums(self, artist_id):
        """Name the albums in an artist's listing."""
        return [id_ for id_, album in self.albums.items() if artist_id in album.artist_ids]

    def list_tracks(self, album_id):
        """Name the tracks in an album's listing."""
        return [id_ for id_, track in self.tracks.items() if track.album_id == album_id and track.is_listed]


@dataclass(frozen=True)
class Load:
    """A load of one day.

    Attributes:
        number: The run's number: marts tell by it when something was loaded.
        day: The day that the answers are about (`--as-of`).
        followed: The ids of the artists that are loaded; none if the run is about others.
        catalogue: What Spotify has.
        shows_measures: Whether the app is shown popularity and followers; a development-mode app is not.
    """

    number: int
    day: date
    followed: tuple[str, ...]
    catalogue: Catalogue
    shows_measures: bool


@dataclass(frozen=True)
class Step:
    """One run of the loader, and of dbt after it.

    Attributes:
        load: What was loaded.
        is_looked_at: Whether snapshots were taken after it.
    """

    load: Load
    is_looked_at: bool
