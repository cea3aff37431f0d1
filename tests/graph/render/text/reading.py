"""Readers of the text views: text in, services and edges out. They know the legends and nothing of the drawers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = r'"(?:[^"\\]|\\.)*"|[^\s,;"()]+'
KINDS = {"start", "runtime", "soft"}
Edge = tuple[str, str, frozenset[str]]


class Seen(NamedTuple):
    """What a reader learns: services with their waves (None: not said), and edges with what is said of them."""

    services: dict[str, int | None]
    edges: set[Edge]


def read_rails(text: str) -> Seen:
    """Read the rails view; of an edge it says its kind, whether it is optional, and whether its end is undefined."""
    seen = Seen({}, set())
    folded = _folded(text)
    kind = "runtime" if "order are those of runtime dependencies" in text else "start"
    lanes: dict[int, list[str]] = {}
    for wave, name, rails, notes in _rail_lines(_picture(text)):
        names = folded.get(name, [name])
        seen.services.update(dict.fromkeys(names, wave))
        for column, mark in enumerate(rails[1::2]):
            if mark in "┐┬.":
                lanes[column] = names
            elif mark in "┤┼┘┴+'◐?":
                words = frozenset({kind, *(["optional"] if mark in "◐?" else [])})
                seen.edges.update((source, target, words) for source in names for target in lanes[column])
        seen.edges.update((source, target, words) for source in names for target, words in _notes(notes))
    return seen


RAIL_LINE = re.compile(rf'\s*(\d+|-)\ ({NAME})(?:\ \+\d+)?\ *([^\w"]*?)(?:\s{{2}}(\w.*))?')
RAIL_NOTE = re.compile(rf"([a-z ]+): ((?:(?:{NAME}),? ?)*)(?:; |$)")


def _rail_lines(lines: list[str]) -> Iterator[tuple[int | None, str, str, str]]:
    """Yield wave, name, rails and notes of each row; a note may go on beside the rails below it."""
    rows: list[tuple[str, str, str, list[str]]] = []
    for line in lines:
        if line.startswith("like "):
            break
        if match := RAIL_LINE.fullmatch(line):
            rows.append((match[1], match[2], match[3], [match[4] or ""]))
        else:
            rows[-1][-1].append(line.lstrip(" │|"))
    for wave, name, rails, notes in rows:
        yield None if wave == "-" else int(wave), _name(name), rails, " ".join(notes)


def _folded(text: str) -> dict[str, list[str]]:
    """Read who shares a line with whom."""
    found: dict[str, list[str]] = {}
    lines = _picture(text)
    start = next((at for at, line in enumerate(lines) if line.startswith("like ")), len(lines))
    for line in lines[start:]:
        if match := re.fullmatch(rf"like ({NAME}?):(?: (.*))?", line):
            names = found.setdefault(_name(match[1]), [_name(match[1])])
        names += map(_name, re.findall(NAME, (match[2] or "") if match else line))
    return found


def _notes(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    for label, names in RAIL_NOTE.findall(text):
        for name in re.findall(NAME, names):
            yield _name(name), frozenset(label.split()) - {"cyclic"}


def read_matrix(text: str) -> Seen:
    """Read the matrix view; it says the same of an edge as rails do."""
    rows, numbers = [], []
    for line in _picture(text):
        if match := re.fullmatch(rf"\s*(\d+) ({NAME})( \(undefined\))?\s*[│|](.*)", line):
            rows.append((_name(match[2]), bool(match[3]), match[4]))
        else:
            numbers.append(line.partition("│" if "│" in line else "|")[2])
    column_at = {
        at: int("".join(digits)) - 1
        for at, digits in enumerate(zip(*numbers, strict=True))
        if digits[-1] != " "
    }
    seen = Seen({name: None for name, is_undefined, _ in rows if not is_undefined}, set())
    for source, _, cells in rows:
        for at, mark in enumerate(cells):
            if mark not in " ╲\\":
                target, is_undefined, _ = rows[column_at[at]]
                words = {*MATRIX_MARKS[mark], *(["undefined"] if is_undefined else [])}
                seen.edges.add((source, target, frozenset(words)))
    return seen


MATRIX_MARKS = {
    "●": ["start"],
    "◐": ["start", "optional"],
    "○": ["runtime"],
    "◦": ["runtime", "optional"],
    "·": ["soft"],
    "S": ["start"],
    "s": ["start", "optional"],
    "R": ["runtime"],
    "r": ["runtime", "optional"],
    ".": ["soft"],
}


def read_table(text: str) -> Seen:
    """Read the table view; it says of an edge whatever differs from the default."""
    _, *lines = _picture(text) or [""]
    records: list[str] = []
    for line in lines:
        if line.startswith(" "):
            records[-1] += f" {line.strip()}"
        else:
            records.append(line)
    seen = Seen({}, set())
    for record in records:
        match = re.fullmatch(rf"({NAME})\s+(\d+|-)\s+(.*)", record)
        assert match, record
        source = _name(match[1])
        seen.services[source] = None if match[2] == "-" else int(match[2])
        for name, words in (
            re.findall(rf"({NAME})(?: \(([^)]*)\))?(?:, |$)", match[3]) if match[3] != "-" else []
        ):
            seen.edges.add((source, _name(name), _said(words)))
    return seen


TREE_LINE = re.compile(rf"((?:[│|] {{3}}| {{4}})*)([├└|`](?:──|--) )?({NAME})((?: \([^)]*\))*)")
TREE_MARKS = {"*", "cycle", "below", "from above"}


def read_tree(text: str) -> Seen:
    """Read the tree view; it says the same of an edge as the table does."""
    seen = Seen({}, set())
    branch: list[str] = []
    for line in _picture(text):
        match = TREE_LINE.fullmatch(line)
        assert match, line
        name, depth = _name(match[3]), len(match[1]) // 4 + bool(match[2])
        words, marks = _tree_words(match[4])
        assert not (marks and name not in seen.services and "cycle" not in marks and "below" not in marks)
        assert ("cycle" in marks) == (name in branch[:depth])
        branch[depth:] = [name]
        if "undefined" not in words:
            seen.services[name] = None
        if depth:
            seen.edges.add((branch[depth - 1], name, _said(words)))
    return seen


def _tree_words(text: str) -> tuple[str, set[str]]:
    groups = re.findall(r"\(([^)]*)\)", text)
    return ", ".join(group for group in groups if group not in TREE_MARKS), TREE_MARKS.intersection(groups)


def _said(words: str) -> frozenset[str]:
    said = set(words.split(", ")) - {""}
    return frozenset(said if said & KINDS else said | {"start"})


def _picture(text: str) -> list[str]:
    """Take the lines of the picture itself: sentences about it follow after an empty line."""
    return text.partition("\n\n")[0].splitlines()


def _name(text: str) -> str:
    return json.loads(text) if text.startswith('"') else text
