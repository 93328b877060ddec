"""Finds the files that a user named: by themselves, in folders, in ZIP archives; nothing is ever unpacked to disk."""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from loader.errors import UserError

# Plays compress to about a twentieth; a bomb to a thousandth.
_MOST_RATIO = 200
_RATIO_COUNTS_FROM = 10 * 2**20
_MOST_BYTES = 200 * 2**30
_MOST_MEMBERS = 100_000
_ENCRYPTED = 0x1
_HEAD = 64 * 2**10

IsWanted = Callable[[str], bool]
"""Tells by a file's name, without its folder, whether it is one to read."""


@dataclass(frozen=True)
class InputFile:
    """A file to read, on its own or in an archive.

    Attributes:
        name: What a person calls it: its path, or the archive's with the member's behind it.
        file_name: Its name without folders.
        path: Its path, if it is a file on its own; None if it is in an archive.
        archive: The archive it is in, if it is.
        member: What it is in the archive.
    """

    name: str
    file_name: str
    path: Path | None = None
    archive: Path | None = None
    member: zipfile.ZipInfo | None = None

    def open(self) -> IO[bytes]:
        """Open the file for reading from its start, unpacked.

        Raises:
            UserError: If it cannot be read.
        """
        packed = self._open_packed()
        return cast(IO[bytes], gzip.GzipFile(fileobj=packed)) if self.is_gzip else packed

    @property
    def is_gzip(self) -> bool:
        """Whether the file is compressed by itself."""
        return self.file_name.lower().endswith(".gz")

    def _open_packed(self) -> IO[bytes]:
        if self.archive is None or self.member is None:
            assert self.path is not None  # noqa: S101 - a file is in one of both places
            try:
                return self.path.open("rb")
            except OSError as error:
                raise UserError(f"{self.name} cannot be read: {error.strerror}.") from error
        try:
            return zipfile.ZipFile(self.archive).open(self.member)
        except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError) as error:
            raise UserError(f"{self.name} cannot be unpacked ({error}): get the archive again.") from error

    def read_head(self) -> bytes:
        """Read the start of the file.

        Raises:
            UserError: If it cannot be read.
        """
        with self.open() as stream:
            try:
                return stream.read(_HEAD)
            except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
                raise UserError(f"{self.name} cannot be read ({error}): get the file again.") from error


def find_files(paths: Iterable[Path], is_wanted: IsWanted, wanted: str) -> list[InputFile]:
    """Find the files that paths name.

    Args:
        paths: Files, folders (looked through with what is in them) and ZIP archives.
        is_wanted: Tells which files of folders and archives to read; a file named by itself is always read.
        wanted: What is looked for, in words.

    Returns:
        The files in order, each once.

    Raises:
        UserError: If a path does not exist or holds nothing to read, or an archive is not to be trusted.
    """
    found: dict[str, InputFile] = {}
    for path in paths:
        here = list(_look_into(path, is_wanted))
        if not here:
            raise UserError(f"{path} holds no {wanted}.")
        found.update((file.name, file) for file in here)
    return list(found.values())


def _look_into(path: Path, is_wanted: IsWanted) -> Iterator[InputFile]:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{path} does not exist: check the path.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    if path.is_dir():
        for inner in sorted(path.rglob("*")):
            if inner.is_file() and is_wanted(inner.name) and not _is_litter(inner.parts):
                yield InputFile(str(inner), inner.name, path=inner)
    elif not path.is_file():
        raise UserError(f"{path} is neither a file nor a folder.")
    elif path.suffix.lower() == ".zip" or zipfile.is_zipfile(path):
        yield from _look_into_archive(path, is_wanted)
    else:
        yield InputFile(str(path), path.name, path=path)


def _look_into_archive(path: Path, is_wanted: IsWanted) -> Iterator[InputFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UserError(f"{path} is not a ZIP archive, or is cut off: get it again.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    if len(members) > _MOST_MEMBERS:
        raise UserError(f"{path} holds {len(members):,} files, which no export does: it is not read.")
    for member in members:
        if leaves_folder(member.filename):
            raise UserError(f"{path} holds a path that leads out of it ({member.filename}): it is not read.")
    wanted = [
        member
        for member in members
        if not member.is_dir() and is_wanted(PurePosixPath(member.filename).name) and not _is_litter([member.filename])
    ]
    _refuse_bomb(path, wanted)
    for member in wanted:
        if member.flag_bits & _ENCRYPTED:
            raise UserError(f"{path} is protected by a password: unpack it and name the folder instead.")
        name = PurePosixPath(member.filename).name
        yield InputFile(f"{path}/{member.filename}", name, archive=path, member=member)


def leaves_folder(name: str) -> bool:
    """Tell whether a member's name leads out of its archive."""
    parts = re.split(r"[/\\]", name)
    return ".." in parts or parts[0] == "" or re.match(r"^[A-Za-z]:", name) is not None


def _refuse_bomb(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Refuse what unpacks to far more than it takes; reading stops at the size a member states for itself."""
    unpacked = sum(member.file_size for member in members)
    for member in members:
        if member.file_size > max(_RATIO_COUNTS_FROM, _MOST_RATIO * member.compress_size):
            times = member.file_size // max(member.compress_size, 1)
            raise UserError(f"{path} holds {member.filename}, which unpacks to {times:,} times its size: not read.")
    if unpacked > _MOST_BYTES:
        raise UserError(f"{path} unpacks to {unpacked / 2**30:,.0f} GiB, which no export does: it is not read.")


def _is_litter(parts: Iterable[str]) -> bool:
    """Whether a path is one of those that macOS leaves in archives and folders."""
    return any("__MACOSX" in part or PurePosixPath(part).name.startswith("._") for part in parts)
