"""What a server says in a dialogue: heard piece by piece, and searched for what each step waits for. Pure."""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import Any, Final

from tiktoktoe_cli.words import shortened

MAX_HEARD: Final = 64 * 1024
"""How many characters are kept of what a server says, over all steps."""
_MOST_SHOWN: Final = 120


class Heard:
    """What was heard so far, as text; bytes that are no UTF-8 become U+FFFD.

    `captures` holds what the named groups of the patterns found. `text` is all that was said, also what no step has
    waited for yet; `is_over` says that nothing more will come.
    """

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._consumed = 0
        self.text = ""
        self.captures: dict[str, str] = {}
        self.is_over = False

    @property
    def is_full(self) -> bool:
        """Whether more was said than anybody should have to listen to."""
        return len(self.text) > MAX_HEARD

    def add(self, data: bytes) -> None:
        """Hear some bytes; none at all are the end."""
        self.is_over = not data
        self.text += self._decoder.decode(data, final=self.is_over)

    def find(self, pattern: Any) -> bool:  # a compiled one
        """Look for a pattern in what no step has consumed yet, and consume all up to its end."""
        match = pattern.search(self.text[self._consumed :])
        if match is None:
            return False
        self._consumed += match.end()
        self.captures |= {name: text for name, text in match.groupdict().items() if text is not None}
        return True

    def describe(self) -> str:
        """Quote what was heard and not consumed."""
        rest = self.text[self._consumed :]
        return f"received `{repr(shortened(rest, _MOST_SHOWN))[1:-1]}`" if rest else "received nothing"
