"""`python -m loader …`: commands, options, exit codes and the one-line errors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import typer

from loader.command import run_command
from loader.demo.catalogue import World
from loader.demo.export import write_export
from loader.demo.listener import MadeUpListener
from loader.demo.server import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, serve
from loader.demo.shapes import Mode
from loader.destinations import (
    DESTINATIONS,
    Destination,
    choose_demo_destination,
    choose_destination,
    write_command,
)
from loader.errors import MendableError, explain
from loader.file_load import FileSummary, load_files, preview_dataset
from loader.files.dataset import Dataset
from loader.files.history import History
from loader.files.layouts import read_said_columns
from loader.listening.load import ListeningOptions, load_listening
from loader.lock import hold_warehouse
from loader.login import check_secrets_file, log_in, save_refresh_token
from loader.notices import LOG_FORMAT_OPTION, choose_notices
from loader.pipeline import LoadOptions, load_catalogue
from loader.progress import Progress
from loader.runs import Summary
from loader.settings import (
    ApiSettings,
    read_api_settings,
    read_destination_name,
    read_followed_artists,
    read_refresh_token,
    read_webhook_url,
)
from loader.spotify.client import DEFAULT_MAX_WAIT
from loader.spotify.refresh_token import RefreshToken
from loader.spotify.replay import refuse_replay
from loader.spotify.sign_in import REDIRECT_URI
from loader.warehouse import MADE_UP
from loader.webhook import tell_webhook

Load = Callable[[Progress], Summary | FileSummary]

app = typer.Typer(
    add_completion=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 something broke, 2 you can mend it, 75 stopped early or busy: run it again.",
)

ArtistOption = Annotated[
    list[str] | None,
    typer.Option(
        "--artist",
        "-a",
        metavar="ID|URI|LINK|NAME",
        help="An artist to load; repeat it for more. Without it, the artists in `.dlt/config.toml`.",
    ),
]
DayOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        help="The day the answers are about. A past day can only be replayed from a server that plays it, as the "
        "made-up world does: Spotify answers for today only. Default: today (UTC).",
    ),
]
DestinationOption = Annotated[
    str | None,
    typer.Option(
        "--destination",
        metavar="NAME",
        help=f"The warehouse to write to: {' or '.join(DESTINATIONS)}. Default: ECHOSTREAM_DESTINATION, or duckdb.",
    ),
]
MaxWaitOption = Annotated[
    float,
    typer.Option(
        "--max-wait",
        metavar="SECONDS",
        min=0,
        help="The longest wait that Spotify may ask for; if it asks for more, the load stops and can go on later.",
    ),
]
MaxCallsOption = Annotated[
    int | None,
    typer.Option(
        "--max-calls",
        metavar="NUMBER",
        min=1,
        help="The most calls to make in this run; the next run goes on from there. Default: no limit.",
    ),
]
AudioFeaturesOption = Annotated[
    bool,
    typer.Option(
        "--audio-features/--no-audio-features",
        help="Ask Spotify, or else ReccoBeats (another service, which is sent the tracks' ids), for the audio features "
        "of tracks that have none yet.",
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors and warnings.")]
LogFormat = Literal["text", "json"]
LogFormatOption = Annotated[
    LogFormat,
    typer.Option(
        LOG_FORMAT_OPTION,
        help="How to tell what happens: text for people, or json for machines, one object a line on stderr.",
    ),
]
FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE…", show_default=False, help="ZIP archives, folders or single files.")
]


@app.callback(invoke_without_command=True)
def load(
    context: typer.Context,
    artist: ArtistOption = None,
    as_of: DayOption = None,
    destination: DestinationOption = None,
    max_wait: MaxWaitOption = DEFAULT_MAX_WAIT,
    max_calls: MaxCallsOption = None,
    audio_features: AudioFeaturesOption = True,
    log_format: LogFormatOption = "text",
    quiet: QuietOption = False,
) -> None:
    """Load what Spotify says about artists into a warehouse.

    For each artist: the artist, their albums, singles and compilations, the tracks on them, and the day's
    popularity and followers, into the schema `raw_spotify` of `warehouse/echostream.duckdb` (or
    the file in ECHOSTREAM_DUCKDB). Loading a day again changes nothing; dbt builds history and marts from it.

    Needs a Spotify app: set SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET. To look around without one, try
    `python -m loader demo`. To have Slack, Teams or a Logic App told what came of the load, set ECHOSTREAM_WEBHOOK_URL.

    Example: `python -m loader --artist "Bad Bunny" --artist spotify:artist:6M2wZ9GZgrQXHCFfjv46we`
    """
    if context.invoked_subcommand is not None:
        given = (artist, as_of, destination, max_calls, quiet, not audio_features)
        if any(given) or max_wait != DEFAULT_MAX_WAIT or log_format != "text":
            raise MendableError(
                f"Options come after the command: python -m loader {context.invoked_subcommand} --help."
            )
        return
    artists = artist or read_followed_artists()
    observed_on = _read_day(as_of)
    if not artists:
        raise MendableError(
            "No artist to load: name some with --artist (id, URI, link or name), or list them in "
            '.dlt/config.toml: [sources.spotify] artists = ["..."].'
        )
    api_settings = read_api_settings()
    if as_of:
        refuse_replay(observed_on, api_settings.api_url)
    warehouse = choose_destination(destination or read_destination_name())
    options = LoadOptions(artists, observed_on, max_wait=max_wait, max_calls=max_calls, audio_features=audio_features)
    _run(
        [lambda progress: load_catalogue(api_settings, warehouse, options, progress)],
        warehouse,
        observed_on,
        log_format,
        quiet,
    )


@app.command()
def demo(
    as_of: DayOption = None,
    mode: Annotated[Mode, typer.Option("--mode", help="The kind of Spotify app to be taken for.")] = "extended",
    artists: Annotated[int, typer.Option("--artists", min=10, help="How many artists the made-up world has.")] = 40,
    seed: Annotated[int, typer.Option("--seed", help="Which made-up world: another seed, another world.")] = 7,
    destination: DestinationOption = None,
    log_format: LogFormatOption = "text",
    quiet: QuietOption = False,
) -> None:
    """Load a day of a made-up music world: no Spotify app, no account, no network.

    The world stands behind a local server that answers as Spotify's Web API does, so this is the real load, from the
    first call to the last row. It changes from day to day, most of all in the six weeks from 2026-09-07 on: load
    several days with `--as-of`, running dbt in between, and history appears in the marts. `make demo` does all of that.
    The world has a listener, too: what they played lately comes from the same server, and three years of plays from an
    account export.

    Made-up data has a warehouse of its own, `warehouse/demo.duckdb`, unless ECHOSTREAM_DUCKDB or another destination
    is named.

    Example: `python -m loader demo --as-of 2026-09-07`
    """
    observed_on = _read_day(as_of)
    warehouse = choose_demo_destination(destination or read_destination_name())
    world = World(seed=seed, artists=artists)
    listener = MadeUpListener(world)
    with serve(world, mode=mode, day=observed_on, listener=listener) as server, TemporaryDirectory() as folder:
        api_settings = ApiSettings(
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            api_url=server.api_url,
            accounts_url=server.accounts_url,
            reccobeats_url=server.reccobeats_url,
        )
        export = Path(folder) / "my_spotify_data.zip"
        write_export(listener, export, observed_on)
        catalogue = LoadOptions(world.artist_ids(), observed_on, source_name=MADE_UP)
        heard = ListeningOptions(observed_on, source_name=MADE_UP)
        refresh_token = RefreshToken(REFRESH_TOKEN)
        loads: list[Load] = [
            lambda progress: load_catalogue(api_settings, warehouse, catalogue, progress),
            lambda progress: load_listening(api_settings, refresh_token, warehouse, heard, progress),
            lambda progress: load_files(History([export]), warehouse, progress, source_name=MADE_UP),
        ]
        _run(loads, warehouse, observed_on, log_format, quiet)
    if not quiet and log_format == "text":
        typer.echo(f"Next, the marts:     {write_command(warehouse, 'dbt build')}")
        typer.echo(f"then, the dashboard: {write_command(warehouse, 'make dashboard')}")


@app.command()
def login(
    redirect_uri: Annotated[
        str,
        typer.Option("--redirect-uri", help="Where the browser brings the answer, as it stands in the app's settings."),
    ] = REDIRECT_URI,
    headless: Annotated[
        bool,
        typer.Option("--headless", help="The browser runs on another machine: paste the address it ends at."),
    ] = False,
    save: Annotated[
        bool,
        typer.Option("--save", help="Save the refresh token in `.dlt/secrets.toml` instead of showing it."),
    ] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=1, help="How long to wait for the browser.")
    ] = 300,
) -> None:
    """Authorize the loader to read your own listening; once is enough for six months.

    Opens Spotify's page in your browser, where you allow the app to read what you played, your favourites, your saved
    tracks and your playlists, and nothing else. What comes of it is a refresh token, a secret, which
    `python -m loader listening` signs in with. Needs SPOTIFY_CLIENT_ID, and the redirect URI in the app's settings
    (developer.spotify.com/dashboard).

    Example: `python -m loader login --save`
    """
    api_settings = read_api_settings(needs_secret=False)
    if save:
        check_secrets_file()
    authorization = log_in(api_settings, redirect_uri, typer.echo, input if headless else None, timeout)
    if missing := authorization.missing_scopes:
        choose_notices([]).warn(f"Not allowed, and so not loaded: {', '.join(missing)}. Log in again to allow it.")
    if save:
        typer.echo(f"The refresh token is saved in {save_refresh_token(authorization.refresh_token)}.")
    else:
        typer.echo("Keep this where the loads run; whoever has it can read your listening:")
        typer.echo(f"export SPOTIFY_REFRESH_TOKEN={authorization.refresh_token}")
    typer.echo("Next: python -m loader listening")


@app.command()
def listening(
    as_of: DayOption = None,
    destination: DestinationOption = None,
    max_wait: MaxWaitOption = DEFAULT_MAX_WAIT,
    max_calls: MaxCallsOption = None,
    audio_features: AudioFeaturesOption = True,
    log_format: LogFormatOption = "text",
    quiet: QuietOption = False,
) -> None:
    """Load your own listening: what you played lately, and once a day your favourites, saved tracks and playlists.

    Spotify tells the last 50 plays only, so run it often, such as every hour: a run asks for what is new and costs one
    call, the first one of a day some more. What was probably missed is warned of; the account export
    (`python -m loader history`) holds all plays. Of all tracks played it asks for the audio features.

    Needs your authorization: run `python -m loader login` once.

    Example: `python -m loader listening --quiet`
    """
    api_settings = read_api_settings(needs_secret=False)
    refresh_token = RefreshToken(read_refresh_token())
    observed_on = _read_day(as_of)
    if as_of:
        refuse_replay(observed_on, api_settings.api_url)
    warehouse = choose_destination(destination or read_destination_name())
    options = ListeningOptions(observed_on, max_wait=max_wait, max_calls=max_calls, audio_features=audio_features)
    _run(
        [lambda progress: load_listening(api_settings, refresh_token, warehouse, options, progress)],
        warehouse,
        observed_on,
        log_format,
        quiet,
    )


@app.command()
def history(
    files: FilesArgument,
    keep_personal_data: Annotated[
        bool,
        typer.Option(
            "--keep-personal-data",
            help="Keep each play's user name, IP address and user agent too, which are dropped otherwise.",
        ),
    ] = False,
    destination: DestinationOption = None,
    log_format: LogFormatOption = "text",
    quiet: QuietOption = False,
) -> None:
    """Load your own listening from the account export that Spotify sends you.

    Takes the ZIP archive as it came, its folder, or single files, of the extended streaming history
    (`Streaming_History_Audio_*.json`, older `endsong_*.json`) and of the account data
    (`StreamingHistory*.json`), into `raw_spotify.plays`. Loading an export again, or one that overlaps another,
    changes nothing that is there. How to ask Spotify for an export, and what is kept of it: docs/files.md.

    Example: `python -m loader history my_spotify_data.zip`
    """
    warehouse = choose_destination(destination or read_destination_name())
    _run(
        [lambda progress: load_files(History(files, keep_personal_data), warehouse, progress)],
        warehouse,
        datetime.now(UTC).date(),
        log_format,
        quiet,
    )


@app.command()
def dataset(
    files: FilesArgument,
    name: Annotated[
        str | None,
        typer.Option(
            "--name", help="What to call the dataset; loading the name again replaces it. Default: the file's."
        ),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            metavar="FIELD=COLUMN,…|FILE.yml",
            help="Which of the file's columns to read a field from; an empty one leaves it out.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be read as what, and write nothing.")
    ] = False,
    destination: DestinationOption = None,
    log_format: LogFormatOption = "text",
    quiet: QuietOption = False,
) -> None:
    """Load a public dataset of tracks and audio features.

    Takes CSV files (also .gz and in .zip) and Parquet files, into `raw_spotify.dataset_tracks`. The columns of
    well-known datasets are recognised; of others, say with `--columns` what they hold. What Spotify itself said of
    a track is never overwritten. Rows that cannot be used are counted by reason, and kept in
    `raw_spotify.rejected_objects`. The fields and the known layouts: docs/files.md.

    Example: `python -m loader dataset tracks.csv --columns track_id=uri,artist_names=Artist --dry-run`
    """
    warehouse = choose_destination(destination or read_destination_name())
    said = read_said_columns(columns)
    if dry_run:
        notices = choose_notices([LOG_FORMAT_OPTION, log_format], quiet)
        with notices.follow() as progress:
            preview = preview_dataset(Dataset(files, said, name), progress)
        notices.tell_preview(preview)
        return
    _run(
        [lambda progress: load_files(Dataset(files, said, name), warehouse, progress)],
        warehouse,
        datetime.now(UTC).date(),
        log_format,
        quiet,
    )


def _run(loads: Sequence[Load], warehouse: Destination, observed_on: date, log_format: LogFormat, quiet: bool) -> None:
    """Do loads one after the other, with the warehouse to themselves, and report what came of each."""
    webhook_url = read_webhook_url()
    notices = choose_notices([LOG_FORMAT_OPTION, log_format], quiet)

    @contextmanager
    def report_failure() -> Iterator[None]:
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            failure = explain(error)
            tell_webhook(webhook_url, notices, observed_on, warehouse.address, error=failure)
            raise failure from error

    with ExitStack() as held:
        with report_failure(), notices.follow() as progress:
            held.enter_context(hold_warehouse(warehouse, progress))
        for load_part in loads:
            with report_failure(), notices.follow() as progress:
                summary = load_part(progress)
            notices.tell_summary(summary)
            for warning in summary.warnings:
                notices.warn(warning)
            tell_webhook(webhook_url, notices, observed_on, warehouse.address, summary, summary.stopped)
            if summary.stopped:
                raise summary.stopped


def _read_day(text: str | None) -> date:
    today = datetime.now(UTC).date()
    if text is None:
        return today
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise MendableError(f"--as-of {text!r} is not a day: write it as YYYY-MM-DD.") from None
    if day > today:
        raise MendableError(f"--as-of {text} lies in the future: today is {today} (UTC).")
    return day


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: What the user typed after the program's name; by default what the process was given.

    Returns:
        The exit code.
    """
    typed = sys.argv[1:] if arguments is None else list(arguments)
    return run_command(app, "python -m loader", typed, lambda error: choose_notices(typed).tell_error(error))
