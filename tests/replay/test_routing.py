"""Which events go where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.making import batch_of
from tiktoktoe_cli.expressions import compile_expression
from tiktoktoe_cli.replay.events.batch import Drop
from tiktoktoe_cli.replay.routing import Router, Rule

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay.events.batch import Batch

TIME = "2026-03-02T08:00:00Z"


def rule(when: str, *to: str, is_final: bool = True) -> Rule:
    """Make a rule; an empty condition takes everything."""
    return Rule(compile_expression(when) if when else None, to, is_final)


def routed(router: Router, *bodies: dict[str, Any]) -> Batch:
    """Find the routes of events."""
    batch = batch_of(*bodies)
    router(batch)
    return batch


def targets(router: Router, *bodies: dict[str, Any]) -> list[tuple[str, ...] | None]:
    """Name the destinations of events."""
    return list(map(router.targets, routed(router, *bodies).routes))


def test_the_first_rule_that_matches_decides() -> None:
    """Rules are asked in order; `to: []` drops, and what no rule takes has no destination."""
    router = Router([rule("n > 5", "large"), rule("n == 1", "small", "audit"), rule("n == 0")])

    found = targets(router, {"n": 9}, {"n": 1}, {"n": 0}, {"n": -1}, {})

    assert found == [("large",), ("small", "audit"), (), None, None]


def test_a_rule_that_is_not_final_lets_others_add() -> None:
    """Destinations of several rules are collected, each once."""
    router = Router(
        [
            rule("n > 0", "a", "b", is_final=False),
            rule("n > 1", "b", "c", is_final=False),
            rule("n > 2", "d", "a"),
        ]
    )

    found = targets(router, *({"n": n} for n in range(4)))

    assert found == [None, ("a", "b"), ("a", "b", "c"), ("a", "b", "c", "d")]


def test_an_error_is_never_a_match_and_is_remembered() -> None:
    """A rule without a value for an event does not take it; the route says so, and the first reason is kept."""
    router = Router([rule("data.amount > 100.0", "large")])

    batch = routed(router, {"n": 1}, {"data": {"amount": "x"}}, {"data": {"amount": 101.0}})

    assert batch.routes == [0b10, 0b10, 0b01]  # bit 0: taken; bit 1, one rule further: no value
    assert "data" in batch.remarks["rule 0"]


def test_a_rule_that_is_not_asked_has_no_error() -> None:
    """After a final rule the others do not matter."""
    router = Router([rule("n == 1", "a"), rule("missing > 1", "b")])

    assert routed(router, {"n": 1}, {"n": 2}).routes == [0b0001, 0b1000]


def test_a_condition_that_is_no_boolean_is_an_error() -> None:
    """A text is not true."""
    batch = routed(Router([rule("name", "all")]), {"name": "yes"})

    assert (batch.routes, batch.remarks["rule 0"]) == ([0b10], "neither true nor false")


@pytest.mark.parametrize(("conditions", "is_sure"), [(["n > 1", ""], True), (["n > 1"], False)])
def test_knows_whether_an_event_can_be_left_over(conditions: list[str], is_sure: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """A rule without a condition takes what the others leave."""
    assert Router([rule(condition, "all") for condition in conditions]).takes_all is is_sure


BODIES = st.dictionaries(st.sampled_from("nm"), st.integers(0, 3) | st.text(max_size=1))
RULES = st.builds(
    lambda when, to, is_final: rule(when, *to, is_final=is_final),
    st.sampled_from(["n > 1", "m == 1", "n == m", "has(n.x)", ""]),
    st.lists(st.sampled_from("ab"), max_size=2),
    st.booleans(),
)


@given(bodies=st.lists(BODIES, max_size=6), rules=st.lists(RULES, min_size=1, max_size=3))
def test_an_event_takes_the_same_route_beside_any_others(
    bodies: list[dict[str, Any]], rules: list[Rule]
) -> None:
    """Rules are asked about many events at once; each event's answer is its own."""
    router = Router(rules)

    assert routed(router, *bodies).routes == [routed(router, body).routes[0] for body in bodies]


def test_every_way_out_is_counted(shelf: Shelf) -> None:
    """Delivered, filtered and unrouted events add up, and one event in two files is delivered once."""
    shelf.events(*({"time": TIME, "n": n} for n in (0, 1, 2)))
    out = shelf.folder / "out"
    rules = [{"when": "n == 0", "to": []}, {"when": "n == 1", "to": ["all", "copy"]}]
    destinations = {"all": {"file": f"{out}/all.ndjson"}, "copy": {"file": {"path": f"{out}/copy.ndjson"}}}

    facts = shelf.run(routing=rules, destinations=destinations)

    assert (facts.delivered, facts.dropped(Drop.FILTERED), facts.reasons) == (1, 1, {"unrouted": 1})
    assert shelf.bytes_of("all") == shelf.bytes_of("copy") == b'{"time":"2026-03-02T08:00:00Z","n":1}\n'
