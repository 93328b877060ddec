"""What goes wrong with a database: one clear line, the right exit code, nothing half written, no secret shown."""

import datetime
import re
import socket
import threading
from contextlib import contextmanager

import mssql_python
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from loader.destinations.azure_sql import connection
from loader.destinations.azure_sql.failures import FAILURES, explain, find_failure
from loader.destinations.azure_sql.settings import AzureSqlSettings, read_azure_sql_settings
from tests.conftest import DEMO_LOADER, run_process
from tests.loader.azure_sql.conftest import DEMO_LOAD, PASSWORD, answer_as_warehouse
from tests.loader.azure_sql.tds_server import Refusal, TdsServer, serve_tds

# As SQL Server words them: number, message, exit code, what the line must tell.
AT_LOGIN = [
    (18456, "Login failed for user 'nightly'.", 2, "AZURE_SQL_PASSWORD"),
    (
        40615,
        "Cannot open server 'echostream' requested by the login. Client with IP address '203.0.113.7' is not allowed "
        "to access the server. To enable access, use the Azure Management Portal or run sp_set_firewall_rule on the "
        "master database to create a firewall rule for this IP address or address range. It may take up to five "
        "minutes for this change to take effect.",
        2,
        "203.0.113.7",
    ),
    (4060, 'Cannot open database "echostream" requested by the login. The login failed.', 2, "AZURE_SQL_DATABASE"),
    (40532, 'Cannot open server "ekostream" requested by the login. The login failed.', 2, "AZURE_SQL_SERVER"),
    (
        47073,
        "An instance-specific error occurred while establishing a connection to SQL Server. The public network "
        "interface on this server is not accessible. Deny Public Network Access is set to Yes.",
        2,
        "virtual network",
    ),
]
ASLEEP = Refusal(
    40613,
    "Database 'echostream' on server 'echostream.database.windows.net' is not currently available.  Please retry the "
    "connection later.  If the problem persists, contact customer support, and provide them the session tracing ID of "
    "'{8A5C1E2D-0000-4A4B-9E5F-1C2D3E4F5A6B}'.",
)
# Where, what and how.
AT_WORK = [
    (
        "INSERT INTO",
        40544,
        "The database 'echostream' has reached its size quota. Partition or delete data, drop indexes, or consult the "
        "documentation for possible resolutions.",
        2,
        "is full",
    ),
    (
        "INSERT INTO",
        1105,
        "Could not allocate space for object 'raw_spotify.tracks' in database 'echostream' because the 'PRIMARY' "
        "filegroup is full. Create disk space by deleting unneeded files, dropping objects in the filegroup, adding "
        "additional files to the filegroup, or setting autogrowth on for existing files in the filegroup.",
        2,
        "is full",
    ),
    ("CREATE TABLE", 262, "CREATE TABLE permission denied in database 'echostream'.", 2, "roles.sql"),
    (
        "CREATE SCHEMA",
        2760,
        'The specified schema name "raw_spotify" either does not exist or you do not have permission to use it.',
        2,
        "roles.sql",
    ),
    (
        "select count(*)",
        229,
        "The SELECT permission was denied on the object 'load_runs', database 'echostream', schema 'raw_spotify'.",
        2,
        "roles.sql",
    ),
    (
        "DELETE FROM",
        229,
        "The DELETE permission was denied on the object 'tracks', database 'echostream', schema 'raw_spotify'.",
        2,
        "roles.sql",
    ),
    (
        "INSERT INTO",
        2628,
        "String or binary data would be truncated in table 'echostream.raw_spotify.tracks', column 'id'. Truncated "
        "value: '4q3ewBCX7sLwd24euuV69X'.",
        1,
        "longer",
    ),
    ("MERGE INTO", 50000, "Something that nobody has heard of.", 1, "Something that nobody has heard of."),
]


def check_one_line(result, exit_code, *words):
    assert result.exit_code == exit_code, result.output + result.errors
    assert len(result.errors.strip().splitlines()) == 1, result.errors
    assert PASSWORD not in result.output + result.errors
    for word in words:
        assert word in result.errors


def refuse(number, text):
    raise Refusal(number, text)


@pytest.fixture(autouse=True)
def no_patience(monkeypatch):
    """The waits for a database that sleeps, without the waiting."""
    monkeypatch.setattr(connection, "WAITS", (0.01, 0.01, 0.01))
    monkeypatch.setattr(connection, "LOGIN_TIMEOUT", 3)


@pytest.mark.parametrize(("number", "text", "exit_code", "told"), AT_LOGIN)
def test_a_login_that_is_refused_is_explained(number, text, exit_code, told, point_at_database, load_demo):
    with serve_tds(TdsServer(logins=lambda: refuse(number, text))) as server:
        point_at_database(server.port)
        check_one_line(load_demo(*DEMO_LOAD), exit_code, told, str(number))
    assert server.statements == []


