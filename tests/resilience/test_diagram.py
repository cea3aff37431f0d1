"""A machine's table can be drawn."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tiktoktoe_cli.resilience.diagram import state_diagram
from tiktoktoe_cli.resilience.machine import BreakerState, Row
from tiktoktoe_cli.resilience.presets.catalog import PRESETS, settings_of
from tiktoktoe_cli.resilience.presets.tiktoktoe import MACHINE

ARROW = re.compile(r"    (\[\*\]|[a-z_]+) --> ([a-z_]+)(?:: ([^:;<>#]|#(?:\d+|lt|gt);)+)?")
NAME = re.compile(r'    state "[a-z-]+" as [a-z_]+')


def test_draws_a_line_for_each_row() -> None:
    """States, where it begins, and the transitions in their order."""
    table = (
        Row(BreakerState.CLOSED, BreakerState.OPEN, "too many failures", "failures"),
        Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "a call comes", "time"),
    )

    drawn = state_diagram(replace(MACHINE, table=table))

    assert drawn.splitlines() == [
        "stateDiagram-v2",
        '    state "half-open" as half_open',
        "    [*] --> closed",
        "    closed --> open: too many failures",
        "    open --> half_open: a call comes",
    ]


def test_what_would_end_a_label_is_written_as_an_entity() -> None:
    """A semicolon ends a statement, `<` begins a tag."""
    row = Row(BreakerState.OPEN, BreakerState.CLOSED, "a: b < c; d > e #1", "x")

    last = state_diagram(replace(MACHINE, table=(row,))).splitlines()[-1]

    assert last == "    open --> closed: a#58; b #lt; c#59; d #gt; e #35;1"


@pytest.mark.parametrize("name", PRESETS)
def test_every_machine_can_be_drawn(name: str) -> None:
    """Whatever stands in its table: there is a line for each row, and no other."""
    machine = settings_of(name).machine

    first, *lines = state_diagram(machine).splitlines()

    arrows = [line for line in lines if not NAME.fullmatch(line)]
    assert first == "stateDiagram-v2"
    assert len(arrows) == 1 + len(machine.table)
    assert all(ARROW.fullmatch(line) for line in arrows)
