"""The project in T-SQL: all that dbt would send to Azure SQL parses there, and holds text and keys as DuckDB does."""

import json
import re
import shutil

import pytest
from sqlfluff.core import FluffConfig, Linter

from tests.project.conftest import Project
from tests.project.tsql.check import ENVIRONMENT, Batch, find_refusals, read_batches, record

pytestmark = pytest.mark.deep

COLLATION = "collate Latin1_General_100_BIN2"
TEXT_TYPE = re.compile(r"\bn?(?:var)?char\(\w+\)", re.IGNORECASE)

REFUSED = {
    "limit": "select track_id from {{ ref('stg_spotify__tracks') }} limit 1",
    "double_colon": "select duration_ms::int as duration_ms from {{ ref('stg_spotify__tracks') }}",
    "with_in_subquery": "select x.a from (with b as (select 1 as a) select b.a from b) as x",
    "boolean_value": "select duration_ms > 1 as is_long from {{ ref('stg_spotify__tracks') }}",
    "boolean_literal": "select true as is_long from {{ ref('stg_spotify__tracks') }}",
    "using": "select t.track_id from {{ ref('stg_spotify__tracks') }} as t "
    "inner join {{ ref('stg_spotify__track_metrics') }} as m using (track_id)",
    "qualify": "select track_id from {{ ref('stg_spotify__tracks') }} "
    "qualify row_number() over (order by track_id) = 1",
}


@pytest.fixture(scope="session")
def recordings(project, make_once):
    """What dbt would send, by build: the first, and a later one, which takes the other branch of incremental models."""

    def fill(folder):
        record(project, folder / "first", "first", "build")
        # Tests are the same however a model grew.
        record(project, folder / "later", "later", "build", "--exclude-resource-type", "test", "unit_test")

    folder = make_once("tsql", fill)
    return {which: read_batches(folder / which) for which in ("first", "later")}


@pytest.fixture(scope="session")
def batches(recordings):
    """What dbt would send, of both builds."""
    return recordings["first"] + recordings["later"]


@pytest.fixture(scope="session")
def analyses(project, make_once):
    """The analyses in T-SQL."""
    folder = make_once("tsql-analyses", lambda folder: record(project, folder, "first", "compile"))
    return [
        Batch(f"analysis.echostream.{path.stem}", path.read_text())
        for path in sorted((folder / "target" / "compiled" / "echostream" / "analyses").glob("*.sql"))
    ]


def views_of(batches):
    """The queries of models, snapshots and tests, by node, as their views would be created."""
    for batch in batches:
        for view in re.findall(
            r"^\s*EXEC\('\s*CREATE(?: OR ALTER)? VIEW \S+ AS (.*?);\s*'\)", batch.sql, re.DOTALL | re.MULTILINE | re.I
        ):
            yield batch.node, view.replace("''", "'").strip() + "\n"


def test_microsofts_parser_takes_every_batch(batches, analyses):
    assert find_refusals(batches + analyses) == []


def test_every_node_is_sent(project, recordings):
    manifest = json.loads((project.target / "manifest.json").read_text())
    nodes = {name for name in (*manifest["nodes"], *manifest["unit_tests"]) if not name.startswith("analysis.")}
    sent = {which: {batch.node for batch in batches} - {""} for which, batches in recordings.items()}
    assert sent["first"] == nodes
    assert sent["later"] == {name for name in nodes if name.startswith(("model.", "snapshot."))}


def test_sqlfluff_finds_nothing_in_models_snapshots_tests_and_analyses(batches, analyses):
    generic = re.compile(r"^test\.echostream\.(?!assert_)")
    queries = {(node, view) for node, view in views_of(batches) if not generic.match(node) and "unit_test" not in node}
    queries |= {(batch.node, batch.sql) for batch in analyses}
    assert len(queries) > 60
    # The house's exceptions (.sqlfluff); layout is looked at where it is written.
    rules = {"rules": "ambiguous, convention, structure", "exclude_rules": "CV11, ST02, ST06"}
    linter = Linter(config=FluffConfig(overrides={"dialect": "tsql", "templater": "raw", **rules}))
    violations = [
        f"{node}: line {violation.line_no}: {violation.desc()}"
        for node, query in sorted(queries)
        for violation in linter.lint_string(query).violations
        if violation.rule_code() == "PRS" or not node.startswith("snapshot.")  # whose style is dbt's
    ]
    assert violations == []


@pytest.fixture(scope="session")
def refusals(project, tmp_path_factory):
    """What T-SQL refuses of a copy of the project with models that hold what it does not know."""
    top = tmp_path_factory.mktemp("refused")
    copy = Project(shutil.copytree(project.folder, top / "dbt_project"), project.warehouse)
    for name, query in REFUSED.items():
        (copy.folder / "models" / "intermediate" / f"int_{name}.sql").write_text(query)
    return find_refusals(
        record(copy, top / "recorded", "first", "run", "--select", *(f"int_{name}" for name in REFUSED))
    )


@pytest.mark.parametrize("name", REFUSED)
def test_what_tsql_refuses_is_named_with_its_model(refusals, name):
    named = [refusal for refusal in refusals if refusal.startswith(f"model.echostream.int_{name}: ")]
    assert any("Incorrect syntax near" in refusal for refusal in named), refusals


# ---------- text and keys


def declared_columns(batches):
    """The columns of the tables that are created by contract: node, name, type."""
    for batch in batches:
        for columns in re.findall(r"CREATE TABLE \S+\s+\((.*?)\n\s*\)\s*\n", batch.sql, re.DOTALL):
            for line in filter(None, (line.strip().rstrip(",") for line in columns.splitlines())):
                name, type_ = line.split(" ", 1)
                yield batch.node, name, type_


