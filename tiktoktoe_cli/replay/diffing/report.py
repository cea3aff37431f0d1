"""A comparison as a report: an item for each event that differs, with its reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.replay.diffing.pairing import HIDDEN, Reason
from tiktoktoe_cli.replay.diffing.sides import DEATH
from tiktoktoe_cli.replay.tracing.changes import MISSING
from tiktoktoe_cli.report.facts import Column, Json, Report
from tiktoktoe_cli.words import listed, plural, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.replay.diffing.pairing import Compared, Copy, Difference
    from tiktoktoe_cli.replay.tracing.changes import Change

_COLUMNS = (
    Column("name", "EVENT"),
    Column("reason", "REASON"),
    Column("from", "FROM"),
    Column("to", "TO"),
    Column("detail", "DETAIL"),
)
_SHOWN_CHARACTERS = 60
_SHOWN_ROUTES = 12


def report_of(
    compared: Compared, names: tuple[str, str], same: Sequence[str], unknown: Sequence[str]
) -> Report:
    """Draw the report. `same` are outputs that a hash told to be equal, `unknown` those that nobody can read."""
    by_reason = {
        reason: sum(count for (one, *_), count in compared.counts.items() if one is reason)
        for reason in Reason
    }
    return Report(
        command="replay diff",
        ok=compared.is_same,
        verdict=_verdict(compared, by_reason),
        summary={
            "old": names[0],
            "new": names[1],
            "events": {"old": compared.events[0], "new": compared.events[1]},
            "differences": compared.total,
            "shown": len(compared.differences),
            "reasons": {reason.value: count for reason, count in by_reason.items()},
            "routes": [
                {"reason": reason.value, "from": old or None, "to": new or None, "events": count}
                for (reason, old, new), count in compared.counts.items()
            ],
            "reordered": list(compared.reordered),
            "same_by_hash": list(same),
            "not_compared": list(unknown),
        },
        items=[_item(difference) for difference in compared.differences],
        columns=_COLUMNS,
        remarks=tuple(_remarks(compared, unknown)),
    )


def _verdict(compared: Compared, by_reason: dict[Reason, int]) -> str:
    if compared.is_same:
        return f"no difference: {plural(compared.events[1], 'event')}"
    parts = [f"{count:,} {reason}" for reason, count in by_reason.items() if count]
    differ = f"{plural(compared.total, 'event')} {'differs' if compared.total == 1 else 'differ'}"
    said = [f"{differ}: {', '.join(parts)}"] if compared.total else []
    order = [f"another order in {listed(compared.reordered)}"] if compared.reordered else []
    return "; ".join([*said, *order])


def _remarks(compared: Compared, unknown: Sequence[str]) -> Iterator[str]:
    for (reason, old, new), count in compared.counts.most_common(_SHOWN_ROUTES):
        where = (
            f"in {old}"
            if old == new
            else " ".join(filter(None, [old and f"from {old}", new and f"to {new}"]))
        )
        yield f"{count:,} {reason} {where}"
    hidden = compared.total - len(compared.differences)
    if hidden:
        yield f"{hidden:,} more are not shown: `--limit` shows more"
    if unknown:
        yield f"not compared, for their events are not in files: {listed(unknown)}"


def _item(difference: Difference) -> dict[str, Json]:
    return {
        "name": difference.name,
        "reason": difference.reason.value,
        "from": difference.old.place if difference.old else None,
        "to": difference.new.place if difference.new else None,
        "detail": _detail(difference),
        "changes": [
            {"path": change.path, "before": _plain(change.before), "after": _plain(change.after)}
            for change in difference.changes
        ],
    }


def _detail(difference: Difference) -> str:
    died, is_back = _death(difference.new), _death(difference.old) is not None
    if died is not None:
        return f"{died.get('reason')}: {died.get('message')}"
    return ", ".join(
        _words(change)
        for change in difference.changes
        if not (is_back and change.path.startswith(f"/{DEATH}"))
    )


def _death(copy: Copy | None) -> dict[str, Any] | None:  # JSON
    """Tell why a copy is a dead letter, if it is one."""
    body = copy.body if copy else None
    return body.get(DEATH) if isinstance(body, dict) and isinstance(body.get(DEATH), dict) else None


def _words(change: Change) -> str:
    if change.before is MISSING:
        return f"+{change.path} {_written(change.after)}"
    if change.after is MISSING:
        return f"-{change.path}"
    return f"{change.path} {_written(change.before)} -> {_written(change.after)}"


def _written(value: Any) -> str:  # JSON
    return value if value == HIDDEN else shortened(json.dumps(value, ensure_ascii=False), _SHOWN_CHARACTERS)


def _plain(value: Any) -> Json:  # JSON
    return None if value is MISSING else value
