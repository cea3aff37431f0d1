"""The request-response pattern: HTTP requests by name, each through its policy.

What is expected of an answer, what a request lived through and how breakers are kept between invocations is pure
(`expectations`, `story`, `breaker_states`, `fallbacks`); `client` makes calls for every room above, `sending` and
`session` make those of the command, `state_file` keeps breakers. May use config, expressions, resilience, transport
and report's facts. Must not read the environment or show a credential; waits on the clock it is handed, but for another
process's state file (`Patience`).
What loads asyncio, pydantic or httpx is imported late, by its module: `client.client`, `client.session`,
`client.settings`.
"""

from tiktoktoe_cli.client.facts import Ending, Errand, RequestFacts, SendFacts, Step, StepKind

__all__ = ["Ending", "Errand", "RequestFacts", "SendFacts", "Step", "StepKind"]
