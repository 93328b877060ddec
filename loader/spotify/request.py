"""Requests to the Web API as data: one value is sent, counted, and is the key of its answer in the checkpoint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from loader.spotify.outcomes import InvalidRequest

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Request:
    """A GET request to the Web API.

    Attributes:
        template: The endpoint, such as `artists/{id}/albums`, under which calls are counted. What stands in braces is
            filled from the parameters. `artists?ids=` is the batch endpoint of `artists`.
        params: The parameters by name; those that the path does not take are the query, in their order.
    """

    template: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def with_params(self, **params: Any) -> Request:
        """Copy the request with more parameters."""
        return Request(self.template, {**self.params, **params})

    @property
    def is_batch(self) -> bool:
        """Whether several objects are asked for: what does not exist is null in the answer, which is never a 404."""
        return self.template.endswith("?ids=")

    @property
    def path(self) -> str:
        """The path below the API's address.

        Raises:
            InvalidRequest: If a parameter cannot be a segment of a path.
        """
        return _PLACEHOLDER.sub(lambda match: _quote_segment(str(self.params[match[1]])), self._path_template)

    @property
    def url(self) -> str:
        """Path and query below the API's address: the same text is the same request.

        Raises:
            InvalidRequest: If a parameter cannot be a segment of a path.
        """
        in_path = _PLACEHOLDER.findall(self.template)
        query = {name: value for name, value in self.params.items() if name not in in_path}
        # Lists of ids stay readable; half characters, which no encoding can write, are no part of any name.
        return f"{self.path}?{urlencode(query, safe=',', errors='replace')}" if query else self.path

    @property
    def _path_template(self) -> str:
        return self.template.partition("?")[0]

    def __str__(self) -> str:
        return self.url


def _quote_segment(text: str) -> str:
    if text in {"", ".", ".."}:
        # They would make another path of it.
        raise InvalidRequest(f"Invalid id {text!r}")
    return quote(text, safe="", errors="replace")
