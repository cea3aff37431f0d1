"""What comes in and what goes out: requests and responses as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tiktoktoe_cli.report.text import many_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Request:
    """A request without its body: `query` has the last value of every field, `headers` are by lower case name."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, method: str, target: str, headers: Mapping[str, str]) -> Request | None:
        """Take a request line apart; None if its target is no path with a query that can be read."""
        try:
            parts = urlsplit(target)
            query = parse_qs(parts.query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            return None
        if not target.startswith("/"):
            return None
        return cls(method, parts.path, {name: values[-1] for name, values in query.items()}, headers)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; a body that is text is written in UTF-8."""

    status: int
    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def text(cls, status: int, words: str, headers: tuple[tuple[str, str], ...] = ()) -> Response:
        """Answer with lines of plain text; what a terminal would obey is escaped."""
        return cls(status, f"{many_lines(words)}\n".encode(), "text/plain; charset=utf-8", headers)
