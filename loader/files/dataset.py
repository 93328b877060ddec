"""Public datasets of tracks and audio features, in CSV and Parquet: how they are read, and what becomes of a row."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from loader.errors import MendableError
from loader.files.engine import Engine, quote_name, quote_text
from loader.files.find import InputFile, find_files
from loader.files.layouts import FIELDS, TEXT_FIELDS, ColumnMap, map_columns
from loader.files.reading import (
    BODY,
    LONGEST_BODY,
    REASON,
    ArrowRows,
    build_rejected_rows,
    refuse_if_nothing_landed,
    split_batches,
)
from loader.files.text import decode_head
from loader.raw.observation import Observation
from loader.raw.tables import AUDIO_FEATURES, TABLES
from loader.report.account import Account

Holds = Literal["text", "list", "number"]

SOURCE = "dataset"
_ROW = "dataset row"
_EXAMPLES = 3
_DELIMITERS = ",;\t|"
_CSV = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
_FILES = "CSV or Parquet files"
_PARQUET = ".parquet"
_PARQUET_MAGIC = b"PAR1"
_GZIP_MAGIC = b"\x1f\x8b"

# The least and the greatest value that can be one; between undetected (0, or key -1) and the rest nothing is lost.
_RANGES: dict[str, tuple[float, float]] = {
    "popularity": (0, 100),
    "duration_ms": (0, 2**31 - 1),
    "key": (-1, 11),
    "mode": (0, 1),
    "time_signature": (0, 16),
    "loudness": (-100, 20),
    "tempo": (0, 1_000),
}
_UNDETECTED = {"key": -1, "tempo": 0, "time_signature": 0}
_FIRST_YEAR = 1860
# What programs write for nothing, in columns of numbers.
_NOTHING = ("", "na", "n/a", "nan", "none", "null", "\\n", "-")
# What DuckDB calls a row that does not fit, in words.
_CSV_FAULTS = {
    "MISSING COLUMNS": "the row has too few fields",
    "TOO MANY COLUMNS": "the row has too many fields",
    "UNQUOTED VALUE": "a quote is not closed",
    "LINE SIZE OVER MAXIMUM": "the row is too long",
}


@dataclass(frozen=True)
class Plan:
    """How one file will be read.

    Attributes:
        file: The file.
        header: The names of its columns.
        mapping: Which of them each field is read from.
        delimiter: What separates the fields of a CSV file; None for Parquet.
        types: What each column holds.
    """

    file: InputFile
    header: list[str]
    mapping: ColumnMap
    delimiter: str | None
    types: list[Holds]


class Dataset:
    """One dataset: the files it stands in, and what is read of them.

    Attributes:
        source_name: Where the rows come from, for `load_runs`.
        name: The dataset's name.
        account: Where the rows went, as they are read.
        files: How many files hold them.
        details: Nothing: a dataset has no kinds of rows.
    """

    source_name = SOURCE
    table = TABLES["dataset_tracks"]

    def __init__(self, paths: Sequence[Path], said: Mapping[str, str], name: str | None = None) -> None:
        """Find the files and look into each.

        Args:
            paths: CSV files (also compressed), Parquet files, or folders and ZIP archives of them.
            said: Columns that the user named, by field.
            name: What to call the dataset; by default as its first file.

        Raises:
            MendableError: If they are no datasets of tracks.
        """
        self._inputs = find_files(paths, _is_dataset, _FILES)
        self.name = name_dataset(name or re.sub(r"\.[a-z.]+$", "", self._inputs[0].file_name, flags=re.IGNORECASE))
        self.account = Account()
        self.details: dict[str, int] = {}
        self.files = len(self._inputs)
        self.plans = [_plan(file, said) for file in self._inputs]

    def read(self, folder: Path, seen: Observation) -> Iterator[ArrowRows]:
        """Read the rows of all files.

        Args:
            folder: Where to put down what does not fit into memory.
            seen: When the files are read.

        Yields:
            Rows of `dataset_tracks` and `rejected_objects`.

        Raises:
            MendableError: If a file cannot be read to its end, or no row of it can be used.
        """
        for plan in self.plans:
            account = Account()
            with Engine(self._inputs, folder) as engine:
                batches = engine.stream(self._write_query(engine, plan, seen))
                yield from split_batches(batches, self.table, _ROW, self.name, seen, account)
                yield from self._build_misfits(engine, plan, seen, account)
            self.account.landed += account.landed
            self.account.rejected += account.rejected
            refuse_if_nothing_landed(account, plan.file.name)
        if not self.account.landed:
            raise MendableError(f"{self.plans[0].file.name} holds no rows.")

    def show_columns(self, folder: Path, seen: Observation) -> Iterator[tuple[Plan, list[tuple[str, str, list[str]]]]]:
        """Show what each field is read from.

        Args:
            folder: Where to put down what does not fit into memory.
            seen: When the files are read.

        Yields:
            Each file's plan with its fields: name, the file's column, and some values as they would land.
        """
        for plan in self.plans:
            with Engine(self._inputs, folder) as engine:
                names = ", ".join(quote_name(name) for name in plan.mapping.places)
                query = f"select {names} from ({self._write_query(engine, plan, seen)}) limit {_EXAMPLES}"  # noqa: S608
                examples = list(zip(*engine.select(query), strict=True)) or [()] * len(plan.mapping.places)
            yield (
                plan,
                [
                    (name, plan.header[place], [_show(value) for value in values])
                    for (name, place), values in zip(plan.mapping.places.items(), examples, strict=True)
                ],
            )

    def _build_misfits(self, engine: Engine, plan: Plan, seen: Observation, account: Account) -> Iterator[ArrowRows]:
        """Put aside the lines of a CSV file that are no rows of it."""
        if plan.delimiter is None:
            return
        faults = engine.select(
            f"select error_type, left(csv_line, {LONGEST_BODY}), line from reject_errors"  # noqa: S608
        )
        for kind, _, line in faults:
            if kind not in _CSV_FAULTS:
                raise MendableError(
                    f"{plan.file.name} is not in UTF-8 (line {line:,}): save it as UTF-8 and try again."
                )
        account.rejected.update(_CSV_FAULTS[kind] for kind, *_ in faults)
        yield from build_rejected_rows(
            _ROW, self.name, ((_CSV_FAULTS[kind], text.rstrip("\r\n")) for kind, text, _ in faults), seen
        )

    def _write_query(self, engine: Engine, plan: Plan, seen: Observation) -> str:
        places = plan.mapping.places
        missing = plan.mapping.layout.missing
        columns = {name: _Column(f"c{place}", name, plan.types[place], missing) for name, place in places.items()}
        values = [
            f"{columns[name].write_value() if name in columns else 'null::' + _type(name)} as v_{name}"
            for name in FIELDS
        ]
        fine = " and ".join(column.write_is_fine(seen) for column in columns.values())
        faults = [when for column in columns.values() for when in column.write_faults(seen)]
        landed = [f"{_write_landed(name)} as {quote_name(name)}" for name in FIELDS]
        body = ", ".join(f"{quote_name(name)}: c{place}" for name, place in places.items())
        return f"""
            with typed as (select *, {", ".join(values)} from {_write_relation(engine, plan)}),
            judged as (select *, case when {fine} then null {" ".join(faults)} end as {REASON} from typed)
            select
                {quote_text(self.name)} as dataset,
                {", ".join(landed)},
                {REASON},
                case when {REASON} is not null then left(to_json({{{body}}})::varchar, {LONGEST_BODY}) end as {BODY}
            from judged
        """  # noqa: S608


@dataclass(frozen=True)
class _Column:
    """How a field is read from a column of a file, in SQL."""

    column: str
    name: str
    holds: Holds
    missing: Sequence[str]

    def write_value(self) -> str:
        """Write what the field's value is; null if the column holds none, or none that can be read."""
        if self.name == "track_id":
            # As an id, a URI or a link.
            pattern = (
                r"^(?:spotify:track:|https?://open\.spotify\.com/(?:intl-[a-z]+/)?track/)?([0-9A-Za-z]{22})(?:\?.*)?$"
            )
            # Looking for a part of a text takes three times as long as looking whether it is an id as it stands.
            return (
                f"case when regexp_full_match({self.column}, '[0-9A-Za-z]{{22}}') then {self.column} "
                f"else nullif(regexp_extract({self.column}, {quote_text(pattern)}, 1), '') end"
            )
        if self.name in TEXT_FIELDS:
            return self._write_text()
        if self.name == "explicit":
            return (
                f"coalesce(try_cast({self.column} as boolean), try_cast(try_cast({self.column} as double) as boolean))"
            )
        if self.holds == "number":
            return f"nullif(try_cast({self.column} as double), 'nan')"
        # A comma in a number that has no point is a decimal comma.
        comma = f"try_cast(replace({self.column}, ',', '.') as double)"
        return f"nullif(coalesce(try_cast({self.column} as double), {comma}), 'nan')"

    def write_is_fine(self, seen: Observation) -> str:
        """Write a condition that most rows meet and none with a fault: it spares them the search for faults."""
        value = f"v_{self.name}"
        if self.name == "track_id":
            return f"{value} is not null"
        if self.name == "release_date":
            return (
                f"({value} is null or try_cast({value} as integer) between {_FIRST_YEAR} and {seen.observed_on.year})"
            )
        if self.name in TEXT_FIELDS:
            return "true"
        is_fine = f"{value} = {value}"
        if self.name != "explicit":
            least, greatest = _RANGES.get(self.name, (0, 1))
            is_fine = f"{value} between {least} and {greatest}"
            if self._is_whole:
                is_fine += f" and {value} = floor({value})"
        return f"coalesce({is_fine}, {self.column} is null)"

    @property
    def _is_whole(self) -> bool:
        return self.name != "explicit" and AUDIO_FEATURES.get(self.name, pa.int64()) == pa.int64()

    def write_faults(self, seen: Observation) -> Iterator[str]:
        """Write when the value cannot be used, and why, as branches of a case."""
        value = f"v_{self.name}"
        if self.name == "track_id":
            yield f"when {value} is null and {self._write_nothing()} then 'track_id is missing'"
            yield f"when {value} is null then 'track_id is not the id of a Spotify track'"
        elif self.name == "release_date":
            # Spotify itself says 0000 of releases whose date it does not know.
            yield (
                f"when {value} is not null and {value} != '0000' and not regexp_matches({value}, "
                r"'^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$')"
                " then 'release_date is not a date'"
            )
            yield (
                f"when {value} != '0000' and try_cast(left({value}, 4) as integer) "
                f"not between {_FIRST_YEAR} and {seen.observed_on.year + 1} then 'release_date is out of range'"
            )
        elif self.name not in TEXT_FIELDS:
            kind = "a truth value" if self.name == "explicit" else "a whole number" if self._is_whole else "a number"
            yield f"when {value} is null and not ({self._write_nothing()}) then '{self.name} is not {kind}'"
            if self.name != "explicit":
                least, greatest = _RANGES.get(self.name, (0, 1))
                yield f"when {value} not between {least} and {greatest} then '{self.name} is out of range'"
            if self._is_whole:
                yield f"when {value} != floor({value}) then '{self.name} is not a whole number'"

    def _write_text(self) -> str:
        text = self.column
        if self.holds == "list":
            text = f"array_to_string({text}, ';')"
        elif self.holds == "number":
            text = f"{text}::varchar"
        if self.name == "release_date":
            # Times behind a date, and years that were numbers.
            text = rf"regexp_replace({text}, '^(\d{{4}})\.0$|^(\d{{4}}-\d\d-\d\d)[T ].*$', '\1\2')"
        for nothing in ("", *self.missing):
            text = f"nullif({text}, {quote_text(nothing)})"
        return text

    def _write_nothing(self) -> str:
        """Write whether the column holds nothing."""
        nothing = ", ".join(quote_text(text) for text in (*_NOTHING, *(text.casefold() for text in self.missing)))
        # Of "in" with many values DuckDB makes a join, which then looks at every row.
        return f"({self.column} is null or list_contains([{nothing}], lower(trim({self.column}::varchar))))"


