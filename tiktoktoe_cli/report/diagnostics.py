"""Problems as rustc and uv write them: what, where, the line with carets, what helps; all of them at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from textwrap import wrap
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity, worst_first
from tiktoktoe_cli.report.frames import lines_of, mark
from tiktoktoe_cli.report.palette import SEVERITIES, paint
from tiktoktoe_cli.report.text import many_lines, one_line, width_of, without_ansi
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.errors import Place, Problem
    from tiktoktoe_cli.report.frames import Line, Lines
    from tiktoktoe_cli.report.view import View

_MARGIN = "    "
MOST = 500  # nobody reads on; the count at the end, and JSON, have them all
MOST_OF_A_CODE = 50  # one rule that finds something everywhere must not hide the others
MOST_NOTES = 10  # other places of one problem: a cycle may have a thousand


def draw_problems(
    problems: Sequence[Problem], sources: Mapping[str, str], view: View, *, whole: bool = False
) -> str:
    """Draw the problems, the worst first, each severity file by file and from top to bottom, and how many there are.

    `sources` holds the text of each file (by the name that places use); a place in another file is named
    without a frame. Files come in the order of `sources`, as `worst_first` has it. Secrets are hidden by the view's
    mask in messages, hints and frames. Of very many the first are drawn, and the others counted, unless the `whole` is
    asked for.
    """
    if not problems:
        return ""
    drawing = _Drawing(sources, view, whole=whole)
    ordered = worst_first(problems, sources)
    shown = ordered if whole else _first(ordered)
    blocks = ["\n".join(drawing.problem(problem)) for problem in shown]
    if rest := Counter(problem.code for problem in ordered) - Counter(problem.code for problem in shown):
        counts = (
            f"... and {count:,} more of {one_line(view.mask(code))}" for code, count in sorted(rest.items())
        )
        blocks.append("\n".join([*counts, "    (-v shows them all)"]))
    return "\n\n".join([*blocks, paint(tally(problems), "bold", color=view.color)]) + "\n"


def _first(ordered: Iterable[Problem]) -> list[Problem]:
    """Choose what is worth a person's time: the first problems, of each kind and of all."""
    of_code: Counter[str] = Counter()
    kept = []
    for problem in ordered:
        of_code[problem.code] += 1
        if of_code[problem.code] <= MOST_OF_A_CODE:
            kept.append(problem)
    return kept[:MOST]


def tally(problems: Iterable[Problem]) -> str:
    """Count problems by severity, worst first: `3 errors, 1 warning`."""
    counts = Counter(problem.severity for problem in problems)
    return ", ".join(plural(counts[severity], severity) for severity in Severity if counts[severity])


@dataclass(frozen=True, slots=True)
class _Drawing:
    sources: Mapping[str, str]
    view: View
    whole: bool
    _lines: dict[str, Lines] = field(default_factory=dict)  # what is already split and masked

    def problem(self, problem: Problem) -> Iterator[str]:
        notes = problem.related if self.whole else problem.related[:MOST_NOTES]
        places = [place for place in (problem.place, *(place for _, place in notes)) if place]
        gutter = max([1, *(len(str(place.line)) for place in places if self._line(place) is not None)])
        style = SEVERITIES[problem.severity]
        label = self._paint(f"{problem.severity}[{one_line(problem.code)}]", style)
        yield from self._words(label + self._paint(":", "bold"), problem.message, "bold")
        if problem.place:
            yield from self._frame(problem.place, gutter, "^", style)
        if problem.hint:
            margin = " " * gutter + " " + self._paint("=", "blue")
            yield from self._words(f"{margin} {self._paint('help', 'cyan')}:", problem.hint)
        for words, place in notes:
            yield from self._words(self._paint("note", "bold cyan") + ":", words)
            yield from self._frame(place, gutter, "-", "cyan")
        if more := len(problem.related) - len(notes):
            yield f"{self._paint('note', 'bold cyan')}: and {plural(more, 'more', 'more')} (-v shows them all)"

    def _words(self, label: str, words: str, style: str = "") -> Iterator[str]:
        lines = many_lines(self.view.mask(words)).rstrip("\n").split("\n")
        room = width_of(without_ansi(label)) - len(_MARGIN) + 1
        first, *others = self._wrapped("." * room + lines[0])
        yield f"{label} {self._paint(first[room:], style)}"
        for line in (*others, *(part for further in lines[1:] for part in self._wrapped(further))):
            yield f"{_MARGIN}{self._paint(line, style)}".rstrip()

    def _wrapped(self, line: str) -> list[str]:
        """Break a line at spaces where a terminal would break it anywhere; elsewhere it stays whole."""
        if not self.view.terminal:
            return [line]
        width = max(self.view.width - len(_MARGIN), 1)
        return wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]

    def _frame(self, place: Place, gutter: int, sign: str, style: str) -> Iterator[str]:
        space = " " * gutter
        yield f"{space}{self._paint('-->', 'blue')} {self._paint(one_line(self.view.mask(str(place))), 'cyan')}"
        line = self._line(place)
        if line is None:
            return
        bar = self._paint("|", "blue")
        ellipsis = "…" if self.view.unicode else "..."
        marked = mark(line, place.column, place.end_column, self.view.width - gutter - 3, ellipsis=ellipsis)
        number = self._paint(f"{place.line:>{gutter}}", "blue")
        yield f"{space} {bar}"
        yield f"{number} {bar} {marked.text}".rstrip()
        yield f"{space} {bar} {' ' * marked.indent}{self._paint(sign * marked.length, style)}"

    def _line(self, place: Place) -> Line | None:
        if place.file not in self.sources:
            return None
        if place.file not in self._lines:
            self._lines[place.file] = lines_of(self.sources[place.file], self.view.mask)
        lines = self._lines[place.file]
        return lines[place.line - 1] if 1 <= place.line <= len(lines) else None

    def _paint(self, text: str, style: str) -> str:
        return paint(text, style, color=self.view.color)
