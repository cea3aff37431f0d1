"""Bring a system up in the order of its graph, do its jobs, and stop it again.

Decisions are pure (`plan`, `board`, `coordinator`, `facts`, `report`): events in, actions out. Effects are
`session`, `runner`, `life`, `launcher`, `gate`, `preflight`, `signals` and the jobs' thread; what they need is
declared in `effects`. May use every room below. Must not print, read the environment, or know the front desk.
What loads asyncio is imported late, by its module: `orchestration.session`, `orchestration.jobs`.
"""
