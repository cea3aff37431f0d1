"""The two sides of a comparison: a configuration, which is rehearsed, the manifest of a run, or files of events."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.posting.stored import Stored
from tiktoktoe_cli.replay.reading.blocks import read_blocks
from tiktoktoe_cli.replay.reading.formats import Reading
from tiktoktoe_cli.replay.rehearsal import rehearse
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.replay.diffing.pairing import Lines
    from tiktoktoe_cli.replay.observer import ReplayObserver
    from tiktoktoe_cli.replay.options import RunOptions
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings

DEAD_LETTERS = "dead_letter"
_LONGEST_LINE = 256 << 20


@dataclass(frozen=True, slots=True)
class Side:
    """The events of each destination, those that are dead among them, as `dead_letter`.

    `hashes` are known where a run has told them; `unknown` names the destinations of which there are no events to read.
    `are_files` says that destinations are named by their files.
    """

    name: str
    outputs: Mapping[str, Lines]
    hashes: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    are_files: bool = False


def rehearsed_side(
    name: str,
    pipeline: tuple[str, PipelineSettings],
    options: RunOptions,
    observer: ReplayObserver,
    should_stop: Callable[[], bool],
) -> Side:
    """Rehearse a pipeline: nothing is sent, written or remembered; its outputs are held in memory.

    Raises:
        UsageError, UnfinishedError: as `run_pipeline`; it was stopped.
    """
    found = rehearse(*pipeline, options, observer, should_stop)
    if found.facts.interrupted:
        raise UnfinishedError("stopped before there was anything to compare")
    outputs = {place: partial(_kept, output.lines) for place, output in found.outputs.items()}
    return Side(name, {**outputs, DEAD_LETTERS: partial(_dead, found.dead_letters.lines)})


def read_side(path: Path) -> Side:
    """Read a manifest, a folder of outputs, or a file of events, compressed or not; nothing is held.

    Raises:
        UsageError: it is none of them.
    """
    if path.name == "run.json":
        return _manifest_side(path)
    if path.is_dir():
        files = sorted(
            file for file in path.rglob("*") if file.is_file() and not file.name.endswith(".partial")
        )
        return Side(
            str(path), {str(file.relative_to(path)): partial(_lines, file) for file in files}, are_files=True
        )
    if path.is_file():
        return Side(str(path), {"events": partial(_lines, path)}, are_files=True)
    hint = "name a configuration, the `run.json` of a run, a folder of outputs or a file of events"
    raise UsageError(f"there is no `{path}` to compare", hint=hint)


def _manifest_side(path: Path) -> Side:
    try:
        told: dict[str, Any] = orjson.loads(path.read_bytes())  # JSON
        outputs = {found["name"]: found for found in told["outputs"]} | {DEAD_LETTERS: told["dead_letters"]}
    except OSError as error:
        raise UsageError(f"cannot read `{path}`: {reason_of(error)}") from error
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise UsageError(
            f"`{path}` is not the manifest of a run", hint="a run writes it into its `state`"
        ) from error
    known = {name: found for name, found in outputs.items() if "sha256" in found}
    return Side(
        str(path),
        {name: partial(_dead_or_not, name, Path(found["path"])) for name, found in known.items()},
        {name: found["sha256"] for name, found in known.items()},
        tuple(name for name in outputs if name not in known),
    )


def without_equal_outputs(
    old: Side, new: Side
) -> tuple[Mapping[str, Lines], Mapping[str, Lines], tuple[str, ...]]:
    """Leave out the outputs that have one hash on both sides; name them."""
    same = tuple(name for name, told in old.hashes.items() if new.hashes.get(name) == told)
    left = [{name: lines for name, lines in side.outputs.items() if name not in same} for side in (old, new)]
    return left[0], left[1], same


def _kept(lines: Sequence[bytes]) -> Sequence[bytes]:
    return lines


def _dead_or_not(name: str, path: Path) -> Iterable[bytes]:
    return _dead(_lines(path)) if name == DEAD_LETTERS else _lines(path)


def _dead(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Give dead letters as events with the reason: what they hold is compared, not when and where they died."""
    for line in lines:
        letter = Stored.read(0, line)
        event = letter.event or {"raw": (letter.original or line).decode(errors="replace")}
        yield orjson.dumps({**event, "dead_letter": {"reason": letter.reason, "message": letter.message}})


def _lines(path: Path) -> Iterator[bytes]:
    with closing(read_blocks([path], Reading(_LONGEST_LINE))) as blocks:
        for block in blocks:
            yield from filter(bytes.strip, block.raws)
