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


def test_waits_for_nothing_and_changes_no_time(shelf: Shelf) -> None:
    """A file that would be followed is read as it is; the metrics of a rehearsal are nobody's; nor is it now."""
    path = shelf.events({"time": "2026-03-02T08:00:00Z", "n": 1})
    settings = shelf.settings(
        input={"paths": [str(path)], "order": "input", "follow": True},
        pacing={"shift_to_now": True},
        monitoring={"openmetrics": f"{shelf.folder}/replay.prom"},
    )

    rehearsed = rehearse("orders", settings, RunOptions())

    assert [json.loads(line)["time"] for line in rehearsed.outputs["all"].lines] == ["2026-03-02T08:00:00Z"]
    assert not (shelf.folder / "replay.prom").exists()
