"""Delivery: gives encoded events to the destinations that their routes name."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.events.fault import Fault
from tiktoktoe_cli.replay.events.letter import DeadLetter, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from tiktoktoe_cli.replay.delivering.destination import Destination, Refusal
    from tiktoktoe_cli.replay.routing import Router

DELIVERY = "delivery"
_UNROUTED = Fault("", "routing", "unrouted", "no rule takes this event")


class Delivery:
    """The last step; `routes` counts the events of each route."""

    def __init__(self, router: Router, destinations: Mapping[str, Destination]) -> None:
        self.router = router
        self._destinations = destinations
        self._targets: dict[int, tuple[str, ...] | None] = {}
        self.routes: Counter[int] = Counter()

    def __call__(self, batch: Batch) -> None:
        """Write a batch; events that no rule took are dead letters, those that go nowhere are counted."""
        self.routes.update(batch.routes)
        self._sift(batch)
        present = set(batch.routes)
        for name, destination in self._destinations.items():
            wanted = {route for route in present if name in (self._targets[route] or ())}
            if wanted:
                _write(destination, batch, None if wanted == present else wanted)

    def settle(self) -> list[DeadLetter]:
        """Wait until each event has arrived; those that a destination refused are dead letters, one for each of them.

        Raises:
            UnfinishedError: a destination cannot be written, or is down long enough.
        """
        refusals = [
            refusal for destination in self._destinations.values() for refusal in destination.settle()
        ]
        return list(map(_letter, refusals))

    def _sift(self, batch: Batch) -> None:
        present = set(batch.routes)
        for route in present - self._targets.keys():
            self._targets[route] = self.router.targets(route)
        if all(self._targets[route] for route in present):
            return
        for index, route in enumerate(batch.routes):
            targets = self._targets[route]
            if targets is None:
                batch.reject(index, Reason.UNROUTED, (_UNROUTED,))
            elif not targets:
                batch.drop(index, Drop.FILTERED)
        batch.settle()


def _letter(refusal: Refusal) -> DeadLetter:
    fault = Fault("", f"destinations/{refusal.attempt.destination}", "delivery", refusal.message)
    return DeadLetter(Reason.DELIVERY, DELIVERY, refusal.origin, (fault,), attempt=refusal.attempt)


def _write(destination: Destination, batch: Batch, wanted: AbstractSet[int] | None) -> None:
    """Give a destination the events of some routes, or all."""
    if wanted is None:
        chosen = batch if destination.can_refuse else None
        events = batch.encoded
    else:
        indexes = [index for index, route in enumerate(batch.routes) if route in wanted]
        chosen = batch.picked(indexes) if destination.can_refuse else None
        events = [batch.encoded[index] for index in indexes]
    origins = [chosen.origin(index) for index in range(len(events))] if chosen is not None else ()
    destination.write(events, origins)
