"""Selection: which of the events that were read are taken. The others are counted, nothing else.

Time, condition and sample look at each event alone. The limit counts those that are left, in their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from tiktoktoe_cli.expressions import EvaluationError
from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.events.times import read_rfc3339
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.replay.events.fault import Body
    from tiktoktoe_cli.replay.events.field_path import FieldPath
    from tiktoktoe_cli.replay.settings.input import SelectSettings
    from tiktoktoe_cli.replay.stages.stage import Kit

_BEGINNING_US, _END_US = -(1 << 62), 1 << 62
_HASH_BYTES = 8


def build(settings: SelectSettings, kit: Kit) -> Stage:
    """Make what selects, to stand before all stages; without a limit it has no memory."""
    sample = None
    if settings.sample is not None:
        salt = kit.random.randbytes(_HASH_BYTES)
        sample = Sample(settings.sample_by, round(settings.sample * (1 << 8 * _HASH_BYTES)), salt)
    look = Selection(
        _BEGINNING_US if settings.from_ is None else read_rfc3339(settings.from_) or 0,
        _END_US if settings.until is None else read_rfc3339(settings.until) or 0,
        settings.where,
        sample,
    )
    return Stage(look, None if settings.limit is None else Limit(settings.limit))


@dataclass(frozen=True, slots=True)
class Sample:
    """Some of the events: those whose hash is below a threshold. `salt` says which hash."""

    field: FieldPath
    threshold: int
    salt: bytes

    def has(self, batch: Batch, index: int) -> bool:
        """Tell whether an event is in it."""
        key = self.field.read_text(batch.bodies[index])
        data = batch.origin(index).raw if key is None else key.encode(errors="surrogatepass")
        digest = blake2b(data, digest_size=_HASH_BYTES, key=self.salt).digest()
        return int.from_bytes(digest, "big") < self.threshold


@dataclass(frozen=True, slots=True)
class Selection:
    """Drops events that are before the first time, or not before the last; do not meet `where`; are not in the sample.

    One for which `where` has no value is dropped too, and also counted as such.
    """

    from_us: int
    until_us: int
    where: Expression | None
    sample: Sample | None

    def __call__(self, batch: Batch) -> None:
        """Look at the events of a batch."""
        taken: Sequence[int] = [
            index for index, time_us in enumerate(batch.times) if self.from_us <= time_us < self.until_us
        ]
        if self.where is not None:
            taken = [index for index in taken if _meets(self.where, batch.bodies[index], batch)]
        if self.sample is not None:
            taken = [index for index in taken if self.sample.has(batch, index)]
        if len(taken) < len(batch):
            for index in sorted(set(range(len(batch))).difference(taken)):
                batch.drop(index, Drop.UNSELECTED)


def _meets(where: Expression, body: Body, batch: Batch) -> bool:
    try:
        return where.evaluate(body) is True
    except EvaluationError as error:
        batch.measures["without_value"] += 1
        batch.remarks.setdefault("where", error.reason)
        return False


@dataclass(slots=True)
class Limit:
    """Takes so many events and no more; once it `is_full`, nothing more needs to be read."""

    most: int
    taken: int = 0

    @property
    def is_full(self) -> bool:
        """Whether no event will be taken any more."""
        return self.taken >= self.most

    def take(self, batch: Batch) -> Batch:
        """Take events as long as there is room."""
        left = self.most - self.taken
        for index in range(left, len(batch)):
            batch.drop(index, Drop.UNSELECTED)
        batch.settle()
        self.taken += len(batch)
        return batch

    def finish(self) -> Batch:
        """Give nothing: no event is held."""
        return Batch([])

    def changes(self, *, is_whole: bool = False) -> object:  # noqa: ARG002  # it always is
        """Tell how many were taken."""
        return self.taken

    def restore(self, changes: object) -> None:
        """Take it up."""
        assert isinstance(changes, int)  # noqa: S101  # what `changes` gave
        self.taken = changes
