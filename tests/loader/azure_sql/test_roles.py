"""The script of the four roles: T-SQL, and nobody is given more than their part."""

import re

import sqlfluff

from tests.conftest import ROOT
from tests.project.tsql.check import Batch, find_refusals

ROLES = ROOT / "sql" / "azure" / "roles.sql"


def read_grants():
    """Read who is given what on which schema; None where it is the database."""
    script = re.sub(r"--.*", "", ROLES.read_text())
    return {
        (role, right.strip(), schema or None)
        for rights, schema, role in re.findall(r"grant ([a-z, ]+?)(?: on schema::(\w+))? to (\w+);", script)
        for right in rights.split(",")
    }


def test_the_script_is_t_sql():
    sqlfluff.parse(ROLES.read_text(), dialect="tsql")


def test_the_script_is_parsed_by_sql_server():
    batches = re.split(r"^go$", ROLES.read_text(), flags=re.IGNORECASE | re.MULTILINE)
    assert find_refusals([Batch("roles.sql", batch) for batch in batches]) == []


def test_each_role_has_its_schemas_and_no_other():
    schemas = {}
    for role, _, schema in read_grants():
        schemas.setdefault(role, set()).add(schema)
    assert schemas == {
        "echostream_loader": {None, "raw_spotify", "raw_spotify_staging"},
        "echostream_transformer": {None, "raw_spotify", "staging", "intermediate", "snapshots", "marts"},
        "echostream_developer": {None, "raw_spotify", "staging", "intermediate", "snapshots", "marts"},
        "echostream_reader": {"marts"},
    }


def test_only_the_loader_writes_raw_and_only_it_makes_no_views():
    grants = read_grants()
    assert {right for role, right, schema in grants if schema == "raw_spotify" and role != "echostream_loader"} == {
        "select"
    }
    assert {right for role, right, _ in grants if role == "echostream_reader"} == {"select"}
    assert {right for role, right, schema in grants if role == "echostream_developer" and schema} == {"select"}
    assert {right for role, right, schema in grants if role == "echostream_loader" and schema is None} == {
        "create table"
    }
