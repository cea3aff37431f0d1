"""Correlation: marks the events of a session with its id, their position in it, and how many they are.

    correlationid         the key and the time of the session's first event: `ord-000017@2026-03-02T08:00:00.000Z`
    correlationposition   1 for the first event of the session in the order of time
    correlationcount      how many events the session has

`correlationid` is CloudEvents' own extension for this; an event that has these attributes loses their old values.
Events are held until their session closes, and pass on session by session, in the order in which sessions end. Those
without a key are not held.

Where nothing after it looks at the events again, they arrive encoded, and the marks are spliced into their bytes: that
is quicker than writing into objects that were kept, and gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.choices import Emit
from tiktoktoe_cli.replay.correlating.joins import Joins
from tiktoktoe_cli.replay.stages.encoded import Encoded
from tiktoktoe_cli.replay.stages.holding import Gathered, Objects, group, joining
from tiktoktoe_cli.replay.stages.stage import Stage
from tiktoktoe_cli.replay.stages.windowing import Windowing, take_keys, windows_of

if TYPE_CHECKING:
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.settings.windows import CorrelationSettings
    from tiktoktoe_cli.replay.stages.holding import Form
    from tiktoktoe_cli.replay.stages.stage import Kit, Look

ANNOTATIONS = ("correlationid", "correlationposition", "correlationcount")
_NAMES = frozenset(ANNOTATIONS)


def build(settings: CorrelationSettings, kit: Kit) -> Stage:
    """Make the stage; its measures are `sessions` and `without_key`."""
    if settings.emit is Emit.JOIN:
        return _join(settings, kit)
    windows = windows_of(settings)
    if settings.emit is Emit.GROUP:
        form: Form = Gathered(f"tiktoktoe/{kit.name}", group)
        return Stage(take_keys(kit.name, settings.key), Windowing(kit, settings, windows, form))
    form = Encoded(with_origins=kit.with_origins) if kit.is_encoded else Objects()
    return Stage(_look(kit.name, settings), Windowing(kit, settings, windows, form))


def is_blind(settings: CorrelationSettings) -> bool:
    """Tell whether the memory only marks events, which can be done to their bytes."""
    return settings.emit is Emit.ANNOTATE


def _join(settings: CorrelationSettings, kit: Kit) -> Stage:
    look, expects = take_keys(kit.name, settings.key), frozenset(settings.expects)
    joins = Joins(settings.expects, (settings.deadline or 0) // 1_000, settings.lateness_us)

    def look_for_expected(batch: Batch) -> None:
        look(batch)
        batch.keys[kit.name] = [
            key if isinstance(kind := body.get("type"), str) and kind in expects else None
            for key, body in zip(batch.keys[kit.name], batch.bodies, strict=True)
        ]

    form = Gathered(f"tiktoktoe/{kit.name}", joining(settings.expects))
    return Stage(look_for_expected, Windowing(kit, settings, joins, form))


def _look(name: str, settings: CorrelationSettings) -> Look:
    take = take_keys(name, settings.key)

    def look(batch: Batch) -> None:
        take(batch)
        for key, body in zip(batch.keys[name], batch.bodies, strict=True):
            if key is not None and not _NAMES.isdisjoint(body):
                for annotation in ANNOTATIONS:
                    body.pop(annotation, None)

    return look
