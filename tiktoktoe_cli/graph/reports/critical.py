"""The prediction of `graph critical` as a report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.graph.reports.edges import edge_data
from tiktoktoe_cli.graph.reports.no_order import missing_of, missing_words, rules_of
from tiktoktoe_cli.graph.starting.critical import Knowledge
from tiktoktoe_cli.graph.starting.timing import is_late
from tiktoktoe_cli.graph.words import path_words
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows
from tiktoktoe_cli.words import duration, listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.model import Edge
    from tiktoktoe_cli.graph.starting.critical import Critical, Saving

_COLUMNS = (
    Column("name", "SERVICE"),
    Column("starts_at_s", "STARTS_AT", shows=Shows.SECONDS),
    Column("takes_s", "TAKES", shows=Shows.SECONDS),
    Column("ready_at_s", "READY_AT", shows=Shows.SECONDS),
    Column("slack_s", "SLACK", shows=Shows.SECONDS),
    Column("critical", "CRITICAL"),
    Column("known", "KNOWN", wide=True),
    Column("group", "GROUP", wide=True),
)
_GUESS: Final = "--default 5s"


def report_of(facts: Critical) -> Report:
    """Turn a prediction into a report: one item a service, in the order of their starts."""
    counts = Counter(facts.knowledge.values())
    problems = missing_of(facts.graph)
    return Report(
        command="graph critical",
        ok=not (facts.failing or problems),
        verdict=_verdict(facts) + missing_words(problems),
        summary={
            "total_s": facts.schedule.total_ns / NS_PER_S,
            "goal": facts.schedule.goal,
            "chain": facts.chain,
            "savings": [_saving(saving, facts) for saving in facts.savings],
            "start_times": {knowledge.value: counts[knowledge] for knowledge in Knowledge},
            "measured_but_no_services": facts.strangers,
        },
        items=[_item(name, facts) for name in in_order(facts)],
        columns=_COLUMNS,
        problems=problems,
        rules=rules_of(problems),
        advice=tuple(_advice(facts)),
        next_steps=tuple(_next_steps(facts)),
    )


def in_order(facts: Critical) -> list[str]:
    """Sort the services by their starts, and those that start together by when they are ready."""
    found = facts.schedule
    return sorted(found.starts, key=lambda name: (found.starts[name], found.ready(name), name))


def late_words(edge: Edge, facts: Critical) -> str:
    """Say that somebody would not wait as long as a start takes."""
    takes = duration(facts.schedule.takes[edge.target] / NS_PER_S)
    then = "its start would fail" if edge.required else f"{quoted(edge.source)} goes on without it"
    waits = f"{quoted(edge.source)} waits at most {duration(edge.timeout.seconds)} for {quoted(edge.target)}"
    return f"{waits}, which takes {takes}: {then}"


def saving_words(saving: Saving, facts: Critical) -> str:
    """Say what a faster start would save, and who would be the next to be made faster."""
    saved = (facts.schedule.total_ns - saving.total_ns) / NS_PER_S
    words = f"{duration(saving.sooner_ns / NS_PER_S)} sooner saves {duration(saved)}"
    return words if saving.chain == facts.chain else f"{words}; then {path_words(saving.chain)} decides"


def _verdict(facts: Critical) -> str:
    unknown = [name for name in in_order(facts) if facts.knowledge[name] is Knowledge.ASSUMED]
    if not unknown:
        return _answer(facts)
    times = "the start time of" if len(unknown) == 1 else "the start times of"
    is_known = "is" if len(unknown) == 1 else "are"
    return f"{_answer(facts)}; {times} {listed(unknown, limit=3)} {is_known} not known"


def _answer(facts: Critical) -> str:
    if facts.failing:
        first, *others = facts.failing
        waits = plural(len(others), "more wait is", "more waits are")
        return late_words(first, facts) + (f"; {waits} over too early" if others else "")
    what = quoted(facts.schedule.goal) if facts.schedule.goal else "everything"
    if not facts.schedule.total_ns:
        return f"nothing says how long {what} takes to start"
    return f"{what} is ready after {duration(facts.schedule.total_ns / NS_PER_S)}"


def _advice(facts: Critical) -> Iterator[str]:
    if not facts.schedule.total_ns:
        name = next(iter(facts.schedule.starts), "NAME")
        yield (
            f"a service declares it as `start_time: 8s`, below `services.{name}`; `--measured FILE` takes what a run "
            f"measured, `{_GUESS}` is a guess for all that say nothing"
        )
    if facts.strangers:
        yield f"measured, but not in this configuration: {listed(facts.strangers)}"


def _next_steps(facts: Critical) -> Iterator[str]:
    if not facts.schedule.total_ns:
        goal = f" --to {facts.schedule.goal}" if facts.schedule.goal else ""
        yield f"tiktoktoe graph critical{goal} {_GUESS}"


def _item(name: str, facts: Critical) -> dict[str, Json]:
    found = facts.schedule
    return {
        "name": name,
        "group": facts.graph.services[name].group,
        "starts_at_s": found.starts[name] / NS_PER_S,
        "takes_s": found.takes[name] / NS_PER_S,
        "ready_at_s": found.ready(name) / NS_PER_S,
        "slack_s": facts.slack_ns(name) / NS_PER_S,
        "critical": facts.is_critical(name),
        "known": facts.knowledge[name].value,
        "waits_for": [_wait(edge, facts) for edge in found.waits[name]],
    }


def _wait(edge: Edge, facts: Critical) -> dict[str, Json]:
    return {
        "name": edge.target,
        **edge_data(edge),
        "over_at_s": facts.schedule.over(edge) / NS_PER_S,
        "slack_s": facts.slack_of_ns(edge) / NS_PER_S,
        "late": is_late(edge, facts.schedule.takes[edge.target]),
    }


def _saving(saving: Saving, facts: Critical) -> dict[str, Json]:
    return {
        "name": saving.name,
        "sooner_s": saving.sooner_ns / NS_PER_S,
        "saves_s": (facts.schedule.total_ns - saving.total_ns) / NS_PER_S,
        "total_s": saving.total_ns / NS_PER_S,
        "chain": saving.chain,
    }
