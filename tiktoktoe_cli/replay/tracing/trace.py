"""Traces events: runs their pipeline in memory, each stage in its own place, and follows them."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.expressions import EvaluationError
from tiktoktoe_cli.replay.events.letter import path_text
from tiktoktoe_cli.replay.reading.files import find_files
from tiktoktoe_cli.replay.rehearsal import rehearse
from tiktoktoe_cli.replay.stages.redaction import Redaction
from tiktoktoe_cli.replay.tracing.tracer import Tracer, Trail, hiding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.replay.events.fault import Body
    from tiktoktoe_cli.replay.events.record import Origin
    from tiktoktoe_cli.replay.facts import ReplayFacts
    from tiktoktoe_cli.replay.observer import ReplayObserver
    from tiktoktoe_cli.replay.options import RunOptions
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings


@dataclass(frozen=True, slots=True)
class Meant:
    """Which events are meant: those with an id, that of a line (`FILE:LINE`), or those that meet a condition."""

    name: str = ""
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class Traced:
    """The trails of the events that were meant, of all that were `found`; `files` are those that were read."""

    pipeline: str
    trails: Sequence[Trail]
    found: int
    files: Sequence[str]
    redaction: Redaction
    facts: ReplayFacts


def trace(  # noqa: PLR0913  # as `run_pipeline`
    name: str,
    settings: PipelineSettings,
    meant: Meant,
    options: RunOptions,
    *,
    observer: ReplayObserver | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    most: int = 1,
    clock: Callable[[], int] = time.perf_counter_ns,
) -> Traced:
    """Follow at most `most` events through the pipeline; nothing is sent, written or remembered.

    Raises:
        UsageError: no event is meant; or as `run_pipeline`.
        UnfinishedError: as `run_pipeline`.
    """
    files = find_files(settings.input.paths)
    redaction = Redaction.of(settings.stages)
    kinds = [stage.kind for stage in settings.stages]
    redacting = [at for at, kind in enumerate(kinds) if kind == "redact"]
    last = redacting[-1] if redacting else -1
    tracer = Tracer(
        _test(meant, files),
        hiding(redaction.redacted),
        {"input", "select", "max_future_jump", *kinds[: last + 1]} if redacting else set(),
        redacts="redact" if len(redacting) == 1 else f"redact_{len(redacting)}",
        most=most,
    )
    facts = rehearse(
        name, settings, replace(options, probe=tracer), observer, should_stop, clock=clock, is_keeping=False
    ).facts
    if not tracer.found:
        what = f"with the id or at the place `{meant.name}`" if meant.name else "that meets `--where`"
        hint = "`FILE:LINE` finds an event without an id, or a line that is none"
        raise UsageError(f"there is no event {what} in the input", hint=hint)
    names = [path_text(str(file)) for file in files]
    return Traced(name, list(tracer.trails.values()), tracer.found, names, redaction, facts)


def _test(meant: Meant, files: Sequence[Path]) -> Callable[[Body, Origin], bool]:
    place, _, line = meant.name.rpartition(":")
    real = os.path.realpath(place)
    file = next((at for at, path in enumerate(files) if place and os.path.realpath(path) == real), None)
    if file is not None and line.isdigit():
        return lambda _, origin: (origin.file, origin.number) == (file, int(line))
    if meant.where is not None:
        where = meant.where
        return lambda body, _: _meets(where, body)
    return lambda body, _: body.get("id") == meant.name


def _meets(where: Expression, body: Body) -> bool:
    try:
        return where.evaluate(body) is True
    except EvaluationError:
        return False
