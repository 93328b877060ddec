"""The Power BI project, read once, and dbt's manifest of the project that the tests of dbt build."""

import json

import pytest

from tests.powerbi.project import read_model, read_visuals
from tests.project.conftest import build, name_project


@pytest.fixture(scope="session")
def model():
    return read_model()


@pytest.fixture(scope="session")
def visuals():
    return read_visuals()


@pytest.fixture(scope="session")
def manifest(make_once):
    """What dbt knows of the project, of the same build as that of tests/project."""
    built = name_project(make_once("built", lambda folder: build(name_project(folder))))
    return json.loads((built.target / "manifest.json").read_text(encoding="utf-8"))
