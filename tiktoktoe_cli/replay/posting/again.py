"""Sends dead letters again: through the same pipeline, beside what it has delivered already.

What is delivered now, or left out on purpose, leaves the file of dead letters. What is dead again stays there with a
higher `replay_count`, and once that is `max_replays`, goes to the quarantine, a file beside it. Files take the events
after those that they have. Nothing is taken away before it has arrived: whoever is killed in between has some letters
twice at the most.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import orjson

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.choices import Format
from tiktoktoe_cli.replay.delivering.catalog import make_destination
from tiktoktoe_cli.replay.delivering.line_file import LineFile
from tiktoktoe_cli.replay.facts import Ending
from tiktoktoe_cli.replay.options import Start
from tiktoktoe_cli.replay.posting.stored import Stored, id_of, read_letters
from tiktoktoe_cli.replay.rehearsal import rehearse
from tiktoktoe_cli.replay.resuming.store import Store
from tiktoktoe_cli.replay.run import run_pipeline
from tiktoktoe_cli.replay.settings.input import SelectSettings
from tiktoktoe_cli.replay.settings.monitoring import MonitoringSettings
from tiktoktoe_cli.words import listed, plural, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.replay.delivering.destination import Destination
    from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
    from tiktoktoe_cli.replay.facts import ReplayFacts
    from tiktoktoe_cli.replay.options import RunOptions
    from tiktoktoe_cli.replay.posting.wanted import Wanted
    from tiktoktoe_cli.replay.settings.destination import DestinationSettings
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings


class Fate(StrEnum):
    """What became of a letter."""

    GONE = "gone"  # delivered, or left out on purpose: the facts of the run say how many of each
    DEAD_AGAIN = "dead_again"
    QUARANTINED = "quarantined"
    UNSENDABLE = "unsendable"  # it holds no event that could be sent


@dataclass(frozen=True, slots=True)
class Again:
    """What came of it: the fate of each letter that was wanted, and the facts of the run; None if none was sent."""

    pipeline: str
    path: Path
    quarantine: Path
    letters: Sequence[tuple[Stored, Fate]]
    facts: ReplayFacts | None
    is_rehearsal: bool = False

    def count(self, fate: Fate) -> int:
        """Count the letters of a fate."""
        return sum(1 for _, own in self.letters if own is fate)


@dataclass(frozen=True, slots=True)
class Posting:
    """Where the letters of a pipeline are, and what to do with them.

    `fixed` has corrected events, a JSON object a line, for the letters that are wanted, in their order.
    """

    name: str
    settings: PipelineSettings
    wanted: Wanted
    fixed: Path | None = None

    @property
    def path(self) -> Path:
        """The file of dead letters."""
        return self.settings.dead_letter.file

    @property
    def quarantine(self) -> Path:
        """The file of those that were sent in vain too often."""
        return self.path.with_name(f"{self.path.stem}.quarantine{self.path.suffix}")


def send_again(
    posting: Posting,
    options: RunOptions,
    should_stop: Callable[[], bool] = lambda: False,
    *,
    is_rehearsal: bool = False,
    clock: Callable[[], int] = time.perf_counter_ns,
) -> Again:
    """Send letters again; a rehearsal sends and writes nothing, and tells what would become of them.

    Raises:
        UsageError: there are no letters; a run of the pipeline is not finished; originals are redacted; corrected
            events are not as many as letters; a destination cannot be added to.
        UnfinishedError: something cannot be read or written, or the user stopped it: all letters are still there.
    """
    _refuse_what_cannot_be(posting)
    wanted = _wanted(posting)
    originals = _originals(posting, wanted)
    parcel = [(letter, original) for letter, original in zip(wanted, originals, strict=True) if original]
    facts, returned = None, {}
    if parcel:
        with TemporaryDirectory(prefix="tiktoktoe-again-") as folder:
            settings = _sending(posting.settings, Path(folder), [original for _, original in parcel])
            run = _rehearse if is_rehearsal else _run
            facts, lines = run(posting.name, settings, options, should_stop, clock)
        returned = dict(_returned([letter for letter, _ in parcel], lines))
    most = posting.settings.dead_letter.max_replays
    fates = {letter.number: _fate(letter, returned, most) for letter, _ in parcel}
    if parcel and not is_rehearsal:
        _put_away(posting, fates, returned)
    return Again(
        posting.name,
        posting.path,
        posting.quarantine,
        [(letter, fates.get(letter.number, Fate.UNSENDABLE)) for letter in wanted],
        facts,
        is_rehearsal,
    )


def _run(
    name: str,
    settings: PipelineSettings,
    options: RunOptions,
    should_stop: Callable[[], bool],
    clock: Callable[[], int],
) -> tuple[ReplayFacts, Sequence[bytes]]:
    """Run the pipeline over the letters, adding to what is there; give the facts, and what is dead again.

    Raises:
        UnfinishedError: it did not come to its end; nothing was published.
    """
    options = replace(options, start=Start.RESTART, make=_adding)
    facts = run_pipeline(name, settings, should_stop=should_stop, clock=clock, options=options)
    if facts.ending is not Ending.COMPLETE:
        raise UnfinishedError(
            "sending was cut short: every dead letter is still in its file",
            hint="run it again; destinations other than files may get some events twice",
        )
    return facts, [letter.line for letter in read_letters(settings.dead_letter.file)]


def _rehearse(
    name: str,
    settings: PipelineSettings,
    options: RunOptions,
    should_stop: Callable[[], bool],
    clock: Callable[[], int],
) -> tuple[ReplayFacts, Sequence[bytes]]:
    rehearsed = rehearse(name, settings, options, None, should_stop, clock=clock)
    return rehearsed.facts, rehearsed.dead_letters.lines


def _refuse_what_cannot_be(posting: Posting) -> None:
    settings = posting.settings
    if Store(settings.state.dir / posting.name).load() is not None:
        hint = "finish it with `tiktoktoe replay run --resume`"
        raise UsageError("a run of this pipeline was cut short: its dead letters are not complete", hint=hint)
    if posting.fixed is None and any(stage.redact for stage in settings.stages):
        hint = "give whole events with `--fixed FILE`"
        raise UsageError(
            "the dead letters of this pipeline are redacted: their originals are gone", hint=hint
        )


def _wanted(posting: Posting) -> list[Stored]:
    unknown, found = set(posting.wanted.names), []
    for letter in read_letters(posting.path):
        unknown -= {letter.id, str(letter.number)}
        if posting.wanted.has(letter):
            found.append(letter)
    if unknown:
        hint = f"`tiktoktoe replay dead-letters list --pipeline {posting.name}` shows them"
        raise UsageError(f"there is no dead letter {listed(sorted(unknown))}", hint=hint)
    return found


def _originals(posting: Posting, wanted: Sequence[Stored]) -> list[bytes | None]:
    """Say what to send for each letter; None where there is nothing."""
    if posting.fixed is None:
        return [_on_one_line(letter) for letter in wanted]
    try:
        fixed = [line for line in posting.fixed.read_bytes().splitlines() if line.strip()]
    except OSError as error:
        raise UsageError(f"cannot read `{posting.fixed}`: {reason_of(error)}") from error
    if len(fixed) != len(wanted):
        letters, events = plural(len(wanted), "dead letter"), plural(len(fixed), "event")
        hint = "list the letters with the same options, and give one line for each, in that order"
        raise UsageError(f"there are {letters} to send, and {events} in `{posting.fixed}`", hint=hint)
    for letter, line in zip(wanted, fixed, strict=True):
        _make_sure(letter, line)
    return list(fixed)


def _make_sure(letter: Stored, fixed: bytes) -> None:
    """Make sure that a corrected event is the one of the letter: numbers change once letters have left their file."""
    new = id_of(fixed)
    if letter.id and new and new != letter.id:
        hint = "choose dead letters by their ids, and give the corrected events in the order of the list"
        raise UsageError(f"the corrected event `{new}` is not the dead letter `{letter.id}`", hint=hint)


def _on_one_line(letter: Stored) -> bytes | None:
    """Give the original as it is; one that goes over several lines is written anew."""
    if letter.event is None or letter.original is None:
        return None
    return orjson.dumps(letter.event) if b"\n" in letter.original else letter.original


def _sending(settings: PipelineSettings, folder: Path, originals: Sequence[bytes]) -> PipelineSettings:
    """Give the pipeline as it reads the letters; its own dead letters and state are in a folder for the while.

    Its metrics and alerts are about whole runs, its speed about the times between events.
    """
    source = folder / "again.ndjson"
    source.write_bytes(b"\n".join([*originals, b""]))
    read = settings.input.model_copy(
        update={"paths": (source,), "format": Format.NDJSON, "select": SelectSettings(), "follow": False}
    )
    update = {
        "input": read,
        "pacing": settings.pacing.model_copy(update={"speed": None}),
        "monitoring": MonitoringSettings(),
        "dead_letter": settings.dead_letter.model_copy(update={"file": folder / "dead.ndjson"}),
        "state": settings.state.model_copy(update={"dir": folder / "state"}),
    }
    return settings.model_copy(update=update)


def _adding(name: str, settings: DestinationSettings, around: Surroundings) -> Destination:
    return make_destination(name, settings, replace(around, is_adding=True))


def _returned(sent: Sequence[Stored], lines: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """Give the number of each letter that is dead again, and how it is told from now on: with its own source."""
    for line in lines:
        record = orjson.loads(line)
        letter = sent[record["source"]["line"] - 1]
        kept = {"source": letter.record.get("source"), "replay_count": letter.replay_count + 1}
        yield letter.number, orjson.dumps(record | kept)


def _fate(letter: Stored, returned: Mapping[int, bytes], most: int) -> Fate:
    if letter.number not in returned:
        return Fate.GONE
    return Fate.QUARANTINED if letter.replay_count + 1 >= most else Fate.DEAD_AGAIN


def _put_away(posting: Posting, fates: Mapping[int, Fate], returned: Mapping[int, bytes]) -> None:
    """Write the quarantine, then the file of dead letters: each in one step."""
    hopeless = [returned[number] for number, fate in fates.items() if fate is Fate.QUARANTINED]
    if hopeless:
        with closing(LineFile(posting.quarantine, is_adding=True)) as file:
            file.open()
            file.write(hopeless)
            file.publish()
    with closing(LineFile(posting.path)) as file:
        file.open()
        for letter in read_letters(posting.path):
            match fates.get(letter.number):
                case None:
                    file.write([letter.line])
                case Fate.DEAD_AGAIN:
                    file.write([returned[letter.number]])
        file.publish()
