"""An event passes once in a window of event time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.replay.making import SECOND, batch_of, cut, kit, let_through
from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.settings.windows import DedupeSettings
from tiktoktoe_cli.replay.stages.dedupe import build

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.replay.conftest import Json, Shelf
    from tiktoktoe_cli.replay.stages.stage import Stage


class Name(str):
    """A text whose end can be watched."""

    __slots__ = ("__weakref__",)


def dedupe(*key: str) -> Stage:
    """Make the stage, with a window of 10 s."""
    return build(DedupeSettings.model_validate({"key": key, "window": "10s"}), kit())


def events_of(events: Sequence[tuple[str, int]]) -> Batch:
    """Make a batch of events with these keys and seconds."""
    return batch_of(*({"k": key} for key, _ in events), times=[second * SECOND for _, second in events])


@pytest.mark.parametrize("sizes", [[1, 1, 1], [2, 1], []])
@pytest.mark.parametrize(
    ("times", "first"),
    [
        ([0, 0, 9], [True, False, False]),
        ([0, 10], [True, True]),  # forgotten once the window is over, as in JetStream
        ([0, 9, 18], [True, False, True]),  # a duplicate does not extend the window
        ([20, 15, 5], [True, False, True]),  # out of order: the distance counts, not the direction
    ],
)
def test_remembers_a_key_for_one_window(times: list[int], first: list[bool], sizes: Sequence[int]) -> None:
    """The first event of a key passes; others within the window of 10 s do not, in whatever batches they come."""
    stage, passed = dedupe("k"), []

    for numbers in cut(range(len(times)), sizes):
        bodies: list[Json] = [{"k": "x", "n": number} for number in numbers]
        batch = batch_of(*bodies, times=[times[number] * SECOND for number in numbers])
        passed += [body["n"] for body in let_through(stage, batch).bodies]

    assert passed == [number for number, is_first in enumerate(first) if is_first]


def test_parts_of_a_key_are_kept_apart() -> None:
    """`a`, `bc` is another key than `ab`, `c`; an event that lacks a part is never a duplicate."""
    bodies: list[Json] = [
        {"x": "a", "y": "bc"},
        {"x": "ab", "y": "c"},
        {"x": "a", "y": "bc", "z": 1},
        {"x": "a"},
        {"x": "a"},
    ]

    passed = let_through(dedupe("x", "y"), batch_of(*bodies))

    assert passed.bodies == [bodies[0], bodies[1], bodies[3], bodies[4]]


def test_memory_is_that_of_one_window() -> None:
    """Keys that are older than the window, and are in a checkpoint, are forgotten."""
    memory, alive = dedupe("k").memory, WeakSet[Name]()
    assert memory is not None

    for second in range(1_000):
        name = Name(second)
        alive.add(name)
        memory.take(Batch([], times=[second * SECOND], keys={"test": [name]}))
        memory.changes()

    del name
    assert sorted(map(int, alive)) == list(range(990, 1_000))


EVENTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 60)), max_size=15)


@given(before=st.lists(EVENTS, max_size=4), after=EVENTS)
@example(before=[[("a", 0), ("b", 60), ("a", 0)]], after=[("a", 0)])  # forgotten, then there again
def test_goes_on_with_what_it_remembered(
    before: list[list[tuple[str, int]]], after: list[tuple[str, int]]
) -> None:
    """A memory that takes up all changes of another one knows the same keys, in whatever order their times are."""
    first, second = dedupe("k"), dedupe("k")
    assert first.memory
    assert second.memory

    for some in before:
        let_through(first, events_of(some))
        second.memory.restore(first.memory.changes())

    assert let_through(second, events_of(after)).rows == let_through(first, events_of(after)).rows


def test_drops_and_counts_duplicates(shelf: Shelf) -> None:
    """Events with the same source and id pass once; one without an id is never a duplicate."""
    event = {"time": "2026-03-02T08:00:00Z", "source": "/a", "id": "1"}
    other = {**event, "id": 1}  # numbers are compared by their text
    anonymous = {"time": event["time"], "source": "/a"}
    shelf.events(event, {**event, "source": "/b"}, event, other, anonymous, anonymous)

    facts = shelf.run({"dedupe": {}})

    assert len(shelf.read("all")) == 4
    assert (facts.delivered, facts.dropped(Drop.DUPLICATE), facts.dead) == (4, 2, 0)
