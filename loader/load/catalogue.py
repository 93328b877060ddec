"""The followed artists, their albums, the albums' tracks and the day's measures, as a source."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from itertools import chain

from loader.load.api_source import ApiSource, LoadOptions, end_with_access
from loader.load.driver import Load, Part
from loader.load.warehouse import TableRows
from loader.raw.batches import split_into_parts
from loader.raw.warehouse_state import Known
from loader.settings import ApiSettings
from loader.spotify.answers import Answers
from loader.spotify.catalogue import CatalogueReader
from loader.spotify.references import find_artist_ids
from loader.spotify.web_api import WebApi

_ORDER = "the artists in order"
_ROWS_A_PART = 250_000


class Catalogue(ApiSource):
    """The part of the catalogue that belongs to the followed artists."""

    SOURCE_NAME = "spotify"
    CHECKPOINT = "answers.jsonl"
    TABLES = (
        *("artists", "albums", "tracks", "credited_artists", "genres"),
        *("artist_metrics", "album_metrics", "track_metrics", "audio_features"),
        *("absences", "album_listings", "rejected_objects"),
    )

    def __init__(self, settings: ApiSettings, artists: list[str], options: LoadOptions) -> None:
        """Prepare the source.

        Args:
            settings: Where the Web API stands, and which app asks.
            artists: The artists to follow: ids, URIs, links or names.
            options: Which day to load, and how far to go.
        """
        super().__init__(settings, options)
        self._artists = artists

    def read(self, answers: Answers, load: Load) -> Generator[Part]:
        """Read the catalogue, then what its listings did not name and the audio features that are missing."""
        artists = answers.settle(_ORDER, list) if load.is_replay else self._artists
        if not artists:
            return
        with load.open_state() as state:
            access = self.open_access(state)
            api = WebApi(answers, access)
            load.progress.start("Looking the artists up")
            ids = _settle_order(find_artist_ids(artists, api), answers, state)
            reader = CatalogueReader(api, state, load.seen, load.progress.count)
            # That run may have failed of an artist that does not exist: this one need not.
            records = reader.read(ids, skip_unknown=load.is_replay)
            yield from _split(load.tally.keep_news(records, state), "Reading the catalogue", load)
        with load.open_state() as state:
            reader = CatalogueReader(api, state, load.seen, load.progress.count)
            features = self.build_features_reader(api, answers, state, load)
            steps = [reader.read_missing(), features.read("tracks") if features else ()]
            batches = end_with_access(() if load.tally.stopped else chain(*steps), state, access, load)
            yield from _split(batches, "Asking for what was not listed", load)
            if features and features.shortfall:
                load.tally.remarks.append(features.shortfall)


def _settle_order(artist_ids: list[str], answers: Answers, state: Known) -> list[str]:
    """Put the artists in an order that stays when a stopped run goes on: batches then ask the same again."""
    order = answers.settle(_ORDER, lambda: state.put_least_recent_first(artist_ids))
    asked, ordered = set(artist_ids), set(order)
    return [*(id_ for id_ in order if id_ in asked), *(id_ for id_ in artist_ids if id_ not in ordered)]


def _split(batches: Iterable[TableRows], step: str, load: Load) -> Iterator[Part]:
    """Split into parts, so that a load of millions of rows takes no more memory than one of some hundred thousand."""
    load.progress.start(step)
    yield from map(Part, split_into_parts(batches, _ROWS_A_PART))
