"""Answers of the local Web API out of the catalogues of many worlds."""

from tests.warehouse.reference.catalogue import Catalogue


class Answers:
    """The catalogues of the worlds that take part in a run, as the Web API's objects; the same on every day."""

    def __init__(self, catalogues: list[Catalogue]) -> None:
        self._artists, self._albums, self._tracks, self._listings = {}, {}, {}, {}
        for catalogue in catalogues:
            self._add(catalogue)

    def on(self, day):
        return self

    def artist_ids(self):
        return list(self._artists)

    def artist(self, artist_id):
        return self._artists.get(artist_id)

    def artist_albums(self, artist_id, groups):
        if artist_id not in self._artists:
            return None
        albums = [album for album in self._albums.values() if artist_id in {one["id"] for one in album["artists"]}]
        return [{**album, "album_group": album["album_type"]} for album in albums if album["album_type"] in groups]

    def album(self, album_id):
        return self._albums.get(album_id)

    def album_tracks(self, album_id):
        return self._listings.get(album_id)

    def track(self, track_id):
        return self._tracks.get(track_id)

    def top_tracks(self, artist_id):
        return []

    def audio_features(self, track_id):
        return None

    def search(self, query, kind):
        return []

    def _add(self, catalogue):
        def credit(artist_ids):
            return [{"id": id_, "name": catalogue.credited_names[id_], "type": "artist"} for id_ in artist_ids]

        for id_, artist in catalogue.artists.items():
            self._artists[id_] = {
                "id": id_,
                "type": "artist",
                "name": artist.name,
                "genres": list(artist.genres),
                "popularity": artist.popularity,
                "followers": {"href": None, "total": artist.followers},
            }
        carried = {
            id_: {
                "id": id_,
                "type": "album",
                "name": album.name,
                "album_type": album.album_type,
                "release_date": album.release_date,
                "release_date_precision": album.release_date_precision,
                "total_tracks": album.total_tracks,
                "artists": credit(album.artist_ids),
            }
            for id_, album in catalogue.carried_albums.items()
        }
        for id_, album in catalogue.albums.items():
            self._albums[id_] = {**carried[id_], "popularity": album.popularity}
        for id_, track in catalogue.tracks.items():
            simplified = {
                "id": id_,
                "type": "track",
                "name": track.name,
                "disc_number": track.disc_number,
                "track_number": track.track_number,
                "duration_ms": track.duration_ms,
                "explicit": track.is_explicit,
                "artists": credit(track.artist_ids),
            }
            self._tracks[id_] = {**simplified, "album": carried[track.album_id], "popularity": track.popularity}
            if track.is_listed:
                self._listings.setdefault(track.album_id, []).append(simplified)
