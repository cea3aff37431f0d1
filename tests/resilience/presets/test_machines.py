"""What every machine promises to whoever holds its state, whatever its semantics are."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.resilience.presets.walking import Made, Walk, settings_drawn
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
    DISABLED,
    FORCED,
    FORCED_OPEN,
    OPEN,
    PERMIT,
    REFUSE,
    STATES,
    Machine,
    transition,
)
from tiktoktoe_cli.resilience.presets.catalog import PRESETS, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

NEVER_STUCK = [name for name in PRESETS if "permit_timeout" in settings_of(name).model_fields]
A_BIT_NS = 1_000_000
"""Some open right after the time that they name, and have no finer clock than one of milliseconds."""
OVERFULL = {"opossum"}
"""Its window forgets that a call began before it forgets that it failed."""

RARE: dict[str, dict[str, object]] = {
    "envoy_outlier": {  # refuses calls at all, and has hosts that can be compared
        "hosts": 3,
        "max_ejection": "100%",
        "panic_threshold": "100%",
        "fail_traffic_on_panic": True,
        "enforce_failure_threshold": "100%",
        "minimum_hosts": 1,
        "success_rate_minimum_hosts": 2,
        "success_rate_request_volume": 1,
    }
}
"""Settings without which some rows are hardly ever reached."""


def is_integral(value: Any) -> bool:  # whatever a step put there
    """Tell whether a value is an integer (a duration is one), or a tuple of such all through."""
    if isinstance(value, tuple):
        return all(map(is_integral, value))
    return isinstance(value, int) and not isinstance(value, bool)


def walked(name: str, random: Random, steps: int = 200) -> Iterator[tuple[Made, Walk]]:
    """Go through a machine with its own settings, or with drawn ones."""
    preset = settings_of(name)
    fixed = random.choice(({}, RARE.get(name, {})))
    chosen = preset() if random.random() < 0.2 else settings_drawn(preset, random, **fixed)
    seen: list[Made] = []
    walk = Walk(
        preset.machine, chosen.rules, random, seen.append, now_ns=random.choice((0, 1_700_000_000 * 10**9))
    )
    for _ in range(steps):
        walk.go(1)
        yield from ((made, walk) for made in seen)
        seen.clear()


walks = settings(max_examples=50, deadline=None)
presets = pytest.mark.parametrize("name", PRESETS)
randoms = st.randoms(use_true_random=True)  # a seed of its own for each example


@presets
@walks
@given(random=randoms)
def test_states_and_rings_are_integers(name: str, random: Random) -> None:
    """So that they can be kept, restored and compiled; and a ring keeps its length."""
    for made, walk in walked(name, random):
        assert is_integral(made.after), made
        assert {type(cell) for cell in walk.ring} <= {int}, made
        assert len(walk.ring) == len(made.ring)


@presets
@walks
@given(random=randoms)
def test_each_transition_is_one_of_the_table(name: str, random: Random) -> None:
    """What nobody asked for leads from where its row says to where its row says, and says when."""
    for made, walk in walked(name, random):
        since_ns, row = made.after[2][:2]
        if made.step == "force":
            assert made.after is made.before or row == FORCED
        elif made.after[2][:2] != made.before[2][:2]:
            named = walk.machine.table[row]
            assert row >= 0
            assert (STATES[made.before[0]], STATES[made.after[0]]) == (named.source, named.target), made
            assert made.before[2][0] <= since_ns <= walk.now_ns
        else:
            assert made.after[0] == made.before[0], made


@presets
@walks
@given(random=randoms)
def test_nobody_need_ask_a_closed_circuit_that_permits(name: str, random: Random) -> None:
    """Where `closed_permits` is promised, asking returns PERMIT and changes nothing."""
    for made, walk in walked(name, random):
        if walk.machine.closed_permits and made.before[0] == CLOSED:
            if made.step == "acquire":
                assert made.returned[0] == PERMIT
                assert made.after is made.before
                assert tuple(walk.ring) == made.ring
            if made.step == "settle":
                assert made.after is made.before


@presets
@walks
@given(random=randoms)
def test_a_result_that_does_not_count_leaves_no_trace(name: str, random: Random) -> None:
    """That the very state is returned says that it was late: then nothing was written, either."""
    for made, walk in walked(name, random):
        if made.step == "result" and made.arguments[1] != made.before[1]:
            assert made.after is not made.before or tuple(walk.ring) == made.ring, made


@presets
@walks
@given(random=randoms)
def test_nobody_waits_in_an_idle_state(name: str, random: Random) -> None:
    """Whatever was under way when a breaker was saved: who asks after that is let through or refused."""
    for made, walk in walked(name, random, 100):
        idle = walk.machine.idle(made.after) if walk.machine.idle else made.after
        answer, _ = walk.machine.acquire(walk.rules, walk.ring.copy(), idle, walk.now_ns)
        assert answer in {REFUSE, PERMIT}, made


@presets
@walks
@given(random=randoms)
def test_an_open_circuit_keeps_its_time(name: str, random: Random) -> None:
    """Nothing is let through before the time that a refusal names; nothing at all while it is forced open."""
    for made, _ in walked(name, random):
        if made.step == "acquire" and made.before[0] == OPEN and made.arguments[0] < made.before[2][2]:
            assert not made.permitted
            assert made.after[0] == OPEN
        if made.before[0] == FORCED_OPEN:
            assert not made.permitted


@presets
@walks
@given(random=randoms)
def test_reading_the_window_writes_nothing(name: str, random: Random) -> None:
    """It has no negative counts, no more failures than calls, and leaves state and ring as they were."""
    for made, walk in walked(name, random, 100):
        ring = tuple(walk.ring)
        found = walk.machine.window(walk.rules, walk.ring, made.after, walk.now_ns)
        assert tuple(walk.ring) == ring
        assert min(found) >= 0, made
        assert max(found) == found.calls or name in OVERFULL, made


@pytest.mark.parametrize("name", NEVER_STUCK)
@walks
@given(random=randoms)
def test_a_permit_timeout_keeps_it_from_getting_stuck(name: str, random: Random) -> None:
    """However things stand, and whatever never returns: who comes back when it is time is let through."""
    preset = settings_of(name)
    chosen = settings_drawn(preset, random, permit_timeout="1s")
    walk = Walk(preset.machine, chosen.rules, random, lambda _: None)
    walk.go(100)

    permitted = walk.state[0] in {FORCED_OPEN, DISABLED}
    for _ in range(3):
        permitted = permitted or walk.make("acquire", walk.now_ns).permitted
        walk.now_ns = max(walk.now_ns, walk.state[2][2] + A_BIT_NS)

    assert permitted


@cache
def rows_reached(name: str) -> frozenset[int]:
    """Go many seeded walks until every row of the table was seen, or nothing new can be expected."""
    missing = set(range(len(settings_of(name).machine.table)))
    for seed in range(400):
        for made, _ in walked(name, Random(seed), 300):  # noqa: S311  # seeded on purpose
            missing.discard(made.after[2][1])
        if not missing:
            break
    return frozenset(range(len(settings_of(name).machine.table))) - missing


@presets
def test_no_row_of_a_table_is_dead(name: str) -> None:
    """Each transition that a table names can be brought about."""
    table = settings_of(name).machine.table
    missing = set(range(len(table))) - rows_reached(name)

    assert [table[row] for row in missing] == []


@presets
def test_a_transition_is_told_with_the_cause_of_its_row(name: str) -> None:
    """Of each row, and of none where somebody asked for it."""
    machine: Machine = settings_of(name).machine
    before = machine.initial(settings_of(name)().rules)

    for row, named in enumerate(machine.table):
        change = transition(
            machine, (STATES.index(named.source), *before[1:]), (STATES.index(named.target), 0, (7, row))
        )
        assert (change.at_ns, change.source, change.target, change.cause) == (
            7,
            named.source,
            named.target,
            named.cause,
        )
    assert transition(machine, before, (OPEN, 0, (7, FORCED))).cause == "forced"


@presets
def test_a_machine_can_be_told_from_the_others(name: str) -> None:
    """It is called as in the YAML, and its causes are few words, each of one row between two states."""
    machine: Machine = settings_of(name).machine
    ways = [(row.source, row.target, row.cause) for row in machine.table]

    assert machine.name == name
    assert len(set(ways)) == len(ways)
    assert all(row.when and 0 < len(row.cause) <= 40 for row in machine.table)
