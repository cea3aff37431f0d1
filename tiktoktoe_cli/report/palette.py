"""Colours and symbols: what a state looks like, always as a symbol beside the word, never colour alone."""

from __future__ import annotations

from dataclasses import dataclass

from tiktoktoe_cli.errors import Severity

# ECMA-48 SGR parameters; of the 8 basic colours, neither black nor white: each is some terminal's paper.
_SGR = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}


@dataclass(frozen=True, slots=True)
class Tone:
    """How a state looks: `style` is one or more words of the palette, `ascii` stands in for `symbol`."""

    style: str
    symbol: str
    ascii: str

    def mark(self, *, unicode: bool) -> str:
        """Choose the symbol that the reader's encoding can carry."""
        return self.symbol if unicode else self.ascii


GOOD = Tone("green", "✓", "+")
BAD = Tone("red", "✗", "x")
WARN = Tone("yellow", "!", "!")
UNSURE = Tone("yellow", "?", "?")
BUSY = Tone("cyan", "●", "*")
IDLE = Tone("dim", "○", "-")
PLAIN = Tone("", "·", ".")
MORE = Tone("green", "+", "+")
LESS = Tone("red", "\N{MINUS SIGN}", "-")
OTHER = Tone("yellow", "~", "~")

_WORDS = {
    GOOD: "healthy ok up passed pass valid ready running closed succeeded success done completed committed "
    "delivered started answered yes true fits satisfied unchanged held",
    BAD: "unhealthy down failed fail failing error invalid broken open crashed critical dead rejected "
    "conflict unsatisfied unanswered unexpected no no-value false fatal",
    WARN: "degraded warning warn half-open suspect compensated rolled-back retrying affected at-risk fallback",
    UNSURE: "unknown timeout timed-out unreachable indeterminate unfinished unresolved undecided",
    BUSY: "starting stopping pending waiting checking compensating in-progress active rolling-back "
    "maintenance",
    IDLE: "skipped stopped disabled idle isolated none info not-started ignored paused cancelled",
    MORE: "added",
    LESS: "removed",
    OTHER: "changed",
}
_TONES = {word: tone for tone, words in _WORDS.items() for word in words.split()}

SEVERITIES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}


def tone_of(state: str) -> Tone:
    """Find how a state looks; a word that is not in the palette is shown plainly."""
    return _TONES.get(state.lower().replace("_", "-").replace(" ", "-"), PLAIN)


def paint(text: str, style: str, *, color: bool) -> str:
    """Put a text between the escape sequences of a style, if colour is wanted and there is any text."""
    if not (color and style and text):
        return text
    return f"\x1b[{';'.join(_SGR[word] for word in style.split())}m{text}\x1b[0m"
