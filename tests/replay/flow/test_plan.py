"""The plan puts every step where it has to be, and what comes out does not depend on where that is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.conftest import Shelf
from tiktoktoe_cli.replay.flow.plan import Means, make_plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.replay.conftest import Json
    from tiktoktoe_cli.replay.flow.plan import Plan

CHECK = {"validation": {"cloudevents": "strict", "error_handling": "skip_invalid"}}
ONCE = {"dedupe": {"key": ["id"], "window": "30s"}}
ONCE_EACH = {"dedupe": {"key": ["correlationid"], "window": "30s"}}
TOGETHER = {"correlation": {"key": "k", "window": "10s"}}
TOGETHER_AGAIN = {"correlation": {"key": "j", "window": "20s", "lateness": "5s"}}
BY_ID = [{"when": 'correlationid == "nobody"', "to": []}, {"to": ["all"]}]


def plan_of(shelf: Shelf, stages: Sequence[Json], **changed: Any) -> Plan:
    """Make the plan of a pipeline."""
    settings = shelf.settings(stages=stages, **changed)
    return make_plan(settings, {}, lambda _: None, Means(lambda: 0, 0, shelf.folder))


@pytest.mark.parametrize(
    ("stages", "routing", "head", "course"),
    [
        ([], None, "delivery delivery", "max_future_jump delivery"),
        ([CHECK], None, "validation delivery delivery", "max_future_jump delivery"),
        (
            [CHECK, ONCE, TOGETHER],
            None,
            "validation dedupe correlation delivery delivery",
            "max_future_jump dedupe correlation delivery",
        ),
        (
            [ONCE, TOGETHER],
            BY_ID,
            "dedupe",
            "max_future_jump dedupe correlation correlation delivery delivery delivery",
        ),
        (
            [ONCE, CHECK],
            None,
            "dedupe",
            "max_future_jump dedupe validation delivery delivery delivery",
        ),
        (
            [TOGETHER, ONCE_EACH],
            None,
            "correlation",
            "max_future_jump correlation dedupe dedupe delivery delivery delivery",
        ),
    ],
    ids=["nothing", "checks", "memories last", "rules read marks", "checks after", "compares marks"],
)
def test_the_head_has_all_that_needs_no_order(
    shelf: Shelf, stages: list[Json], routing: list[Json] | None, head: str, course: str
) -> None:
    """Looks, rules and encoding stand in the head, unless something reads what a memory writes, or comes after it."""
    plan = plan_of(shelf, stages, **({"routing": routing} if routing else {}))

    assert " ".join(step.name for step in plan.head) == head
    assert " ".join(step.name for step in plan.course) == course


def test_the_books_are_in_the_order_in_which_events_pass(shelf: Shelf) -> None:
    """The clock stands after the stages without a memory, before the first with one; second ones have a number."""
    plan = plan_of(shelf, [CHECK, ONCE, CHECK, ONCE])

    order = ["input", "validation", "max_future_jump", "dedupe", "validation_2", "dedupe_2", "delivery"]
    assert list(plan.accounts) == order


def test_each_stage_draws_from_a_stream_of_its_own(shelf: Shelf) -> None:
    """A memory for each stage that has one, by name: that is what a checkpoint keeps."""
    plan = plan_of(shelf, [CHECK, ONCE, TOGETHER, ONCE])

    assert {"dedupe", "correlation", "dedupe_2"} <= plan.memories.keys()
    assert "validation" not in plan.memories


EVENTS = st.lists(
    st.builds(
        lambda second, n, extra: (
            {
                "specversion": "1.0",
                "id": str(n % 5),
                "source": "/",
                "type": "t",
                "time": f"2026-03-02T08:00:{second:02}Z",
                "n": n,
            }
            | extra
        ),
        st.integers(0, 59),
        st.integers(0, 9),
        st.fixed_dictionaries(
            {},
            optional={
                "k": st.sampled_from(["x", "y", 1]),
                "j": st.just("z"),
                "correlationid": st.just("old"),
                "Bad": st.just(1),
            },
        ),
    ),
    max_size=15,
)
RULES: list[Json] = [
    {"when": "n == 0", "to": []},
    {"when": "n == 1", "to": ["all", "some"]},
    {"when": "n == 3", "to": ["some"], "final": False},
    {"when": "n != 2", "to": ["all"]},
]
NEVER: Json = {"when": 'correlationid == "nobody"', "to": ["all"]}


@given(
    events=EVENTS,
    stages=st.sampled_from([[TOGETHER], [CHECK, TOGETHER], [ONCE, TOGETHER], [ONCE, CHECK, TOGETHER_AGAIN]]),
    order=st.sampled_from(["event_time", "input"]),
)
def test_hoisted_or_not_the_bytes_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, events: list[Json], stages: list[Json], order: str
) -> None:
    """Splicing marks into encoded events gives what writing them into objects and encoding those gives."""
    shelf = Shelf(tmp_path_factory.mktemp("plan"))
    shelf.events(*events)
    destinations = {name: {"file": f"{shelf.folder}/out/{name}.ndjson"} for name in ("all", "some")}
    files = {"paths": [f"{shelf.folder}/*.ndjson"], "order": order}

    def outputs(routing: list[Json]) -> tuple[bytes, bytes, list[Json]]:
        shelf.run(*stages, routing=routing, destinations=destinations, input=files)
        dead = [json.loads(line) | {"run": ""} for line in shelf.bytes_of("dead").splitlines()]
        return shelf.bytes_of("all"), shelf.bytes_of("some"), dead

    assert outputs(RULES) == outputs([NEVER, *RULES])


@given(
    events=EVENTS,
    stages=st.lists(st.sampled_from([CHECK, ONCE, ONCE_EACH, TOGETHER, TOGETHER_AGAIN]), max_size=4),
    order=st.sampled_from(["event_time", "input"]),
)
def test_any_stages_in_any_order_account_for_every_event(
    tmp_path_factory: pytest.TempPathFactory, events: list[Json], stages: list[Json], order: str
) -> None:
    """What a stage took in it passed on, or put away; what it passed on is what the next one took in."""
    shelf = Shelf(tmp_path_factory.mktemp("plan"))
    shelf.events(*events)
    files = {"paths": [f"{shelf.folder}/*.ndjson"], "order": order, "time": {"max_future_jump": "40s"}}

    found = shelf.run(*stages, input=files, routing=[RULES[0], *RULES[3:]]).stages

    assert [stage.held for stage in found] == [0] * len(found)
    assert [stage.taken for stage in found] == [len(events), *(stage.passed for stage in found[:-1])]
    assert len(shelf.read("all")) == found[-1].passed
    if order == "event_time":
        assert all(letter["reason"] != "late" for letter in shelf.read("dead"))
