"""Puts a run together: the steps of its pipeline, its outputs, and what keeps its books and checkpoints."""

from __future__ import annotations

import os
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.monitoring import Alarms
from tiktoktoe_cli.replay.choices import Order
from tiktoktoe_cli.replay.decoding import Decoder
from tiktoktoe_cli.replay.delivering.file import FileDestination
from tiktoktoe_cli.replay.delivering.line_file import LineFile, partial_of
from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
from tiktoktoe_cli.replay.events.letter import path_text
from tiktoktoe_cli.replay.events.times import TimeColumn
from tiktoktoe_cli.replay.flow.course import Course
from tiktoktoe_cli.replay.flow.following import check_following
from tiktoktoe_cli.replay.flow.head import Head
from tiktoktoe_cli.replay.flow.plan import Means, make_plan
from tiktoktoe_cli.replay.letters import Letterbox
from tiktoktoe_cli.replay.options import Start
from tiktoktoe_cli.replay.reading.blocks import earliest_after, first_times
from tiktoktoe_cli.replay.reading.files import STDIN, find_files, spool
from tiktoktoe_cli.replay.reading.formats import Reading
from tiktoktoe_cli.replay.resuming.checkpoint import Books
from tiktoktoe_cli.replay.resuming.checkpointing import Checkpointing
from tiktoktoe_cli.replay.resuming.fingerprint import fingerprint
from tiktoktoe_cli.replay.resuming.store import Store
from tiktoktoe_cli.replay.stages.catalog import STAGES
from tiktoktoe_cli.replay.stages.redaction import Redaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.delivering.destination import Destination
    from tiktoktoe_cli.replay.flow.plan import Plan
    from tiktoktoe_cli.replay.options import RunOptions
    from tiktoktoe_cli.replay.resuming.checkpoint import Checkpoint
    from tiktoktoe_cli.replay.resuming.store import Saved
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings

DEAD_LETTERS = "dead letters"


@dataclass(frozen=True, slots=True)
class Assembly:
    """A run that is ready to begin: nothing is opened yet.

    `names` are those that the user knows the `files` by, and `copy` is where standard input is kept. `resumed` is where
    an earlier run stood, if this one goes on.
    """

    settings: PipelineSettings
    names: Sequence[str]
    files: Sequence[Path]
    copy: Path
    plan: Plan
    head: Head
    course: Course
    destinations: Mapping[str, Destination]
    dead_file: Destination
    letters: Letterbox
    alarms: Alarms
    checkpoints: Checkpointing
    resumed: Checkpoint | None

    @property
    def outputs(self) -> Mapping[str, Destination]:
        """All that the run writes."""
        return self.checkpoints.outputs


