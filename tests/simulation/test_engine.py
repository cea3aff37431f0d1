"""Virtual time passes in order, and can be stopped."""

from tiktoktoe_cli.simulation.engine import Engine, Limits


def go_on(_: int) -> str | None:
    """Give no reason to stop."""
    return None


def test_events_happen_in_the_order_of_their_times() -> None:
    """Later announcements of earlier events come first; at the same time the first announced does."""
    engine, happened = Engine(Limits()), list[tuple[str, int]]()
    for name, at_ns in (("late", 30), ("early", 10), ("second", 20), ("third", 20)):
        engine.at(at_ns, lambda now_ns, name=name: happened.append((name, now_ns)))  # type: ignore[misc]

    assert engine.run(go_on) is None

    assert happened == [("early", 10), ("second", 20), ("third", 20), ("late", 30)]


def test_too_many_pending_events_stop_it() -> None:
    """A world in which every event announces two more is stopped, and says when."""
    engine = Engine(Limits(pending=10_000))

    def split(now_ns: int) -> None:
        engine.at(now_ns + 1_000_000, split)
        engine.at(now_ns + 1_000_000, split)

    split(0)
    reason = engine.run(go_on)

    assert reason is not None
    assert reason.startswith("it grew without bound: 1")
    assert reason.endswith("events were pending at 13ms")


def test_too_many_events_stop_it() -> None:
    """A world that never ends is stopped."""
    engine = Engine(Limits(events=10_000))

    def repeat(now_ns: int) -> None:
        engine.at(now_ns + 1, repeat)

    repeat(0)

    assert engine.run(go_on) == "it had taken 10,000 events at 0s"


def test_a_reason_to_stop_is_passed_on() -> None:
    """Whoever is asked now and then can stop it."""
    engine = Engine(Limits())

    def repeat(now_ns: int) -> None:
        engine.at(now_ns + 1, repeat)

    repeat(0)

    assert engine.run(lambda _: "enough") == "enough"
