"""A server that speaks TDS, SQL Server's protocol, and holds nothing but application locks: it notes what it is asked,
and answers as told.

What drivers do with a server's answers is so tried with the real driver. The message formats are those of [MS-TDS].
"""

import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

_BATCH, _RPC, _RESPONSE, _TRANSACTION, _LOGIN, _PRELOGIN = 0x01, 0x03, 0x04, 0x0E, 0x10, 0x12
_LAST_PACKET, _RESETS_CONNECTION = 0x01, 0x08
_PACKET_SIZE = 4096
_ENCRYPT_ON, _ENCRYPT_NOT_SUPPORTED = 0x01, 0x02
_COLLATION = bytes([0x09, 0x04, 0xD0, 0x00, 0x34])
_DONE, _DONE_PROC, _DONE_IN_PROC = 0xFD, 0xFE, 0xFF
_STATUS_MORE, _STATUS_ERROR, _STATUS_COUNT = 0x01, 0x02, 0x10


@dataclass(frozen=True)
class Refusal(Exception):
    """An error as SQL Server tells it."""

    number: int
    text: str
    severity: int = 14


Rows = list[tuple[str | int | float | Decimal | bool | date | datetime | None, ...]]


class NamedRows(NamedTuple):
    """Rows whose columns have names."""

    names: tuple[str, ...]
    rows: Rows


Answer = Callable[[str], Rows | NamedRows | None]


def _answer_nothing(statement: str) -> Rows | None:
    """Find no row where rows are asked for."""
    return [] if statement.lstrip().lower().startswith("select") else None


@dataclass
class TdsServer:
    """What the server was asked, and how it answers.

    Attributes:
        port: Where it listens.
        answer: Given a statement, the rows (an empty list where none is found, None where none is asked for); or
            raises a Refusal.
        logins: Answers logins: raises a Refusal, or lets them in.
        certificate: The file with its key and certificate; without one it does not encrypt.
        statements: The statements it was asked, in their order; parameters are not among them.
        locks: The application locks that are held: the connection that holds each, by the lock's name.
    """

    port: int = 0
    answer: Answer = _answer_nothing
    logins: Callable[[], None] = lambda: None
    certificate: Path | None = None
    statements: list[str] = field(default_factory=list)
    locks: dict[str, object] = field(default_factory=dict)

    def end_connections(self) -> None:
        """End the connections that hold locks, as a gateway does that finds them idle."""
        for holder in list(self.locks.values()):
            holder.end()
        while self.locks:
            time.sleep(0.01)


@contextmanager
def serve_tds(server: TdsServer | None = None):
    """Serve on a free port of this machine while the block runs."""
    server = server or TdsServer()
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_talk, args=(connection, server), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _talk(connection: socket.socket, server: TdsServer) -> None:
    with closing(connection):
        try:
            _Conversation(connection, server).hold()
        except (OSError, EOFError):
            return