def assemble(
    name: str,
    settings: PipelineSettings,
    options: RunOptions,
    clock: Callable[[], int],
    should_stop: Callable[[], bool] = lambda: False,
) -> Assembly:
    """Put a run together; one that goes on knows all that the earlier one knew at its last checkpoint.

    Raises:
        UsageError: a schema or a table is missing or wrong, an output is also an input; or an earlier run was cut
            short, and nobody said what to do about it, or it was about something else.
        UnfinishedError: what the earlier run left is damaged.
    """
    named = find_files(settings.input.paths)
    check_following(settings, named)
    _refuse_to_overwrite(named, settings)
    copy = settings.state.dir / name / "stdin"
    files = _read_files(named, copy, options)
    around = Surroundings(options.policies, random=Random(options.seed))  # noqa: S311  # spreads retries
    taken = {name: options.make(name, choice, around) for name, choice in settings.destinations.items()}
    dead_file = options.dead_letters or FileDestination(LineFile(settings.dead_letter.file))
    store = Store(settings.state.dir / name)
    print_ = fingerprint(settings, files, options.seed)
    saved = _saved(store, options.start, print_)
    time = settings.input.time
    decoder = Decoder(time.field, TimeColumn(time.format))
    bound = _bound(settings, files, decoder)
    means = Means(
        clock,
        options.seed,
        settings.state.dir / name,
        options.policies,
        should_stop,
        options.probe,
        options.now,
        options.lookups,
    )
    plan = make_plan(settings, taken, bound, means)
    letters = Letterbox(
        [str(file) for file in named],
        print_[:16],
        lambda lines: dead_file.write(lines, ()),
        redact=Redaction.of(settings.stages).letter,
    )
    alarms = Alarms(settings.monitoring.alerts)
    books = Books(plan.accounts, plan.delivery, letters, alarms)
    course = Course(plan.course, plan.accounts, letters.post, plan.delivery.settle)
    outputs = {**taken, DEAD_LETTERS: dead_file}
    every = settings.state.every(is_exact=all(output.is_exact for output in outputs.values()))
    checkpoints = Checkpointing(store, print_, every, books, plan.memories, outputs, course.settle)
    if saved is not None:
        checkpoints.take_up(saved.checkpoint, saved.changes)
    return Assembly(
        settings=settings,
        names=tuple(path_text(str(file)) for file in named),
        files=files,
        copy=copy,
        plan=plan,
        head=Head(decoder, plan.head, clock, options.probe),
        course=course,
        destinations=taken,
        dead_file=dead_file,
        letters=letters,
        alarms=alarms,
        checkpoints=checkpoints,
        resumed=saved.checkpoint if saved else None,
    )


def _read_files(named: Sequence[Path], copy: Path, options: RunOptions) -> Sequence[Path]:
    """Put a copy in the place of standard input: a run that goes on takes that of the one before."""
    if STDIN not in named:
        return named
    if options.start is not Start.RESUME:
        copy.unlink(missing_ok=True)
    if options.stdin is None:
        hint = "name files, or give the events to `tiktoktoe replay run`"
        raise UsageError("nobody gives the events that the input `-` stands for", hint=hint)
    return spool(named, options.stdin, copy)


def _bound(
    settings: PipelineSettings, files: Sequence[Path], decoder: Decoder
) -> Callable[[int], int | None]:
    """Make what tells when the earliest of the files after one begins: up to then older events may come.

    Only `order: input` has to know, and only if some stage remembers events.
    """
    remembers = any(STAGES[stage.kind].has_memory for stage in settings.stages)
    if settings.input.order is not Order.INPUT or not remembers or len(files) == 1:
        return lambda _: None
    return earliest_after(
        first_times(files, Reading.of(settings.input), lambda block: decoder.decode(block).times)
    )


def _saved(store: Store, start: Start, print_: str) -> Saved | None:
    """Find what an earlier run left, if the new one is to go on."""
    if start is Start.RESTART:
        store.clear()
        return None
    saved = store.load()
    if saved is None:
        return None
    if start is Start.ASK:
        hint = "go on with `--resume`, or begin anew with `--restart`"
        raise UsageError("an earlier run of this pipeline was cut short", hint=hint)
    if saved.fingerprint != print_:
        hint = "`--restart` begins anew; to go on, put back what was there"
        message = (
            "cannot resume: the pipeline, its files or the seed are not those of the run that was cut short"
        )
        raise UsageError(message, hint=hint)
    return saved


def _refuse_to_overwrite(files: Iterable[Path], settings: PipelineSettings) -> None:
    """Compare what is read with what is written; the settings could only compare paths without patterns."""
    read = [os.path.realpath(file) for file in (*files, *(path for _, path in settings.read_files))]
    dead = settings.dead_letter.file
    dead_letters = {os.path.realpath(path) for path in (dead, partial_of(dead))}
    for file in read:
        written = [choice.written_path for choice in settings.destinations.values() if choice.writes(file)]
        for path in (*written, *((dead,) if file in dead_letters else ())):
            raise UsageError(
                f"`{path}` would be read and written",
                hint="choose an output that is no table or schema, and that no pattern of the `input` matches",
            )
