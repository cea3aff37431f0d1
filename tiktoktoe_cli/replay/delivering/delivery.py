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
        shares = _Shares(batch)
        for name, destination in self._destinations.items():
            wanted = {route for route in shares.routes if name in (self._targets[route] or ())}
            if wanted:
                origins = batch.origins_of(shares.indexes(wanted)) if destination.can_refuse else ()
                destination.write(shares.events(wanted), origins)

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


class _Shares:
    """The events of a batch by their route: most destinations get those of one route, which are picked once for all."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self.routes = set(batch.routes)
        self._by_route: dict[int, list[bytes]] = {route: [] for route in self.routes}
        if len(self.routes) == 1:
            self._by_route = {batch.routes[0]: batch.encoded}
            return
        for route, event in zip(batch.routes, batch.encoded, strict=True):
            self._by_route[route].append(event)

    def events(self, wanted: AbstractSet[int]) -> list[bytes]:
        """Give the events of some routes, in their order."""
        if wanted == self.routes:
            return self._batch.encoded
        if len(wanted) == 1:
            return self._by_route[next(iter(wanted))]
        return [self._batch.encoded[index] for index in self.indexes(wanted)]

    def indexes(self, wanted: AbstractSet[int]) -> list[int]:
        """Tell where they are."""
        return [index for index, route in enumerate(self._batch.routes) if route in wanted]
