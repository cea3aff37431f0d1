"""A YAML text of several documents → one text for each, whose places are those in the whole text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK: Final = re.compile(r"^(?:---|\.\.\.)(?=\s|\Z)", re.MULTILINE)
_PREFACE: Final = ("", "#", "%")


@dataclass(frozen=True, eq=False)
class Document(Source):
    """One document of a text, in which `above` lines stand before it."""

    above: int = 0

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 0-based line in the whole text, and the column, of a character of this document."""
        line, column = super().position(offset)
        return line + self.above, column

    def in_place(self) -> Source:
        """Return the document behind as many empty lines: what reads it alone counts them right."""
        return Source(self.name, self.folder, "\n" * self.above + self.text)


def documents(source: Source) -> Iterator[Document]:
    """Take a text apart at its marks (YAML 1.2, chapter 9.1: at the start of a line nothing else looks like them)."""
    start = 0
    for end in [*_ends(source.text), len(source.text)]:
        above, _ = source.position(start)
        yield Document(source.name, source.folder, source.text[start:end], above)
        start = end


def _ends(text: str) -> Iterator[int]:
    start = 0
    for mark in _MARK.finditer(text):
        if mark[0] == "...":
            start = text.find("\n", mark.end()) + 1 or len(text)
            yield start
        elif not _is_preface(text[start : mark.start()]):
            start = mark.start()
            yield start


def _is_preface(text: str) -> bool:
    """Tell whether nothing but comments and directives stands before a mark."""
    return all(line.lstrip()[:1] in _PREFACE for line in text.splitlines())
