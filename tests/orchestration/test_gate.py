"""When a service may be called healthy."""

from __future__ import annotations

import asyncio

from tests.health.making import SECOND, ScriptedProbe, answered, make_check, unanswered
from tiktoktoe_cli.health import Effects
from tiktoktoe_cli.orchestration.gate import CheckGate


def asked(probe: ScriptedProbe, *passes: int) -> int:
    """Wait for a service whose checks have these thresholds, and count the rounds."""
    checks = [make_check(name=f"c{number}", thresholds={"pass": one}) for number, one in enumerate(passes)]
    gate = CheckGate({"s": checks}, Effects(probe, probe.clock))
    verdict = asyncio.run(gate.wait_healthy("s", 60 * SECOND, lambda: None))
    assert verdict.is_passing
    return len(probe.calls) // len(checks)


def test_one_pass_is_enough_if_nothing_else_is_said() -> None:
    """A start is not held up."""
    probe = ScriptedProbe([unanswered(), answered()])
    gate = CheckGate({"s": [make_check()]}, Effects(probe, probe.clock))

    verdict = asyncio.run(gate.wait_healthy("s", 60 * SECOND, lambda: None))

    assert verdict.is_passing
    assert len(probe.calls) == 2


def test_passes_as_often_in_a_row_as_the_thresholds_say() -> None:
    """A pass before a failure does not count."""
    probe = ScriptedProbe([answered(), unanswered(), answered(), answered(), answered()])

    assert asked(probe, 3) == 5


def test_the_most_careful_check_decides() -> None:
    """The service is healthy when every check has passed often enough."""
    assert asked(ScriptedProbe([answered()]), 1, 4) == 4
