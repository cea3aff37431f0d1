"""Finds where a JSON object or array ends without reading what is in it, in any number of steps.

Brackets are counted, not matched: whether a text is JSON is for the decoder to say. What JSON never has ends a text
early, so that one that is broken does not swallow those after it: a newline within a string.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_STRING = rb'"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"'
_PLAIN = rb'[^"{}\[\]]*+'
_RUN = _PLAIN + rb"(?:" + _STRING + _PLAIN + rb")*+"
_LEVELS = 6

_run = re.compile(_RUN)
_rest_of_string = re.compile(rb'[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+')
_opening = re.compile(rb"[{\[]++")
_closing = re.compile(rb"[}\]]++")
_QUOTE, _BACKSLASH, _NEWLINE = b'"\\\n'


def _nested(levels: int) -> bytes:
    """Write a pattern of brackets within brackets; possessive throughout, so that it never goes back."""
    inner = rb"(?!)"
    for _ in range(levels):
        inner = rb"[{\[]" + _RUN + rb"(?:" + inner + _RUN + rb")*+[}\]]"
    return inner


SHALLOW = re.compile(_nested(_LEVELS))
"""An object or array that ends here and is nested at most six deep, as nearly all events are."""

_VALUE = rb"(?:" + _STRING + rb"|[^\s\",:{}\[\]]++|" + _nested(_LEVELS) + rb")"
_KEY = rb"\s*+" + _STRING + rb"\s*+:\s*+"
RECORDS_BEGIN = re.compile(
    rb'\{(?:(?!\s*+"Records"\s*+:\s*+\[)' + _KEY + _VALUE + rb'\s*+,)*+\s*+"Records"\s*+:\s*+\['
)
"""The beginning of an object, up to where the array under its key `Records` begins."""
RECORDS_END = re.compile(rb"\s*+(?:," + _KEY + _VALUE + rb"\s*+)*+\}")
"""What may follow that array, to the end of the object."""


@dataclass(slots=True)
class Nesting:
    """Where it stands within an object or array that goes on."""

    depth: int = 0
    is_in_string: bool = False
    is_escaped: bool = False  # the last byte was the first one of an escape

    def end_of(self, data: bytes, at: int = 0) -> int:
        """Go on in the next bytes; give where it ends in them, or -1 if it goes on."""
        while at < len(data):
            if self.is_in_string:
                at = self._after_string(data, at)
                if at < len(data) and self.is_in_string:
                    return at  # at the newline
                continue
            at = _run.match(data, at).end()  # type: ignore[union-attr]  # it matches nothing too
            if at == len(data):
                break
            if data[at] == _QUOTE:
                self.is_in_string = True
                at += 1
            elif opening := _opening.match(data, at):
                self.depth += opening.end() - at
                at = opening.end()
            elif closing := _closing.match(data, at):
                if closing.end() - at >= self.depth:
                    return at + self.depth
                self.depth -= closing.end() - at
                at = closing.end()
        return -1

    def _after_string(self, data: bytes, at: int) -> int:
        """Go to the end of a string that has begun; what is in the way, if anything is, is a newline."""
        if self.is_escaped and data[at] != _NEWLINE:
            at += 1
        self.is_escaped = False
        at = _rest_of_string.match(data, at).end()  # type: ignore[union-attr]  # as above
        if data[at : at + 1] == b"\\":
            self.is_escaped = at + 1 == len(data)
            at += 1  # before a newline, or at the end
        if data[at : at + 1] == b'"':
            self.is_in_string = False
            at += 1
        return at
