"""What the YAML says about the state of a run, from which it can be resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pydantic import Field

from tiktoktoe_cli.config.fields import LocalPath, Settings

if TYPE_CHECKING:
    from pathlib import Path


_USUAL = cast(
    "Path", ".tiktoktoe/replay"
)  # a text until it is validated: it starts at the configuration's folder


class StateSettings(Settings):
    """Where a run writes down how far it is, so that `replay run --resume` goes on after whatever stopped it."""

    dir: LocalPath = Field(_USUAL, validate_default=True)
    """A folder; each pipeline has one of its own in it. Once a run has succeeded, that has only its manifest,
    `run.json`: what went in and came out, with hashes."""
    checkpoint_every: int = Field(20_000, ge=1, le=100_000_000)
    """After how many events a checkpoint is written. If a run is killed, destinations other than files may get the
    events since the last one a second time."""
