"""Checks of a text file by its first bytes."""

from __future__ import annotations

import codecs

from loader.errors import UserError

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def decode_head(head: bytes, name: str) -> str:
    """Decode the start of a file, without a byte order mark.

    Args:
        head: The first bytes; a character may be cut at their end.
        name: What a person calls the file.

    Raises:
        UserError: If the file is empty or not in UTF-8.
    """
    if not head.strip():
        raise UserError(f"{name} is empty.")
    # Without a mark, every second byte of plain text is zero.
    if head.startswith(_WIDE) or b"\0" in head[:4]:
        raise UserError(f"{name} is in UTF-16 or UTF-32: save it as UTF-8 and load it again.")
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError as error:
        raise UserError(
            f"{name} is not in UTF-8 (byte {error.start:,}): save it as UTF-8 and load it again."
        ) from error
    return text
