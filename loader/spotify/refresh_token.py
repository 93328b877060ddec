"""The listener's refresh token: the one that was set, or the one that Spotify gave in its place since."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

KEPT_IN = Path(".dlt") / "refresh_token.json"


class RefreshToken:
    """A refresh token that outlives being replaced.

    Spotify may answer a renewal with another refresh token, after which the one that was set is worth nothing. The
    new one is kept in a file of its own: what the user wrote is the user's. A token that is set anew, by another
    login, counts again.

    Attributes:
        value: The token to use; never shown.
        fingerprint: Identifies the authorization without revealing it.
        notice: What the user should know of a replacement in this run, if there was one.
        warning: Why a replacement could not be kept, if so.
    """

    def __init__(self, set_token: str, path: Path = KEPT_IN) -> None:
        """Take the token that was set, or the one kept in its place.

        Args:
            set_token: The token in the environment or in `.dlt/secrets.toml`.
            path: Where a new one is kept.
        """
        self.fingerprint = hashlib.sha256(set_token.encode()).hexdigest()[:16]
        self.notice: str | None = None
        self.warning: str | None = None
        self._path = path
        self.value = self._find_kept() or set_token

    def replace(self, new_token: object) -> None:
        """Keep a new token; one that is none (Spotify may leave it empty) or the same changes nothing."""
        if not isinstance(new_token, str) or not new_token or new_token == self.value:
            return
        self.value = new_token
        try:
            self._write(new_token)
        except OSError as error:
            self.warning = (
                f"Spotify gave a new refresh token, which cannot be kept in {self._path} ({error.strerror}): make that "
                "possible, then run `python -m loader login` again."
            )
        else:
            self.notice = f"Spotify gave a new refresh token, which is kept in {self._path} and used from now on."

    def _find_kept(self) -> str | None:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            return str(kept["refresh_token"]) if kept["instead_of"] == self.fingerprint else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, token: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({"instead_of": self.fingerprint, "refresh_token": token}, file)
        # At once, so that no moment is without a token.
        new.replace(self._path)
