"""Secrets never appear in what is printed: every text that leaves goes through the mask of its configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MASKED = "••••"
_MIN_LENGTH = 3  # shorter values would blot out innocent text, and protect nothing
_TELLING_WORDS = (
    r"(?:password|passwd|secret|token(?!s)|api[_-]?key|private[_-]?key|authorization|cookie|bearer|dsn)"
)
_SECRET_NAME = re.compile(rf"(?i){_TELLING_WORDS}$")
_SECRET_KEY = re.compile(rf"(?i)({_TELLING_WORDS}[\"']?\s*[:=]\s*)(?!\$\{{)(\S.*)")
_USER_INFO = re.compile(r"(://[^/\s:@]+:)[^/\s@]+(?=@)")


@dataclass(slots=True)
class Mask:
    """A set of secret values, and the replacing of them in texts; call it with a text."""

    _secrets: set[str] = field(default_factory=set)

    def add(self, secret: str) -> None:
        """Learn a secret; each of its lines is one, since output may show them apart."""
        self._secrets.update(part for part in (secret, *secret.splitlines()) if len(part) >= _MIN_LENGTH)

    def add_all(self, secrets: Iterable[str]) -> None:
        """Learn several secrets."""
        for secret in secrets:
            self.add(secret)

    def __call__(self, text: str) -> str:
        """Return the text with every secret replaced; the longest is replaced first."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASKED)
        return text

    def line(self, text: str) -> str:
        """Mask a line of a source text; what follows a key that sounds secret is hidden even if it was never read."""
        return _USER_INFO.sub(rf"\1{MASKED}", _SECRET_KEY.sub(rf"\1{MASKED}", self(text)))


def sounds_secret(key: str) -> bool:
    """Tell whether what stands under a key is nobody's business: `DB_PASSWORD`, `token`, `X-Api-Key`."""
    return _SECRET_NAME.search(key) is not None
