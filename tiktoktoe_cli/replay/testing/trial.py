"""Runs the tests of a pipeline, each over its own events, in memory."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import orjson

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.choices import Format
from tiktoktoe_cli.replay.facts import Ending
from tiktoktoe_cli.replay.rehearsal import rehearse
from tiktoktoe_cli.replay.settings.input import SelectSettings
from tiktoktoe_cli.replay.settings.tests import OutputSettings
from tiktoktoe_cli.replay.testing.comparing import Failure, compare_letters, compare_output
from tiktoktoe_cli.words import plural, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tiktoktoe_cli.replay.options import RunOptions
    from tiktoktoe_cli.replay.rehearsal import Rehearsed
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings
    from tiktoktoe_cli.replay.settings.tests import TestSettings


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a test; `number` is its place among those of the pipeline, `updated` the files that were written."""

    number: int
    name: str
    failures: Sequence[Failure]
    took_s: float
    updated: Sequence[Path] = ()


def try_out(  # noqa: PLR0913  # a test of a pipeline
    pipeline: str,
    settings: PipelineSettings,
    number: int,
    options: RunOptions,
    *,
    is_updating: bool = False,
    clock: Callable[[], int] = time.perf_counter_ns,
) -> Tried:
    """Run one of the pipeline's tests; `is_updating` writes the files that it compares with.

    Raises:
        UsageError, UnfinishedError: as `run_pipeline`; a file that is compared cannot be read or written.
    """
    test, began_ns = settings.tests[number], clock()
    with TemporaryDirectory(prefix="tiktoktoe-test-") as folder:
        changed = _taking(settings, test, Path(folder))
        rehearsed = rehearse(
            pipeline, changed, replace(options, seed=test.seed, lookups=test.lookups), clock=lambda: 0
        )
    updated = list(_update(test, rehearsed)) if is_updating else []
    failures = list(_failures(test, rehearsed))
    return Tried(number, test.name, failures, (clock() - began_ns) / NS_PER_S, updated)


def _taking(settings: PipelineSettings, test: TestSettings, folder: Path) -> PipelineSettings:
    """Let the pipeline take the test's events."""
    update: dict[str, object] = {"select": SelectSettings(), "paths": test.files}
    if test.input:
        source = folder / "input.ndjson"
        lines = [line.encode() if isinstance(line, str) else orjson.dumps(line) for line in test.input]
        source.write_bytes(b"\n".join([*lines, b""]))
        update |= {"paths": (source,), "format": Format.NDJSON}
    return settings.model_copy(update={"input": settings.input.model_copy(update=update)})


def _failures(test: TestSettings, rehearsed: Rehearsed) -> Iterator[Failure]:
    nothing = OutputSettings(count=0)
    for name, output in rehearsed.outputs.items():
        wanted = test.expect.get(name, nothing)
        yield from compare_output(name, wanted, output.lines)
        if wanted.file is not None:
            yield from _compare_file(name, wanted.file, output.lines)
    yield from compare_letters(
        test.dead_letters, [orjson.loads(line) for line in rehearsed.dead_letters.lines]
    )
    if rehearsed.facts.ending is not Ending.COMPLETE:
        yield Failure((), f"the run did not come to its end: {rehearsed.facts.ending}")


def _compare_file(name: str, path: Path, found: Sequence[bytes]) -> Iterator[Failure]:
    at = ("expect", name)
    try:
        expected = path.read_bytes().splitlines()
    except FileNotFoundError:
        yield Failure(at, f"there is no file `{path}`: `--update` writes it")
        return
    except OSError as error:
        raise UsageError(f"cannot read `{path}`: {reason_of(error)}") from error
    first = next(
        (line for line, pair in enumerate(zip(expected, found, strict=False), 1) if pair[0] != pair[1]), None
    )
    if first is not None:
        yield Failure(at, f"line {first} of `{name}` is not that of `{path}`: `--update` accepts it")
    elif len(expected) != len(found):
        lines = plural(len(expected), "line")
        yield Failure(at, f"`{name}` got {plural(len(found), 'event')}, `{path}` has {lines}")


def _update(test: TestSettings, rehearsed: Rehearsed) -> Iterator[Path]:
    for name, wanted in test.expect.items():
        if wanted.file is None or name not in rehearsed.outputs:
            continue
        content = b"".join(line + b"\n" for line in rehearsed.outputs[name].lines)
        try:
            if wanted.file.exists() and wanted.file.read_bytes() == content:
                continue
            wanted.file.parent.mkdir(parents=True, exist_ok=True)
            wanted.file.write_bytes(content)
        except OSError as error:
            raise UnfinishedError(f"cannot write `{wanted.file}`: {reason_of(error)}") from error
        yield wanted.file
