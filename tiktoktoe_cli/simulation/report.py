"""Simulation facts → report: a row and a case for each assertion, a row for the calls between two services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S, Duration
from tiktoktoe_cli.errors import Problem
from tiktoktoe_cli.report.facts import (
    Case,
    CaseOutcome,
    Column,
    Metric,
    MetricKind,
    Report,
    Sample,
    Shows,
)
from tiktoktoe_cli.simulation.assertions import written
from tiktoktoe_cli.simulation.facts import AssertionOutcome
from tiktoktoe_cli.simulation.measures import MEASURES, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.errors import Locate, Place
    from tiktoktoe_cli.report.facts import Json
    from tiktoktoe_cli.simulation.facts import AssertionFacts, CallFacts, Estimate, SimulationFacts

_OUTCOMES = {
    AssertionOutcome.HELD: CaseOutcome.PASSED,
    AssertionOutcome.BROKEN: CaseOutcome.FAILED,
    AssertionOutcome.UNDECIDED: CaseOutcome.ERROR,
}
_DIVISORS = {Unit.DURATION: NS_PER_MS}
_SUFFIXES = {Unit.DURATION: "_ms", Unit.PER_SECOND: "_per_s"}


_TOLD = {
    "success_rate": "{} of the requests succeeded",
    "degraded_rate": "{} were answered with a fallback",
    "latency_p99": "p99 {}",
    "amplification": "amplification {}",
    "time_to_open": "a breaker opened after {}",
    "recovery_time": "recovered after {}",
}
_TOLD_IF_ANY = {"degraded_rate"}
_PROBLEMS = {
    AssertionOutcome.BROKEN: ("assertion-broken", "does not hold"),
    AssertionOutcome.UNDECIDED: ("assertion-undecided", "cannot be decided"),
}


def _number(key: str, title: str, shows: Shows = Shows.NUMBER, *, wide: bool = False) -> Column:
    return Column(key, title, wide, shows)


COLUMNS = (
    Column("name", "NAME"),
    Column("kind", "KIND", wide=True),
    Column("outcome", "RESULT", shows=Shows.STATE),
    _number("calls", "CALLS"),
    _number("success_rate", "SUCCESS", Shows.RATIO),
    _number("attempts_per_call", "ATTEMPTS/CALL", wide=True),
    _number("fallbacks", "FALLBACKS", wide=True),
    _number("rejected_share", "REJECTED", Shows.RATIO, wide=True),
    _number("openings", "OPENED"),
    _number("open_share", "OPEN", Shows.RATIO, wide=True),
    _number("half_open_share", "HALF-OPEN", Shows.RATIO, wide=True),
    Column("measured", "MEASURED"),
)
_CALL_NUMBERS = (
    "calls",
    "success_rate",
    "attempts_per_call",
    "fallbacks",
    "rejected_share",
    "openings",
    "open_share",
    "half_open_share",
)


def report_of(facts: SimulationFacts, place: Locate = lambda *_: None) -> Report:
    """Turn the facts of a scenario into a report; `place` locates its assertions in the user's files."""
    return Report(
        command="simulate run",
        ok=facts.holds,
        verdict=_verdict(facts),
        summary=_summary(facts),
        items=[*map(_assertion_item, facts.assertions), *map(_call_item, facts.calls)],
        columns=COLUMNS,
        name_key="name",
        problems=tuple(_problems(facts, place)),
        cases=tuple(_cases(facts, place)),
        metrics=tuple(_metrics(facts)),
    )


def _verdict(facts: SimulationFacts) -> str:
    runs = f"{len(facts.replications)} x {Duration(facts.duration_ns)}"
    if facts.stopped:
        return f"{facts.scenario} was stopped: {facts.stopped}"
    held = sum(one.outcome is AssertionOutcome.HELD for one in facts.assertions)
    assertions = f"{held} of {len(facts.assertions)} assertions hold; " if facts.assertions else ""
    measures = ", ".join(_told(facts)) or "there were no requests"
    return f"{facts.scenario}: {assertions}{measures} ({runs} simulated)"


