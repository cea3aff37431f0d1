"""Encoded events reach the destinations that their routes name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.replay.making import batch_of
from tiktoktoe_cli.expressions import compile_expression
from tiktoktoe_cli.replay.delivering.delivery import Delivery
from tiktoktoe_cli.replay.delivering.destination import Refusal
from tiktoktoe_cli.replay.encoding import encode
from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.events.letter import Attempt, DeadLetter
from tiktoktoe_cli.replay.events.record import Origin
from tiktoktoe_cli.replay.flow.course import Course
from tiktoktoe_cli.replay.flow.passage import Account
from tiktoktoe_cli.replay.routing import Router, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class Basket:
    """A destination that keeps what it is given, and refuses what it is told to."""

    name: str = ""
    can_refuse: bool = False
    kept: list[bytes] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    is_exact: bool = False
    place: str = "a basket"
    size_bytes: int = 0

    @property
    def events(self) -> int:
        """How many it has."""
        return len(self.kept)

    def open(self, position: object) -> None:
        """Be there."""

    def write(self, events: Sequence[bytes], origins: Sequence[Origin]) -> None:
        """Take events."""
        self.kept += events
        self.lines += [origin.number for origin in origins]

    def settle(self) -> Sequence[Refusal]:
        """Refuse what it was told to."""
        return self.refused

    def position(self) -> object:
        """Stand nowhere."""

    def complete(self) -> None:
        """Hold nothing back."""

    secure = publish = close = complete


ROUTER = Router(
    [
        Rule(compile_expression("n == 0"), ()),
        Rule(compile_expression("n < 3"), ("a",), is_final=False),
        Rule(compile_expression("n > 1 && n < 9"), ("a", "b")),
    ]
)


def delivered(delivery: Delivery, *numbers: int) -> Batch:
    """Deliver events with these numbers."""
    batch = batch_of(*({"n": number} for number in numbers))
    ROUTER(batch)
    encode(batch)
    delivery(batch)
    return batch


def encoded(*numbers: int) -> list[bytes]:
    """Write events with these numbers."""
    return [b'{"n":%d}' % number for number in numbers]


def test_each_destination_gets_its_events_in_their_order() -> None:
    """An event goes once to each destination that its rules name."""
    a, b = Basket(), Basket()

    delivered(Delivery(ROUTER, {"a": a, "b": b}), 3, 1, 2, 0, 4)

    assert (a.kept, b.kept) == (encoded(3, 1, 2, 4), encoded(3, 2, 4))


def test_what_goes_nowhere_is_accounted_for() -> None:
    """An event that no rule takes is a dead letter, one that a rule sends nowhere is counted; the others pass."""
    delivery = Delivery(ROUTER, {"a": Basket(), "b": Basket()})

    batch = delivered(delivery, 9, 1, 0, 0)

    assert batch.encoded == encoded(1)
    assert [(letter.reason, letter.origin.number) for letter in batch.letters] == [("unrouted", 1)]
    assert batch.dropped == {Drop.FILTERED: 2}
    assert delivery.routes.total() == 4


def test_who_may_refuse_events_learns_where_they_stood() -> None:
    """Only such a destination needs the origins; it gets those of its own events."""
    a, b = Basket(), Basket(can_refuse=True)

    delivered(Delivery(ROUTER, {"a": a, "b": b}), 1, 3, 0, 2)
    delivered(Delivery(ROUTER, {"a": a, "b": b}), 4)

    assert (a.lines, b.lines) == ([], [2, 4, 1])


def test_an_event_that_two_refuse_is_dead_once() -> None:
    """Each of them writes a letter, so that both can be served later; the books count events."""
    origins = [Origin(0, number, 10 * number, b"{}") for number in (1, 2)]
    refusals = [Refusal(origin, "no", Attempt(name, 3, "503")) for origin in origins for name in "ab"]
    a, b = Basket(refused=refusals[::2]), Basket(refused=refusals[1::2])
    delivery, posted = Delivery(ROUTER, {"a": a, "b": b}), list[DeadLetter]()
    account = Account("delivery", taken=7, passed=7)
    course = Course((), {"delivery": account}, posted.extend, delivery.settle)

    course.settle()

    assert (account.passed, account.dead, account.held) == (5, 2, 0)
    told = sorted((letter.origin.number, letter.attempt.destination) for letter in posted if letter.attempt)
    assert told == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]
    assert {letter.reason for letter in posted} == {"delivery"}
