"""What a stage is.

A stage has two parts. Its *look* sees each event alone: it may run in any process, on any batch, and works on the
batch in place. Its *memory*, where it has one, depends on the events before: there is one of it, it sees the batches in
the order of the input. It compares what the look took down; so the
look of a stage can run far from its memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from random import Random

    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.resilience.settings import PolicySettings

Look: TypeAlias = Callable[["Batch"], None]
"""Works on a batch in place: changes its bodies, takes keys down, rejects or drops events by their index."""


class Memory(Protocol):
    """Remembers events, or holds them until it is sure where they belong."""

    def take(self, batch: Batch) -> Batch:
        """Take a batch in; give what goes on now: the same batch, or one of events that were held."""

    def finish(self) -> Batch:
        """Give what is still held: no event will come."""

    def changes(self, *, is_whole: bool = False) -> Any:  # what `marshal` can write
        """Tell what has changed since the last call, for the checkpoint; `is_whole` tells all that is remembered."""

    def restore(self, changes: Any) -> None:  # as above
        """Take up what was told before, change by change, in their order, from the last that was whole on."""


class Stage(NamedTuple):
    """One of a pipeline's stages."""

    look: Look
    memory: Memory | None = None


@dataclass(frozen=True, slots=True)
class Kit:
    """What the maker of a stage is given beside its settings.

    `name` is the stage's own: a second one of a kind is `dedupe_2`. `clock` gives nanoseconds, for measuring only.
    `random` is the stage's own stream, from the run's seed. `folder` is the stage's own in the state of the run, for
    what does not fit into memory. `is_encoded` tells a memory that events come to it as JSON, with their routes, for
    nothing after it looks at their bodies; `with_origins` that somebody after it may refuse such an event;
    `feeds_memory` that a stage with a memory comes after it, which needs watermarks. `policies` are those of
    the YAML, by name. `should_stop` asks whether the user wants the run to end: whoever waits for others asks it.
    `answers` stand in for those of a lookup, by key: a row, null, or as a text why there is none.
    """

    name: str
    clock: Callable[[], int]
    random: Random
    folder: Path
    is_encoded: bool = False
    with_origins: bool = True
    feeds_memory: bool = False
    policies: Mapping[str, PolicySettings] = field(default_factory=dict)
    should_stop: Callable[[], bool] = field(default=lambda: False)
    answers: Mapping[str, Any] | None = None  # JSON
