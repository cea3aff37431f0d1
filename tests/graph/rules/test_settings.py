"""The section `graph`: what the configuration may say about the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.graph.rules.settings import GraphSettings
from tiktoktoe_cli.subject import SUBJECT_PARTS, subject_of
from tiktoktoe_cli.system import read_system

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("section", "code", "at", "hint"),
    [
        ("suppress: [{rule: TTG1055}]", "unknown-value", "TTG1055", "did you mean `TTG105`?"),
        (
            "suppress: [{rule: orders}]",
            "unknown-value",
            "orders",
            "`tiktoktoe graph validate --explain all` lists the rules",
        ),
        ("suppress: [{reason: x}]", "missing-key", "{reason", "`rule`: the rule, such as `TTG105`"),
        ("severity: {TTG105: of}", "unknown-value", "of", "did you mean `off`?"),
        ("severity: {TTG15: off}", "unknown-value", "TTG15", "did you mean `TTG105`?"),
        ("layers: [a, b, a]", "duplicate-name", "a]", "a group is in one layer"),
        ("budget: {depth: 0}", "out-of-range", "0", None),
        ("forbidden: [{from: a}]", "missing-key", "{from", None),
    ],
)
def test_what_cannot_be_meant_is_a_problem_at_its_place(
    write: Callable[[str, str], str], section: str, code: str, at: str, hint: str | None
) -> None:
    """A rule that is not there would suppress nothing, in silence."""
    text = f"graph: {{{section}}}\n"

    (problem,) = read_system([write("a.yaml", text)], {}, ["graph"]).document.problems

    assert problem.code == code
    assert problem.place is not None
    assert text[problem.place.column - 1 :].startswith(at)
    assert hint is None or problem.hint == hint


def test_a_baseline_stands_beside_the_file_that_names_it(write: Callable[[str, str], str]) -> None:
    """Wherever the command is called."""
    path = write("team/a.yaml", "graph: {baseline: known.txt}\n")

    settings = read_system([path], {}, ["graph"])["graph"]

    assert str(settings.baseline) == path.replace("a.yaml", "known.txt")


BARE = """\
services:
  a:
    version: 1.10
    available: ["1.20", 1.30, {version: 1.40}]
    depends_on:
      b: 1.50
      c: {version: 1.60}
      d: "1.70"
      e: "${RANGE}"
      f: ${RANGE}
  b: {version: '1.80'}
"""


def test_only_texts_that_stand_in_the_file_without_quotes_are_bare(write: Callable[[str, str], str]) -> None:
    """In the short form as well as in the long one; what a variable holds is not read by others."""
    system = read_system([write("a.yaml", BARE)], {"RANGE": "1.90"}, SUBJECT_PARTS)
    paths: dict[str, tuple[str | int, ...]] = {
        "1.10": ("services", "a", "version"),
        "1.20": ("services", "a", "available", 0, "version"),
        "1.30": ("services", "a", "available", 1, "version"),
        "1.40": ("services", "a", "available", 2, "version"),
        "1.50": ("services", "a", "depends_on", "b", "version"),
        "1.60": ("services", "a", "depends_on", "c", "version"),
        "1.70": ("services", "a", "depends_on", "d", "version"),
        "quoted variable": ("services", "a", "depends_on", "e", "version"),
        "variable": ("services", "a", "depends_on", "f", "version"),
        "1.80": ("services", "b", "version"),
        "nothing": ("services", "b", "available", 0, "version"),
    }

    subject = subject_of(system)

    assert [text for text, path in paths.items() if subject.is_bare(*path)] == [
        "1.10",
        "1.30",
        "1.40",
        "1.50",
        "1.60",
    ]


KNOWN = """\
services:
  checked:
    health: [{name: up, tcp: {address: "127.0.0.1:18084"}}]
  started:
    actions:
      start: {run: [prog, "--peer=localhost:18084"], ready_line: "ready"}
      drain: {run: [drain]}
  told:
    actions:
      start: {run: [prog], env: {PEER: "http://127.0.0.1:18084/x"}}
      rollback: {run: [undo]}
  neither: {health: []}
orchestration: {deadline: 5m}
"""


def test_what_other_sections_say_of_the_services_is_collected(write: Callable[[str, str], str]) -> None:
    """Who has checks, who can be started and how, with whose address, and how long all may take."""
    operations = subject_of(read_system([write("a.yaml", KNOWN)], {}, SUBJECT_PARTS)).operations
    abilities = operations.abilities

    assert set(abilities.checked) == {"checked"}
    assert set(abilities.started) == {"started", "told"}
    assert set(abilities.ready_line) == set(abilities.drain) == {"started"}
    assert set(abilities.rollback) == {"told"}
    assert operations.deadline == Duration.parse("5m")
    assert operations.uses == {
        "started": {"checked": ("services", "started", "actions", "start", "run", 1)},
        "told": {"checked": ("services", "told", "actions", "start", "env", "PEER")},
    }


def test_a_system_that_says_nothing_else_has_nothing_else(write: Callable[[str, str], str]) -> None:
    """Sections that are not there leave everything as it is."""
    subject = subject_of(read_system([write("a.yaml", "services: {a: {}}\n")], {}, SUBJECT_PARTS))

    assert subject.operations.deadline is None
    assert subject.settings == GraphSettings()
    assert subject.capacity is None
