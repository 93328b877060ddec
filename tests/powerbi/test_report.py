"""The report: every field is one of the model's, every visual has its place, a title and a text to be read out."""

import json
from collections import defaultdict

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from tests.conftest import ROOT
from tests.powerbi.project import FOLDER, REPORT, find_fields, find_unresolved_in_visuals

SCHEMAS = ROOT.parent / "shared" / "reference" / "powerbi-schemas"
ADDRESS = "https://developer.microsoft.com/json-schemas/"
PAGES = {
    path.parent.name: json.loads(path.read_text("utf-8"))
    for path in sorted(REPORT.glob("definition/pages/*/page.json"))
}


def read_files():
    """Read every file of the project that is JSON, by path."""
    paths = [path for path in FOLDER.rglob("*") if path.suffix in (".json", ".pbip", ".pbir", ".pbism")]
    paths += FOLDER.rglob(".platform")
    return {path.relative_to(FOLDER).as_posix(): json.loads(path.read_text("utf-8")) for path in paths}


def test_every_file_passes_its_schema():
    if not SCHEMAS.is_dir():
        pytest.skip(f"Microsoft's schemas are not in {SCHEMAS}")
    schemas = {
        ADDRESS + path.relative_to(SCHEMAS).as_posix(): json.loads(path.read_text("utf-8"))
        for path in SCHEMAS.rglob("*.json")
    }
    registry = Registry().with_resources((name, Resource.from_contents(schema)) for name, schema in schemas.items())

    def list_errors(content):
        validator = Draft7Validator(schemas[content["$schema"]], registry=registry)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(content)]

    # Power BI has no schema for themes here.
    files = {path: content for path, content in read_files().items() if "StaticResources" not in path}
    assert len(files) > 90
    assert not {path: errors for path, content in files.items() if (errors := list_errors(content))}
    (broken,) = [content for path, content in files.items() if path.endswith("followers_by_day/visual.json")]
    broken["visual"]["query"]["queryState"]["Y"]["projections"][0]["queryRef"] = 1
    assert list_errors(broken)


def test_the_project_names_its_parts():
    files = read_files()
    (artifact,) = files["EchoStream.pbip"]["artifacts"]
    assert (FOLDER / artifact["report"]["path"]).samefile(REPORT)
    model = files["EchoStream.Report/definition.pbir"]["datasetReference"]["byPath"]["path"]
    assert (REPORT / model / "definition" / "model.tmdl").is_file()
    for package in files["EchoStream.Report/definition/report.json"]["resourcePackages"]:
        for item in package["items"]:
            assert (REPORT / "StaticResources" / package["name"] / item["path"]).is_file()


def test_every_field_is_found_in_the_model(model, visuals):
    assert len(visuals) > 50
    assert not find_unresolved_in_visuals(model, visuals)


def test_fields_are_named_alike_wherever_a_visual_names_them(visuals):
    for place, visual in visuals.items():
        projections = [each for role in roles_of(visual).values() for each in role["projections"]]
        shown = set()
        for projection in projections:
            ((_, table, name),) = find_fields(projection)
            assert (projection["queryRef"], projection["nativeQueryRef"]) == (f"{table}.{name}", name), place
            shown.add((table, name))
        sorted_by = find_fields(visual["visual"].get("query", {}).get("sortDefinition", {}))
        assert {(table, name) for _, table, name in sorted_by} <= shown, place
        for selector in find_values(visual, "metadata"):
            assert tuple(selector.split(".", 1)) in shown, place


def roles_of(visual):
    return visual["visual"].get("query", {}).get("queryState", {})


def find_values(part, key):
    """Find the values of a key, however deep."""
    if isinstance(part, list):
        return [found for item in part for found in find_values(item, key)]
    if not isinstance(part, dict):
        return []
    here = [part[key]] if key in part else []
    return here + [found for value in part.values() for found in find_values(value, key)]


def test_pages_and_visuals_are_where_they_say():
    order = json.loads((REPORT / "definition/pages/pages.json").read_text("utf-8"))
    assert sorted(order["pageOrder"]) == sorted(PAGES)
    assert order["activePageName"] == order["pageOrder"][0]
    assert all(page["name"] == name for name, page in PAGES.items())
    assert len({page["displayName"] for page in PAGES.values()}) == len(PAGES)


def test_visuals_lie_within_their_page_and_not_over_one_another(visuals):
    by_page = defaultdict(list)
    for (page, name), visual in visuals.items():
        assert visual["name"] == name
        by_page[page].append((name, visual["position"]))
    assert by_page.keys() == PAGES.keys()
    for page, positions in by_page.items():
        for name, place in positions:
            assert place["x"] >= 0 <= place["y"], name
            assert place["x"] + place["width"] <= PAGES[page]["width"], f"{page}: {name}"
            assert place["y"] + place["height"] <= PAGES[page]["height"], f"{page}: {name}"
        for index, (name, place) in enumerate(positions):
            for other, there in positions[index + 1 :]:
                assert not overlap(place, there), f"{page}: {name} and {other}"
        assert overlap(positions[0][1], positions[0][1])


def overlap(one, other):
    """Tell whether two places share a point."""
    return all(
        one[start] < other[start] + other[length] and other[start] < one[start] + one[length]
        for start, length in (("x", "width"), ("y", "height"))
    )


def test_every_visual_tells_what_it_shows(visuals):
    for place, visual in visuals.items():
        shown = visual["visual"]["visualContainerObjects"]
        assert len(read_text(shown["general"][0]["properties"]["altText"])) > len("Choose by: "), place
        if visual["visual"]["visualType"] != "textbox":
            assert read_text(shown["title"][0]["properties"]["text"]), place
            assert roles_of(visual), place


def read_text(value):
    return value["expr"]["Literal"]["Value"].strip("'")


def test_keys_lead_through_a_page_as_eyes_do(visuals):
    by_page = defaultdict(list)
    for (page, _), visual in visuals.items():
        by_page[page].append(visual["position"])
    for page, positions in by_page.items():
        assert len({place["tabOrder"] for place in positions}) == len(positions), page
        passed = [place["y"] for place in sorted(positions, key=lambda place: place["tabOrder"])]
        assert passed == sorted(passed), page


def test_every_page_says_whose_data_it_is(visuals):
    for page in PAGES:
        runs = find_values(visuals[page, "attribution"], "textRuns")
        assert any("Data from Spotify" in run["value"] for group in runs for run in group)


def test_colours_are_told_apart_from_their_ground():
    theme = json.loads((REPORT / "StaticResources/RegisteredResources/EchoStream.json").read_text("utf-8"))
    assert len(set(theme["dataColors"])) == len(theme["dataColors"]) >= 6
    # WCAG 2.2, 1.4.3: text 4.5 to 1; lines and columns would do with 3 to 1 (1.4.11).
    for colour in [*theme["dataColors"], theme["foreground"], theme["good"], theme["bad"], theme["neutral"]]:
        assert contrast(colour, theme["background"]) >= 4.5, colour


def contrast(one, other):
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))