def name_dataset(text: str) -> str:
    """Make a dataset's name of a text: lower case, with digits, and dashes for everything else.

    Raises:
        MendableError: If nothing remains.
    """
    name = re.sub(r"[^0-9a-z]+", "-", text.casefold()).strip("-")[:100]
    if not name:
        raise MendableError(f"{text!r} makes no name for a dataset: give one of letters and digits with --name.")
    return name


def _is_dataset(name: str) -> bool:
    return name.lower().endswith((*_CSV, _PARQUET))


def _plan(file: InputFile, said: Mapping[str, str]) -> Plan:
    """Look into a file and decide how to read it."""
    head = file.read_head()
    if head.startswith(_PARQUET_MAGIC):
        return _plan_parquet(file, said)
    if head.startswith(_GZIP_MAGIC):
        raise MendableError(f"{file.name} is compressed: name it with .gz at its end.")
    text = decode_head(head, file.name)
    if text.lstrip().startswith(("{", "[", "<")):
        raise MendableError(f"{file.name} is neither CSV nor Parquet.")
    line, delimiter = _read_header(text)
    if "\0" in line:
        raise MendableError(f"{file.name} is not a text file.")
    header = next(csv.reader([line], delimiter=delimiter))
    if len(header) == 1:
        raise MendableError(f"{file.name} is no table: its first line names no columns, or only {header[0][:60]!r}.")
    return Plan(file, header, map_columns(header, said, file.name), delimiter, ["text"] * len(header))


