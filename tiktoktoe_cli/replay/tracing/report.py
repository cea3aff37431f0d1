"""The trails of events as a report, and as a text that tells stage by stage what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from tiktoktoe_cli.replay.flow.plan import CLOCK
from tiktoktoe_cli.replay.tracing.changes import MISSING
from tiktoktoe_cli.replay.tracing.tracer import Fate, Visit
from tiktoktoe_cli.report.facts import Column, Json, Report
from tiktoktoe_cli.report.text import escape_hidden
from tiktoktoe_cli.words import plural, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.replay.tracing.changes import Change
    from tiktoktoe_cli.replay.tracing.trace import Traced
    from tiktoktoe_cli.replay.tracing.tracer import Trail
    from tiktoktoe_cli.report import View

_COLUMNS = (
    Column("id", "ID"),
    Column("stage", "STAGE"),
    Column("fate", "FATE"),
    Column("detail", "DETAIL"),
)
_SHOWN_CHARACTERS = 300
_MOST_MATES = 20


def report_of(traced: Traced) -> Report:
    """Tell the trails: an item for each stage that an event came to."""
    ends = ", ".join(dict.fromkeys(_end(trail) for trail in traced.trails))
    more = (
        f"; {traced.found:,} were found, `--limit` follows more" if traced.found > len(traced.trails) else ""
    )
    return Report(
        command="replay trace",
        ok=True,
        verdict=f"{plural(len(traced.trails), 'event')} traced: {ends}{more}",
        summary={
            "pipeline": traced.pipeline,
            "found": traced.found,
            "events": [
                {
                    "place": _place(traced, trail),
                    "end": _end(trail),
                    "event": trail.body,
                    "correlated": [*trail.mates],
                }
                for trail in traced.trails
            ],
        },
        items=[_item(traced, trail, visit) for trail in traced.trails for visit in merged(trail.visits)],
        columns=_COLUMNS,
        name_key="stage",
    )


def draw_trails(traced: Traced, view: View) -> str:
    """Draw the trails, one below the other."""
    text = "\n".join("\n".join(_lines(traced, trail)) + "\n" for trail in traced.trails)
    return escape_hidden(view.mask(text))


def merged(visits: Sequence[Visit]) -> list[Visit]:
    """Make one visit of those that follow each other at the same stage, unless the event was held in between.

    Where a stage only took its key down before another had its turn, that is not told, nor that a clock was right.
    """
    told: list[Visit] = []
    for at, visit in enumerate(visits):
        later = {CLOCK, *(other.stage for other in visits[at + 1 :])}
        if visit == Visit(visit.stage, Fate.PASSED) and visit.stage in later:
            continue
        last = told[-1] if told else None
        if last is None or last.stage != visit.stage or visit.fate is Fate.RELEASED:
            told.append(visit)
        else:
            fate = last.fate if visit.fate is Fate.PASSED else visit.fate
            letter, drops = visit.letter or last.letter, visit.drops or last.drops
            told[-1] = Visit(
                visit.stage, fate, last.changes + visit.changes, letter, drops, last.routes + visit.routes
            )
    return told


def _end(trail: Trail) -> str:
    last = trail.visits[-1] if trail.visits else None
    if last is None:
        return "not decided"
    if last.fate is Fate.DEAD and last.letter is not None:
        return f"dead ({last.letter.reason})"
    if last.fate is Fate.DROPPED:
        return f"left out ({', '.join(last.drops)})"
    return f"delivered to {', '.join(_targets(trail)) or 'nobody'}"


def _targets(trail: Trail) -> list[str]:
    taken = [told for visit in trail.visits for told, answer in visit.routes if answer == "true"]
    return list(dict.fromkeys(name for told in taken for name in told.rpartition(" -> ")[2].split(", ")))


def _item(traced: Traced, trail: Trail, visit: Visit) -> dict[str, Json]:
    return {
        "id": str(trail.body.get("id", "")),
        "place": _place(traced, trail),
        "stage": visit.stage,
        "fate": visit.fate.value,
        "detail": "; ".join(_details(traced, trail, visit)),
        "changes": [
            {"path": change.path} | _side("before", change.before) | _side("after", change.after)
            for change in visit.changes
        ],
        "errors": [
            {
                "path": fault.path,
                "schema_path": fault.rule,
                "keyword": fault.keyword,
                "message": fault.message,
            }
            for fault in (traced.redaction.letter(visit.letter).faults if visit.letter else ())
        ],
        "reason": visit.letter.reason.value if visit.letter else None,
        "dropped": list(visit.drops),
        "rules": [{"rule": told, "answer": answer} for told, answer in visit.routes],
    }


def _side(name: str, value: Any) -> dict[str, Json]:  # JSON, or missing
    return {} if value is MISSING else {name: value}


def _place(traced: Traced, trail: Trail) -> str:
    return f"{traced.files[trail.origin.file]}:{trail.origin.number}"


def _lines(traced: Traced, trail: Trail) -> Iterator[str]:
    name = trail.body.get("id")
    yield f"{name if isinstance(name, str) else 'an event without an id'}  {_place(traced, trail)}"
    for visit in merged(trail.visits):
        details = list(_details(traced, trail, visit))
        yield f"  {visit.stage}: {_WORDS[visit.fate]}"
        yield from (f"      {shortened(detail, _SHOWN_CHARACTERS)}" for detail in details)
    yield f"  => {_end(trail)}"


_WORDS = {
    Fate.PASSED: "passed",
    Fate.DEAD: "became a dead letter",
    Fate.DROPPED: "left out",
    Fate.HELD: "held until it is sure where it belongs",
    Fate.RELEASED: "went on",
}


def _details(traced: Traced, trail: Trail, visit: Visit) -> Iterator[str]:
    yield from (_change_words(change) for change in visit.changes)
    if visit.letter is not None:
        for fault in traced.redaction.letter(visit.letter).faults:
            yield f"{fault.path or '/'}: {fault.message}"
    yield from (f"reason: {drop}" for drop in visit.drops)
    yield from (f"{told}: {answer}" for told, answer in visit.routes)
    if any(change.path == "/correlationid" for change in visit.changes):
        mates = ", ".join(trail.mates[:_MOST_MATES])
        more = f" and {len(trail.mates) - _MOST_MATES:,} more" if len(trail.mates) > _MOST_MATES else ""
        yield f"in its window: {mates}{more}"


def _change_words(change: Change) -> str:
    if change.before is MISSING:
        return f"+ {change.path}: {_written(change.after)}"
    if change.after is MISSING:
        return f"- {change.path}: {_written(change.before)}"
    return f"~ {change.path}: {_written(change.before)} -> {_written(change.after)}"


def _written(value: Any) -> str:  # JSON
    return orjson.dumps(value).decode()
