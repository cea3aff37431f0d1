"""Which events go where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.expressions import compile_expression
from tiktoktoe_cli.replay.routing import Rule, route
from tiktoktoe_cli.replay.station import Drop

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf

TIME = "2026-03-02T08:00:00Z"


def rule(when: str, *to: str, is_final: bool = True) -> Rule:
    """Make a rule; an empty condition takes everything."""
    return Rule(compile_expression(when) if when else None, to, is_final)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"n": 9}, ("large",)),
        ({"n": 1}, ("small", "audit")),
        ({"n": 0}, ()),
        ({"n": -1}, None),
        ({}, None),
    ],
)
def test_the_first_rule_that_matches_decides(body: dict[str, int], names: tuple[str, ...] | None) -> None:
    """Rules are asked in order; `to: []` drops, and what no rule takes has no destination."""
    rules = [rule("n > 5", "large"), rule("n == 1", "small", "audit"), rule("n == 0")]

    assert route(rules, body) == names


def test_a_rule_that_is_not_final_lets_others_add() -> None:
    """Destinations of several rules are collected, each once."""
    rules = [
        rule("n > 0", "a", "b", is_final=False),
        rule("n > 1", "b", "c", is_final=False),
        rule("n > 2", "d", "a"),
    ]

    found = [route(rules, {"n": n}) for n in range(4)]

    assert found == [None, ("a", "b"), ("a", "b", "c"), ("a", "b", "c", "d")]


def test_an_error_is_never_a_match_and_is_counted() -> None:
    """A rule without a value for an event does not take it, and says so."""
    guarded = rule("data.amount > 100.0", "large")

    answers = [guarded.matches(body) for body in ({}, {"data": {"amount": "x"}}, {"data": {"amount": 101.0}})]

    assert answers == [False, False, True]
    assert (guarded.matched, guarded.errors) == (1, 2)
    assert "data" in guarded.first_error


def test_a_condition_that_is_no_boolean_is_an_error() -> None:
    """A text is not true."""
    odd = rule("name", "all")

    assert not odd.matches({"name": "yes"})
    assert odd.errors == 1


def test_every_way_out_is_counted(shelf: Shelf) -> None:
    """Delivered, filtered and unrouted events add up, and one event in two files is delivered once."""
    shelf.events(*({"time": TIME, "n": n} for n in (0, 1, 2)))
    out = shelf.folder / "out"
    rules = [{"when": "n == 0", "to": []}, {"when": "n == 1", "to": ["all", "copy"]}]
    destinations = {"all": {"file": f"{out}/all.ndjson"}, "copy": {"file": {"path": f"{out}/copy.ndjson"}}}

    facts = shelf.run(routing=rules, destinations=destinations)

    assert (facts.delivered, facts.dropped(Drop.FILTERED), facts.reasons) == (1, 1, {"unrouted": 1})
    assert shelf.bytes_of("all") == shelf.bytes_of("copy") == b'{"time":"2026-03-02T08:00:00Z","n":1}\n'