class _Conversation:
    def __init__(self, connection: socket.socket, server: TdsServer) -> None:
        self._connection = connection
        self._server = server

    def end(self) -> None:
        self._connection.shutdown(socket.SHUT_RDWR)

    def hold(self) -> None:
        try:
            self._answer()
        finally:
            self._release_locks()

    def _answer(self) -> None:
        while True:
            kind, body = self._receive()
            if kind == _PRELOGIN:
                self._send(_build_prelogin(encrypts=self._server.certificate is not None), _RESPONSE)
                if self._server.certificate:
                    self._shake_hands()
            elif kind == _LOGIN:
                self._answer_login()
            elif kind == _TRANSACTION:
                self._send(_build_transaction(body))
            elif kind in {_BATCH, _RPC}:
                self._answer_statement(kind, body)

    def _answer_login(self) -> None:
        try:
            self._server.logins()
        except Refusal as refusal:
            self._send(_build_error(refusal) + _build_done(_DONE, _STATUS_ERROR))
            raise EOFError from refusal
        size = str(_PACKET_SIZE)
        changes = _build_change(1, _short_text("echostream"), _short_text("master"))
        changes += _build_change(4, _short_text(size), _short_text(size))
        self._send(changes + _build_change(7, b"\x05" + _COLLATION, b"\x00") + _build_login_ack() + _build_done(_DONE))

    def _answer_statement(self, kind: int, body: bytes) -> None:
        body = body[struct.unpack_from("<I", body)[0] :]  # what stands before is about transactions
        statement = body.decode("utf-16-le") if kind == _BATCH else _find_statement(body)
        if statement is None:  # such as that a prepared statement is no longer needed
            self._send(_build_return(0))
            return
        self._server.statements.append(statement)
        done = _DONE if kind == _BATCH else _DONE_IN_PROC
        try:
            rows = self._answer_about_lock(statement) or self._server.answer(statement)
        except Refusal as refusal:
            self._send(_build_error(refusal) + _build_done(_DONE if kind == _BATCH else _DONE_PROC, _STATUS_ERROR))
            return
        answer = b"" if rows is None else _build_rows(rows)
        count = 0 if rows is None else len(rows.rows if isinstance(rows, NamedRows) else rows)
        answer += _build_done(done, _STATUS_COUNT | (_STATUS_MORE if kind == _RPC else 0), count)
        self._send(answer + (_build_return(1) if kind == _RPC else b""))

    def _answer_about_lock(self, statement: str) -> Rows | None:
        """Take, look at or release an application lock of the session; None if the statement is about none."""
        found = re.search(r"(sp_getapplock|sp_releaseapplock|applock_mode)\b.*?N'([^']*)'", statement)
        if not found:
            return None
        procedure, name = found.groups()
        if procedure == "sp_getapplock":
            return [(0 if self._server.locks.setdefault(name, self) is self else -1,)]
        is_held = self._server.locks.get(name) is self
        if procedure == "applock_mode":
            return [(int(is_held),)]
        if not is_held:
            raise Refusal(1223, f"Cannot release the application lock (Resource: '{name}'): it is not currently held.")
        del self._server.locks[name]
        return None

    def _release_locks(self) -> None:
        for name, holder in list(self._server.locks.items()):
            if holder is self:
                del self._server.locks[name]

    def _shake_hands(self) -> None:
        """Shake hands for TLS inside packets of the prelogin, as TDS wants it; what follows is all encrypted."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._server.certificate)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        shaking = context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            try:
                shaking.do_handshake()
            except ssl.SSLWantReadError:
                self._send(outgoing.read(), _PRELOGIN)
                incoming.write(self._receive()[1])
                continue
            self._send(outgoing.read(), _PRELOGIN)
            raise EOFError  # no test goes on from here

    def _receive(self) -> tuple[int, bytes]:
        body = b""
        while True:
            kind, status, length = struct.unpack(">BBH4x", self._read(8))
            if status & _RESETS_CONNECTION:  # the driver takes a connection out of its pool
                self._release_locks()
            body += self._read(length - 8)
            if status & _LAST_PACKET:
                return kind, body

    def _read(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            part = self._connection.recv(length - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def _send(self, body: bytes, kind: int = _RESPONSE) -> None:
        room = _PACKET_SIZE - 8
        parts = [body[start : start + room] for start in range(0, len(body), room)]
        for number, part in enumerate(parts, start=1):
            status = _LAST_PACKET if number == len(parts) else 0
            self._connection.sendall(struct.pack(">BBHHBB", kind, status, len(part) + 8, 51, number % 256, 0) + part)


def _build_prelogin(encrypts: bool) -> bytes:
    values = [
        (0, bytes([16, 0, 0x10, 0, 0, 0])),
        (1, bytes([_ENCRYPT_ON if encrypts else _ENCRYPT_NOT_SUPPORTED])),
        (2, b"\x00"),
        (4, b"\x00"),
    ]
    place = 5 * len(values) + 1
    head, data = b"", b""
    for token, value in values:
        head += struct.pack(">BHH", token, place + len(data), len(value))
        data += value
    return head + b"\xff" + data


def _short_text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("utf-16-le")


def _long_text(text: str) -> bytes:
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def _build_change(kind: int, new: bytes, old: bytes) -> bytes:
    return struct.pack("<BHB", 0xE3, 1 + len(new) + len(old), kind) + new + old


def _build_login_ack() -> bytes:
    body = b"\x01" + bytes([0x74, 0, 0, 4]) + _short_text("Microsoft SQL Server") + bytes([16, 0, 0x10, 0])
    return struct.pack("<BH", 0xAD, len(body)) + body


def _build_error(refusal: Refusal) -> bytes:
    body = struct.pack("<iBB", refusal.number, 1, refusal.severity) + _long_text(refusal.text)
    body += _short_text("stand-in") + _short_text("") + struct.pack("<i", 1)
    return struct.pack("<BH", 0xAA, len(body)) + body


def _build_done(token: int, status: int = 0, count: int = 0) -> bytes:
    return struct.pack("<BHHQ", token, status, 0xC1, count)


def _build_return(handle: int) -> bytes:
    """Build the end of a procedure's answer: its status, and the handle of the statement it prepared."""
    value = struct.pack("<BH", 0xAC, 0) + _short_text("") + b"\x01" + struct.pack("<IH", 0, 0) + b"\x26\x04"
    value += struct.pack("<Bi", 4, handle) if handle else b""
    return struct.pack("<Bi", 0x79, 0) + (value if handle else b"") + _build_done(_DONE_PROC)


