"""Puts the page together: the figures over what was read, their rows, the libraries that draw them, all in one file."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment
from markupsafe import Markup

from dashboard.figures import Figure, Section
from dashboard.read import Dataset, Marts
from dashboard.results import BuildResults
from dashboard.sections.artists import make_artists_section, make_climbers_section, make_history_section
from dashboard.sections.build import make_build_section
from dashboard.sections.catalogue import make_catalogue_sections
from dashboard.sections.listening import make_listening_section

_HERE = Path(__file__).parent
_SHORT_TITLES = {
    "artists": "Popularity",
    "durations": "Durations",
    "explicit": "Explicit",
    "releases": "Releases",
    "audio": "Audio profile",
    "build": "The warehouse",
}
# What the page's script draws with.
_SNIPPET = "window.vegaEmbed = vegaEmbed;"
_PROVIDERS = {"spotify": "Spotify", "reccobeats": "ReccoBeats"}


@dataclass(frozen=True)
class Tile:
    """A headline figure."""

    name: str
    label: str
    number: str
    beside: str


def write_page_text(marts: Marts, results: BuildResults | None) -> str:
    """Write the page.

    Args:
        marts: What was read of the marts.
        results: The results of dbt's last build; None if they are not known.

    Returns:
        The page's HTML, which asks no network for anything.
    """
    datasets = {**marts.datasets, **_make_result_datasets(results)}
    sections = _make_sections(marts, results)
    shown = [figure for section in sections for figure in section.figures if _has_rows(figure, datasets)]
    told = {
        "artists": marts.artists,
        "datasets": {
            name: {"columns": datasets[name].columns, "rows": datasets[name].rows}
            for name in dict.fromkeys(figure.dataset for figure in shown)
        },
        "figures": [figure.describe() for figure in shown],
    }
    style = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in ("base.css", "style.css"))
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    bundle = vl_convert.javascript_bundle(_SNIPPET)
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
        (_HERE / "template.html").read_text(encoding="utf-8")
    )
    days = _find_days(datasets)
    return template.render(
        policy=_make_policy(style, (bundle, script)),
        title="EchoStream dashboard" + (" (made-up data)" if _is_made_up(marts) else ""),
        style=Markup(style),  # noqa: S704 - ours
        script=Markup(script),  # noqa: S704 - ours
        bundle=Markup(bundle),  # noqa: S704 - Vega's
        data=Markup(_write_json(told)),  # noqa: S704 - no character of it can end the element
        lead=_write_lead(days),
        notes=_write_notes(marts),
        tiles=_make_tiles(marts, results, datasets),
        sections=_put_empty_last([_describe_section(section, datasets) for section in sections]),
        first_day=days[0] if days else "",
        last_day=days[-1] if days else "",
        attribution=_write_attribution(marts),
    )


def _make_sections(marts: Marts, results: BuildResults | None) -> list[Section]:
    why_empty = _explain_no_popularity(marts)
    why_no_growth = "No growth in followers was observed: that needs measurements on two days, 1, 7 or 28 days apart."
    why_no_rising = "No growth in popularity was observed: that needs measurements on two days, 7 days apart."
    why_no_results = (
        "The results of the last dbt build are not available here: run dbt build on this machine, then this page again."
    )
    return [
        make_artists_section(why_empty),
        make_climbers_section(
            why_no_growth if marts.datasets["artist_days"].rows else why_empty,
            why_no_rising if marts.facts["popularities"] else why_empty,
        ),
        *make_catalogue_sections(marts.facts["tracks"]),
        make_listening_section(marts.facts["plays"]),
        make_history_section(),
        make_build_section(why_no_results, failed=bool(results and results.failures)),
    ]


def _explain_no_popularity(marts: Marts) -> str:
    if marts.facts["development_loads"]:
        return (
            "Spotify returns popularity and followers to extended-quota apps only; this warehouse’s app, which is in "
            "development mode, did not receive any."
        )
    return "No popularity has been measured yet: load artists (python -m loader --artist …), then dbt build."


def _make_result_datasets(results: BuildResults | None) -> dict[str, Dataset]:
    counts = [] if results is None else [[kind, status, number] for (kind, status), number in results.counts.items()]
    failures = [] if results is None else [list(failure) for failure in results.failures]
    return {
        "tests": Dataset(("kind", "status", "number"), sorted(counts)),
        "failures": Dataset(("kind", "name", "status", "message"), failures),
    }


def _has_rows(figure: Figure, datasets: dict[str, Dataset]) -> bool:
    dataset = datasets[figure.dataset]
    if figure.needs is None:
        return bool(dataset.rows)
    place = dataset.columns.index(figure.needs)
    return any(row[place] is not None for row in dataset.rows)


def _describe_section(section: Section, datasets: dict[str, Dataset]) -> dict[str, Any]:
    """Describe a section to the template; one without a row in any figure says why, once."""
    empty = {figure.name: "" if _has_rows(figure, datasets) else figure.empty for figure in section.figures}
    nothing = all(empty.values())
    return {
        "name": section.name,
        "title": section.title,
        "short": _SHORT_TITLES.get(section.name, section.title),
        "says": section.says,
        "reasons": list(dict.fromkeys(empty.values())) if nothing else [],
        "figures": []
        if nothing
        else [
            {
                "name": figure.name,
                "title": figure.title,
                "says": figure.says,
                "wide": figure.wide,
                "chart": figure.chart is not None,
                "choice": figure.choice,
                "empty": empty[figure.name],
            }
            for figure in section.figures
        ],
    }


def _put_empty_last(described: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put sections with nothing to show after the others; that of the warehouse itself stays the last."""
    *sections, last = described
    return [*sorted(sections, key=lambda section: not section["figures"]), last]


