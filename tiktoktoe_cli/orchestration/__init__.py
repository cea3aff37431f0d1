"""Bring a system up in the order of its graph, do its jobs, and stop it again.

Decisions are pure (`plan`, `board`, `coordinator`, `facts`, `report`): events in, actions out. Effects are
`session`, `runner`, `life`, `launcher`, `gate`, `preflight`, `signals` and `job_thread`; what they act through is
declared in `effects`. May use every room below. Must not print, read the environment, or know the front desk.
What loads asyncio or the features is imported late, by its module: `orchestration.session`, `orchestration.jobs`.
"""

from tiktoktoe_cli.orchestration.report import report_of
from tiktoktoe_cli.orchestration.states import JobKind, JobState, ServiceState

__all__ = ["JobKind", "JobState", "ServiceState", "report_of"]
