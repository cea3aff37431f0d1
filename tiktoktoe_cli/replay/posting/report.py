"""Dead letters as reports: a list of them, one of them whole, and what came of sending them again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import orjson

from tiktoktoe_cli.replay.events.batch import Drop
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.posting.again import Fate
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows
from tiktoktoe_cli.report.text import escape_hidden
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.posting.again import Again
    from tiktoktoe_cli.replay.posting.stored import Stored
    from tiktoktoe_cli.report import View

_COLUMNS = (
    Column("number", "NUMBER", shows=Shows.NUMBER),
    Column("reason", "REASON"),
    Column("stage", "STAGE"),
    Column("id", "ID"),
    Column("place", "WHERE", wide=True),
    Column("replay_count", "REPLAYS", shows=Shows.NUMBER, wide=True),
    Column("message", "MESSAGE"),
)
ADVICE = {
    Reason.PARSE: "correct the record, and send it with `--fixed FILE`",
    Reason.DAMAGED: "replay a whole copy of the file",
    Reason.TIME: "correct the time, and send it with `--fixed FILE`; or see the pipeline's `input.time`",
    Reason.FUTURE: "correct the time; or raise `max_future_jump`, if the clock was right",
    Reason.INVALID: "correct the event, and send it with `--fixed FILE`; or change the schema",
    Reason.LOOKUP: "add the row to the table, or make its source answer; then send it again",
    Reason.EXPRESSION: "guard the expression with `has(...)`; then send it again",
    Reason.SHAPE: "correct the event, and send it with `--fixed FILE`",
    Reason.LATE: "raise `lateness`, or use `order: event_time`, and replay the whole input",
    Reason.UNROUTED: "add a rule without `when` at the end of `routing`; then send it again",
    Reason.ENCODING: "correct the event, and send it with `--fixed FILE`",
    Reason.DELIVERY: "once the destination takes it, send it again",
}
"""What to do about each reason."""


def list_of(path: Path, letters: Iterable[Stored], most: int) -> Report:
    """List letters, all counted, so many told."""
    reasons: Counter[tuple[str, str]] = Counter()
    items: list[dict[str, Json]] = []
    for letter in letters:
        reasons[letter.reason, letter.stage] += 1
        if len(items) < most:
            items.append(_item(letter))
    count = reasons.total()
    parts = [f"{number:,} {reason}" for (reason, _), number in reasons.most_common()]
    more = f"; the first {most:,} are listed" if count > most else ""
    return Report(
        command="replay dead-letters list",
        ok=True,
        verdict=f"{plural(count, 'dead letter')}{': ' if parts else ''}{', '.join(parts)}{more}",
        summary={
            "file": str(path),
            "dead_letters": count,
            "by_reason": [
                {"reason": reason, "stage": stage, "count": number}
                for (reason, stage), number in reasons.most_common()
            ],
        },
        items=items,
        columns=_COLUMNS,
        name_key="number",
        next_steps=(f"tiktoktoe replay dead-letters show {items[0]['number']}",) if items else (),
    )


def letter_of(path: Path, letters: Sequence[Stored]) -> Report:
    """Tell of some letters, whole."""
    return Report(
        command="replay dead-letters show",
        ok=True,
        verdict=f"{plural(len(letters), 'dead letter')} of `{path}`",
        summary={"file": str(path), "dead_letters": len(letters)},
        items=[_item(letter) for letter in letters],
        columns=_COLUMNS,
        name_key="number",
    )


def draw_letters(letters: Sequence[Stored], view: View) -> str:
    """Draw letters whole, for a person to read."""
    return "\n".join(escape_hidden(view.mask("\n".join(_lines(letter)))) + "\n" for letter in letters)


def again_of(again: Again) -> Report:
    """Tell what came of sending letters again."""
    facts = again.facts
    counts = {fate.value: again.count(fate) for fate in Fate}
    delivered = facts.delivered if facts else 0
    dropped = sum(facts.dropped(drop) for drop in Drop) if facts else 0
    parts = [f"{delivered:,} delivered"]
    parts += [f"{dropped:,} left out on purpose"] if dropped else []
    parts += [
        f"{counts[fate]:,} {words}"
        for fate, words in (
            (Fate.DEAD_AGAIN, "dead again"),
            (Fate.QUARANTINED, "in quarantine"),
            (Fate.UNSENDABLE, "with no event that could be sent"),
        )
        if counts[fate]
    ]
    rehearsal = "dry run: " if again.is_rehearsal else ""
    return Report(
        command="replay dead-letters run",
        ok=counts[Fate.GONE] == len(again.letters),
        verdict=f"{rehearsal}{plural(len(again.letters), 'dead letter')}: {', '.join(parts)}",
        summary={
            "pipeline": again.pipeline,
            "dry_run": again.is_rehearsal,
            "file": str(again.path),
            "quarantine_file": str(again.quarantine),
            "dead_letters": len(again.letters),
            "delivered": delivered,
            "left_out": dropped,
            **counts,
            "possible_duplicates": facts.possible_duplicates if facts else 0,
        },
        items=[_item(letter) | {"fate": fate.value} for letter, fate in again.letters],
        columns=(_COLUMNS[0], Column("fate", "FATE"), *_COLUMNS[1:]),
        name_key="number",
        next_steps=("tiktoktoe replay dead-letters list",) if counts[Fate.DEAD_AGAIN] else (),
    )


def _item(letter: Stored) -> dict[str, Json]:
    told: dict[str, Any] = {  # Any: JSON
        "number": letter.number,
        "reason": letter.reason,
        "stage": letter.stage,
        "id": letter.id,
        "place": letter.place,
        "replay_count": letter.replay_count,
        "message": letter.message or ("" if letter.record else "the line is no dead letter"),
    }
    return {**letter.record, **told}


def _lines(letter: Stored) -> Iterator[str]:
    record = letter.record
    yield f"{letter.number}: {letter.reason} in {letter.stage or 'no stage'}"
    for label, value in (
        ("from", letter.place),
        ("event", letter.id),
        ("time", record.get("event_time")),
        ("destination", record.get("destination")),
        ("attempts", record.get("attempts")),
        ("status", record.get("status")),
        ("sent again", letter.replay_count),
    ):
        if value:
            yield f"  {label:12}{value}"
    for error in record.get("errors") or ():
        rule = f" ({error.get('schema_path')})" if error.get("schema_path") else ""
        yield f"  {error.get('path') or '/'}: {error.get('message', '')}{rule}"
    yield from _original(letter)
    if letter.reason in ADVICE:
        yield f"  what to do: {ADVICE[Reason(letter.reason)]}"


def _original(letter: Stored) -> Iterator[str]:
    if letter.event is not None:
        text = orjson.dumps(letter.event, option=orjson.OPT_INDENT_2).decode()
    else:
        text = (letter.original or str(letter.record.get("raw", "")).encode() or letter.line).decode(
            errors="backslashreplace"
        )
    yield from (f"    {line}" for line in text.splitlines())
