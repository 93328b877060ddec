"""Files that are not what they should be: one clear line each, exit code 2, and nothing is written."""

import gzip
import json
import struct
import zipfile

import pytest

from local_api.catalogue import FIRST_DAY
from tests.conftest import read_raw
from tests.loader.files.conftest import make_play, make_row
from tests.loader.files.test_history import AUDIO
from tests.loader.test_cli import check_one_line, fingerprint

PLAYS = json.dumps([make_play(ts=f"2024-05-{day:02d}T10:00:00Z") for day in range(1, 20)], ensure_ascii=False)


@pytest.fixture
def refuse(load, warehouse):
    """Loads something that is refused, and sees that nothing is left of it."""

    def run(*arguments, words=()):
        check_one_line(load(*arguments), 2, *words)
        assert not warehouse.exists()
        assert not list(warehouse.parent.glob(".*"))

    return run


@pytest.mark.parametrize("command", ["history", "dataset"])
class TestPaths:
    def test_a_path_that_does_not_exist(self, refuse, tmp_path, command):
        refuse(command, tmp_path / "gone.zip", words=["gone.zip", "does not exist"])

    def test_no_path(self, refuse, command):
        refuse(command, words=["FILE"])

    def test_an_empty_file(self, refuse, tmp_path, command):
        (tmp_path / "tracks.csv").write_bytes(b"")
        refuse(command, tmp_path / "tracks.csv", words=["is empty"])

    def test_a_folder_without_such_files(self, refuse, tmp_path, command):
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "notes.txt").write_text("hello")
        refuse(command, tmp_path / "folder", words=["holds no"])

    def test_a_zip_that_is_none(self, refuse, tmp_path, command):
        (tmp_path / "data.zip").write_bytes(b"<html>Please log in</html>")
        refuse(command, tmp_path / "data.zip", words=["not a ZIP archive"])

    def test_a_zip_that_is_cut_off(self, refuse, export, command):
        path = export({AUDIO: PLAYS, "tracks.csv": "a,b"})
        path.write_bytes(path.read_bytes()[:-40])
        refuse(command, path, words=["not a ZIP archive, or is cut off"])

    def test_a_zip_with_nothing_for_us(self, refuse, export, command):
        refuse(command, export({"Playlist1.json": "{}"}), words=["holds no"])

    @pytest.mark.parametrize("name", ["../../etc/tracks.csv", "/etc/tracks.csv", "C:\\tracks.csv", "a/..\\tracks.csv"])
    def test_paths_that_leave_the_archive(self, refuse, tmp_path, command, name):
        with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
            archive.writestr(name, "x")
        refuse(command, tmp_path / "data.zip", words=["leads out of it"])
        assert not (tmp_path.parent / "tracks.csv").exists()

    def test_a_zip_bomb(self, refuse, export, command):
        path = export({AUDIO: "[" + " " * 50_000_000 + "]", "tracks.csv": "x" * 50_000_000})
        refuse(command, path, words=["times its size"])

    def test_a_zip_with_a_password(self, refuse, export, command):
        path = export({AUDIO: PLAYS, "tracks.csv": "a,b"})
        content = bytearray(path.read_bytes())
        for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            at = content.find(signature)
            while at >= 0:
                (flags,) = struct.unpack_from("<H", content, at + offset)
                struct.pack_into("<H", content, at + offset, flags | 1)
                at = content.find(signature, at + 4)
        path.write_bytes(content)
        refuse(command, path, words=["password"])

    @pytest.mark.parametrize("rows", [20, 5_000])
    def test_a_zip_whose_content_is_damaged(self, refuse, tmp_path, command, rows):
        with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
            archive.writestr(AUDIO, json.dumps([make_play(ms=1_000_000 + number) for number in range(rows)]))
            archive.writestr("tracks.csv", "track_id,tempo\n" + "".join(f"{n:022d},120\n" for n in range(rows)))
        content = (tmp_path / "data.zip").read_bytes()
        content = content.replace(b"%d" % (1_000_000 + rows - 1), b"1000000")
        (tmp_path / "data.zip").write_bytes(content.replace(b"%022d,120" % (rows - 1), b"%022d,121" % (rows - 1)))
        refuse(command, tmp_path / "data.zip", words=["data.zip/", "again"])

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
    def test_utf_16(self, refuse, tmp_path, command, encoding):
        (tmp_path / AUDIO).write_bytes(PLAYS.encode(encoding))
        refuse(command, tmp_path / AUDIO, words=["UTF-16", "UTF-8"])

    def test_latin_1(self, refuse, tmp_path, command):
        (tmp_path / AUDIO).write_bytes(PLAYS.encode("latin-1"))
        refuse(command, tmp_path / AUDIO, words=["not in UTF-8"])


