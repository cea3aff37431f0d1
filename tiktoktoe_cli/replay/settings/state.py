"""What the YAML says about the state of a run, from which it can be resumed."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from tiktoktoe_cli.config.fields import LocalPath, Settings


class StateSettings(Settings):
    """Where a run writes down how far it is, so that `replay run --resume` goes on after whatever stopped it."""

    dir: LocalPath = Field(Path(".tiktoktoe/replay"), validate_default=True)
    """A folder; each pipeline has one of its own in it, which is empty once a run has succeeded."""
    checkpoint_every: int = Field(20_000, ge=1, le=100_000_000)
    """After how many events a checkpoint is written. If a run is killed, destinations other than files may get the
    events since the last one a second time."""
