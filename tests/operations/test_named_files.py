"""Names of files as a person types them, through a shell or through make."""

from pathlib import Path

import pytest

from operations.named_files import find_named_files


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "My Data").mkdir()
    for name in ("a.zip", "b.zip", "it's.zip", "My Data/export.zip", "$x [1].zip"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ([], []),
        ([""], []),
        (["a.zip"], ["a.zip"]),
        (["a.zip", "b.zip"], ["a.zip", "b.zip"]),
        (["a.zip b.zip"], ["a.zip", "b.zip"]),
        (["My Data/export.zip"], ["My Data/export.zip"]),
        (["My Data"], ["My Data"]),
        (['"My Data/export.zip" a.zip'], ["My Data/export.zip", "a.zip"]),
        ([r"My\ Data/export.zip a.zip"], ["My Data/export.zip", "a.zip"]),
        (["it's.zip"], ["it's.zip"]),
        (["$x [1].zip"], ["$x [1].zip"]),
        (["[ab].zip"], ["a.zip", "b.zip"]),
        (["a.zip missing.zip"], ["a.zip", "missing.zip"]),
        (["no such file.zip"], ["no such file.zip"]),
        (["isn't.zip"], ["isn't.zip"]),
        (["~nobody-of-that-name/a.zip"], ["~nobody-of-that-name/a.zip"]),
        (["x" * 5000], ["x" * 5000]),
    ],
)
def test_names_are_found_as_they_were_meant(folder, typed, found):
    assert find_named_files(typed) == [Path(name) for name in found]


def test_the_home_directory_is_known(folder):
    assert find_named_files(["~/a.zip", "~/a.zip ~/b.zip"]) == [folder / "a.zip", folder / "a.zip", folder / "b.zip"]
