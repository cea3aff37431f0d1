from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.health.thresholds import Streak

if TYPE_CHECKING:
    from pathlib import Path


def states_after(streak: Streak, results: str) -> str:
    """Feed results, S or F, and return the state after each."""
    states = ""
    for result in results:
        streak = streak.after(passed=result == "S")
        states += "S" if streak.is_passing else "F"
    return states


def test_states_change_as_in_kubernetes(vectors: Path) -> None:
    """The sequences of the kubelet's prober come out as in the kubelet."""
    cases = json.loads((vectors / "health" / "threshold_sequences.json").read_text())["cases"]
    kubernetes = [case for case in cases if case["model"] == "k8s"]

    assert len(kubernetes) >= 15
    for case in kubernetes:
        streak = Streak(case["successThreshold"], case["failureThreshold"], case["initial"] == "S")
        assert states_after(streak, case["probes"]) == case["state"], case


def test_only_a_run_changes_the_state() -> None:
    """Results that alternate never add up."""
    assert states_after(Streak(pass_after=2, fail_after=2, is_passing=True), "FSFSFS") == "SSSSSS"
    assert states_after(Streak(pass_after=2, fail_after=2, is_passing=False), "FSFSFS") == "FFFFFF"


@given(
    results=st.text("SF", max_size=30),
    pass_after=st.integers(1, 4),
    fail_after=st.integers(1, 4),
    first=st.booleans(),
)
def test_a_change_needs_its_whole_run(results: str, pass_after: int, fail_after: int, *, first: bool) -> None:
    """The state changes exactly where the last results were equal for as long as is asked."""
    states = states_after(Streak(pass_after, fail_after, first), results)

    before = "S" if first else "F"
    for position, state in enumerate(states):
        seen = results[: position + 1]
        needed = pass_after if seen[-1] == "S" else fail_after
        expected = seen[-1] if seen.endswith(seen[-1] * needed) else before
        assert state == expected
        before = state