@pytest.mark.deep
def test_a_database_that_wakes_up_is_waited_for(point_at_database, load_demo):
    tries = iter([ASLEEP, ASLEEP])

    def log_in():
        if asleep := next(tries, None):
            raise asleep

    with serve_tds(TdsServer(logins=log_in, answer=answer_as_warehouse)) as server:
        point_at_database(server.port)
        result = load_demo(*DEMO_LOAD, "--log-format", "json")
    assert result.exit_code == 0, result.errors
    waits = [line for line in result.errors.splitlines() if "waiting" in line and "step_started" in line]
    assert len(waits) == 2
    assert all("is asleep or moving" in line for line in waits)


def test_a_database_that_does_not_wake_up_is_given_up(point_at_database, load_demo):
    with serve_tds(TdsServer(logins=lambda: refuse(ASLEEP.number, ASLEEP.text))) as server:
        point_at_database(server.port)
        check_one_line(load_demo(*DEMO_LOAD), 1, "asleep", "40613")


@pytest.mark.deep
@pytest.mark.parametrize(("where", "number", "text", "exit_code", "told"), AT_WORK)
def test_a_statement_that_is_refused_is_explained(where, number, text, exit_code, told, point_at_database, load_demo):
    def answer(statement):
        return refuse(number, text) if where in statement else answer_as_warehouse(statement)

    with serve_tds(TdsServer(answer=answer)) as server:
        point_at_database(server.port)
        check_one_line(load_demo(*DEMO_LOAD), exit_code, told)
    recorded = [statement for statement in server.statements if re.search("INSERT.*load_runs", statement)]
    # Plays alone are merged by `merge into`: the catalogue, which comes before them, is loaded by then.
    done_before = 1 if where == "MERGE INTO" else 0
    assert [statement for statement in recorded if "'done'" in statement] == recorded[:done_before]
    assert all("'failed'" in statement for statement in recorded[done_before:])


def test_rights_that_are_missing_are_told_before_anything_is_asked(point_at_database, load_demo):
    def answer(statement):
        if "has_perms_by_name" in statement:
            return [("CREATE TABLE", 1), ("INSERT on raw_spotify", 0), ("ALTER on raw_spotify", 0)]
        return answer_as_warehouse(statement)

    with serve_tds(TdsServer(answer=answer)) as server:
        point_at_database(server.port)
        check_one_line(load_demo(*DEMO_LOAD), 2, "INSERT on raw_spotify, ALTER on raw_spotify", "roles.sql")
    assert not any(statement.startswith(("select table_name", "CREATE")) for statement in server.statements)


def test_nobody_listens(point_at_database, load_demo):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    point_at_database(port)
    check_one_line(load_demo(*DEMO_LOAD), 2, "Nobody answers", str(port))


def test_no_such_server(point_at_database, load_demo):
    point_at_database(1433, AZURE_SQL_SERVER="nobody.invalid")
    check_one_line(load_demo(*DEMO_LOAD), 2, "no server nobody.invalid")