def _told(facts: SimulationFacts) -> Iterator[str]:
    """Yield the measures that a person wants to know first, as far as they have a value."""
    for name, words in _TOLD.items():
        found = facts.measures.get(name)
        if found and (found.mean or name not in _TOLD_IF_ANY):
            yield words.format(written(found.mean, MEASURES[name].unit))


def _summary(facts: SimulationFacts) -> dict[str, Json]:
    first = facts.replications[0]
    return {
        "scenario": facts.scenario,
        "seed": facts.seed,
        "simulated_s": facts.duration_ns / NS_PER_S,
        "replications": len(facts.replications),
        "stopped": facts.stopped,
        "measures": {_key(name): _measured(name, found) for name, found in facts.measures.items()},
        "failures": {reason: found.mean for reason, found in facts.failures.items()},
        "assertions": [_assertion(one) for one in facts.assertions],
        "transitions": [
            {
                "source": call.source,
                "target": call.target,
                "at_s": change.at_ns / NS_PER_S,
                "from": change.source.value,
                "to": change.target.value,
                "cause": change.cause,
            }
            for call in first.calls
            for change in call.transitions or ()
        ],
        "timeline": [
            {
                "second": number,
                "offered": one.offered,
                "good": one.good,
                "degraded": one.degraded,
                "failed": one.failed,
                "state": one.state.value,
            }
            for number, one in enumerate(first.timeline)
        ],
    }


def _key(name: str) -> str:
    return name + _SUFFIXES.get(MEASURES[name].unit, "")


def _measured(name: str, found: Estimate) -> dict[str, Json]:
    divisor = _DIVISORS.get(MEASURES[name].unit, 1)
    low, high = (None if bound is None else bound / divisor for bound in (found.low, found.high))
    return {"mean": found.mean / divisor, "low": low, "high": high, "measured": found.measured}


def _assertion(one: AssertionFacts) -> dict[str, Json]:
    return {"assertion": one.text, "outcome": one.outcome.value, "measured": one.measured}


def _assertion_item(one: AssertionFacts) -> dict[str, Json]:
    item: dict[str, Json] = {"name": one.text, "kind": "assertion"}
    none: dict[str, Json] = dict.fromkeys(("source", "target", *_CALL_NUMBERS, "rejected_by"))
    return item | {"outcome": one.outcome.value, "measured": one.measured} | none


def _call_item(call: CallFacts) -> dict[str, Json]:
    found: dict[str, Estimate | None] = {key: getattr(call, key) for key in _CALL_NUMBERS}
    item: dict[str, Json] = {"name": f"{call.source}->{call.target}", "kind": "call"}
    ends: dict[str, Json] = {"outcome": None, "measured": None, "source": call.source, "target": call.target}
    numbers: dict[str, Json] = {key: one.mean if one else None for key, one in found.items()}
    rejected_by: Json = {layer: one.mean for layer, one in call.rejected_by.items()}
    return item | ends | numbers | {"rejected_by": rejected_by}


def _problems(facts: SimulationFacts, place: Locate) -> Iterator[Problem]:
    """Yield the assertions that do not hold; none for a run that was stopped, which is the reason for all of them."""
    for position, one in enumerate(facts.assertions):
        if one.outcome in _PROBLEMS and not facts.stopped:
            code, words = _PROBLEMS[one.outcome]
            message = f"`{one.text}` {words}: {one.measured}"
            yield Problem(code, message, _where(facts, position, place))


def _where(facts: SimulationFacts, position: int, place: Locate) -> Place | None:
    return place("simulations", facts.scenario, "assert", position)


def _cases(facts: SimulationFacts, place: Locate) -> Iterator[Case]:
    for position, one in enumerate(facts.assertions):
        where = _where(facts, position, place)
        message = facts.stopped or one.measured
        yield Case(facts.scenario, one.text, _OUTCOMES[one.outcome], message, place=where)


def _metrics(facts: SimulationFacts) -> Iterator[Metric]:
    for name, found in facts.measures.items():
        measure = MEASURES[name]
        is_time = measure.unit is Unit.DURATION
        yield Metric(
            f"simulation_{name}_seconds" if is_time else f"simulation_{name}",
            MetricKind.GAUGE,
            measure.help,
            "seconds" if is_time else "",
            (Sample(found.mean / (NS_PER_S if is_time else 1), (("scenario", facts.scenario),)),),
        )
