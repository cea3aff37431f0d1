"""Rename: moves fields to other paths, in the order of the YAML; an event without the field is left as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.events.fault import no_object
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.fault import Body
    from tiktoktoe_cli.replay.events.field_path import FieldPath
    from tiktoktoe_cli.replay.stages.stage import Kit


def build(fields: dict[FieldPath, FieldPath], _kit: Kit) -> Stage:
    """Make the stage."""
    moves = [(old.parts[:-1], old.parts[-1], new) for old, new in fields.items()]

    def look(batch: Batch) -> None:
        for index, body in enumerate(batch.bodies):
            for outer, name, new in moves:
                if not _move(body, outer, name, new):
                    batch.reject(index, Reason.SHAPE, (no_object(new.parts),))
                    break

    return Stage(look)


def _move(body: Body, outer: tuple[str, ...], name: str, new: FieldPath) -> bool:
    """Move a field; False if there is no place for it."""
    inner = body
    for part in outer:
        inner = inner.get(part)  # type: ignore[assignment]  # whatever is there: the next line looks
        if type(inner) is not dict:
            return True
    return name not in inner or new.write(body, inner.pop(name))
