"""What the environment says of the database: the variables that dbt reads too."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Literal

from loader.errors import UserError

Authentication = Literal["sql", "service principal", "managed identity", "az login"]

DEFAULT_PORT = 1433
_NEEDED: dict[Authentication, tuple[str, ...]] = {
    "sql": ("AZURE_SQL_USER", "AZURE_SQL_PASSWORD"),
    "service principal": ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
    "managed identity": (),
    "az login": (),
}
# The names that dbt-sqlserver has for the same, without spaces and in lower case.
_SYNONYMS: dict[str, Authentication] = {"activedirectoryserviceprincipal": "service principal", "cli": "az login"}
_SYNONYMS |= {"msi": "managed identity", "activedirectorymsi": "managed identity"}
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True)
class AzureSqlSettings:
    """Where the database is, and who asks.

    Attributes:
        server: The server's host name.
        port: The server's port.
        database: The database's name.
        authentication: How to log in.
        user: The user of a SQL login.
        password: Its password; never shown.
        tenant_id: The tenant of a service principal.
        client_id: The service principal, or the managed identity if there are several.
        client_secret: The service principal's secret; never shown.
        encrypt: Whether to talk over TLS.
        trust_server_certificate: Whether to accept a certificate that cannot be verified.
    """

    server: str
    database: str
    port: int = DEFAULT_PORT
    authentication: Authentication = "sql"
    user: str = ""
    password: str = field(default="", repr=False)
    tenant_id: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    encrypt: bool = True
    trust_server_certificate: bool = False

    def build_connection_string(self) -> str:
        """Build what the driver connects by; it holds the password of a SQL login."""
        parts = {
            "Server": f"tcp:{self.server},{self.port}",
            "Database": self.database,
            "Encrypt": "yes" if self.encrypt else "no",
            "TrustServerCertificate": "yes" if self.trust_server_certificate else "no",
        }
        if self.authentication == "sql":
            parts |= {"UID": self.user, "PWD": self.password}
        return "".join(f"{name}={{{value.replace('}', '}}')}}};" for name, value in parts.items())

    def hide_secrets(self, text: str) -> str:
        """Replace what must not be shown, should it stand in a text."""
        for secret in (self.password, self.client_secret):
            if secret:
                text = text.replace(secret, "***")
        return text


def read_azure_sql_settings() -> AzureSqlSettings:
    """Read the settings from `AZURE_SQL_…`, and those of Entra ID from the tenant's variables.

    Raises:
        UserError: If one is missing or wrong.
    """
    authentication = _read_authentication()
    needed = ("AZURE_SQL_SERVER", "AZURE_SQL_DATABASE", *_NEEDED[authentication])
    if missing := [name for name in needed if not os.environ.get(name)]:
        raise UserError(
            f"Azure SQL: {', '.join(missing)} not set, for AZURE_SQL_AUTHENTICATION={authentication} (docs/azure.md)."
        )
    return AzureSqlSettings(
        server=_read_server(),
        port=_read_port(),
        database=os.environ["AZURE_SQL_DATABASE"],
        authentication=authentication,
        user=os.environ.get("AZURE_SQL_USER", ""),
        password=os.environ.get("AZURE_SQL_PASSWORD", ""),
        tenant_id=os.environ.get("AZURE_TENANT_ID", ""),
        client_id=os.environ.get("AZURE_CLIENT_ID", ""),
        client_secret=os.environ.get("AZURE_CLIENT_SECRET", ""),
        encrypt=_read_yes_no("AZURE_SQL_ENCRYPT", default=True),
        trust_server_certificate=_read_yes_no("AZURE_SQL_TRUST_SERVER_CERTIFICATE", default=False),
    )


def _read_authentication() -> Authentication:
    said = os.environ.get("AZURE_SQL_AUTHENTICATION") or "sql"
    name = re.sub(r"[\s_-]", "", said.lower())
    names: dict[str, Authentication] = {known.replace(" ", ""): known for known in _NEEDED}
    chosen = (names | _SYNONYMS).get(name)
    if chosen is None:
        raise UserError(f"AZURE_SQL_AUTHENTICATION {said!r} is unknown: choose one of {', '.join(_NEEDED)}.")
    return chosen


def _read_server() -> str:
    server = os.environ["AZURE_SQL_SERVER"].strip().removeprefix("tcp:")
    if not re.fullmatch(r"[\w.:-]+", server) or "://" in server:
        raise UserError(
            f"AZURE_SQL_SERVER {server!r} is not a host name: write it as name.database.windows.net, "
            "and the port in AZURE_SQL_PORT."
        )
    return server


def _read_port() -> int:
    text = os.environ.get("AZURE_SQL_PORT") or str(DEFAULT_PORT)
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise UserError(f"AZURE_SQL_PORT {text!r} is not a port: a number from 1 to 65535.")
    return int(text)


def _read_yes_no(variable: str, default: bool) -> bool:
    text = os.environ.get(variable)
    if not text:
        return default
    if text.lower() not in _YES_NO:
        raise UserError(f"{variable} {text!r} is neither yes nor no.")
    return _YES_NO[text.lower()]
