"""The language is the one that cel-spec's conformance cases describe, except for what is left out."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.expressions.cases import Case, load_cases

CASES = load_cases()
LEFT_OUT = {
    "block_ext": "`cel.block` is what an optimizer writes, not a person",
    "network_ext": "the types of IP addresses and networks belong to Kubernetes' admission policies",
    "optionals": "optional syntax and values are a second way to say `has()` and `in`",
}
# Cases of the sections left out that pass all the same: they want an error, and an unknown function is one.
ERRORS_AMONG_LEFT_OUT = {("network_ext", "ip_type"): 2, ("network_ext", "cidr"): 3}

needs_cases = pytest.mark.skipif(not CASES, reason="the shared vectors are not next to this checkout")


@needs_cases
@pytest.mark.parametrize("case", [case for case in CASES if case.file not in LEFT_OUT], ids=str)
def test_evaluates_as_the_specification_demands(case: Case) -> None:
    """A case gives its value, or its error."""
    passes = case.passes()

    assert passes


@needs_cases
def test_passes_every_section_but_those_left_out() -> None:
    """Every section passes whole; of those left out nothing does but errors: a new pass is to be taken in."""
    total = Counter((case.file, case.section) for case in CASES)
    passed = Counter((case.file, case.section) for case in CASES if case.passes())

    incomplete = {section: passed[section] for section in total if passed[section] < total[section]}

    assert {file for file, _ in incomplete} == LEFT_OUT.keys()
    assert {section: count for section, count in incomplete.items() if count} == ERRORS_AMONG_LEFT_OUT
