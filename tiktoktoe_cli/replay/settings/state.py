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


_USUAL_EVENTS, _FEWER_EVENTS = 100_000, 5_000
# about a second of a run, of which the taking down of open windows should be a small part


class StateSettings(Settings):
    """Where a run writes down how far it is, so that `replay run --resume` goes on after whatever stopped it."""

    dir: LocalPath = Field(_USUAL, validate_default=True)
    """A folder; each pipeline has one of its own in it. Once a run has succeeded, that has only its manifest,
    `run.json`: what went in and came out, with hashes."""
    checkpoint_every: int | None = Field(None, ge=1, le=100_000_000)
    """After how many events a checkpoint is written. If a run is killed, destinations other than files and databases
    may get the events since the last one a second time. By default 100,000, where there is such a destination 5,000."""

    def every(self, *, is_exact: bool) -> int:
        """Say after how many events there is a checkpoint; `is_exact` if no destination gets events twice."""
        return self.checkpoint_every or (_USUAL_EVENTS if is_exact else _FEWER_EVENTS)
