"""A machine's table as a picture: a state diagram in Mermaid, for documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.resilience.machine import BreakerState

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.machine import Machine

_ESCAPES = str.maketrans({"#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;", ":": "#58;"})


def state_diagram(machine: Machine) -> str:
    """Draw the transitions that nobody has to ask for, in the order of the table.

    The source is a `stateDiagram-v2` of Mermaid (mermaid.js.org/syntax/stateDiagram.html). Its identifiers have no
    hyphens, so those states get another one; what would end a label stands as an entity.
    """
    states = dict.fromkeys(state for row in machine.table for state in (row.source, row.target))
    named = [f'state "{state}" as {_id(state)}' for state in states if _id(state) != state]
    arrows = [
        f"{_id(row.source)} --> {_id(row.target)}: {row.when.translate(_ESCAPES)}" for row in machine.table
    ]
    lines = ["stateDiagram-v2", *named, f"[*] --> {_id(BreakerState.CLOSED)}", *arrows]
    return "\n    ".join(lines) + "\n"


def _id(state: BreakerState) -> str:
    return state.replace("-", "_")
