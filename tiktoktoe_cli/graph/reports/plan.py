"""The order of `graph plan` as a report, and as waves that a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.graph.algorithms.order import wave_numbers
from tiktoktoe_cli.graph.model import Condition
from tiktoktoe_cli.graph.reports.edges import edge_data
from tiktoktoe_cli.graph.reports.no_order import missing_of, missing_words, rules_of
from tiktoktoe_cli.graph.reports.pen import Pen
from tiktoktoe_cli.graph.size import counts, size_words
from tiktoktoe_cli.graph.starting.plan import Standing
from tiktoktoe_cli.graph.words import condition_words
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.graph.model import Edge
    from tiktoktoe_cli.graph.starting.plan import OrderPlan
    from tiktoktoe_cli.report import View

_MOST_WORDS = 12
_STANDINGS = {Standing.LEFT_OUT: "left out", Standing.UNDEFINED: "undefined"}


def report_of(facts: OrderPlan) -> Report:
    """Turn a plan into a report: one item a service, in the order of their turns."""
    wave_of = wave_numbers(facts.waves)
    problems = () if facts.stops else missing_of(facts.graph)
    items = [_item(facts, name, turn, wave_of[name]) for turn, name in enumerate(facts.order, start=1)]
    return Report(
        command="graph plan",
        ok=not problems,
        verdict=_verdict(facts) + missing_words(problems),
        summary={
            **counts(facts.graph),
            "stops": facts.stops,
            "left_out": len(facts.whole.services) - len(facts.graph.services),
            "waves": facts.waves,
        },
        items=items,
        problems=problems,
        rules=rules_of(problems),
        columns=(
            Column("wave", "WAVE", shows=Shows.NUMBER),
            Column("name", "SERVICE"),
            Column("after", "AFTER"),
            Column("turn", "TURN", wide=True, shows=Shows.NUMBER),
            Column("unblocks", "UNBLOCKS", wide=True),
        ),
    )


def draw_plan(facts: OrderPlan, view: View) -> str:
    """Draw the waves: each service with its turn and what it waits for."""
    pen = Pen(view)
    turns = {name: number for number, name in enumerate(facts.order, start=1)}
    shown = dict(zip(facts.order, pen.names(facts.order), strict=True))
    width = len(str(len(turns)))
    return "".join(
        text
        for number, wave in enumerate(facts.waves, start=1)
        for text in (
            pen.title(f"wave {number}: {plural(len(wave), 'service')}"),
            *(
                pen.line(f"{turns[name]:>{width}} {shown[name]}", "; ".join(_words(facts, name)))
                for name in sorted(wave, key=turns.__getitem__)
            ),
        )
    )


def _verdict(facts: OrderPlan) -> str:
    words = size_words(facts.graph, facts.waves, "stop wave" if facts.stops else "start wave")
    left_out = len(facts.whole.services) - len(facts.graph.services)
    return f"{words}; {plural(left_out, 'service')} left out" if left_out else words


def _item(facts: OrderPlan, name: str, turn: int, wave: int) -> dict[str, Json]:
    service = facts.graph.services[name]
    return {
        "name": name,
        "turn": turn,
        "wave": wave,
        "group": service.group,
        "replicas": service.replicas,
        "after": [other for other, _ in _planned_waits(facts, name)],
        "waits_for": [_wait(facts, other, edge) for other, edge in _waits(facts, name)],
        "unblocks": list(facts.unblocks(name)),
    }


def _waits(facts: OrderPlan, name: str) -> Iterator[tuple[str, Edge]]:
    """Yield for whom a service waits, and over which dependency."""
    for edge in facts.waits_of(name):
        yield (edge.source if facts.stops else edge.target), edge


def _planned_waits(facts: OrderPlan, name: str) -> Iterator[tuple[str, Edge]]:
    return (wait for wait in _waits(facts, name) if facts.standing_of(wait[0]) is Standing.PLANNED)


def _wait(facts: OrderPlan, other: str, edge: Edge) -> dict[str, Json]:
    standing: dict[str, Json] = {"name": other, "standing": facts.standing_of(other).value}
    if facts.stops:
        return {**standing, "condition": "stopped"}
    return standing | edge_data(edge)


def _words(facts: OrderPlan, name: str) -> Iterator[str]:
    if facts.graph.services[name].is_scaled_to_zero:
        yield "scaled to 0"
    waits = [_wait_words(facts, other, edge) for other, edge in _waits(facts, name)]
    if waits:
        yield f"after {_joined(waits)}"
    if unblocked := facts.unblocks(name):
        yield f"then {_joined(unblocked)}"


def _joined(words: Sequence[str]) -> str:
    """Join words for a line; of very many, the rest is counted."""
    more = [f"{len(words) - _MOST_WORDS:,} more"] if len(words) > _MOST_WORDS else []
    return ", ".join([*words[:_MOST_WORDS], *more])


def _wait_words(facts: OrderPlan, other: str, edge: Edge) -> str:
    """Name who is waited for, with all that is not as it usually is."""
    standing = facts.standing_of(other)
    notes = [_STANDINGS[standing]] if standing in _STANDINGS else []
    if not facts.stops:
        notes += _conditions(edge)
    return f"{other} ({', '.join(notes)})" if notes else other


def _conditions(edge: Edge) -> Iterator[str]:
    from tiktoktoe_cli.graph.settings import DependencySettings

    usual_timeout = DependencySettings.model_fields["timeout"].default
    if edge.condition is not Condition.HEALTHY:
        yield f"once it {condition_words(edge.condition)}"
    if not edge.required:
        yield "optional"
    if edge.timeout != usual_timeout:
        yield f"at most {Duration(edge.timeout)}"
