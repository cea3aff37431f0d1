"""A refutation in words: chains, branches, and steps that are used twice."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from hypothesis import given, settings

from tests.graph.resolution.puzzles import Raw, packages, systems
from tests.graph.systems import graph_of
from tiktoktoe_cli.graph.resolution.budget import Budget
from tiktoktoe_cli.graph.resolution.clauses import Clause
from tiktoktoe_cli.graph.resolution.explanation import explain
from tiktoktoe_cli.graph.resolution.question import Need, Question, question_of
from tiktoktoe_cli.graph.resolution.refutation import refute
from tiktoktoe_cli.graph.resolution.solver import solve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Letters:
    """Names every clause by a letter: facts in lower case, as they were made."""

    def __init__(self) -> None:
        self.names: dict[Clause, str] = {}

    def fact(self, letter: str) -> Clause:
        """Make a fact."""
        return self._named(Clause({}, (Need("x", 1, "y", 1, letter, orders=False),)), letter)

    def derived(self, letter: str, one: Clause, other: Clause) -> Clause:
        """Make what follows from two clauses."""
        return self._named(Clause({}, causes=(one, other)), letter)

    def _named(self, clause: Clause, letter: str) -> Clause:
        self.names[clause] = letter
        return clause


def test_a_single_fact_needs_no_explanation() -> None:
    """What contradicts itself has been told already."""
    letters = Letters()

    assert explain(letters.fact("a"), letters.names.__getitem__) == ()


def test_a_chain_goes_on_from_line_to_line() -> None:
    """Each line adds a fact to what the one before has shown; two facts in a row are added together."""
    letters = Letters()
    first = letters.derived("A", letters.fact("a"), letters.fact("b"))
    second = letters.derived("B", first, letters.fact("c"))
    third = letters.derived("C", letters.fact("d"), second)

    assert explain(letters.derived("END", third, letters.fact("e")), letters.names.__getitem__) == (
        "Because a and b, A.",
        "And because c, B.",
        "And because d and e, END.",
    )


def test_a_short_branch_follows_the_long_one() -> None:
    """What follows from two facts stands just before it is used."""
    letters = Letters()
    long = letters.derived("B", letters.derived("A", letters.fact("a"), letters.fact("b")), letters.fact("c"))
    short = letters.derived("C", letters.fact("d"), letters.fact("e"))

    assert explain(letters.derived("END", short, long), letters.names.__getitem__) == (
        "Because a and b, A.",
        "And because c, B.",
        "Because d and e, C.",
        "So, END.",
    )


def test_long_branches_stand_apart_and_the_first_gets_a_number() -> None:
    """Two chains that meet are told one after the other; the first is named by its number."""
    letters = Letters()
    one = letters.derived("B", letters.derived("A", letters.fact("a"), letters.fact("b")), letters.fact("c"))
    two = letters.derived("D", letters.derived("C", letters.fact("d"), letters.fact("e")), letters.fact("f"))

    assert explain(letters.derived("END", one, two), letters.names.__getitem__) == (
        "Because a and b, A.",
        "And because c, B. (1)",
        "",
        "Because d and e, C.",
        "And because f, D.",
        "And because B (1), END.",
    )


def test_a_step_that_is_used_twice_is_told_once() -> None:
    """It gets a number, and is named by it."""
    letters = Letters()
    shared = letters.derived("A", letters.fact("a"), letters.fact("b"))
    one = letters.derived("B", shared, letters.fact("c"))
    two = letters.derived("C", shared, letters.fact("d"))

    lines = explain(letters.derived("END", one, two), letters.names.__getitem__)

    assert [line for line in lines if "Because a and b" in line] == ["Because a and b, A. (1)"]
    assert "Because A (1) and d, C." in lines


@settings(max_examples=300)
@given(systems() | packages())
def test_every_step_follows_from_its_causes(system: Raw) -> None:
    """Whatever keeps both causes of a step keeps the step; and nothing keeps the facts."""
    question = question_of(graph_of(system))
    answer = solve(question, Budget())
    if answer.chosen is not None:
        return

    refutation = refute(question, answer.clauses, Budget())

    steps = list(_steps(refutation))
    assert not refutation.terms
    assert {need for step in steps for need in step.needs} <= set(answer.needs)
    for step in steps:
        for choice in _choices(question, (step, *(step.causes or ()))):
            if step.causes and all(_keeps(choice, cause) for cause in step.causes):
                assert _keeps(choice, step)


def _steps(clause: Clause) -> Iterator[Clause]:
    yield clause
    for cause in clause.causes or ():
        yield from _steps(cause)


def _choices(question: Question, clauses: tuple[Clause, ...]) -> Iterator[Mapping[str, int]]:
    """Yield everything that may become of the services in some clauses, a bit for each."""
    names = list(dict.fromkeys(name for clause in clauses for name in clause.terms))
    bits = [[1 << at for at in range(8) if question.everything(name) >> at & 1] for name in names]
    return (dict(zip(names, chosen, strict=True)) for chosen in product(*bits))


def _keeps(choice: Mapping[str, int], clause: Clause) -> bool:
    return not all(choice[name] & bits for name, bits in clause.terms.items())
