"""What an assembled run has done so far, as facts; they may be asked for at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.replay.choices import Order
from tiktoktoe_cli.replay.facts import DestinationFacts, Ending, ReplayFacts, RuleFacts, StageFacts
from tiktoktoe_cli.replay.flow.plan import CLOCK, SHIFT

if TYPE_CHECKING:
    from tiktoktoe_cli.replay.assembly import Assembly
    from tiktoktoe_cli.replay.flow.plan import Plan
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings


def facts_of(name: str, assembly: Assembly, lines: int, elapsed_s: float) -> ReplayFacts:
    """Take down what a run has done, `lines` of input and so many seconds after its beginning; it is under way."""
    settings, letters, checkpoints = assembly.settings, assembly.letters, assembly.checkpoints
    return ReplayFacts(
        pipeline=name,
        ending=Ending.RUNNING,
        files=tuple(assembly.names),
        lines=lines,
        stages=_stage_facts(assembly.plan, settings),
        rules=_rule_facts(assembly.plan),
        destinations=tuple(
            DestinationFacts.of(name, settings.destinations[name], destination)
            for name, destination in assembly.destinations.items()
        ),
        dead_letter_path=str(settings.dead_letter.file),
        reasons=dict(letters.reasons),
        metrics=settings.monitoring.metrics,
        elapsed_s=elapsed_s,
        damaged=tuple(letters.damaged),
        is_resumed=assembly.resumed is not None,
        checkpoints=checkpoints.number,
        possible_duplicates=checkpoints.repeated,
        is_full=assembly.plan.is_full,
        shift_us=assembly.plan.shift_us,
        ahead=assembly.plan.accounts["input"].dead if settings.input.order is Order.EVENT_TIME else 0,
    )


def _stage_facts(plan: Plan, settings: PipelineSettings) -> tuple[StageFacts, ...]:
    has_jumps = settings.input.time.max_future_jump is not None
    return tuple(
        StageFacts(
            account.name,
            account.taken,
            account.passed,
            account.dead,
            dict(account.dropped),
            dict(_measure(name, number) for name, number in account.measures.items()),
            account.spent_ns / NS_PER_S,
            account.made,
        )
        for account in plan.accounts.values()
        if (account.name != SHIFT or account.dead) and (account.name != CLOCK or has_jumps)
    )


def _measure(name: str, number: int) -> tuple[str, float]:
    """Give a stage's own number as it is told: times in seconds."""
    return (
        (f"{name.removesuffix('_ns')}_seconds", number / NS_PER_S) if name.endswith("_ns") else (name, number)
    )


def _rule_facts(plan: Plan) -> tuple[RuleFacts, ...]:
    rules = plan.delivery.router.rules
    remarks = plan.accounts["delivery"].remarks

    def counted(bit: int) -> int:
        return sum(count for route, count in plan.delivery.routes.items() if route >> bit & 1)

    return tuple(
        RuleFacts(
            rule.when.text if rule.when else "",
            rule.to,
            counted(number),
            counted(len(rules) + number),
            remarks.get(f"rule {number}", ""),
            remarks.get(f"guard {number}", ""),
        )
        for number, rule in enumerate(rules)
    )
