"""A rehearsal runs a pipeline in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay import RunOptions
from tiktoktoe_cli.replay.rehearsal import rehearse

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf


def test_collects_what_would_go_out_and_leaves_nothing_behind(shelf: Shelf) -> None:
    """Events and dead letters stand in memory; the folder is as it was before."""
    shelf.events({"time": "2026-03-02T08:00:00Z", "n": 1}, {"n": 2})
    before = sorted(shelf.folder.rglob("*"))

    rehearsed = rehearse("orders", shelf.settings(), RunOptions())

    assert [json.loads(line)["n"] for line in rehearsed.outputs["all"].lines] == [1]
    assert [json.loads(line)["reason"] for line in rehearsed.dead_letters.lines] == ["time"]
    assert (rehearsed.facts.delivered, rehearsed.facts.dead) == (1, 1)
    assert sorted(shelf.folder.rglob("*")) == before
