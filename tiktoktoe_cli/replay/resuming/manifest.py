"""The manifest of a run: what went in, what was done, and what came out, with hashes, in one JSON file (`run.json`).

Two runs of the same pipeline, inputs and seed write the same manifest: it holds no times. Whoever has one can prove
later that an output is the one of that run.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.events.letter import path_text
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiktoktoe_cli.replay.facts import ReplayFacts

MANIFEST_VERSION = 2
_CHUNK_BYTES = 1 << 20


def manifest_of(facts: ReplayFacts, run: str, seed: int, inputs: Sequence[Path]) -> dict[str, Any]:  # JSON
    """Describe a run that is complete; `run` is its fingerprint.

    Raises:
        UnfinishedError: an input or an output cannot be read.
    """
    dead = Path(facts.dead_letter_path)
    paths = [*inputs, *(file for found in facts.destinations for file in found.files), dead]
    with ThreadPoolExecutor() as pool:  # hashing lets go of the interpreter
        described = dict(zip(paths, pool.map(_described, paths), strict=True))
    return {
        "v": MANIFEST_VERSION,
        "pipeline": facts.pipeline,
        "run": run,
        "seed": seed,
        "inputs": [described[path] for path in inputs],
        "lines": facts.lines,
        **({} if facts.shift_us is None else {"shift_us": facts.shift_us}),
        "stages": [
            {
                "name": stage.name,
                "in": stage.taken,
                "made": stage.made,
                "out": stage.passed,
                "dead": stage.dead,
                "dropped": {drop.value: count for drop, count in sorted(stage.dropped.items())},
            }
            for stage in facts.stages
        ],
        "outputs": [
            {
                "name": found.name,
                "kind": found.kind,
                "place": found.place,
                "events": found.events,
                "files": [described[file] for file in found.files],
            }
            for found in facts.destinations
        ],
        "dead_letters": {"events": facts.dead, "files": [described[dead]]},
    }


def write_manifest(manifest: dict[str, Any], path: Path) -> None:  # JSON
    """Put a manifest in its place, in one step.

    Raises:
        UnfinishedError: it cannot be written.
    """
    beside = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        beside.replace(path)
    except OSError as error:
        raise UnfinishedError(f"cannot write the manifest `{path}`: {reason_of(error)}") from error


def _described(path: Path) -> dict[str, Any]:  # JSON
    try:
        with path.open("rb") as stream:
            return {
                "path": path_text(os.fspath(path)),
                "bytes": path.stat().st_size,
                "sha256": _sha256(iter(lambda: stream.read(_CHUNK_BYTES), b"")),
            }
    except OSError as error:
        raise UnfinishedError(f"cannot read `{path}` for the manifest: {reason_of(error)}") from error


def hash_of(path: Path) -> str:
    """Hash a file.

    Raises:
        UnfinishedError: it cannot be read.
    """
    found: str = _described(path)["sha256"]
    return found


def _sha256(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
