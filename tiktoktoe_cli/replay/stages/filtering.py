"""Filter: lets those events pass for which a condition is true.

One for which it is false is dropped and counted. One for which it has no value is neither: it becomes a dead letter,
so that a misspelt field does not empty the output in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.asking import answers, no_value
from tiktoktoe_cli.replay.events.batch import Drop
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.stages.stage import Kit


def build(condition: Expression, _kit: Kit) -> Stage:
    """Make the stage."""

    def look(batch: Batch) -> None:
        for index, answer in enumerate(answers(condition, batch.bodies)):
            if answer is True:
                continue
            if answer is False:
                batch.drop(index, Drop.FILTERED)
            else:
                batch.reject(index, Reason.EXPRESSION, (no_value(condition, answer),))

    return Stage(look)
