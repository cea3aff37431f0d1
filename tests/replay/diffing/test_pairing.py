"""Two sides are compared event by event; every difference is told once, with its reason."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.replay.diffing.pairing import Compared, Lens, Reason, compare
from tiktoktoe_cli.replay.events.field_path import FieldPath

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.replay.diffing.pairing import Lines

LENS = Lens([FieldPath(("id",))])
Side = dict[str, list[dict[str, Any]]]


def side(outputs: Mapping[str, Sequence[Any]]) -> dict[str, Lines]:
    """Make a side of events by destination."""

    def lines(events: Sequence[Any]) -> list[bytes]:
        return [event if isinstance(event, bytes) else orjson.dumps(event) for event in events]

    return {name: partial(lines, events) for name, events in outputs.items()}


def compared(
    old: Mapping[str, Sequence[Any]], new: Mapping[str, Sequence[Any]], lens: Lens = LENS
) -> Compared:
    """Compare two sides."""
    return compare(side(old), side(new), lens, 1_000)


def told(found: Compared) -> list[tuple[str, str, str | None, str | None]]:
    """Tell key, reason, and both places."""
    return [
        (it.name, it.reason.value, it.old.place if it.old else None, it.new.place if it.new else None)
        for it in found.differences
    ]


def event(name: str, n: int = 0, **more: Any) -> dict[str, Any]:
    """Make an event."""
    return {"id": name, "n": n, **more}


def test_tells_each_event_that_differs_and_why() -> None:
    """Changed, moved, added, removed; what is alike is not told."""
    old = {"a": [event("same"), event("changed", 1), event("moved"), event("gone")], "b": []}
    new = {"a": [event("same"), event("changed", 2)], "b": [event("moved"), event("new")]}

    found = compared(old, new)

    assert sorted(told(found)) == [
        ("changed", "changed", "a", "a"),
        ("gone", "removed", "a", None),
        ("moved", "moved", "a", "b"),
        ("new", "added", None, "b"),
    ]
    assert (found.total, found.events, found.is_same) == (4, (4, 4), False)
    (changed,) = (it for it in found.differences if it.reason is Reason.CHANGED)
    assert changed.changes == (("/n", 1, 2),)


def test_the_order_of_keys_is_no_difference_and_that_of_events_is() -> None:
    """JSON objects have no order; a destination that gets its events otherwise is named."""
    old = {"a": [event("1"), event("2")], "b": [event("3", x=1)]}
    new = {"a": [event("2"), event("1")], "b": [{"x": 1, "n": 0, "id": "3"}]}

    found = compared(old, new)

    assert (found.total, found.reordered) == (0, ("a",))


def test_what_is_added_in_between_does_not_reorder() -> None:
    """Only what is on both sides has an order to compare."""
    found = compared({"a": [event("1"), event("2")]}, {"a": [event("1"), event("x"), event("2")]})

    assert (told(found), found.reordered) == ([("x", "added", None, "a")], ())


def test_fields_that_do_not_count_are_left_out() -> None:
    """Also where they are not, or lead through something else."""
    lens = Lens(LENS.keys, [FieldPath(("data", "at")), FieldPath(("n", "x"))])
    old = {"a": [event("1", 1, data={"at": 1, "b": 2}), event("2", data=3), event("3")]}
    new = {"a": [event("1", 1, data={"at": 9, "b": 2}), event("2", data=3), event("3")]}

    assert compared(old, new, lens).is_same
    assert not compared(old, new).is_same


def test_an_event_without_a_key_is_known_by_what_it_is() -> None:
    """So it is there or not, and never changed; what is no JSON can be compared as well."""
    found = compared({"a": [{"n": 1}, b"{oh"]}, {"a": [{"n": 2}, b"{oh"]})

    assert [it.reason.value for it in found.differences] == ["removed", "added"]


def test_copies_of_an_event_are_paired_with_what_is_most_alike() -> None:
    """The one that goes elsewhere is moved, the one beside it is not blamed."""
    found = compared({"a": [event("1")], "b": [event("1")]}, {"a": [event("1")], "c": [event("1")]})

    assert told(found) == [("1", "moved", "b", "c")]


def test_shows_as_many_as_are_asked_for_and_counts_all() -> None:
    """A million differences do not fill the memory."""
    old, new = {"a": [event(str(n)) for n in range(100)]}, {"a": [event(str(n), 1) for n in range(100)]}

    found = compare(side(old), side(new), LENS, 3)

    assert (len(found.differences), found.total) == (3, 100)


EVENTS = st.lists(
    st.builds(event, st.sampled_from("abcd"), st.integers(0, 2)) | st.just({"n": 1}), max_size=6
)
SIDES = st.dictionaries(st.sampled_from("xyz"), EVENTS, max_size=3)


@given(old=SIDES)
def test_nothing_differs_from_itself(old: Side) -> None:
    """However often an event is repeated."""
    assert compared(old, old).is_same


@given(old=SIDES, new=SIDES)
def test_both_directions_tell_the_same(old: Side, new: Side) -> None:
    """What was added from here is removed from there; and every event is accounted for."""
    there, back = compared(old, new), compared(new, old)

    def count(found: Compared, reason: Reason) -> int:
        return sum(number for (one, *_), number in found.counts.items() if one is reason)

    assert count(there, Reason.ADDED) == count(back, Reason.REMOVED)
    assert count(there, Reason.CHANGED) == count(back, Reason.CHANGED)
    assert count(there, Reason.MOVED) == count(back, Reason.MOVED)
    assert there.reordered == back.reordered or set(there.reordered) == set(back.reordered)
    paired = there.events[0] - count(there, Reason.REMOVED)
    assert paired == there.events[1] - count(there, Reason.ADDED)
    assert len(there.differences) == there.total


def test_a_secret_is_hidden_even_if_only_one_side_redacts_it() -> None:
    """That it differs is told, not what it is; where a field is dropped, too."""
    old = {"a": [event("1", card="***", n=1), event("2", pin=1)]}
    new = {"a": [event("1", card="4111-SECRET", n=2), event("2", pin=2)]}

    def hide(body: dict[str, Any]) -> dict[str, Any]:
        shown = {key: "***" if key == "card" else value for key, value in body.items()}
        shown.pop("pin", None)
        return shown

    found = compared(old, new, Lens(LENS.keys, hide=hide))

    assert {it.name: set(it.changes) for it in found.differences} == {
        "1": {("/card", "(hidden)", "(hidden)"), ("/n", 1, 2)},
        "2": {("/pin", "(hidden)", "(hidden)")},
    }
    assert found.total == 2


def test_integers_of_any_length_are_compared_as_they_are() -> None:
    """What is no float is not compared as one."""
    old, new = {"a": [b'{"id":"1","n":%d}' % 2**70]}, {"a": [b'{"id":"1","n":%d}' % (2**70 + 1)]}

    assert compared(old, old).is_same
    assert compared(old, new).total == 1


def test_a_key_may_be_ignored_in_the_comparison() -> None:
    """It pairs events all the same."""
    found = compared({"a": [event("1", 1)]}, {"a": [event("1", 2)]}, Lens(LENS.keys, LENS.keys))

    assert [it.reason for it in found.differences] == [Reason.CHANGED]


def test_keys_of_several_fields_do_not_run_into_each_other() -> None:
    """`a b`, `c` is another key than `a`, `b c`."""
    lens = Lens([FieldPath(("x",)), FieldPath(("y",))])

    found = compared({"a": [{"x": "a b", "y": "c"}]}, {"a": [{"x": "a", "y": "b c"}]}, lens)

    assert sorted(it.reason.value for it in found.differences) == ["added", "removed"]


def test_very_many_copies_of_an_event_are_paired_in_no_time() -> None:
    """A key that all events share does not make a comparison endless."""
    copies = {"a": [event("1", n) for n in range(20_000)]}

    assert compared(copies, {"a": [event("1", n + 1) for n in range(20_000)]}).total == 1
