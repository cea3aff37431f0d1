"""A plan or a whole run as a report: services and jobs in one table, what went wrong as problems, one last line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, assert_never

from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.errors import ExitCode, Problem, Severity
from tiktoktoe_cli.graph.words import condition_words
from tiktoktoe_cli.orchestration.facts import OrchestrationFacts
from tiktoktoe_cli.orchestration.plan import Plan
from tiktoktoe_cli.orchestration.states import ARRIVED, LOST, JobState, Role, ServiceState
from tiktoktoe_cli.report.facts import (
    Case,
    CaseOutcome,
    Column,
    Json,
    Metric,
    MetricKind,
    Report,
    Sample,
    Shows,
)
from tiktoktoe_cli.words import duration, listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.orchestration.facts import JobFacts, ServiceFacts
    from tiktoktoe_cli.orchestration.plan import PlannedService, Wait

_PLAN_COLUMNS = (
    Column("name", "SERVICE"),
    Column("wave", "WAVE", shows=Shows.NUMBER),
    Column("role", "ROLE"),
    Column("essential", "ESSENTIAL"),
    Column("start_condition", "WAITS_FOR"),
)
_RUN_COLUMNS = (
    Column("name", "NAME"),
    Column("kind", "KIND"),
    Column("result", "RESULT", shows=Shows.STATE),
    Column("started_at_s", "BEGAN_AT", shows=Shows.SECONDS),
    Column("took_s", "TOOK", shows=Shows.SECONDS),
    Column("state", "NOW", shows=Shows.STATE, wide=True),
    Column("stopped_in_s", "STOPPED_IN", wide=True, shows=Shows.SECONDS),
    Column("start_condition", "WAITED_FOR", wide=True),
    Column("note", "NOTE"),
)
_JOB_CASES = {
    JobState.DONE: CaseOutcome.PASSED,
    JobState.NO: CaseOutcome.FAILED,
    JobState.UNFINISHED: CaseOutcome.ERROR,
    JobState.SKIPPED: CaseOutcome.SKIPPED,
}


def report_of(facts: Plan | OrchestrationFacts) -> Report:
    """Turn a plan or the facts of a run into a report."""
    match facts:
        case Plan():
            return _plan(facts)
        case OrchestrationFacts():
            return _run(facts)
        case _:
            assert_never(facts)


def _plan(plan: Plan) -> Report:
    waves = max((service.wave for service in plan.services.values()), default=0)
    count = len(plan.services)
    return Report(
        command="orchestrate plan",
        ok=True,
        verdict=f"{plural(count, 'service')} to start, the longest chain has {plural(waves, 'link')}",
        summary={
            "services": count,
            "longest_chain": waves,
            "strategy": plan.settings.strategy.value,
            "on_failure": plan.settings.on_failure.value,
        },
        items=[_planned(service) for service in plan.services.values()],
        columns=_PLAN_COLUMNS,
    )


def _planned(service: PlannedService) -> dict[str, Json]:
    return {
        "name": service.name,
        "wave": service.wave,
        "role": service.role.value,
        "essential": service.is_essential,
        **_start_condition(service.waits),
    }


def _start_condition(waits: tuple[Wait, ...]) -> dict[str, Json]:
    """Write what a service waits for twice: for machines, and in the words of a table."""
    return {
        "waits_for": [_wait(wait) for wait in waits],
        "start_condition": ", ".join(map(_words, waits)),
    }


def _wait(wait: Wait) -> dict[str, Json]:
    return {
        "name": wait.on,
        "condition": wait.condition.value,
        "required": wait.required,
        "timeout_s": None if wait.timeout_ns is None else wait.timeout_ns / NS_PER_S,
    }


def _words(wait: Wait) -> str:
    words = f"{wait.on} {condition_words(wait.condition)}"
    limits = [] if wait.required else ["optional"]
    limits += [] if wait.timeout_ns is None else [f"at most {Duration(wait.timeout_ns)}"]
    return f"{words} ({', '.join(limits)})" if limits else words


def _run(facts: OrchestrationFacts) -> Report:
    return Report(
        command="orchestrate run",
        ok=facts.exit_code is ExitCode.YES,
        verdict=_verdict(facts),
        summary=_summary(facts),
        items=[*map(_service, facts.services), *map(_job, facts.jobs)],
        columns=_RUN_COLUMNS,
        problems=tuple(_problems(facts)),
        cases=tuple(_cases(facts)),
        metrics=tuple(_metrics(facts)),
        started_at=facts.started_at,
    )


def _verdict(facts: OrchestrationFacts) -> str:
    end = f"{_stopped(facts)} in {duration(facts.stopped_in_s)}"
    if facts.interruption:
        how = "by force, after a second signal" if facts.is_forced else f"by {facts.interruption.name}"
        return f"ended {how}; {_jobs(facts)}{end}"
    if facts.failure:
        return f"{facts.failure}; {_jobs(facts)}{end}"
    settled = duration(facts.settled_in_s or 0.0)
    return f"{_services(facts)} in {settled}; {_jobs(facts)}{end}"


def _stopped(facts: OrchestrationFacts) -> str:
    stuck = [service.name for service in facts.services if service.is_stuck]
    return f"all but {listed(stuck)} stopped" if stuck else "all stopped"


def _services(facts: OrchestrationFacts) -> str:
    counts = Counter(service.result for service in facts.services)
    healthy = counts.pop(ServiceState.HEALTHY, 0)
    others = [f"{count} {state}" for state, count in counts.items()]
    return ", ".join([f"{plural(healthy, 'service')} healthy", *others])


def _jobs(facts: OrchestrationFacts) -> str:
    counts = Counter(job.state for job in facts.jobs)
    words = {
        JobState.DONE: "done",
        JobState.NO: "answered no",
        JobState.UNFINISHED: "unfinished",
        JobState.SKIPPED: "skipped",
    }
    parts = [f"{plural(counts[state], 'job')} {word}" for state, word in words.items() if counts[state]]
    return f"{', '.join(parts)}; " if parts else ""


def _summary(facts: OrchestrationFacts) -> dict[str, Json]:
    services = Counter(service.result.value for service in facts.services)
    jobs = Counter(job.state.value for job in facts.jobs)
    return {
        "services": dict(sorted(services.items())),
        "jobs": dict(sorted(jobs.items())),
        "failure": facts.failure,
        "interruption": facts.interruption.name if facts.interruption else None,
        "forced": facts.is_forced,
        "settled_in_s": facts.settled_in_s,
        "stopped_in_s": facts.stopped_in_s,
        "duration_s": facts.duration_s,
    }


def _service(service: ServiceFacts) -> dict[str, Json]:
    return {
        "name": service.name,
        "kind": "service",
        "result": service.result.value,
        "state": service.state.value,
        "role": service.role.value,
        "essential": service.is_essential,
        **_start_condition(service.waits),
        "without": list(service.without),
        "started_at_s": service.started_at_s,
        "took_s": service.healthy_after_s,
        "stopped_in_s": service.stopped_in_s,
        "note": _note(service),
        "output": list(service.output),
    }


def _note(service: ServiceFacts) -> str:
    without = f"started without {', '.join(service.without)}" if service.without else ""
    return "; ".join(part for part in (service.reason, without) if part)


def _job(job: JobFacts) -> dict[str, Json]:
    return {
        "name": job.name,
        "kind": job.kind.value,
        "result": job.state.value,
        "state": job.state.value,
        "started_at_s": job.started_at_s,
        "took_s": job.duration_s,
        "note": job.verdict,
        "summary": job.report.summary if job.report else None,
    }


def _problems(facts: OrchestrationFacts) -> Iterator[Problem]:
    for service in facts.services:
        if service.state is ServiceState.FAILED:
            severity = Severity.ERROR if service.is_essential else Severity.WARNING
            yield _problem(service, "service-failed", severity)
        elif service.output:
            yield _problem(service, "service-killed", Severity.WARNING)
    for job in facts.jobs:
        if job.report:
            yield from job.report.problems
        elif job.state is JobState.UNFINISHED and not facts.is_forced:  # else abandoned, as the user wanted
            yield Problem("job-unfinished", f"{job.kind} `{job.name}`: {job.verdict}", hint=job.hint)


def _problem(service: ServiceFacts, code: str, severity: Severity) -> Problem:
    message = f"`{service.name}` {service.reason}"
    if service.output:
        message += "; the last it printed:\n" + "\n".join(service.output)
    return Problem(code, message, service.place, service.hint, severity)


def _cases(facts: OrchestrationFacts) -> Iterator[Case]:
    for service in facts.services:
        took_s = service.healthy_after_s or 0.0
        yield Case("services", service.name, _service_outcome(service), _note(service), took_s, service.place)
    for job in facts.jobs:
        yield Case(job.kind.value, job.name, _JOB_CASES[job.state], job.verdict, job.duration_s or 0.0)
        yield from job.report.cases if job.report else ()


def _service_outcome(service: ServiceFacts) -> CaseOutcome:
    if service.state in LOST:
        is_skipped = service.state is ServiceState.SKIPPED or not service.is_essential
        return CaseOutcome.SKIPPED if is_skipped else CaseOutcome.ERROR
    return CaseOutcome.PASSED if service.reached or service.role is Role.ASSUMED else CaseOutcome.SKIPPED


def _metrics(facts: OrchestrationFacts) -> Iterator[Metric]:
    known = [one for one in facts.services if one.role is not Role.ASSUMED]
    health = tuple(Sample(float(one.result in ARRIVED), (("service", one.name),)) for one in known)
    meaning = "1 if a service came up and was not lost, else 0"
    yield Metric("orchestration_service_healthy", MetricKind.GAUGE, meaning, samples=health)
    starts = [(one.name, one.healthy_after_s) for one in facts.services if one.healthy_after_s is not None]
    jobs = [(job.name, job.duration_s) for job in facts.jobs if job.duration_s is not None]
    for name, meaning, label, values in (
        ("service_start_seconds", "from the start of a service until it was healthy", "service", starts),
        ("job_duration_seconds", "how long a job took", "job", jobs),
    ):
        samples = tuple(Sample(value, ((label, key),)) for key, value in values)
        yield Metric(f"orchestration_{name}", MetricKind.GAUGE, meaning, "seconds", samples)
