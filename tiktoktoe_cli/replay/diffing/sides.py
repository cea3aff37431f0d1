"""The two sides of a comparison: a configuration, which is rehearsed, the manifest of a run, or files of events."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.events.record import RecordEnd
from tiktoktoe_cli.replay.posting.stored import Stored
from tiktoktoe_cli.replay.reading.blocks import read_blocks
from tiktoktoe_cli.replay.reading.formats import Reading
from tiktoktoe_cli.replay.rehearsal import rehearse
from tiktoktoe_cli.replay.resuming.manifest import hash_of
from tiktoktoe_cli.replay.stages.redaction import Redaction
from tiktoktoe_cli.replay.stopping import StoppedError
from tiktoktoe_cli.replay.tracing.tracer import hiding
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.replay.diffing.pairing import Lines
    from tiktoktoe_cli.replay.observer import ReplayObserver
    from tiktoktoe_cli.replay.options import RunOptions
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings

DEAD_LETTERS = "dead_letter"
"""The destination of those that died."""
DEATH = "dead_letter"
"""The field that says of such an event why."""
_LONGEST_LINE = 256 << 20
_LARGEST_MANIFEST = 64 << 20
_BROKEN = frozenset({RecordEnd.DAMAGED, RecordEnd.UNCLOSED, RecordEnd.TOO_LONG})


class Kind(StrEnum):
    """How a side names its destinations."""

    PIPELINE = "pipeline"  # as the YAML does
    FOLDER = "folder"  # by the paths of files in it
    FILE = "file"  # there is one


@dataclass(frozen=True, slots=True)
class Side:
    """The events of each destination, those that are dead among them, as `dead_letter`.

    `hashes`, `files` and `counts` are known where a run has told them; `unknown` names the destinations of which there
    are no events to read. `kind` says how destinations are named; only sides of one kind can be compared. `hide` hides
    what the pipeline of the side redacts.
    """

    name: str
    outputs: Mapping[str, Lines]
    hashes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    kind: Kind = Kind.PIPELINE
    hide: Callable[[Any], Any] = lambda body: body  # JSON


def rehearsed_side(
    name: str,
    pipeline: tuple[str, PipelineSettings],
    options: RunOptions,
    observer: ReplayObserver,
    should_stop: Callable[[], bool],
) -> Side:
    """Rehearse a pipeline: nothing is sent, written or remembered; its outputs are held in memory.

    Raises:
        UsageError, UnfinishedError: as `run_pipeline`.
        StoppedError: it was stopped.
    """
    found = rehearse(*pipeline, options, observer, should_stop)
    if found.facts.interrupted:
        raise StoppedError
    outputs: dict[str, Lines] = {place: partial(_kept, it.lines) for place, it in found.outputs.items()}
    outputs[DEAD_LETTERS] = partial(_dead, found.dead_letters.lines)
    return Side(name, outputs, hide=_hiding(pipeline[1]))


def _hiding(settings: PipelineSettings) -> Callable[[Any], Any]:  # JSON
    """Make what hides in a copy of an event what the pipeline redacts."""
    if not any(stage.redact for stage in settings.stages):
        return lambda body: body
    hide = hiding(Redaction.of(settings.stages).redacted)
    return lambda body: hide(body) if isinstance(body, dict) else body


def read_side(path: Path) -> Side:
    """Read a manifest, a folder of outputs, or a file of events, compressed or not; nothing is held.

    Raises:
        UsageError: it is none of them.
    """
    manifest = _manifest(path)
    if manifest is not None:
        return _manifest_side(path, manifest)
    if path.is_dir():
        files = sorted(
            file for file in path.rglob("*") if file.is_file() and not file.name.endswith(".partial")
        )
        return Side(
            str(path),
            {str(file.relative_to(path)): partial(_events, file) for file in files},
            kind=Kind.FOLDER,
        )
    if path.is_file():
        return Side(str(path), {"events": partial(_events, path)}, kind=Kind.FILE)
    hint = "name a configuration, the `run.json` of a run, a folder of outputs or a file of events"
    raise UsageError(f"there is no `{path}` to compare", hint=hint)


def _manifest(path: Path) -> dict[str, Any] | None:  # JSON
    """Read a manifest, whatever its name; None if it is none, unless its name says that it is one.

    Raises:
        UsageError: it cannot be read, or its name says so and it is none.
    """
    if path.suffix != ".json" or not path.exists():
        return None
    try:
        told = orjson.loads(path.read_bytes()) if path.stat().st_size < _LARGEST_MANIFEST else None
    except OSError as error:
        raise UsageError(f"cannot read `{path}`: {reason_of(error)}") from error
    except orjson.JSONDecodeError:
        told = None
    if isinstance(told, dict) and told.keys() >= {"run", "outputs", "dead_letters"}:
        return told
    if path.name == "run.json":
        raise UsageError(f"`{path}` is not the manifest of a run", hint="a run writes it into its `state`")
    return None


def _manifest_side(path: Path, told: dict[str, Any]) -> Side:  # JSON
    try:
        outputs = {found["name"]: found for found in told["outputs"]} | {DEAD_LETTERS: told["dead_letters"]}
        known = {name: found for name, found in outputs.items() if found.get("kind", "file") == "file"}
        files = {name: tuple(Path(file["path"]) for file in found["files"]) for name, found in known.items()}
        return Side(
            str(path),
            {name: partial(_events_of, paths) for name, paths in files.items()},
            {name: tuple(file["sha256"] for file in found["files"]) for name, found in known.items()},
            files,
            {name: found["events"] for name, found in known.items()},
            tuple(name for name in outputs if name not in known),
        )
    except (KeyError, TypeError, AttributeError) as error:
        hint = "run the pipeline again with this version"
        raise UsageError(f"the manifest `{path}` is of another version", hint=hint) from error


def without_equal_outputs(
    old: Side, new: Side
) -> tuple[Mapping[str, Lines], Mapping[str, Lines], tuple[str, ...]]:
    """Leave out the outputs that have one hash on both sides; name them.

    Raises:
        UsageError: the sides are not of one kind.
    """
    if old.kind is not new.kind:
        hint = "compare configurations and manifests, or two folders, or two files"
        raise UsageError(f"`{old.name}` and `{new.name}` do not name their outputs in one way", hint=hint)
    same = tuple(name for name, told in old.hashes.items() if new.hashes.get(name) == told)
    for side in (old, new):
        _make_sure(side, same)
    left = [{name: lines for name, lines in side.outputs.items() if name not in same} for side in (old, new)]
    return left[0], left[1], same


def _make_sure(side: Side, same: Sequence[str]) -> None:
    """Make sure that files are still those that a run has told the hashes of."""
    for name, paths in side.files.items():
        for path, told in zip(paths, side.hashes[name], strict=True) if name not in same else ():
            if path.is_file() and hash_of(path) != told:
                hint = "keep the outputs of a run beside its manifest, or compare folders"
                raise UsageError(f"`{path}` is not any more what `{side.name}` tells of it", hint=hint)


def _kept(lines: Sequence[bytes]) -> Sequence[bytes]:
    return lines


def _events_of(paths: Sequence[Path]) -> Iterator[bytes]:
    return chain.from_iterable(map(_events, paths))


def _events(path: Path) -> Iterator[bytes]:
    """Read the events of a file; the dead letters of a run are known by what stands in them."""
    lines = _lines(path)
    first = next(lines, None)
    if first is not None:
        whole = chain((first,), lines)
        yield from _dead(whole) if "disposition" in Stored.read(0, first).record else whole


def _dead(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Give dead letters as events with the reason: what they hold is compared, not when and where they died."""
    for line in lines:
        letter = Stored.read(0, line)
        event = letter.event or {"raw": (letter.original or line).decode(errors="replace")}
        died = {**event, DEATH: {"reason": letter.reason, "message": letter.message}}
        try:
            yield orjson.dumps(died)
        except orjson.JSONEncodeError:  # it may have died of being too deep
            yield json.dumps(died).encode()


def _lines(path: Path) -> Iterator[bytes]:
    """Read lines.

    Raises:
        UnfinishedError: the file is cut or damaged: what is not there cannot be compared.
    """
    with closing(read_blocks([path], Reading(_LONGEST_LINE))) as blocks:
        for block in blocks:
            if not _BROKEN.isdisjoint(block.ends.values()):
                message = f"`{path}` is cut or damaged, and cannot be compared to its end"
                raise UnfinishedError(message, hint="compare a whole copy")
            yield from filter(bytes.strip, block.raws)
