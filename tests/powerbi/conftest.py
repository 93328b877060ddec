"""The Power BI project, read once, and dbt's manifest of the project, as it was parsed once for all tests."""

import json

import pytest

from tests.dbt_process import parse
from tests.powerbi.project import read_model, read_visuals


@pytest.fixture(scope="session")
def model():
    return read_model()


@pytest.fixture(scope="session")
def visuals():
    return read_visuals()


@pytest.fixture(scope="session")
def manifest(make_once):
    """What dbt knows of the project."""
    parsed = make_once("parsed-duckdb", parse)
    return json.loads((parsed / "manifest.json").read_text(encoding="utf-8"))
