"""Flatten: makes one object of an object with objects within it; arrays and empty objects stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.events.fault import Fault, pointer
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.fault import Body
    from tiktoktoe_cli.replay.events.field_path import Json
    from tiktoktoe_cli.replay.settings.processors import FlattenSettings
    from tiktoktoe_cli.replay.stages.stage import Kit


def build(settings: FlattenSettings, _kit: Kit) -> Stage:
    """Make the stage; an event in which two keys become the same one is a dead letter."""
    path, separator = settings.field, settings.separator

    def look(batch: Batch) -> None:
        for index, value in enumerate(path.column(batch.bodies)):
            if type(value) is not dict or dict not in map(type, value.values()):
                continue
            flat: Body = {}
            for key, inner in _leaves(value, separator):
                if key in flat:
                    batch.reject(index, Reason.SHAPE, (_collision(path.parts, key),))
                    break
                flat[key] = inner
            else:
                path.write(batch.bodies[index], flat)

    return Stage(look)


def _leaves(value: Body, separator: str) -> Iterator[tuple[str, Json]]:
    """Yield what is no object, in its order; without recursion, for events may be nested deeper than Python likes."""
    levels = [("", iter(value.items()))]
    while levels:
        prefix, items = levels[-1]
        for key, inner in items:
            if type(inner) is dict and inner:
                levels.append((f"{prefix}{key}{separator}", iter(inner.items())))
                break
            yield prefix + key, inner
        else:
            levels.pop()


def _collision(parts: tuple[str, ...], key: str) -> Fault:
    return Fault(pointer(*parts), "flatten", "collision", f"two fields would be called `{key}`")
