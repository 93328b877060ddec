"""The schema that the dashboard reads: the marts, or a developer's own."""

import pytest

from dashboard.read import read_from
from loader.errors import UserError
from loader.settings import read_marts_schema


@pytest.mark.parametrize(("prefix", "schema"), [(None, "marts"), ("", "marts"), ("dev_ana", "dev_ana_marts")])
def test_the_variable_names_the_schema(monkeypatch, prefix, schema):
    monkeypatch.delenv("ECHOSTREAM_DEV_SCHEMA", raising=False)
    if prefix is not None:
        monkeypatch.setenv("ECHOSTREAM_DEV_SCHEMA", prefix)
    assert read_marts_schema() == schema


@pytest.mark.parametrize("prefix", ["Dev", "dev-ana", "1dev", "x'; drop table marts.dim_date; --", "dev ana", "dev\n"])
def test_what_cannot_begin_a_schemas_name_is_refused(monkeypatch, prefix):
    monkeypatch.setenv("ECHOSTREAM_DEV_SCHEMA", prefix)
    with pytest.raises(UserError, match="ECHOSTREAM_DEV_SCHEMA is"):
        read_marts_schema()


def test_questions_to_the_marts_go_to_the_other_schema():
    asked = []
    ask = read_from(lambda query, most=None: asked.append((query, most)), "dev_ana_marts")
    ask("select marts.dim_date.date_key from marts.dim_date, dev.x", 3)
    assert asked == [("select dev_ana_marts.dim_date.date_key from dev_ana_marts.dim_date, dev.x", 3)]
