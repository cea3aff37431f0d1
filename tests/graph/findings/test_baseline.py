"""The baseline: a text that merges well, of findings that are known by what they are about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.errors import Place, Problem
from tiktoktoe_cli.graph.findings.baseline import Baseline, baseline_text, read_baseline

identities = st.builds(
    lambda number, names: (f"TTG{number}", *names),
    st.integers(1, 999),
    st.lists(st.text(max_size=12), max_size=4),
)


def entries_of(text: str) -> set[tuple[str, ...]]:
    """Read a baseline that can be read."""
    found = read_baseline("known.txt", text)
    assert isinstance(found, Baseline)
    return set(found.entries)


@given(st.sets(identities))
def test_what_is_written_is_read_again(entries: set[tuple[str, ...]]) -> None:
    """Whatever names hold: spaces, quotes, line ends, nothing at all."""
    assert entries_of(baseline_text(entries)) == entries


@given(st.lists(identities))
def test_the_text_depends_on_nothing_but_the_findings(entries: list[tuple[str, ...]]) -> None:
    """Neither on their order nor on how often one is there; each has one line below the first."""
    text = baseline_text(entries)

    assert text == baseline_text(reversed(entries)) == baseline_text(entries * 2)
    assert text.count("\n") == len(set(entries)) + 1


def test_a_line_can_be_read_by_a_person() -> None:
    """Names stand as they are; only odd ones are quoted."""
    text = baseline_text([("TTG203", "pay ments", "version"), ("TTG105", "orders", "db.main"), ("TTG107",)])

    assert text.splitlines()[1:] == ["TTG105 orders db.main", "TTG107", 'TTG203 "pay ments" version']


def test_remarks_and_empty_lines_say_nothing() -> None:
    """Who merges by hand may leave notes."""
    assert entries_of("# mine\n\n  # more\n TTG105  a \t b \r\n") == {("TTG105", "a", "b")}


@pytest.mark.parametrize(
    "line", ["<<<<<<< HEAD", "orders db", "TTG105: a", 'TTG105 "a', r'TTG105 "\x"', "TTG"]
)
def test_a_line_that_is_no_entry_is_a_problem_at_its_place(line: str) -> None:
    """What a merge left behind, say, is shown."""
    found = read_baseline("known.txt", f"# mine\n{line}\n")

    assert isinstance(found, Problem)
    assert (found.code, found.place) == ("baseline-entry", Place("known.txt", 2, 1, len(line) + 1))


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    """It is a baseline, or it has a line that is none."""
    assert isinstance(read_baseline("known.txt", text), Baseline | Problem)


def test_a_finding_is_known_wherever_it_stands() -> None:
    """Its line, its words and its weight do not matter."""
    here = Problem("TTG105", "one", Place("a.yaml", 1, 1), about=("a", "b"))
    there = Problem("TTG105", "two", Place("b.yaml", 9, 9), about=("a", "b"))

    assert here.identity == there.identity == ("TTG105", "a", "b")