class TestHistory:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ('[{"header": "YouTube", "title": "Watched", "titleUrl": "x", "time": "2024"}]', ["titleUrl", "not ts"]),
            ("Song Name,Artist,Play Duration Milliseconds\nUm,Ana,1000\n", ["is not Spotify's streaming history"]),
            ('{"ts": "2024"}', ["is not Spotify's streaming history"]),
            ("[1, 2]", ["is not Spotify's streaming history"]),
            ("[", ["cut off"]),
            ("[]", ["is not JSON"]),
            ("<html></html>", ["is not Spotify's streaming history"]),
        ],
    )
    def test_an_export_of_another_service(self, refuse, tmp_path, text, words):
        (tmp_path / "history.json").write_text(text)
        refuse("history", tmp_path / "history.json", words=words)

    @pytest.mark.parametrize("length", [len(PLAYS.encode()) // 2, len(PLAYS.encode()) - 1])
    def test_a_file_cut_in_the_middle(self, refuse, tmp_path, length):
        (tmp_path / AUDIO).write_bytes(PLAYS.encode()[:length])
        refuse("history", tmp_path / AUDIO, words=[AUDIO, "cut off"])

    def test_a_file_cut_between_two_plays(self, refuse, tmp_path):
        (tmp_path / AUDIO).write_text(PLAYS[: PLAYS.rindex("{")])
        refuse("history", tmp_path / AUDIO, words=[AUDIO, "cut off"])

    @pytest.mark.parametrize("text", [PLAYS[:-1] + ", 5]", PLAYS.replace('"ts"', "ts", 5), PLAYS + "]"])
    def test_a_file_that_is_broken_further_on(self, refuse, export, text):
        refuse("history", export({AUDIO: text}), words=[AUDIO])

    def test_one_bad_file_among_good_ones(self, refuse, export):
        path = export({AUDIO: PLAYS, "Streaming_History_Audio_2.json": PLAYS[:-5]})
        refuse("history", path, words=["Streaming_History_Audio_2.json"])

    def test_letters_of_another_encoding_far_from_the_start(self, refuse, tmp_path):
        (tmp_path / AUDIO).write_bytes((PLAYS[:-1] + " " * 100_000 + ',{"ts": "é", "ms_played": 1}]').encode("latin-1"))
        text = PLAYS.replace("ç", "c").replace("ã", "a").replace("í", "i").replace("é", "e")
        (tmp_path / AUDIO).write_bytes((text[:-1] + " " * 100_000 + ',{"ts": "é", "ms_played": 1}]').encode("latin-1"))
        refuse("history", tmp_path / AUDIO, words=["not in UTF-8"])

    def test_no_play_that_can_be_used(self, refuse, export):
        refuse("history", export({AUDIO: [make_play(ts="x")] * 3}), words=["none of 3 rows", "the time cannot be read"])


class TestDataset:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Title,Artist\nUm,Ana\n", ["no column track_id", "'Title'", "--columns"]),
            ("track_id\n" + "1" * 22, ["is no table"]),
            ("track_id,foo\n" + "1" * 22 + ",2\n", ["nothing else that is known", "'foo'"]),
            ("track_id,tempo,TEMPO\n" + "1" * 22 + ",2,3\n", ["several columns", "tempo"]),
            ("track_id,track_id,tempo\n" + "1" * 22 + ",2,3\n", ["several columns", "track_id"]),
            ("track_id,tempo\n", ["holds no rows"]),
            ("track_id,tempo\nx,1\ny,1\nNA,1\n", ["none of 3 rows", "track_id is not the id of a Spotify track"]),
            ('[{"track_id": 1}]', ["neither CSV nor Parquet"]),
            ("track_id,tempo\n" + ("1" * 22 + ",2\r\n") * 9 + ("1" * 22 + ",2\n") * 9, ["line ends"]),
        ],
    )
    def test_a_file_that_is_no_dataset(self, refuse, tmp_path, text, words):
        (tmp_path / "tracks.csv").write_bytes(text.encode())
        refuse("dataset", tmp_path / "tracks.csv", words=words)

    def test_a_column_twice_that_nobody_reads_does_no_harm(self, load, warehouse, tmp_path):
        (tmp_path / "tracks.csv").write_text("track_id,tempo,x,x\n" + "1" * 22 + ",2,3,4\n")
        assert load("dataset", tmp_path / "tracks.csv").exit_code == 0

    def test_letters_of_another_encoding_far_from_the_start(self, refuse, dataset):
        path = dataset([make_row(number, track_name="Um") for number in range(2_000)])
        path.write_bytes(path.read_bytes() + b"1,\xe9\n")
        refuse("dataset", path, words=["not in UTF-8"])

    @pytest.mark.parametrize("name", ["tracks.csv.gz", "tracks.csv"])
    def test_a_packed_file_that_is_cut_off_or_named_wrongly(self, refuse, dataset, name):
        path = dataset([make_row(number) for number in range(20_000)], name)
        packed = gzip.compress(path.read_bytes())
        path.write_bytes(packed[: len(packed) // 2])
        refuse("dataset", path, words=[name])

    def test_parquet_that_is_cut_off(self, refuse, tmp_path):
        (tmp_path / "tracks.parquet").write_bytes(b"PAR1" + b"x" * 100)
        refuse("dataset", tmp_path / "tracks.parquet", words=["damaged or cut off"])

    @pytest.mark.parametrize(
        ("columns", "words"),
        [
            ("tempo", ["names no column", "field=column"]),
            ("tempi=tempo", ["no field 'tempi'", "track_id"]),
            ("tempo=bpm", ["no column 'bpm'"]),
            ("tempo=tempo,tempo=energy", ["twice"]),
            ("gone.yml", ["gone.yml", "cannot be read"]),
            ("bad.yml", ["bad.yml", "not YAML"]),
            ("list.yml", ["list.yml", "no pairs"]),
        ],
    )
    def test_columns_that_mean_nothing(self, refuse, dataset, tmp_path, columns, words):
        (tmp_path / "bad.yml").write_text("a: [")
        (tmp_path / "list.yml").write_text("- a\n")
        refuse("dataset", dataset([make_row()]), "--columns", columns, words=words)

    def test_a_name_that_is_none(self, refuse, dataset):
        refuse("dataset", dataset([make_row()]), "--name", "!?", words=["--name"])


def test_a_bad_file_leaves_a_warehouse_as_it_was(load, export, warehouse, tmp_path):
    assert load("history", export({AUDIO: PLAYS})).exit_code == 0
    before = read_raw(warehouse)
    (tmp_path / AUDIO).write_text(PLAYS[:-5])
    check_one_line(load("history", tmp_path / AUDIO), 2, "cut off")
    assert read_raw(warehouse) == before


@pytest.mark.deep
def test_files_do_not_mix_with_the_made_up_world(load, load_demo, export, dataset, warehouse):
    assert load_demo("--artists", "10", "--as-of", FIRST_DAY, "--quiet").exit_code == 0
    before = fingerprint(warehouse)
    check_one_line(load("history", export({AUDIO: PLAYS})), 2, "demo", "ECHOSTREAM_DUCKDB")
    check_one_line(load("dataset", dataset([make_row()])), 2, "demo", "ECHOSTREAM_DUCKDB")
    assert fingerprint(warehouse) == before


def test_the_made_up_world_does_not_mix_with_files(load, load_demo, export, dataset, warehouse):
    assert load("history", export({AUDIO: PLAYS})).exit_code == 0
    assert load("dataset", dataset([make_row()])).exit_code == 0
    check_one_line(load_demo("--artists", "10", "--as-of", FIRST_DAY, "--quiet"), 2, "dataset, export")
