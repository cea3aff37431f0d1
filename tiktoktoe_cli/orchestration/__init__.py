"""Bring a system up in the order of its graph, do its jobs, and stop it again.

Decisions are pure (`plan`, `board`, `coordinator`, `facts`, `report`): events in, actions out. Effects are
`session`, `runner`, `life`, `launcher`, `gate`, `preflight`, `signals` and `job_thread`; what they act through is
declared in `effects`. May use every room below. Must not print, read the environment, or know the front desk.
What loads asyncio or the features is imported late, by its module: `orchestration.session`, `orchestration.jobs`.
"""

from tiktoktoe_cli.orchestration.effects import Job, OrchestrationObserver, SilentObserver
from tiktoktoe_cli.orchestration.facts import JobFacts, OrchestrationFacts, ServiceFacts
from tiktoktoe_cli.orchestration.moves import JobOutcome
from tiktoktoe_cli.orchestration.plan import Plan, make_plan
from tiktoktoe_cli.orchestration.report import report_of
from tiktoktoe_cli.orchestration.states import JobKind, JobState, ServiceState

__all__ = [
    "Job",
    "JobFacts",
    "JobKind",
    "JobOutcome",
    "JobState",
    "OrchestrationFacts",
    "OrchestrationObserver",
    "Plan",
    "ServiceFacts",
    "ServiceState",
    "SilentObserver",
    "make_plan",
    "report_of",
]
