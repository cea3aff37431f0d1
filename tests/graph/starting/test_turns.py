"""In which order a runner starts services one by one."""

from __future__ import annotations

from tiktoktoe_cli.graph.starting.turns import Work, turns


def test_who_was_free_first_starts_first() -> None:
    """Without times, services start in the order in which their waits are over."""
    work = Work({"a": [], "b": [], "c": [("b", 0)], "d": [("a", 0)]}, {})

    assert turns(work) == ("a", "b", "d", "c")


def test_a_slow_start_holds_up_only_who_waits_for_it() -> None:
    """An edge is followed when it is over: nobody waits for the rest of a wave."""
    work = Work({"slow": [], "fast": [], "x": [("slow", 9)], "y": [("fast", 1)]}, {"slow": 9, "fast": 1})

    assert turns(work) == ("slow", "fast", "y", "x")


def test_slots_limit_how_many_start_at_once() -> None:
    """With one slot, starts happen one after the other, and who was released first is first in the queue."""
    takes = {"a": 5, "b": 2, "c": 9}
    work = Work({"a": [], "b": [], "c": [], "d": [("b", 2)], "e": [("a", 5)]}, takes)

    # all at once, d is released at 2 and e at 5; one by one, e is released at 5 and d at 7
    assert turns(work) == ("a", "b", "c", "d", "e")
    assert turns(work, slots=1) == ("a", "b", "c", "e", "d")


def test_a_wait_may_be_over_before_its_target_is_ready() -> None:
    """Who only waits until a service has started goes on while that one is still starting."""
    work = Work({"a": [], "b": [("a", 0)], "c": [("b", 1)], "d": [("a", 9)]}, {"a": 9, "b": 1})

    assert turns(work) == ("a", "b", "c", "d")


def test_a_slot_is_busy_until_its_service_is_ready() -> None:
    """With one slot, who waits only for a start waits for the slot all the same."""
    work = Work({"a": [], "b": [("a", 0)], "z": []}, {"a": 9, "b": 1})

    assert turns(work, slots=1) == ("a", "z", "b")