def _build_transaction(body: bytes) -> bytes:
    body = body[struct.unpack_from("<I", body)[0] :]
    kind = struct.unpack_from("<H", body)[0]
    descriptor = b"\x08" + struct.pack("<Q", 1)
    if kind == 5:  # begins
        return _build_change(8, descriptor, b"\x00") + _build_done(_DONE)
    return _build_change(9 if kind == 7 else 10, b"\x00", descriptor) + _build_done(_DONE)


def _build_rows(answer: Rows | NamedRows) -> bytes:
    rows = answer.rows if isinstance(answer, NamedRows) else answer
    names = (
        answer.names if isinstance(answer, NamedRows) else [f"c{place}" for place in range(len((rows or [("",)])[0]))]
    )
    kinds = [next((type(row[place]) for row in rows if row[place] is not None), str) for place in range(len(names))]
    data = struct.pack("<BH", 0x81, len(kinds))
    for name, kind in zip(names, kinds, strict=True):
        data += struct.pack("<IH", 0, 1) + (_KINDS[kind][0] if kind in _KINDS else _TEXT) + _short_text(name)
    for row in rows:
        data += b"\xd1" + b"".join(_build_value(kind, value) for kind, value in zip(kinds, row, strict=True))
    return data


def _pack_day(day: date) -> bytes:
    return struct.pack("<I", day.toordinal() - 1)[:3]


def _pack_moment(moment: datetime) -> bytes:
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return struct.pack("<Q", seconds * 1_000_000 + moment.microsecond)[:5] + _pack_day(moment)


_TEXT = b"\xe7" + struct.pack("<H", 8000) + _COLLATION
# How a column of a kind is described, and how its values are written; everything else is text.
_KINDS: dict[type, tuple[bytes, Callable]] = {
    int: (b"\x26\x08", lambda value: struct.pack("<q", value)),
    bool: (b"\x68\x01", lambda value: struct.pack("<B", value)),
    float: (b"\x6d\x08", lambda value: struct.pack("<d", value)),
    Decimal: (b"\x6d\x08", lambda value: struct.pack("<d", value)),
    date: (b"\x28", _pack_day),
    datetime: (b"\x2a\x06", _pack_moment),
}


def _build_value(kind: type, value: object) -> bytes:
    if kind in _KINDS:
        data = b"" if value is None else _KINDS[kind][1](value)
        return bytes([len(data)]) + data
    if value is None:
        return b"\xff\xff"
    text = str(value).encode("utf-16-le")
    return struct.pack("<H", len(text)) + text


_PROCEDURES_WITH_STATEMENT = {10, 11, 13}  # sp_executesql, sp_prepare, sp_prepexec


def _find_statement(body: bytes) -> str | None:
    """Find the statement among the parameters of a procedure that executes or prepares one."""
    if struct.unpack_from("<H", body)[0] != 0xFFFF:
        return None
    if struct.unpack_from("<H", body, 2)[0] not in _PROCEDURES_WITH_STATEMENT:
        return None
    texts = []
    place = 6
    while place < len(body):
        place += 1 + 2 * body[place] + 1  # name, status
        kind = body[place]
        if kind == 0x26:
            place += 2 + 1 + body[place + 2]
            continue
        if kind not in {0xE7, 0x63}:
            break
        if kind == 0x63:
            place += 1 + 4 + 5
            size = struct.unpack_from("<i", body, place)[0]
            place += 4
            text = body[place : place + max(size, 0)]
            place += max(size, 0)
        else:
            most = struct.unpack_from("<H", body, place + 1)[0]
            place += 1 + 2 + 5
            if most == 0xFFFF:
                place += 8
                text = b""
                while part := struct.unpack_from("<I", body, place)[0]:
                    text += body[place + 4 : place + 4 + part]
                    place += 4 + part
                place += 4
            else:
                size = struct.unpack_from("<H", body, place)[0]
                place += 2
                text = b"" if size == 0xFFFF else body[place : place + size]
                place += len(text)
        texts.append(text.decode("utf-16-le"))
    return next((text for text in texts if not text.startswith("@P")), None)
