"""What services are told about the hosts of others → dependencies that nobody declared.

Such a dependency is a call, and has the kind `runtime`: a circle of calls is no circle of starts. One that was declared
and is also seen keeps its kind, and has evidence of `both`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktoktoe_cli.config.nodes import Spot
    from tiktoktoe_cli.importing.facts import Notebook, Tree


@dataclass(frozen=True, slots=True)
class Mention:
    """A service that another one is told about: `where` says in which variable or argument, never with what it holds.

    Without a `target`, it is a host that none of the services has. Whoever `waits` for it does not start before it.
    """

    target: str | None
    where: str
    spot: Spot
    waits: bool = False


def infer(name: str, depends_on: dict[str, Tree], mentions: Iterable[Mention], notes: Notebook) -> None:
    """Add what a service mentions to its dependencies, each with a remark on the first place that says so.

    Hosts of others are remarked, too: nothing depends on them here.
    """
    for mention in sorted(mentions, key=lambda one: not one.waits):
        if mention.target is None:
            message = (
                f"{quoted(name)} is told about a host that is none of these services, as {mention.where} says"
            )
            notes.ignored(mention.spot, ("services", name), message)
            continue
        found = depends_on.get(mention.target)
        if mention.target == name or (found and "evidence" in found):
            continue
        if found is not None:
            found["evidence"] = "both"
            continue
        settings: Tree = {"condition": "started"} if mention.waits else {"kind": "runtime"}
        depends_on[mention.target] = {**settings, "evidence": "inferred"}
        told = "waits for" if mention.waits else "calls"
        message = f"{quoted(name)} {told} {quoted(mention.target)}, as {mention.where} says"
        notes.inferred(mention.spot, ("services", name, "depends_on", mention.target), message)
