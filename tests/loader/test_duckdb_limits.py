"""How much DuckDB takes for the loader: by itself, as it is told, and when that is too little."""

import duckdb
import pytest

from loader.duckdb_limits import choose_limits, explain_lack_of_memory
from tests.conftest import read_rows

THREADS, MEMORY = "ECHOSTREAM_DUCKDB_THREADS", "ECHOSTREAM_DUCKDB_MEMORY"


@pytest.fixture(autouse=True)
def nothing_set(warehouse):
    """The machine's own settings are not seen."""


@pytest.fixture
def take(monkeypatch):
    """Sets what the environment says, and returns the threads and the MiB of memory that are chosen."""

    def choose(mib_a_thread=64, **said):
        for name in (THREADS, MEMORY):
            monkeypatch.delenv(name, raising=False)
        for name, value in said.items():
            monkeypatch.setenv(name, value)
        limits = choose_limits(mib_a_thread)
        with duckdb.connect(config=limits.config) as connection:
            threads, size = connection.execute(
                "select current_setting('threads'), parse_formatted_bytes(current_setting('memory_limit'))"
            ).fetchone()
        return threads, size // 2**20

    return choose


@pytest.fixture
def make_history(tmp_path):
    """Makes a file of a streaming history with so many plays, each of another track."""

    def make(plays):
        path = tmp_path / "Streaming_History_Audio_2020_0.json"
        duckdb.execute(
            f"""
            copy (
                select
                    strftime(timestamp '2020-01-01' + interval (i) minute, '%Y-%m-%dT%H:%M:%SZ') as ts,
                    60000 as ms_played, md5(i::varchar) || md5((i + 1)::varchar) as master_metadata_track_name,
                    'Artist ' || i as master_metadata_album_artist_name,
                    'spotify:track:' || left(md5(i::varchar), 22) as spotify_track_uri
                from range({plays}) as numbers (i)
            ) to '{path}' (format json, array true)
            """
        )
        return path

    return make


def test_memory_follows_the_threads(take):
    one, two, eight = (take(**{THREADS: str(threads)}) for threads in (1, 2, 8))
    assert (one[0], two[0], eight[0]) == (1, 2, 8)
    assert one[1] == two[1] < eight[1]


def test_threads_follow_the_memory(take):
    cores = duckdb.execute("select current_setting('threads')").fetchone()[0]
    assert take(mib_a_thread=64, **{MEMORY: "64MiB"}) == (1, 64)
    assert take(mib_a_thread=64, **{MEMORY: "64GiB"}) == (cores, 64 * 1024)


def test_it_leaves_memory_to_others_however_many_threads(take):
    all_there_is = duckdb.execute("select parse_formatted_bytes(current_setting('memory_limit'))").fetchone()[0]
    assert take(mib_a_thread=2**20, **{THREADS: "1024"})[1] <= all_there_is / 2**20 / 2


def test_what_is_set_is_taken_as_it_is(take):
    assert take(**{THREADS: "64", MEMORY: "256MiB"}) == (64, 256)


@pytest.mark.parametrize("threads", ["0", "-1", "two", "2.5", "1025", "²"])
def test_no_number_of_threads_is_refused(load_demo, monkeypatch, threads, warehouse):
    monkeypatch.setenv(THREADS, threads)
    result = load_demo("--quiet", "--artists", 10)
    assert result.exit_code == 2
    assert f"{THREADS} is not a number of threads: {threads!r}" in result.errors
    assert len(result.errors.strip().splitlines()) == 1
    assert not warehouse.exists()


@pytest.mark.parametrize("memory", ["2", "lots", "0GB", "80%"])
def test_no_amount_of_memory_is_refused(load_demo, monkeypatch, memory, warehouse):
    monkeypatch.setenv(MEMORY, memory)
    result = load_demo("--quiet", "--artists", 10)
    assert result.exit_code == 2
    assert f"{MEMORY} is not an amount of memory" in result.errors
    assert len(result.errors.strip().splitlines()) == 1
    assert not warehouse.exists()


@pytest.mark.deep
def test_files_are_loaded_within_little_memory_and_nothing_is_left_behind(load, monkeypatch, make_history, warehouse):
    monkeypatch.setenv(THREADS, "1")
    monkeypatch.setenv(MEMORY, "128MiB")
    history = make_history(200_000)
    for _ in range(2):
        result = load("history", history, "--quiet")
        assert result.exit_code == 0, result.errors
    assert read_rows(warehouse, "select count(*) from raw_spotify.plays") == [(200_000,)]
    assert list(warehouse.parent.iterdir()) == [warehouse]


@pytest.mark.parametrize("memory", ["1MiB", "4MiB", "16MiB"])
def test_too_little_memory_says_what_to_set(load, monkeypatch, make_history, memory):
    monkeypatch.setenv(THREADS, "8")
    monkeypatch.setenv(MEMORY, memory)
    result = load("history", make_history(200_000), "--quiet")
    assert result.exit_code == 2
    assert "takes more memory than DuckDB may use here: set ECHOSTREAM_DUCKDB_MEMORY to more" in result.errors
    assert len(result.errors.strip().splitlines()) == 1


def test_only_a_lack_of_memory_is_explained_as_one():
    assert explain_lack_of_memory(duckdb.IOException("no"), "It") is None
    assert "ECHOSTREAM_DUCKDB_THREADS" in str(explain_lack_of_memory(duckdb.OutOfMemoryException("full"), "It"))