def _plan_parquet(file: InputFile, said: Mapping[str, str]) -> Plan:
    if file.path is None:
        raise MendableError(f"{file.name} is Parquet in a ZIP archive: unpack it and name the file itself.")
    try:
        schema = pq.read_schema(file.path)
    except (pa.ArrowException, OSError) as error:
        raise MendableError(f"{file.name} is damaged or cut off: get it again.") from error
    types: list[Holds] = [_tell_type(column.type) for column in schema]
    return Plan(file, schema.names, map_columns(schema.names, said, file.name), None, types)


def _tell_type(type_: pa.DataType) -> Holds:
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return "list"
    is_number = pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_boolean(type_)
    return "number" if is_number or pa.types.is_decimal(type_) else "text"


def _read_header(text: str) -> tuple[str, str]:
    """Read the line that names the columns, and what separates them: the delimiter that makes most of it."""
    line = re.split(r"\r\n|\n|\r", text, maxsplit=1)[0]
    return line, max(_DELIMITERS, key=line.count)


def _write_relation(engine: Engine, plan: Plan) -> str:
    """Write what a query reads a file with, its columns named c0, c1, …: names of files may hold anything."""
    address = engine.address(plan.file)
    if plan.delimiter is None:
        cast = {"text": "::varchar", "list": "", "number": ""}
        renamed = ", ".join(
            f"{quote_name(name)}{cast[holds]} as c{place}"
            for place, (name, holds) in enumerate(zip(plan.header, plan.types, strict=True))
        )
        return f"(select {renamed} from read_parquet({address}))"  # noqa: S608
    columns = ", ".join(f"c{place}: 'varchar'" for place in range(len(plan.header)))
    return (
        f"read_csv({address}, auto_detect = false, header = true, delim = {quote_text(plan.delimiter)}, "
        f"quote = '\"', escape = '\"', columns = {{{columns}}}, store_rejects = true)"
    )


def _type(name: str) -> str:
    if name == "explicit":
        return "boolean"
    return "varchar" if name in ("track_id", *TEXT_FIELDS) else "double"


def _write_landed(name: str) -> str:
    value = f"v_{name}"
    if name in _UNDETECTED:
        value = f"nullif({value}, {_UNDETECTED[name]})"
    is_whole = _type(name) == "double" and AUDIO_FEATURES.get(name, pa.int64()) == pa.int64()
    return f"try_cast({value} as bigint)" if is_whole else value


def _show(value: Any) -> str:
    return "–" if value is None else str(value)
