"""What every code means that can stand in brackets: the rooms' own, and the rules of the graph."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoktoe_cli.config.codes import Code

_ROOMS_WITH_CODES = (
    "config",
    "resilience",
    "transport",
    "importing",
    "client",
    "graph",
    "health",
    "replay",
    "simulation",
    "orchestration",
)


def explanations() -> dict[str, Code]:
    """Return what every code means, the rooms' own first."""
    from tiktoktoe_cli.config.codes import Code
    from tiktoktoe_cli.graph.rules import READING, RULES

    modules = (import_module(f"tiktoktoe_cli.{room}.codes") for room in _ROOMS_WITH_CODES)
    codes: list[Code] = [code for module in modules for code in module.CODES]
    known = {entry.code: entry for entry in codes}
    before = [
        _named_in_the_field(rule, title, [known[code] for code in ids])
        for rule, (title, ids) in READING.items()
    ]
    rules = [Code(rule.id, f"{rule.title}. {rule.why}", rule.example, rule.fix) for rule in RULES]
    return known | {entry.code: entry for entry in (*before, *rules)}


def _named_in_the_field(rule: str, title: str, codes: list[Code]) -> Code:
    """Explain a rule that is applied while the text is read, by the codes that its findings have."""
    meanings = " ".join(f"`{code.code}`: {code.meaning}" for code in codes)
    return replace(codes[0], code=rule, meaning=f"{title}. Reported with more precise codes. {meanings}")
