"""The account of every row of files that was read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Account:
    """Where the rows of files went: each is landed, repeated or rejected.

    Attributes:
        landed: Rows for the raw table.
        repeated: Rows that say what another one says already.
        rejected: Rows that cannot be used, by reason.
    """

    landed: int = 0
    repeated: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """All rows that the files hold."""
        return self.landed + self.repeated + self.rejected.total()
