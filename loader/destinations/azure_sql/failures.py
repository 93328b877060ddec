"""What SQL Server and its driver say when something fails, as one line that says what to do.

The driver passes on SQL Server's messages without their numbers, so they are known by their words, which Microsoft
keeps; sessions speak English. The numbers stand here, and in what is told, to look them up by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from loader.destinations.azure_sql.settings import AzureSqlSettings
from loader.errors import LoaderError, UserError


@dataclass(frozen=True)
class Failure:
    """A way to fail.

    Attributes:
        name: What it is called in the code.
        said: What SQL Server or the driver say: a regular expression, whose groups can be told.
        told: What to tell; `{server}`, `{database}` and `{user}` are filled in, and the groups of `said`.
        kind: What to raise.
        passes: Whether it passes by itself, so that it makes sense to try again in a moment.
    """

    name: str
    said: str
    told: str
    kind: type[LoaderError] = UserError
    passes: bool = False


# The first that is found counts.
FAILURES = (
    Failure(
        "asleep",  # 40613
        r"is not currently available\. +Please retry",
        "Database {database} on {server} is asleep or moving (40613), and did not wake up in time: run the load again "
        "in some minutes.",
        LoaderError,
        passes=True,
    ),
    Failure(
        "busy",  # 40197, 40501, 49918, 49919, 49920, 10928, 10929
        r"service has encountered an error processing your request|service is currently busy"
        r"|Cannot process (create or update )?request\.|Resource ID ?: ?\d+\. The .* (limit|guarantee)",
        "Azure SQL is busy or moves database {database} (40197, 40501, 49918, 10928): run the load again in some "
        "minutes, and look at the database's limits if it stays so.",
        LoaderError,
        passes=True,
    ),
    Failure(
        "firewall",  # 40615
        r"Client with IP address '(?P<address>[^']*)' is not allowed",
        "The firewall of {server} does not let {address} in (40615): add a rule for it, az sql server firewall-rule "
        "create, or run the load where it is let in.",
    ),
    Failure(
        "public access off",  # 47073
        r"Deny Public Network Access is set to Yes",
        "{server} takes no connections from public networks (47073): run the load inside its virtual network, or "
        "allow public access for chosen addresses.",
    ),
    Failure(
        "unknown database",  # 4060
        r"Cannot open database .* requested by the login",
        "{server} has no database {database}, or {user} may not open it (4060): see AZURE_SQL_DATABASE and the roles "
        "in docs/azure.md.",
    ),
    Failure(
        "unknown server",  # 40532
        r"Cannot open server .* requested by the login",
        "{server} does not know itself by that name (40532): see AZURE_SQL_SERVER, name.database.windows.net.",
    ),
    Failure(
        "login failed",  # 18456
        r"Login failed for user",
        "{server} refused {user} (18456): see AZURE_SQL_USER and AZURE_SQL_PASSWORD, or with Entra ID whether the "
        "database has a user for it (docs/azure.md).",
    ),
    Failure(
        "database full",  # 40544, 1105, 9002
        r"has reached its size quota|Could not allocate (space|a new page) .*filegroup is full"
        r"|transaction log for database .* is full",
        "Database {database} is full (40544): raise its maximum size, az sql db update --max-size, or drop what is not "
        "needed, then run the load again.",
    ),
    Failure(
        "no right",  # 229, 230, 262, 297, 1088, 2760, 15151
        r"permission (was )?denied|either does not exist or you do not have permission"
        r"|because it does not exist or you do not have permission|do not have permission to perform",
        "{user} lacks a right in database {database} that the loader needs (229, 262, 2760): run sql/azure/roles.sql "
        "and make it a member of echostream_loader.",
    ),
    Failure(
        "too long",  # 2628, 8152
        r"String or binary data would be truncated",
        "A value is longer than its column in {database} takes (2628).",
        LoaderError,
    ),
    Failure(
        "certificate",
        r"certificate verify failed|certificate chain was issued by an authority that is not trusted"
        r"|certificate.*(expired|not valid|mismatch)|does not match host name|[Cc]ertificate [Vv]alidation",
        "The certificate of {server} cannot be verified: see that AZURE_SQL_SERVER is the name it was made for. Only "
        "for a server of your own: AZURE_SQL_TRUST_SERVER_CERTIFICATE=yes.",
    ),
    Failure(
        "no encryption",
        r"[Ee]ncryption not supported on SQL Server|does not support encryption",
        "{server} does not encrypt: only for a server of your own, AZURE_SQL_ENCRYPT=no.",
    ),
    Failure(
        "no such host",
        r"0x2AF9|0x2AFC|failed to lookup address|Name or service not known|nodename nor servname|No such host",
        "There is no server {server}: see AZURE_SQL_SERVER, name.database.windows.net.",
    ),
    Failure(
        "nobody listens",
        r"0x2749|0x274D|[Cc]onnection refused|actively refused",
        "Nobody answers at {server}, port {port}: see AZURE_SQL_SERVER and AZURE_SQL_PORT.",
    ),
    Failure(
        "no answer",
        r"Timeout error \[258\]|[Tt]imeout while connecting|[Ll]ogin timeout expired|0x274C|Timeout expired",
        "{server}, port {port}, did not answer in time: see AZURE_SQL_SERVER and AZURE_SQL_PORT, and whether a "
        "firewall stands in between.",
    ),
    Failure(
        "driver",
        r"Failed to load the driver",
        "Microsoft's ODBC driver cannot be loaded: install what it needs (Debian: libltdl7 libkrb5-3 "
        "libgssapi-krb5-2), or set MSSQL_PYTHON_NATIVE_PROVIDER=mssql-odbc.",
    ),
    Failure(
        "no token",
        r"[Tt]oken acquisition|acquir\w* .*token|CredentialUnavailable|ClientAuthenticationError|AADSTS",
        "Entra ID gave no token for {authentication}: see the tenant's variables (AZURE_TENANT_ID, AZURE_CLIENT_ID, "
        "AZURE_CLIENT_SECRET), or az login.",
    ),
    Failure(
        "connection lost",
        r"Communication link failure|0x2746|0x68\b|0x20\b|connection .*(closed|reset|broken)|[Bb]roken pipe",
        "The connection to {server} was lost: run the load again, it goes on where it stopped.",
        LoaderError,
        passes=True,
    ),
    Failure(
        "no SQL Server",
        r"SSL Provider: Error code|Protocol [Ee]rror|TLS handshake failed",
        "What answers at {server}, port {port}, does not talk as SQL Server does: see AZURE_SQL_SERVER and "
        "AZURE_SQL_PORT.",
    ),
)


def find_failure(said: str) -> Failure | None:
    """Find the failure that a message tells of."""
    return next((failure for failure in FAILURES if re.search(failure.said, said, re.DOTALL)), None)


def explain(said: str, settings: AzureSqlSettings) -> LoaderError:
    """Turn what SQL Server or its driver said into an error with one clear line; secrets are left out."""
    failure = find_failure(said)
    if failure is None:
        message = " ".join(settings.hide_secrets(said).split())
        return LoaderError(f"{settings.server} said: {message}")
    found = re.search(failure.said, said, re.DOTALL)
    assert found  # noqa: S101 - this is how it was chosen
    told = failure.told.format(
        server=settings.server,
        port=settings.port,
        database=settings.database,
        authentication=settings.authentication,
        user=_name_user(settings),
        **{name: value or "" for name, value in found.groupdict().items()},
    )
    return failure.kind(settings.hide_secrets(told))


def _name_user(settings: AzureSqlSettings) -> str:
    if settings.authentication == "sql":
        return f"user {settings.user}"
    if settings.authentication == "service principal":
        return f"service principal {settings.client_id}"
    return f"the identity of {settings.authentication}"
