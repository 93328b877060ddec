"""`python -m local_api`: the local Spotify Web API, to try a client against."""

from __future__ import annotations

import argparse
import sys
import threading
from datetime import date
from pathlib import Path
from typing import NoReturn

from local_api.accounts import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN
from local_api.catalogue import (
    DEFAULT_ALBUMS_PER_ARTIST,
    DEFAULT_ARTISTS,
    DEFAULT_SEED,
    DEFAULT_TRACKS_PER_ALBUM,
    FIRST_DAY,
    World,
)
from local_api.contract import Catalogue, CatalogueError
from local_api.endpoints import MODES
from local_api.export import write_export
from local_api.faults import FAULTS, TRANSIENT, Fault, Random
from local_api.folder import Folder
from local_api.listener import MadeUpListener
from local_api.server import HOST, Server, serve

EXIT_DONE = 0
EXIT_MENDABLE = 2

_DEFAULT_PORT = 8787
_LAST_PORT = 65_535


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # One line, without the usage that argparse would put before it.
        self.exit(EXIT_MENDABLE, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C.

    Args:
        arguments: The command's arguments; those of the process if None.

    Returns:
        The exit code: 0 after Ctrl-C, 2 if the user can mend what is wrong.
    """
    parser = _build_parser()
    options = parser.parse_args(arguments)
    try:
        catalogue = _make_catalogue(options)
        listener = MadeUpListener(catalogue) if isinstance(catalogue, World) else None
        if options.export is not None:
            return _write_export(parser.prog, listener, options.export, options.day or date.today())
        server = serve(
            catalogue,
            mode=options.mode,
            day=options.day,
            port=options.port,
            faults=Random(options.fault_rate, options.fault_seed, options.faults) if options.fault_rate else None,
            audio_features=not options.no_audio_features,
            keep_log=False,
            listener=listener,
        )
    except CatalogueError as error:
        return _complain(parser.prog, str(error))
    except OSError as error:
        return _complain(parser.prog, f"port {options.port} of {HOST} cannot be used: {error.strerror}.")
    with server:
        print(_describe(server, catalogue), flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print(f"\nAnswered {server.calls.total:,} calls.")
    return EXIT_DONE


def _build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m local_api",
        description="A local Spotify Web API over a made-up music world, or over a folder of real API objects, "
        "to try a client against. It needs no account and no network.",
        epilog=f"Things happen in that world from {FIRST_DAY} on: a hit, a slump, an album launch, other names, tracks "
        f"withdrawn and back (docs/made-up-world.md). Faults: {', '.join(FAULTS)}.",
    )
    parser.add_argument(
        "--port",
        type=_read_port,
        default=_DEFAULT_PORT,
        help=f"port on {HOST}, 0 for any free one (default: %(default)s)",
    )
    parser.add_argument(
        "--mode",
        choices=MODES,
        default=MODES[0],
        help="what kind of app everybody is taken for: extended quota or development mode (default: %(default)s)",
    )
    parser.add_argument(
        "--day", type=_read_day, metavar="YYYY-MM-DD", help="the day to serve (default: today, which it stays)"
    )
    parser.add_argument(
        "--no-audio-features",
        action="store_true",
        help="refuse audio features to an extended-quota app as well, as newer ones meet it",
    )
    parser.add_argument(
        "--export",
        type=Path,
        metavar="FILE.zip",
        help="write the account export of the world's listener, three years of plays until the day, and end",
    )
    served = parser.add_argument_group("what is served")
    served.add_argument("--folder", type=Path, metavar="DIR", help="real API objects, one file YYYY-MM-DD.json a day")
    served.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, help="another seed, another world (default: %(default)s)"
    )
    served.add_argument(
        "--artists", type=int, default=DEFAULT_ARTISTS, metavar="N", help="artists of the world (default: %(default)s)"
    )
    served.add_argument(
        "--albums-per-artist",
        type=int,
        default=DEFAULT_ALBUMS_PER_ARTIST,
        metavar="N",
        help="albums of an artist, on average (default: %(default)s)",
    )
    served.add_argument(
        "--tracks-per-album",
        type=int,
        default=DEFAULT_TRACKS_PER_ALBUM,
        metavar="N",
        help="tracks of an album, on average (default: %(default)s)",
    )
    served.add_argument(
        "--tracks", type=int, metavar="N", help="as many artists as give about so many tracks, instead of --artists"
    )
    faults = parser.add_argument_group("misbehaving")
    faults.add_argument(
        "--fault-rate",
        type=_read_rate,
        default=0.0,
        metavar="SHARE",
        help="share of faulty answers, 0 to 1 (default: 0)",
    )
    faults.add_argument(
        "--fault-seed", type=int, default=0, metavar="SEED", help="another seed, other faults (default: 0)"
    )
    faults.add_argument(
        "--faults",
        type=_read_faults,
        default=TRANSIENT,
        metavar="NAME,...",
        help="kinds of faults, see below (default: all that go away when one asks again)",
    )
    return parser


def _make_catalogue(options: argparse.Namespace) -> Catalogue:
    if options.folder is not None:
        return Folder(options.folder)
    if options.tracks is not None:
        return World.of_tracks(options.tracks, options.seed)
    return World(options.seed, options.artists, options.albums_per_artist, options.tracks_per_album)


def _write_export(program: str, listener: MadeUpListener | None, path: Path, until: date) -> int:
    if listener is None:
        return _complain(program, "a folder of real answers has no listener whose export could be written.")
    try:
        plays = write_export(listener, path, until)
    except OSError as error:
        return _complain(program, f"{path} cannot be written: {error.strerror}.")
    print(f"{path}: {plays:,} plays. Load it with: python -m loader history {path}")
    return EXIT_DONE


def _describe(server: Server, catalogue: Catalogue) -> str:
    artists = catalogue.artist_ids()
    example = artists[0] if artists else "ID"
    return f"""\
A Spotify Web API with {len(artists):,} artists as of {server.day}, as an app in {server.mode} mode sees it.

export SPOTIFY_API_URL={server.api_url}
export SPOTIFY_ACCOUNTS_URL={server.accounts_url}
export RECCOBEATS_API_URL={server.reccobeats_url}
export SPOTIFY_CLIENT_ID={CLIENT_ID}
export SPOTIFY_CLIENT_SECRET={CLIENT_SECRET}
export SPOTIFY_REFRESH_TOKEN={REFRESH_TOKEN}

Try it:
  token=$(curl -s -u {CLIENT_ID}:{CLIENT_SECRET} -d grant_type=client_credentials \\
    {server.accounts_url}/api/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s -H "Authorization: Bearer $token" {server.api_url}artists/{example}

Ctrl-C ends it."""


def _complain(program: str, message: str) -> int:
    print(f"{program}: {message}", file=sys.stderr)
    return EXIT_MENDABLE


def _read_port(text: str) -> int:
    if text.isdecimal() and int(text) <= _LAST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to {_LAST_PORT})")


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date (YYYY-MM-DD)") from None


def _read_rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if 0 <= rate <= 1:
        return rate
    raise argparse.ArgumentTypeError(f"{text!r} is not a share (0 to 1)")


def _read_faults(text: str) -> tuple[Fault, ...]:
    kinds = text.split(",")
    unknown = next((kind for kind in kinds if kind not in FAULTS), None)
    if unknown is not None:
        raise argparse.ArgumentTypeError(f"no fault is called {unknown!r}; there are {', '.join(FAULTS)}")
    return tuple(FAULTS[kind] for kind in kinds)


if __name__ == "__main__":
    sys.exit(main())
