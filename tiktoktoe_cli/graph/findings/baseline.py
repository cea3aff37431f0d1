"""The baseline: which findings are accepted for now, as a text of one line each.

    TTG105 orders db
    TTG203 "pay ments" version

A finding is known by its rule and by what it is about, never by its line in the configuration or by how many there are.
Lines are sorted and stand for themselves, so that two branches that both mend something merge without a conflict.
Names with anything but letters, digits and `_ . / -` are written as JSON writes texts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Identity: TypeAlias = tuple[str, ...]
"""A rule's id, and what a finding is about: the `Problem.identity` of a finding."""

_HEADER = (
    "# Findings that are accepted for now; `tiktoktoe graph validate --update-baseline` writes this file.\n"
)
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[^"\s]+')
_LINE = re.compile(rf"\s*TTG\d+(?:\s+(?:{_WORD.pattern}))*\s*")
_PLAIN = re.compile(r"[\w./-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings that are accepted for now, each with the place of its line."""

    entries: Mapping[Identity, Place | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Renewal:
    """What came of writing a baseline anew: how many findings it accepts, and how many are new or gone."""

    file: str
    accepted: int
    added: int
    removed: int


def renewal(file: str, before: Baseline, after: Baseline) -> Renewal:
    """Compare a baseline with what it was before."""
    old, new = before.entries.keys(), after.entries.keys()
    return Renewal(file, len(new), len(new - old), len(old - new))


def read_baseline(name: str, text: str) -> Baseline | Problem:
    """Read the text of the file that is called `name`; empty lines and those that begin with `#` say nothing."""
    entries: dict[Identity, Place | None] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        place = Place(name, number, 1, len(line) + 1)
        identity = _identity(line)
        if identity is None:
            hint = "remove it, or delete the file and write it anew with `--update-baseline`"
            return Problem("baseline-entry", "this line is no entry of a baseline", place, hint)
        entries[identity] = place
    return Baseline(entries)


def baseline_text(identities: Iterable[Identity]) -> str:
    """Write the findings as a text that `read_baseline` reads."""
    return _HEADER + "".join(f"{' '.join(map(_word, identity))}\n" for identity in sorted(set(identities)))


def _identity(line: str) -> Identity | None:
    if not _LINE.fullmatch(line):
        return None
    try:
        return tuple(_words(line))
    except ValueError:  # an escape that JSON does not know
        return None


def _words(line: str) -> Iterator[str]:
    for word in _WORD.findall(line):
        yield str(json.loads(word)) if word.startswith('"') else word


def _word(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else json.dumps(name)
