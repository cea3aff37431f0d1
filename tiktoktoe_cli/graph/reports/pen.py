"""Writes the lines of the texts that answer questions: harmless, masked, and no wider than a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.report.palette import paint, tone_of
from tiktoktoe_cli.report.text import one_line, pad, shorten, width_of, without_ansi

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktoktoe_cli.report import View

_LEAST_ROOM: Final = 24
"""How many columns a text is given beside its head, even on a terminal that has fewer."""
_LEAST_NAME: Final = 16
_LEAST_BESIDE: Final = 6


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes for one view."""

    view: View

    def safe(self, words: str) -> str:
        """Show what users wrote on one line, without its secrets."""
        shown = one_line(self.view.mask(words))
        return shown if self.view.unicode else shown.replace("→", "->").replace("…", "...")

    def name(self, name: str, beside: int = 0) -> str:
        """Show a name; one that takes more than a third of a terminal, or what is left beside a text, is cut there."""
        if not self.view.terminal:
            return self.safe(name)
        widest = max(self.view.width // 3, _LEAST_NAME)
        if beside:
            widest = max(min(widest, self.view.width - beside), _LEAST_BESIDE)
        return shorten(self.safe(name), widest, mark="…" if self.view.unicode else "...")

    def names(self, names: Iterable[str], beside: int = 0) -> list[str]:
        """Show names, all as wide as the widest; texts of so many columns stand beside them."""
        shown = [self.name(name, beside) for name in names]
        width = max(map(width_of, shown), default=0)
        return [pad(name, width) for name in shown]

    def title(self, words: str) -> str:
        """Write a heading line."""
        return f"{self.paint(self.safe(words), 'bold')}\n"

    def line(self, head: str, words: str, *, deep: int = 2) -> str:
        """Write a head that was shown already and words; on a terminal, these are broken beside it."""
        before, text = f"{' ' * deep}{head}", self.safe(words)
        if not text:
            return f"{before.rstrip()}\n"
        lines, margin = [text], width_of(without_ansi(before)) + 2
        if self.view.terminal:
            room = max(self.view.width - margin, _LEAST_ROOM)
            lines = wrap(text, room, break_long_words=False, break_on_hyphens=False)
        return f"{before}  " + f"\n{' ' * margin}".join(lines) + "\n"

    def mark(self, state: str) -> str:
        """Draw the symbol of a state in its colour."""
        tone = tone_of(state)
        return self.paint(tone.mark(unicode=self.view.unicode), tone.style)

    def paint(self, words: str, style: str) -> str:
        """Colour words that were shown already, if the view has colours."""
        return paint(words, style, color=self.view.color)


def arrows(names: Iterable[str]) -> str:
    """Write a path for a table or a line of its own."""
    return " → ".join(names)
