"""Rules about operating the system: how long its start may take, and whether a change can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.rules.rule import Finding, Rule, located
from tiktoktoe_cli.graph.starting.timing import is_late, start_time_ns
from tiktoktoe_cli.graph.words import path_words
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.rules.rule import Subject
    from tiktoktoe_cli.graph.starting.plan import Waves


def find_late_chains(subject: Subject) -> Iterator[Finding]:
    """Find the chain of required start edges that may wait longest, if that is longer than the deadline."""
    deadline, order = subject.operations.deadline, subject.graph.start_order
    if deadline is None or order.unordered or not order.waves:
        return
    chain = _longest_wait(subject.graph, order.waves)
    total = Duration(sum(edge.timeout for edge in chain))
    if total > deadline:
        names = [chain[0].source, *(edge.target for edge in chain)]
        notes = ((f"up to {edge.timeout} here", subject.graph.place_of(edge)) for edge in chain)
        yield Finding(
            f"this chain may wait {total}, longer than the deadline of {deadline}: {path_words(names)}",
            subject.graph.place_of(chain[0]),
            "shorten the timeouts, make a dependency optional, or extend `orchestration.deadline`",
            located(*notes),
            ("deadline",),
        )


def find_hopeless_waits(subject: Subject) -> Iterator[Finding]:
    """Find required waits that are over before their target, as it declares, has started."""
    graph = subject.graph
    for name in graph.services:
        for edge in graph.start_edges_of(name):
            target = graph.services[edge.target]
            if edge.required and is_late(edge, start_time_ns(target)):
                waits = f"{quoted(name)} waits at most {edge.timeout} for {quoted(edge.target)}"
                yield Finding(
                    f"{waits}, whose start takes {target.start_time}",
                    graph.place_of(edge),
                    f"wait longer: `timeout` is more than the `start_time` of {quoted(edge.target)}",
                    located((f"{quoted(edge.target)} is here", graph.place_of(target))),
                    (name, edge.target),
                )


def find_missing_rollbacks(subject: Subject) -> Iterator[Finding]:
    """Find services that cannot be rolled back, where others can."""
    yield from _without(
        subject, subject.operations.abilities.rollback, "cannot be rolled back", "give it a `rollback` action"
    )


def find_missing_drains(subject: Subject) -> Iterator[Finding]:
    """Find services that cannot be drained, where others can."""
    yield from _without(
        subject, subject.operations.abilities.drain, "cannot be drained", "give it a `drain` action"
    )


def _without(subject: Subject, able: Collection[str], what: str, hint: str) -> Iterator[Finding]:
    for name in subject.operations.abilities.started if able else ():
        if name not in able:
            place = subject.graph.place("services", name, "actions")
            yield Finding(f"{quoted(name)} {what}, others can", place, hint, about=(name,))


def _longest_wait(graph: Graph, waves: Waves) -> list[Edge]:
    """Return the chain of required start edges whose timeouts add up to most, the last dependent first."""
    waits: dict[str, int] = {}
    first_edge: dict[str, Edge] = {}
    for wave in waves:
        for name in wave:
            waits[name] = 0
            for edge in graph.start_edges_of(name):
                if edge.required and edge.timeout + waits[edge.target] > waits[name]:
                    waits[name], first_edge[name] = edge.timeout + waits[edge.target], edge
    chain, name = [], max(waits, key=lambda one: waits[one])
    while name in first_edge:
        chain.append(first_edge[name])
        name = first_edge[name].target
    return chain


def _together(what: str) -> Callable[[Sequence[Problem]], str]:
    return lambda problems: f"{listed((one.about[0] for one in problems), limit=5)} {what}, others can"


RULES = (
    Rule(
        id="TTG402",
        severity=Severity.WARNING,
        title="timeouts along a chain exceed the deadline",
        why="If each dependency takes as long as it may, the plan runs out of time before its last service starts.",
        example="orchestration: {deadline: 1m}\n"
        "services:\n"
        "  web: {depends_on: {orders: {timeout: 45s}}}\n"
        "  orders: {depends_on: {db: {timeout: 45s}}}\n"
        "  db: {}",
        fix="shorten the timeouts of the chain, or extend the deadline.",
        check=find_late_chains,
        needs_order=True,
    ),
    Rule(
        id="TTG403",
        severity=Severity.WARNING,
        title="no rollback action",
        why="What the start of other services did is rolled back when a run fails; what this one's did stays.",
        example="orders: {actions: {start: {run: [orders]}}}\n"
        "ledger: {actions: {start: {run: [ledger]}, rollback: {run: [undo]}}}",
        fix="give the service a rollback action.",
        check=find_missing_rollbacks,
        gathered=_together("cannot be rolled back"),
    ),
    Rule(
        id="TTG404",
        severity=Severity.WARNING,
        title="no drain action",
        why="Other services of the system are drained before they stop; this one may lose what it is working on.",
        example="orders: {actions: {start: {run: [orders]}}}\n"
        "ledger: {actions: {start: {run: [ledger]}, drain: {run: [drain]}}}",
        fix="give the service a drain action.",
        check=find_missing_drains,
        gathered=_together("cannot be drained"),
    ),
    Rule(
        id="TTG405",
        severity=Severity.ERROR,
        title="wait that is over too early",
        why="The timeout is over before the dependency has started, as its `start_time` says: the start fails.",
        example="payments: {depends_on: {fraud: {timeout: 20s}}}\nfraud: {start_time: 25s}",
        fix="extend the timeout, or correct the `start_time` of the dependency.",
        check=find_hopeless_waits,
    ),
)
