"""The steps of every machine can be compiled as they are, and then do the very same."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.resilience.presets.compiling import Compiler
from tests.resilience.presets.walking import Made, Walk, settings_drawn
from tiktoktoe_cli.resilience.machine import MILLION, grown_ns
from tiktoktoe_cli.resilience.presets.catalog import PRESETS, settings_of

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.machine import Machine

numpy = pytest.importorskip("numpy", reason="needs the extra `fast`")
pytest.importorskip("numba", reason="needs the extra `fast`")

STEPS = ("acquire", "result", "release", "cancel", "settle", "force")
TURNS = 10_000
GROWN = Compiler().compile(grown_ns)
IN_2026_NS = 1_780_000_000 * 10**9


class Beside:
    """Makes the same steps compiled, and compares."""

    def __init__(self, compiler: Compiler, machine: Machine, rules: Any) -> None:  # the machine's own
        steps = {name: getattr(machine, name) for name in STEPS}
        self._steps = {name: compiler.compile(step) for name, step in steps.items() if step}
        self._rules = rules
        self.ring = numpy.array(machine.ring(rules), dtype=numpy.int64)

    def compare(self, made: Made) -> None:
        """Make a step from the same state, with a ring of its own."""
        returned = self._steps[made.step](self._rules, self.ring, made.before, *made.arguments)

        assert returned == made.returned, made


@settings(deadline=None)
@given(st.integers(0, 2**63 - 1), st.integers(MILLION, 100 * MILLION), st.integers(0, 2**63 - 1))
def test_a_growing_wait_fits_64_bits(last_ns: int, multiplier_ppm: int, most_ns: int) -> None:
    """However long the last one was, the compiled product is the exact one, or the longest that is allowed."""
    assert GROWN(last_ns, multiplier_ppm, most_ns) == min(last_ns * multiplier_ppm // MILLION, most_ns)


@pytest.mark.parametrize("name", PRESETS)
def test_compiled_steps_do_the_same(name: str) -> None:
    """10,000 random turns through calls that start, end in any order, late, or never: no state or ring differs."""
    random, compiler = Random(name), Compiler()  # noqa: S311  # seeded on purpose
    preset = settings_of(name)

    for chosen, now_ns in ((preset(), 0), (settings_drawn(preset, random), IN_2026_NS)):
        beside = Beside(compiler, preset.machine, chosen.rules)
        walk = Walk(preset.machine, chosen.rules, random, beside.compare, now_ns)
        walk.go(TURNS // 2)

        assert beside.ring.tolist() == walk.ring
