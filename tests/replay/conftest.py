"""A folder with events in it, and a pipeline that can be run over them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tiktoktoe_cli.replay import run_pipeline
from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.replay import ReplayFacts

Json = dict[str, Any]


@dataclass(frozen=True)
class Shelf:
    """A folder: `a.ndjson` and others are the input, `out/` gets what is delivered."""

    folder: Path

    def put(self, name: str, content: bytes | str) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def events(self, *events: Json, name: str = "a.ndjson") -> Path:
        """Write a file of events."""
        return self.put(name, "".join(json.dumps(event) + "\n" for event in events))

    def settings(self, **changed: Any) -> PipelineSettings:
        """Make a pipeline that delivers every event of `*.ndjson` to `all`, with some of its keys changed."""
        yaml = {
            "input": {"paths": [f"{self.folder}/*.ndjson"]},
            "routing": [{"to": ["all"]}],
            "destinations": {"all": {"file": f"{self.folder}/out/all.ndjson"}},
            "dead_letter": {"file": f"{self.folder}/out/dead.ndjson"},
            "state": {"dir": f"{self.folder}/state"},
        }
        return PipelineSettings.model_validate(yaml | changed)

    def run(self, *stages: Json, **changed: Any) -> ReplayFacts:
        """Run the pipeline with these stages."""
        return run_pipeline("test", self.settings(stages=stages, **changed))

    def read(self, name: str) -> list[Json]:
        """Read the events of an output."""
        return [
            json.loads(line) for line in (self.folder / "out" / f"{name}.ndjson").read_bytes().splitlines()
        ]

    def bytes_of(self, name: str, suffix: str = "") -> bytes:
        """Read an output as it is."""
        return (self.folder / "out" / f"{name}.ndjson{suffix}").read_bytes()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Return an empty folder for events."""
    return Shelf(tmp_path)
