"""Parses T-SQL with Microsoft's own parser (ScriptDom), which needs no server.

    python tests/project/tsql/parser.py < batches.json > refused.json

Reads a JSON list of batches and writes a JSON list of refusals:
`[{"batch": 3, "line": 1, "column": 10, "message": "..."}]`. What a batch hands to EXEC as text is parsed as well; its
refusals count lines from its own start. Only syntax is looked at: names, types and collations are not known here.

The parser comes in packages of the Python registry: `make tsql-parser` puts them where this script finds them. It runs
as a process of its own, as a .NET runtime is loaded into it.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path

HOME = Path(os.environ.get("ECHOSTREAM_TSQL_PARSER") or Path(__file__).resolve().parents[3] / ".venv" / "tsql-parser")
RUNTIME = {"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"}}}
# dbt-sqlserver labels its statements, which SQL Server takes; the parser's grammar, of 2019, does not know of labels.
LABEL = re.compile(r"LABEL = '+[^']*'+")
# What the parser takes for a method of a type, and for columns; here it is another engine's SQL.
FOREIGN = {"::": "T-SQL casts with cast(... as ...).", "true": "T-SQL has bits.", "false": "T-SQL has bits."}


def find_missing():
    """Tell which part of the parser is missing; None if it is all there."""
    for package in ("pythonnet", "clr_loader", "dotnetcore2", "mssqlcli"):
        if not (HOME / package).is_dir():
            return f"{HOME} holds no {package}: `make tsql-parser` installs it"
    return None


def load_parser():
    """Load the .NET runtime, and the parser into it."""
    sys.path.insert(0, str(HOME))
    os.environ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"
    import pythonnet  # noqa: PLC0415
    from clr_loader import get_coreclr  # noqa: PLC0415

    with tempfile.NamedTemporaryFile("w", suffix=".runtimeconfig.json") as config:
        json.dump(RUNTIME, config)
        config.flush()
        pythonnet.load(get_coreclr(runtime_config=config.name, dotnet_root=str(HOME / "dotnetcore2" / "bin")))
    import clr  # noqa: PLC0415

    clr.AddReference(
        str(HOME / "mssqlcli" / "mssqltoolsservice" / "bin" / "Microsoft.SqlServer.TransactSql.ScriptDom.dll")
    )
    from Microsoft.SqlServer.TransactSql.ScriptDom import TSql150Parser  # noqa: PLC0415

    return TSql150Parser(True)  # quoted identifiers are on, as they are in every connection


def parse(parser, sql):
    """Yield the refusals of a batch, and of the text that it hands to EXEC: line, column, message."""
    from System.IO import StringReader  # noqa: PLC0415

    fragment, errors = parser.Parse(StringReader(sql), None)
    for error in errors:
        yield error.Line, error.Column, error.Message
    tokens = [
        (str(token.TokenType), token)
        for token in fragment.ScriptTokenStream
        if str(token.TokenType) not in {"WhiteSpace", "SingleLineComment", "MultilineComment"}
    ]
    for place, (kind, token) in enumerate(tokens):
        # grant ... on schema::marts
        names_schema = kind == "DoubleColon" and tokens[place - 1][0] == "Schema"
        if kind in {"DoubleColon", "Identifier"} and token.Text.lower() in FOREIGN and not names_schema:
            yield token.Line, token.Column, f"Incorrect syntax near {token.Text}: {FOREIGN[token.Text.lower()]}"
        # EXEC('...'): the text is a batch of its own.
        if kind == "AsciiStringLiteral" and [before for before, _ in tokens[max(place - 2, 0) : place]] in (
            ["Exec", "LeftParenthesis"],
            ["Execute", "LeftParenthesis"],
        ):
            yield from parse(parser, token.Text[1:-1].replace("''", "'"))


def main():
    """Parse what stands on the standard input.

    Returns:
        The exit code: 2 if the parser is not installed.
    """
    if missing := find_missing():
        print(missing, file=sys.stderr)
        return 2
    parser = load_parser()
    refusals = [
        {"batch": number, "line": line, "column": column, "message": message}
        for number, batch in enumerate(json.load(sys.stdin))
        for line, column, message in parse(parser, LABEL.sub("RECOMPILE", batch))
    ]
    json.dump(refusals, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
