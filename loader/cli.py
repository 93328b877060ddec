"""`python -m loader …`: commands, options, exit codes and the one-line errors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from loader.command import build_app, run_command
from loader.destinations import Destination, choose_destination
from loader.errors import UserError
from loader.files.dataset import Dataset
from loader.files.history import History
from loader.files.layouts import read_said_columns
from loader.load.api_source import LoadOptions
from loader.load.catalogue import Catalogue
from loader.load.driver import Source, run_load
from loader.load.files import Files, preview_dataset
from loader.load.listening import Listening
from loader.load.reporting import run_loads
from loader.options import DayOption, DestinationOption, LogFormatOption, QuietOption, read_day
from loader.report.reporter import LOG_FORMAT_OPTION, LogFormat, choose_reporter
from loader.report.summary import Summary
from loader.settings import read_api_settings, read_destination_name, read_followed_artists, read_refresh_token
from loader.spotify.client import DEFAULT_MAX_WAIT
from loader.spotify.login import check_secrets_file, log_in, save_refresh_token
from loader.spotify.refresh_token import RefreshToken
from loader.spotify.replay import refuse_replay
from loader.spotify.sign_in import REDIRECT_URI

app = build_app()

ArtistOption = Annotated[
    list[str] | None,
    typer.Option(
        "--artist",
        "-a",
        metavar="ID|URI|LINK|NAME",
        help="An artist to load; repeat it for more. Without it, the artists in `.dlt/config.toml`.",
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
    `python -m tour load`. To have Slack, Teams or a Logic App told what came of the load, set ECHOSTREAM_WEBHOOK_URL.

    Example: `python -m loader --artist "Bad Bunny" --artist spotify:artist:6M2wZ9GZgrQXHCFfjv46we`
    """
    if context.invoked_subcommand is not None:
        given = (artist, as_of, destination, max_calls, quiet, not audio_features)
        if any(given) or max_wait != DEFAULT_MAX_WAIT or log_format != "text":
            raise UserError(f"Options come after the command: python -m loader {context.invoked_subcommand} --help.")
        return
    artists = artist or read_followed_artists()
    observed_on = read_day(as_of)
    if not artists:
        raise UserError(
            "No artist to load: name some with --artist (id, URI, link or name), or list them in "
            '.dlt/config.toml: [sources.spotify] artists = ["..."].'
        )
    api_settings = read_api_settings()
    if as_of:
        refuse_replay(observed_on, api_settings.api_url)
    warehouse = choose_destination(destination or read_destination_name())
    options = LoadOptions(observed_on, max_wait=max_wait, max_calls=max_calls, audio_features=audio_features)
    _run(lambda: Catalogue(api_settings, artists, options), warehouse, observed_on, log_format, quiet)


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
        choose_reporter([]).warn(f"Not allowed, and so not loaded: {', '.join(missing)}. Log in again to allow it.")
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
    observed_on = read_day(as_of)
    if as_of:
        refuse_replay(observed_on, api_settings.api_url)
    warehouse = choose_destination(destination or read_destination_name())
    options = LoadOptions(observed_on, max_wait=max_wait, max_calls=max_calls, audio_features=audio_features)
    _run(lambda: Listening(api_settings, refresh_token, options), warehouse, observed_on, log_format, quiet)


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
    _run(lambda: Files(History(files, keep_personal_data)), warehouse, datetime.now(UTC).date(), log_format, quiet)


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
        reporter = choose_reporter([LOG_FORMAT_OPTION, log_format], quiet)
        with reporter.follow() as progress:
            preview = preview_dataset(Dataset(files, said, name), progress)
        reporter.report_preview(preview)
        return
    _run(lambda: Files(Dataset(files, said, name)), warehouse, datetime.now(UTC).date(), log_format, quiet)


def _run(
    prepare: Callable[[], Source[Summary]],
    warehouse: Destination,
    observed_on: date,
    log_format: LogFormat,
    quiet: bool,
) -> None:
    """Load one source; what is wrong with it is reported as every failure of a load is."""
    run_loads([lambda progress: run_load(prepare(), warehouse, progress)], warehouse, observed_on, log_format, quiet)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: What the user typed after the program's name; by default what the process was given.

    Returns:
        The exit code.
    """
    typed = sys.argv[1:] if arguments is None else list(arguments)
    return run_command(app, "python -m loader", typed, lambda error: choose_reporter(typed).report_error(error))