def test_all_text_is_compared_character_by_character(batches):
    columns = [(node, name, type_) for node, name, type_ in declared_columns(batches) if TEXT_TYPE.match(type_)]
    assert len(columns) > 50
    assert [column for column in columns if COLLATION not in column[2]] == []
    casts = [
        (node, cast)
        for node, view in views_of(batches)
        if node.startswith("model.")
        for cast in re.findall(r"as n?varchar\(\w+\)\)[^,\n]*", view)
        if not cast.startswith("as varchar(8000)")  # what is hashed
    ]
    assert len(casts) > 100
    assert [cast for cast in casts if COLLATION not in cast[1]] == []


def test_names_are_unicode_from_staging_to_marts(batches):
    staged = {
        (type_, name)
        for node, view in views_of(batches)
        if node.startswith("model.echostream.stg_")
        for type_, name in re.findall(rf"as (n?varchar)\(\w+\)\) {COLLATION} as (\w+)", view)
    }
    unicode = {name for type_, name in staged if type_ == "nvarchar"}
    assert unicode == {
        *("artist_name", "album_name", "track_name", "genre_name", "message", "reason"),
        *("artist_names", "subgenre_name", "episode_name", "show_name", "audiobook_title", "chapter_title", "platform"),
        *("playlist_name", "item_name", "item_uri"),
    }
    # What is not Unicode is plain ASCII: ids, and the words of an API or of this project.
    assert {name for type_, name in staged if type_ == "varchar" and not name.endswith(("_id", "_ids"))} == {
        *("album_type", "release_date", "release_date_precision", "object_type", "provider"),
        *("app_mode", "data_source", "outcome", "entity", "drop_reason"),
        *("told_by", "export_format", "content_type", "context_uri", "reason_start", "reason_end", "country"),
        *("dataset_name", "listing", "items_state", "item_type", "time_range"),
    }
    # A report names some of them after what they are of.
    wrong = [
        (node, name, type_)
        for node, name, type_ in declared_columns(batches)
        if type_.startswith("nvarchar") != (name.removeprefix("first_") in unicode)
    ]
    assert wrong == []


def test_ids_and_days_are_hashed_as_they_are_and_names_by_their_bytes_in_utf_8(batches):
    hashed = {
        text
        for _, view in views_of(batches)
        for text in re.findall(r"hashbytes\('md5', cast\((.*?) as varchar\(8000\)", view)
    }
    assert len(hashed) > 4
    day = r"concat\(\w+_id, '\|', convert\(char\(10\), (\w+|cast\('1900-01-01' as date\)), 23\)\)"
    utf_8 = r"cast\(.* as nvarchar\(4000\)\) collate Latin1_General_100_BIN2_UTF8"
    # Datasets are put in an order by theirs, and known by their names.
    hashed.remove("dataset_name")
    assert [text for text in hashed if not re.fullmatch(rf"(\w+\.)?\w+_id|{day}|{utf_8}", text, re.DOTALL)] == []


# ---------- how to get there


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({"AZURE_SQL_USER": "etl"}, {"UID: etl", "authentication: sql", "encrypt: True", "trust_cert: False"}),
        (
            {"AZURE_SQL_ENCRYPT": "no", "AZURE_SQL_TRUST_SERVER_CERTIFICATE": "yes", "AZURE_SQL_PORT": "11433"},
            {"encrypt: False", "trust_cert: True", "port: 11433"},
        ),
        (
            {"AZURE_SQL_AUTHENTICATION": "service principal", "AZURE_CLIENT_ID": "app"},
            {"authentication: serviceprincipal", "UID: app"},
        ),
        ({"AZURE_SQL_AUTHENTICATION": "managed identity"}, {"authentication: ActiveDirectoryMSI"}),
        ({"AZURE_SQL_AUTHENTICATION": "az login"}, {"authentication: ActiveDirectoryDefault"}),
    ],
)
def test_the_environment_says_how_to_connect(project, tmp_path, environment, shown):
    known = tmp_path / "known.json"
    known.write_text("{}")
    recording = ("python", "-m", "tests.project.tsql.recording", tmp_path / "batches.jsonl", known, "first")
    printed = project.succeed(*recording, "debug", "--target", "azuresql", **ENVIRONMENT, **environment)
    lines = {re.sub(r".*?\s\s+", "", line) for line in printed.splitlines()}
    assert shown | {"backend: mssql-python", "retries: 60"} <= lines


# ---------- how tables are kept


def test_facts_are_columnstores_and_what_is_looked_up_has_a_clustered_index(recordings):
    create = re.compile(r"create\s+clustered\s+(columnstore )?index", re.IGNORECASE)
    stored = {"columns": set(), "rows": set()}
    for batch in recordings["first"]:
        for columns in create.findall(batch.sql):
            stored["columns" if columns else "rows"].add(batch.node.split(".")[2])
    assert stored["columns"] == {
        *("fct_artist_popularity", "fct_album_popularity", "fct_track_popularity", "fct_audio_features"),
        *("int_track_popularity_days", "rpt_artist_popularity", "fct_playlist_tracks", "fct_top_items"),
    }
    assert stored["rows"] >= {"dim_artist", "dim_album", "dim_track", "dim_date", "dim_genre"}
    assert not stored["rows"] & stored["columns"]


def test_a_snapshot_closes_the_open_row_before_it_adds_one(recordings):
    """Rows of an object that begin on one day share dbt's id: only the open one is closed, before another is added."""
    merges = [batch.sql for batch in recordings["later"] if "DBT_INTERNAL_DEST" in batch.sql]
    assert len(merges) == 3
    for merge in merges:
        update, insert = merge.split("insert into")
        assert "DBT_INTERNAL_DEST.dbt_valid_to is null" in update
        assert "DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'" in insert
