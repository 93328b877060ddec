"""What a load tells: lines of JSON, the time to run again, a webhook; and never a secret."""

import json
import threading
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from loader.errors import StoppedEarlyError
from loader.report.reporter import TextReporter, describe_error, write_run_again_at
from loader.report.summary import ApiSummary
from local_api import faults
from local_api.catalogue import FIRST_DAY
from local_api.server import CLIENT_SECRET, serve
from tests.conftest import DEMO_LOADER, lock_elsewhere, read_rows, run_process

QUOTA = faults.Script([("GET /v1/artists/{id}/albums", None, faults.QUOTA_EXCEEDED)])
QUOTA_WAIT = timedelta(seconds=48_925)
WEBHOOK_SECRET = "T00-webhook-secret"  # noqa: S105
UNKNOWN_ID = "0" * 22


class Webhook:
    """A server that keeps what is posted to it."""

    def __init__(self):
        self.status = 200
        self.received = []
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook.received.append((self.path, self.headers["Content-Type"], json.loads(body)))
                self.send_response(webhook.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/services/{WEBHOOK_SECRET}"

    def take_message(self):
        ((path, content_type, message),) = self.received
        assert path == f"/services/{WEBHOOK_SECRET}"
        assert content_type == "application/json"
        return message


@pytest.fixture
def webhook(warehouse, monkeypatch):
    hook = Webhook()
    thread = threading.Thread(target=hook.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("ECHOSTREAM_WEBHOOK_URL", hook.url)
    yield hook
    hook.server.shutdown()
    thread.join()
    hook.server.server_close()


def read_lines(result):
    """Read stderr, every line of which must be a JSON object with a time in UTC; stdout must be silent."""
    assert result.output == ""
    lines = [json.loads(line) for line in result.errors.splitlines()]
    for line in lines:
        assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0)
        assert {"level", "event"} <= line.keys()
    return lines


def check_is_after_quota(text, began):
    moment = datetime.fromisoformat(text)
    # The time is told in milliseconds, cut.
    assert began + QUOTA_WAIT - timedelta(milliseconds=1) <= moment <= datetime.now(UTC) + QUOTA_WAIT


def test_json_tells_each_step_and_the_summary(server, world, load):
    result = load("--artist", world.artist_ids()[0], "--as-of", FIRST_DAY, "--log-format", "json")
    assert result.exit_code == 0, result.errors
    lines = read_lines(result)
    started = [line["step"] for line in lines if line["event"] == "step_started"]
    assert "Reading the catalogue" in started
    assert started == [line["step"] for line in lines if line["event"] == "step_finished"]
    summary = lines[-1]
    assert (summary["event"], summary["outcome"], summary["exit_code"]) == ("load_finished", "done", 0)
    assert summary["calls"] == server.calls.count("GET /v1/*")
    assert summary["rows_written"]["artists"] == 1


def test_json_tells_a_used_up_quota_with_the_time_to_run_again(server, world, load):
    server.faults = QUOTA
    began = datetime.now(UTC)
    result = load("--log-format=json", "--artist", world.artist_ids()[0])
    assert result.exit_code == 75
    summary, error = read_lines(result)[-2:]
    assert (summary["outcome"], summary["exit_code"]) == ("stopped early", 75)
    assert (error["level"], error["exit_code"]) == ("error", 75)
    assert "quota" in error["message"]
    check_is_after_quota(error["run_again_at"], began)


@pytest.mark.parametrize(
    "arguments",
    [("--bogus",), ("--artist", UNKNOWN_ID, "--as-of", "never"), ("--artist", UNKNOWN_ID)],
)
def test_json_tells_each_error_in_one_line(server, load, arguments):
    result = load(*arguments, "--log-format", "json", "--quiet")
    assert result.exit_code == 2
    (error,) = read_lines(result)
    assert (error["level"], error["exit_code"], error["run_again_at"]) == ("error", 2, None)


@pytest.mark.deep
def test_json_works_for_the_demo_and_its_libraries_log_in_json_too(warehouse):
    result = run_process("--artists", 10, "--log-format", "json", RUNTIME__LOG_LEVEL="DEBUG", program=DEMO_LOADER)
    assert result.exit_code == 0, result.errors
    assert "log" in {line["event"] for line in read_lines(result)}


def test_an_unknown_format_is_refused(warehouse, load):
    result = load("--artist", UNKNOWN_ID, "--log-format", "xml")
    assert result.exit_code == 2
    assert len(result.errors.splitlines()) == 1
    assert "xml" in result.errors


def test_text_tells_from_when_to_run_again(server, world, load):
    server.faults = QUOTA
    began = datetime.now(UTC)
    result = load("--artist", world.artist_ids()[0], "--quiet")
    (line,) = result.errors.splitlines()
    shown = datetime.strptime(line.partition("(from ")[2], "%Y-%m-%d %H:%M UTC).").replace(tzinfo=UTC)
    assert began + QUOTA_WAIT - timedelta(seconds=1) <= shown <= datetime.now(UTC) + QUOTA_WAIT + timedelta(minutes=1)


@pytest.mark.parametrize("seconds", [None, float("inf"), float("nan"), 1e300])
def test_a_wait_that_no_clock_shows_is_left_out(seconds):
    error = StoppedEarlyError("Stopped.", retry_after=seconds)
    assert describe_error(error) == "Stopped."
    assert write_run_again_at(error) is None


def test_the_text_summary_tells_what_was_unusual_and_only_that(capsys):
    calm = {"retries": 0, "seconds_waited": 0.0, "refused": [], "rejected": 0}
    TextReporter().report_summary(build_summary(**calm))
    quiet = capsys.readouterr().out
    for word in ("made again", "waited", "refuses", "rejected_objects with"):
        assert word not in quiet
    TextReporter().report_summary(
        build_summary(retries=3, seconds_waited=2.5, refused=["albums", "tracks"], rejected=4)
    )
    told = capsys.readouterr().out
    for words in ("3 calls were made again", "2.5 s", "Spotify refuses this app: albums, tracks.", "4 objects"):
        assert words in told


def build_summary(retries, seconds_waited, refused, rejected):
    return ApiSummary(
        address="w.duckdb",
        observed_on=date(2026, 9, 7),
        app_mode="development",
        refused=refused,
        rows_written={"artists": 1, "rejected_objects": rejected},
        rows_unchanged={},
        calls=10,
        retries=retries,
        seconds_waited=seconds_waited,
        seconds=1.0,
        remarks=(),
        stopped=None,
    )


def test_the_webhook_is_told_of_completion(server, world, webhook, warehouse, load):
    assert load("--artist", world.artist_ids()[0], "--as-of", FIRST_DAY).exit_code == 0
    message = webhook.take_message()
    assert (message["outcome"], message["exit_code"], message["run_again_at"]) == ("done", 0, None)
    assert message["observed_on"] == str(FIRST_DAY)
    assert message["warehouse"] == str(warehouse)
    assert message["calls"] == server.calls.count("GET /v1/*")
    (told,) = read_rows(warehouse, "select rows_written from raw_spotify.load_runs")
    assert message["rows_written"] == told[0] > 0
    assert str(FIRST_DAY) in message["text"]
    assert not any(isinstance(value, dict | list) for value in message.values())


def test_the_webhook_is_told_of_a_load_of_files(webhook, warehouse, load, tmp_path):
    (tmp_path / "tracks.csv").write_text("track_id,tempo\n" + "1" * 22 + ",120\nnone,120\n")
    assert load("dataset", tmp_path / "tracks.csv").exit_code == 0
    message = webhook.take_message()
    assert (message["outcome"], message["rows_written"], message["calls"]) == ("done", 2, None)
    assert message["text"].endswith("2 rows written.")
    webhook.received.clear()
    assert load("dataset", tmp_path / "gone.csv").exit_code == 2
    assert "does not exist" in webhook.take_message()["text"]


def test_the_webhook_is_told_of_an_early_stop(server, world, webhook, load):
    server.faults = QUOTA
    began = datetime.now(UTC)
    assert load("--artist", world.artist_ids()[0], "--quiet").exit_code == 75
    message = webhook.take_message()
    assert (message["outcome"], message["exit_code"]) == ("stopped early", 75)
    assert "quota" in message["text"]
    check_is_after_quota(message["run_again_at"], began)


def test_the_webhook_is_told_that_the_warehouse_is_busy(server, world, warehouse, webhook, load):
    with lock_elsewhere(warehouse):
        assert load("--artist", world.artist_ids()[0]).exit_code == 75
    message = webhook.take_message()
    assert (message["outcome"], message["exit_code"], message["rows_written"]) == ("stopped early", 75, 0)
    assert "another load" in message["text"]


def test_the_webhook_is_told_of_failure(server, webhook, load):
    assert load("--artist", UNKNOWN_ID).exit_code == 2
    message = webhook.take_message()
    assert (message["outcome"], message["exit_code"]) == ("failed", 2)
    assert UNKNOWN_ID in message["message"]


@pytest.mark.deep
def test_a_load_that_fails_is_recorded_in_a_warehouse_that_is_there(
    server, world, warehouse, load, load_demo, tmp_path
):
    assert load("--artist", UNKNOWN_ID).exit_code == 2
    assert not warehouse.exists(), "none is made to record a failure"
    assert load("--artist", world.artist_ids()[0], "--as-of", FIRST_DAY).exit_code == 0
    assert load("--artist", UNKNOWN_ID, "--as-of", FIRST_DAY).exit_code == 2
    (tmp_path / "useless.csv").write_text("track_id,tempo\nnone,120\n")
    assert load("dataset", tmp_path / "useless.csv").exit_code == 2
    assert load_demo("--quiet", "--artists", 10).exit_code == 2, "the made-up world is refused here"
    recorded = read_rows(
        warehouse,
        "select source, outcome, calls > 0, rows_written > 0, message from raw_spotify.load_runs order by started_at",
    )
    assert [row[:4] for row in recorded] == [
        ("spotify", "done", True, True),
        ("spotify", "failed", True, False),
        ("dataset", "failed", None, False),
    ]
    assert UNKNOWN_ID in recorded[1][4]
    assert "useless.csv" in recorded[2][4]


@pytest.mark.parametrize("arguments", [("--help",), ("--bogus",), ("--artist", UNKNOWN_ID, "--as-of", "never")])
def test_the_webhook_is_not_told_where_there_is_no_load(server, webhook, load, arguments):
    load(*arguments)
    assert webhook.received == []


@pytest.mark.deep
@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_fails_is_warned_of_and_changes_no_exit_code(server, world, webhook, load, status):
    webhook.status = status
    result = load("--artist", world.artist_ids()[0], "--as-of", FIRST_DAY, "--quiet")
    assert result.exit_code == 0
    (line,) = result.errors.splitlines()
    assert "ECHOSTREAM_WEBHOOK_URL" in line
    assert str(status) in line
    assert len(webhook.received) == 1, "neither repeated nor sent elsewhere"


@pytest.mark.parametrize(
    "url", ["hooks.slack.com/{}", "ftp://host/{}", "https:///{}", "https://host:port/{}", "http://[{}"]
)
def test_a_webhook_that_is_no_address_is_refused_before_anything_is_asked(server, world, monkeypatch, load, url):
    monkeypatch.setenv("ECHOSTREAM_WEBHOOK_URL", url.format(WEBHOOK_SECRET))
    result = load("--artist", world.artist_ids()[0])
    assert result.exit_code == 2
    (line,) = result.errors.splitlines()
    assert "ECHOSTREAM_WEBHOOK_URL" in line
    assert WEBHOOK_SECRET not in line
    assert server.calls.count("*") == 0


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("secret", ["right-secret", "wrong-secret"])
def test_no_secret_is_in_any_output(world, point_at, monkeypatch, webhook, log_format, secret):
    webhook.server.server_close()
    with serve(world, day=FIRST_DAY, client_secret="right-secret") as server:  # noqa: S106
        point_at(server)
        monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", secret)
        result = run_process("--artist", world.artist_ids()[0], "--log-format", log_format, RUNTIME__LOG_LEVEL="DEBUG")
    assert result.exit_code == (0 if secret == "right-secret" else 2)  # noqa: S105
    assert "ECHOSTREAM_WEBHOOK_URL" in result.errors
    for hidden in (secret, WEBHOOK_SECRET, "Bearer"):
        assert hidden not in result.output + result.errors


def test_a_program_that_logs_everything_still_logs_no_secret(server, world, webhook):
    program = "import logging, sys; logging.basicConfig(level=1); from loader.cli import main; sys.exit(main())"
    result = run_process("--artist", world.artist_ids()[0], "--as-of", FIRST_DAY, program=("-c", program))
    assert result.exit_code == 0, result.errors
    assert webhook.received
    for hidden in (WEBHOOK_SECRET, CLIENT_SECRET, "Bearer"):
        assert hidden not in result.output + result.errors
