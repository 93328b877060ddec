"""Connections to the database: the driver, the login, and patience with a database that sleeps."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from loader.destinations.azure_sql.failures import explain, find_failure
from loader.destinations.azure_sql.settings import AzureSqlSettings

# Microsoft's ODBC driver comes in a Python package, but needs these of a Linux system. Where one is missing, its
# successor is taken, which comes in a package too and needs nothing.
_ODBC_NEEDS = ("libltdl.so.7", "libkrb5.so.3", "libgssapi_krb5.so.2")
_PROVIDER = "MSSQL_PYTHON_NATIVE_PROVIDER"


def _has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


if sys.platform == "linux" and not all(map(_has_library, _ODBC_NEEDS)):
    os.environ.setdefault(_PROVIDER, "mssql-odbc")

# After the choice of the driver, which holds for the process.
import mssql_python  # noqa: E402

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

# In seconds. A serverless database that sleeps takes up to a minute or so to wake up.
LOGIN_TIMEOUT = 30
WAITS = (5.0, 10.0, 15.0, 20.0, 30.0, 40.0)

# A statement that fails takes the whole transaction back; counts are not asked for; messages are in English.
_SESSION = "set nocount on; set xact_abort on; set language us_english;"


def connect(settings: AzureSqlSettings, tell: Callable[[str], None] = lambda _: None) -> Any:
    """Connect, waiting for a database that sleeps or moves.

    Args:
        settings: Where to, and as whom.
        tell: Told in one line when there is something to wait for.

    Returns:
        The connection, which commits every statement by itself.

    Raises:
        LoaderError: If there is no way in, in one line.
    """
    for wait in (*WAITS, None):
        try:
            connection = mssql_python.connect(
                settings.build_connection_string(),
                autocommit=True,
                timeout=LOGIN_TIMEOUT,
                token_provider=_choose_credential(settings),
            )
            connection.cursor().execute(_SESSION).close()
        except (mssql_python.Error, mssql_python.ConnectionStringParseError) as error:
            failure = find_failure(str(error))
            if wait is None or failure is None or not failure.passes:
                raise explain(str(error), settings) from error
            tell(f"Database {settings.database} is asleep or moving: waiting {wait:.0f} s for it")
            time.sleep(wait)
        else:
            return connection
    raise AssertionError  # the last try returns or raises


def _choose_credential(settings: AzureSqlSettings) -> TokenCredential | None:
    """Choose what asks Entra ID for a token; None for a SQL login."""
    if settings.authentication == "sql":
        return None
    from azure import identity  # noqa: PLC0415 - takes time to load

    if settings.authentication == "service principal":
        return identity.ClientSecretCredential(settings.tenant_id, settings.client_id, settings.client_secret)
    if settings.authentication == "managed identity":
        return identity.ManagedIdentityCredential(client_id=settings.client_id or None)
    return identity.AzureCliCredential(tenant_id=settings.tenant_id)
