"""Follows events through a run: takes down what each had been before a stage, and what it is after it.

An event is known by where it stood in the input. The first stage that sees it finds it: by its id, or by its place.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from tiktoktoe_cli.replay.decoding import parse
from tiktoktoe_cli.replay.tracing.changes import Change, changes_between

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.fault import Body
    from tiktoktoe_cli.replay.events.letter import DeadLetter
    from tiktoktoe_cli.replay.events.record import Origin

Spot: TypeAlias = tuple[int, int]
"""A file and an offset in it."""


class Fate(StrEnum):
    """What a stage did with an event."""

    PASSED = "passed"
    DEAD = "dead"
    DROPPED = "dropped"
    HELD = "held"  # until it is sure where it belongs
    RELEASED = "released"  # what was held goes on


@dataclass(frozen=True, slots=True)
class Visit:
    """An event at a stage: what became of it, what was changed, and why it ended, if it did."""

    stage: str
    fate: Fate
    changes: tuple[Change, ...] = ()
    letter: DeadLetter | None = None
    drops: tuple[str, ...] = ()
    routes: tuple[tuple[str, str], ...] = ()  # each rule that was asked, and its answer


@dataclass(slots=True)
class Trail:
    """All visits of an event; `mates` are the ids of those that are correlated with it, in their order."""

    origin: Origin
    body: Body = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    mates: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tracer:
    """Follows at most `most` events that `is_meant`, and counts all of them; it hears of each step.

    `hide` hides what the pipeline redacts, at the stages of `hidden`: those before which nothing is redacted yet.
    """

    is_meant: Callable[[Body, Origin], bool]
    hide: Callable[[Body], Body]
    hidden: AbstractSet[str]
    redacts: str = ""
    most: int = 20
    found: int = 0
    trails: dict[Spot, Trail] = field(default_factory=dict)
    _before: dict[Spot, Body] = field(default_factory=dict)

    def decoded(self, batch: Batch) -> None:
        """Look for events among those that were read just now."""
        for index, body in enumerate(batch.bodies):
            self._meet(batch.origin(index), body)
        for letter in batch.letters:
            read = parse(letter.origin)
            if trail := self._meet(letter.origin, read if isinstance(read, dict) else {}):
                trail.visits.append(Visit(batch.stage, Fate.DEAD, letter=letter))

    def before(self, batch: Batch) -> None:
        """Take down what the events are now."""
        self._before = {
            spot: deepcopy(body)
            for index, body in enumerate(batch.bodies)
            if (spot := _spot(batch.origin(index))) in self.trails
        }

    def after(self, name: str, batch: Batch, passed: Batch, work: object) -> None:
        """Take down what a step has made of them; `batch` still knows what became of those that did not pass."""
        here = {
            spot: index
            for index in range(len(passed.bodies))
            if (spot := _spot(passed.origin(index))) in self.trails
        }
        dead = {_spot(letter.origin): letter for letter in batch.letters}
        for spot in [*self._before, *(spot for spot in here if spot not in self._before)]:
            before, trail = self._before.get(spot), self.trails[spot]
            if spot in here:
                trail.visits.append(self._passed(name, trail, before, passed, here[spot], work))
            elif spot in dead:
                trail.visits.append(Visit(name, Fate.DEAD, letter=dead[spot]))
            elif batch.dropped:
                trail.visits.append(
                    Visit(name, Fate.DROPPED, drops=tuple(drop.value for drop in batch.dropped))
                )
            else:
                trail.visits.append(Visit(name, Fate.HELD))
        self._before = {}

    def _meet(self, origin: Origin, body: Body) -> Trail | None:
        spot = _spot(origin)
        if spot in self.trails or not self.is_meant(body, origin):
            return None
        self.found += 1
        if len(self.trails) >= self.most:
            return None
        trail = self.trails[spot] = Trail(origin, self.hide(deepcopy(body)))
        return trail

    def _passed(  # noqa: PLR0913, PLR0917  # an event at a step
        self, name: str, trail: Trail, before: Body | None, passed: Batch, index: int, work: object
    ) -> Visit:
        body = passed.bodies[index]
        fate = Fate.PASSED if before is not None else Fate.RELEASED
        old = trail.body if before is None else self._shown(before, is_hidden=name in self.hidden)
        new = self._shown(body, is_hidden=name in self.hidden and name != self.redacts)
        changes = tuple(changes_between(old, new))
        trail.body = deepcopy(new)
        if any(change.path == "/correlationid" for change in changes):
            trail.mates = [
                str(other.get("id", "?"))
                for other in passed.bodies
                if other.get("correlationid") == body.get("correlationid")
            ]
        return Visit(name, fate, changes, routes=_routes(work, body))

    def _shown(self, body: Body, *, is_hidden: bool) -> Body:
        return self.hide(body) if is_hidden else body


def hiding(redact: Callable[[bytes], bytes]) -> Callable[[Body], Body]:
    """Make of what redacts bytes what redacts an event."""

    def hide(body: Body) -> Body:
        hidden: Body = orjson.loads(redact(orjson.dumps(body)))
        return hidden

    return hide


def _spot(origin: Origin) -> Spot:
    return origin.file, origin.offset


def _routes(work: object, body: Body) -> tuple[tuple[str, str], ...]:
    """Ask the rules about an event, as the router has done."""
    rules: Sequence[Any] = getattr(work, "rules", ())  # Any: rules
    told: list[tuple[str, str]] = []
    for rule in rules:
        (answer,) = rule.answers([body])
        word = (
            {True: "true", False: "false"}.get(answer) if isinstance(answer, bool) else f"no value: {answer}"
        )
        told.append(
            (f"{rule.when.text if rule.when else 'otherwise'} -> {', '.join(rule.to) or 'nobody'}", str(word))
        )
        if answer is True and rule.is_final:
            break
    return tuple(told)
