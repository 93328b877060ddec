"""The documentation's site: every guide a page, and no link that leads nowhere."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import ROOT
from tools import build_site
from tools.build_site import NEEDED, BrokenLinkError, list_guides, main
from tools.take_pictures import PICTURES, SHOTS

LINK = re.compile(r'(?:href|src)="([^"]*)"')


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder in which the demo has written its pages."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "site"
    folder.mkdir()
    for name in NEEDED:
        (folder / name).write_text("<title>of the demo</title>")
    return folder


def test_no_link_of_the_site_leads_nowhere(site, capsys):
    assert main() == 0
    assert "site/index.html" in capsys.readouterr().out
    pages = {path: path.read_text() for path in site.rglob("*.html") if path.name not in NEEDED}
    assert len(pages) == len(list_guides()) + 1
    followed = 0
    for path, text in pages.items():
        for link in map(urlsplit, LINK.findall(text)):
            if link.scheme:
                continue
            target = (path.parent / link.path).resolve() if link.path else path
            assert target.is_file(), f"{path.name}: {link.path}"
            assert not link.path.endswith(".md")
            if link.fragment:
                assert f'id="{link.fragment}"' in target.read_text(), f"{path.name}: #{link.fragment}"
            followed += 1
    assert followed > 60
    index = pages[site / "index.html"]
    assert {f'href="{path.with_suffix(".html")}"' for path in list_guides()} <= set(re.findall(r'href="[^"]*"', index))
    assert "<table>" in pages[site / "README.html"]


def test_a_broken_link_is_told_and_so_is_a_demo_that_was_not_played(site, monkeypatch, capsys):
    with pytest.raises(BrokenLinkError, match=r"docs/page\.md links to gone\.md, which is not there"):
        root = site.parent / "repository"
        (root / "docs").mkdir(parents=True)
        (root / "docs" / "page.md").write_text("# Title\n\n[gone](gone.md)\n")
        monkeypatch.setattr(build_site, "ROOT", root)
        build_site.read_guide(Path("docs/page.md"), set())
    (site / "dashboard.html").unlink()
    assert main() == 2
    assert capsys.readouterr().err.splitlines() == [
        "There is no site/dashboard.html: run make site, which plays the demo first."
    ]


def test_the_readme_shows_the_pictures_that_the_script_takes():
    shown = set(re.findall(r"\(docs/pictures/([\w-]+)\.png\)", (ROOT / "README.md").read_text()))
    assert shown == {shot.name for shot in SHOTS} == {path.stem for path in PICTURES.glob("*.png")}
    assert all(path.stat().st_size < 300_000 for path in PICTURES.glob("*"))
