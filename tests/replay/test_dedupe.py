"""An event passes once in a window of event time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

import pytest

from tiktoktoe_cli.replay.stages.dedupe import Seen
from tiktoktoe_cli.replay.station import Drop

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf


class Name(str):
    """A text whose end can be watched."""

    __slots__ = ("__weakref__",)


@pytest.mark.parametrize(
    ("times", "first"),
    [
        ([0, 0, 9], [True, False, False]),
        ([0, 10], [True, True]),  # forgotten once the window is over, as in JetStream
        ([0, 9, 18], [True, False, True]),  # a duplicate does not extend the window
        ([20, 15, 5], [True, False, True]),  # out of order: the distance counts, not the direction
    ],
)
def test_remembers_a_key_for_one_window(times: list[int], first: list[bool]) -> None:
    """The first event of a key passes; others within the window of 10 do not."""
    seen = Seen(window_us=10)

    assert [seen.is_first(("k",), time) for time in times] == first


def test_memory_is_that_of_one_window() -> None:
    """Keys that are older than the window are forgotten."""
    seen, alive = Seen(window_us=10), WeakSet[Name]()

    for time in range(1_000):
        name = Name(time)
        alive.add(name)
        seen.is_first((name,), time)

    assert sorted(map(int, alive)) == list(range(990, 1_000))


def test_drops_and_counts_duplicates(shelf: Shelf) -> None:
    """Events with the same source and id pass once; one without an id is never a duplicate."""
    event = {"time": "2026-03-02T08:00:00Z", "source": "/a", "id": "1"}
    other = {**event, "id": 1}  # numbers are compared by their text
    anonymous = {"time": event["time"], "source": "/a"}
    shelf.events(event, {**event, "source": "/b"}, event, other, anonymous, anonymous)

    facts = shelf.run({"dedupe": {}})

    assert len(shelf.read("all")) == 4
    assert (facts.delivered, facts.dropped(Drop.DUPLICATE), facts.dead) == (4, 2, 0)