def _is_made_up(marts: Marts) -> bool:
    return bool(marts.facts["made_up_loads"])


def _find_days(datasets: dict[str, Dataset]) -> list[str]:
    """Find the days that the filters can choose among, in their order."""
    fields = (("artist_days", "day"), ("months", "month"), ("streaks", "last_day"), ("loads", "day"))
    return sorted(
        {row[datasets[name].columns.index(field)] for name, field in fields for row in datasets[name].rows} - {None}
    )


def _write_lead(days: list[str]) -> str:
    lead = "What is in the marts: artists and tracks over time, the current catalogue, and listening."
    return f"{lead} From {_tell_day(days[0])} to {_tell_day(days[-1])}." if days else lead


def _write_notes(marts: Marts) -> list[str]:
    notes = []
    if _is_made_up(marts):
        notes.append("Made-up data: this is the warehouse of EchoStream’s demo. No artist, track or number is real.")
    if not marts.facts["loads"]:
        notes.append("This warehouse is empty: no load is recorded in it. Run the loader, then dbt build.")
    return notes


def _make_tiles(marts: Marts, results: BuildResults | None, datasets: dict[str, Dataset]) -> list[Tile]:
    facts = marts.facts
    days = sorted({row[1] for row in datasets["artist_days"].rows})
    tiles = [
        Tile("artists", "Artists", _tell_number(facts["artists"]), "current versions"),
        Tile("albums", "Albums", _tell_number(facts["albums"]), "including singles"),
        Tile("tracks", "Tracks", _tell_number(facts["tracks"]), "current versions"),
    ]
    if days:
        tiles.append(Tile("days", "Days measured", _tell_number(len(days)), f"newest {_tell_day(days[-1])}"))
    if facts["plays"]:
        hours = (facts["ms_played"] or 0) / 3_600_000
        tiles.append(Tile("plays", "Plays", _tell_number(facts["plays"]), f"sessions: {facts['sessions']:,}"))
        tiles.append(Tile("hours", "Hours heard", _tell_number(round(hours)), "where the length is known"))
    if results is not None:
        passed, run = results.count_tests()
        tiles.append(
            Tile("tests", "Tests passed", f"{passed:,} of {run:,}", f"build of {_tell_day(results.finished_at)}")
        )
    return tiles


def _write_attribution(marts: Marts) -> list[str]:
    loaded_at = marts.facts["loaded_at"]
    providers = [_PROVIDERS.get(name, name) for name, _ in marts.datasets["providers"].rows]
    lines = ["Data from Spotify" if not _is_made_up(marts) else "Made-up data, in the form of data from Spotify"]
    if providers:
        lines.append(f"Audio features from {', '.join(providers)}.")
    if loaded_at:
        lines.append(f"Last load: {_tell_day(loaded_at)}, {loaded_at[11:16]} UTC.")
    lines.append(
        f"Made from {Path(marts.address).name} on {datetime.now(UTC):%d %B %Y, %H:%M} UTC by EchoStream.".replace(
            " 0", " "
        )
    )
    return lines


def _tell_number(number: int) -> str:
    return f"{number:,}"


def _tell_day(text: str) -> str:
    day = datetime.fromisoformat(text)
    return f"{day.day} {day:%b %Y}"


def _write_json(told: dict[str, Any]) -> str:
    """Write JSON in which no text can end the element it stands in, or begin a comment."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _make_policy(style: str, scripts: Iterable[str]) -> str:
    """Make the policy that forbids every request, and every script and style but the page's own."""
    allowed = " ".join(_hash(script) for script in scripts)
    return f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
