"""What the tests of the whole way share: dbt, and the marts to compare warehouses by."""

import pytest

from tests.conftest import read_schema


@pytest.fixture
def dbt(make_dbt, tmp_path):
    """Dbt over the warehouse of the test."""
    return make_dbt(tmp_path / "target")


def read_marts(path):
    """Read all rows of all marts, to compare warehouses by."""
    return read_schema(path, "marts")
