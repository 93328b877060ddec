"""Tiers and areas of the tests: which command runs which, and what a run left out.

A test marked `deep` takes seconds, and so does every test that stands on the whole project, built: `make test` leaves
them out, `make test-all` runs them. The areas are the parts that the workflow runs side by side. Every test has exactly
one: that of the longest path here that it is under, else the rest's.
"""

from collections import Counter
from pathlib import PurePosixPath

import pytest

AREAS = {
    "tests/loader": "loader",
    "tests/local_api": "loader",
    "tests/warehouse": "warehouse",
    "tests/dashboard": "browser",
    "tests/project/test_tsql.py": "tsql",
}
REST = "project"
# The fixture that takes longest to make: the project, built.
SHARED_BUILD = "project"
ALL_AREAS = (*dict.fromkeys(AREAS.values()), REST)


def find_area(path):
    """Find the area of a test by the path of its file from the top of the repository."""
    for folder in (PurePosixPath(path), *PurePosixPath(path).parents):
        if str(folder) in AREAS:
            return AREAS[str(folder)]
    return REST


def pytest_addoption(parser):
    group = parser.getgroup("tiers")
    group.addoption("--area", choices=ALL_AREAS, help="run the tests of one area only")
    group.addoption("--brief", action="store_true", help="print nothing about a test that passes")


def pytest_configure(config):
    config.pluginmanager.register(Tiers(config), "tiers of tests")


class Tiers:
    """Chooses and orders the tests of a run, and says at its end which it left out."""

    def __init__(self, config):
        self.config = config
        self.left_out = Counter()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config, items):
        for item in items:
            if _stands_on_build(item):
                item.add_marker(pytest.mark.deep)
        wanted = config.getoption("area")
        if wanted:
            others = [item for item in items if _find_area_of(item) != wanted]
            items[:] = [item for item in items if _find_area_of(item) == wanted]
            config.hook.pytest_deselected(items=others)
        # Long ones first, so that no worker begins one when the others are done; and the build that many tests share,
        # so that few wait for it.
        items.sort(
            key=lambda item: (
                item.get_closest_marker("deep") is None,
                not _stands_on_build(item),
            )
        )

    def pytest_deselected(self, items):
        wanted = self.config.getoption("area")
        for item in items:
            area = _find_area_of(item)
            if item.get_closest_marker("deep") and wanted in (None, area):
                self.left_out[area] += 1

    def pytest_sessionfinish(self, session):
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["left_out"] = dict(self.left_out)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        # Every worker collects the same tests.
        self.left_out |= Counter(getattr(node, "workeroutput", {}).get("left_out", {}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report, config):
        if config.getoption("brief") and report.passed and report.when == "call":
            return "passed", "", "PASSED"
        if config.getoption("brief") and report.skipped and not hasattr(report, "wasxfail"):
            return "skipped", "", "SKIPPED"
        return None

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter):
        skipped = terminalreporter.stats.get("skipped", [])
        if skipped and self.config.getoption("brief"):
            reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
            told = "; ".join(f"{count} ({reason})" for reason, count in reasons.items())
            terminalreporter.write_line(f"Skipped: {told}")
        if self.left_out:
            areas = ", ".join(f"{area} {self.left_out[area]}" for area in ALL_AREAS if self.left_out[area])
            terminalreporter.write_line(
                f"Not run: {self.left_out.total()} slow tests ({areas}); make test-all runs them."
            )


def _stands_on_build(item):
    return SHARED_BUILD in getattr(item, "fixturenames", ())


def _find_area_of(item):
    return find_area(item.path.relative_to(item.config.rootpath).as_posix())