@contextmanager
def serve_bytes(answer):
    """Serve what is no SQL server."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk():
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                client.recv(1_000)
                client.sendall(answer)

    threading.Thread(target=talk, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.mark.deep
@pytest.mark.parametrize("encrypt", ["yes", "no"])
def test_what_answers_is_no_sql_server(encrypt, point_at_database):
    with serve_bytes(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as port:
        point_at_database(port, AZURE_SQL_ENCRYPT=encrypt)
        # In a process of its own: the ODBC driver repeats here what it said of another server before.
        check_one_line(run_process(*DEMO_LOAD, program=DEMO_LOADER), 2, "does not talk as SQL Server does")


@pytest.mark.deep
def test_what_listens_does_not_answer(point_at_database, load_demo):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        point_at_database(listener.getsockname()[1])
        check_one_line(load_demo(*DEMO_LOAD), 2, "did not answer in time")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that nobody vouches for."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_certificate_that_cannot_be_verified_is_refused(certificate, point_at_database, load_demo):
    with serve_tds(TdsServer(certificate=certificate)) as server:
        point_at_database(server.port, AZURE_SQL_ENCRYPT="")
        check_one_line(load_demo(*DEMO_LOAD), 2, "certificate", "AZURE_SQL_TRUST_SERVER_CERTIFICATE")


def test_encryption_is_insisted_on(point_at_database, load_demo):
    with serve_tds(TdsServer(answer=answer_as_warehouse)) as server:
        point_at_database(server.port, AZURE_SQL_ENCRYPT="")
        check_one_line(load_demo(*DEMO_LOAD), 2, "does not encrypt")
    assert server.statements == []


@pytest.mark.deep
def test_a_load_that_failed_goes_on_without_asking_again(point_at_database, load_demo):
    is_full = True

    def answer(statement):
        if is_full and 'INSERT INTO "raw_spotify_staging"."tracks"' in statement:
            raise Refusal(40544, AT_WORK[0][2])
        return answer_as_warehouse(statement)

    with serve_tds(TdsServer(answer=answer)) as server:
        point_at_database(server.port)
        first = load_demo(*DEMO_LOAD)
        check_one_line(first, 2, "is full")
        is_full = False
        second = load_demo(*DEMO_LOAD)
    assert second.exit_code == 0, second.errors


# Texts of Microsoft's ODBC driver 18 and of its successor, as they were met.
DRIVERS_SAY = {
    "no such host": [
        "TCP Provider: Error code 0x2AF9",
        "IO error: failed to lookup address information: Name or service",
    ],
    "nobody listens": ["TCP Provider: Error code 0x2749", "IO error: Connection refused (os error 111)"],
    "no answer": [
        "TCP Provider: Timeout error [258]. ",
        "Timeout Error: Timeout while connecting",
        "Login timeout expired",
    ],
    "no SQL Server": [
        "SSL Provider: Error code 0xFFFFFFFF",
        "Protocol error in TDS stream",
        "Protocol Error: TDS packet length 21584 exceeds negotiated max packet size 4096",
    ],
    "certificate": [
        "SSL Provider: [error:0A000086:SSL routines::certificate verify failed:self-signed certificate]",
        "TLS handshake failed while connecting to '127.0.0.1': error:0A000086:SSL routines:"
        "tls_post_process_server_certificate:certificate verify failed:../ssl/statem/statem_clnt.c:1889: (self-signed "
        "certificate). Certificate SANs: (unavailable - handshake failed before certificate could be retrieved)",
    ],
    "no encryption": [
        "Encryption not supported on SQL Server.",
        "Protocol Error: Server does not support encryption but client requires it (client: On, server: NotSupported)",
    ],
    "driver": ["Failed to load the driver. Please read the documentation to install the required dependencies."],
    "connection lost": ["Communication link failure", "TCP Provider: Error code 0x2746"],
}


@pytest.mark.parametrize(("name", "said"), [(name, said) for name, texts in DRIVERS_SAY.items() for said in texts])
def test_both_drivers_are_understood(name, said):
    found = find_failure(f"Driver Error: Client unable to establish connection; DDBC Error: [Microsoft]{said}")
    assert found is not None
    assert found.name == name


def test_what_is_told_is_one_line_without_secrets():
    settings = AzureSqlSettings("server", "db", user="u", password="p4ss", client_secret="s3cret")  # noqa: S106
    for failure in FAILURES:
        sample = failure.told.format(server="s", port=1, database="d", user="u", authentication="sql", address="a")
        assert "\n" not in sample
    told = str(explain("Odd: PWD=p4ss; secret s3cret\nsecond line", settings))
    assert told == "server said: Odd: PWD=***; secret *** second line"
    assert "p4ss" not in repr(settings)
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("AZURE_SQL_SERVER", "", "AZURE_SQL_SERVER not set"),
        ("AZURE_SQL_SERVER", "https://x.database.windows.net", "not a host name"),
        ("AZURE_SQL_SERVER", "x;Encrypt=no", "not a host name"),
        ("AZURE_SQL_PORT", "many", "not a port"),
        ("AZURE_SQL_PORT", "70000", "not a port"),
        ("AZURE_SQL_PASSWORD", "", "AZURE_SQL_PASSWORD not set"),
        ("AZURE_SQL_ENCRYPT", "maybe", "neither yes nor no"),
        ("AZURE_SQL_AUTHENTICATION", "kerberos", "service principal, managed identity"),
        ("AZURE_SQL_AUTHENTICATION", "service principal", "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET not"),
    ],
)
def test_settings_that_are_missing_or_wrong_are_named(variable, value, told, point_at_database, load_demo, monkeypatch):
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    point_at_database(1433, **{variable: value})
    check_one_line(load_demo(*DEMO_LOAD), 2, told)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("", "sql"), ("ServicePrincipal", "service principal"), ("MSI", "managed identity"), ("az login", "az login")],
)
def test_ways_to_log_in_have_the_names_that_dbt_has_for_them(said, meant, point_at_database, monkeypatch):
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.setenv(name, "x")
    point_at_database(1433, AZURE_SQL_AUTHENTICATION=said)
    settings = read_azure_sql_settings()
    assert settings.authentication == meant
    assert ("PWD" in settings.build_connection_string()) == (meant == "sql")


def test_a_password_with_any_character_arrives(point_at_database):
    settings = AzureSqlSettings("h", "d", user="u", password=PASSWORD)
    parsed = mssql_python.connection_string_parser._ConnectionStringParser()._parse(settings.build_connection_string())
    assert parsed["pwd"] == PASSWORD
    assert parsed["server"] == "tcp:h,1433"


def test_entra_id_gives_no_token(point_at_database, load_demo, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))  # where there is no az
    point_at_database(1433, AZURE_SQL_AUTHENTICATION="az login")
    check_one_line(load_demo(*DEMO_LOAD), 2, "Entra ID gave no token", "az login")


def test_the_loader_refuses_to_mix_worlds_there_too(point_at_database, load_demo):
    def answer(statement):
        if statement.startswith("select distinct source"):
            return [("spotify",)]
        return answer_as_warehouse(statement)

    with serve_tds(TdsServer(answer=answer)) as server:
        point_at_database(server.port)
        check_one_line(load_demo(*DEMO_LOAD), 2, "holds data from spotify", "AZURE_SQL_DATABASE")
