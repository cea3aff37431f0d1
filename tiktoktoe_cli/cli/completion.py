"""Shell completion of the user's own names: services, pipelines, scenarios; and the words of closed sets.

A TAB must never print or fail: a configuration that cannot be read has no names.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tiktoktoe_cli.config import Document
    from tiktoktoe_cli.config.nodes import Step


def _names_of(section: str) -> Callable[[typer.Context, str], list[str]]:
    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        return [
            name for name in _keys(ctx.params.get("config") or (), section) if name.startswith(incomplete)
        ]

    return complete


def _keys(config: Sequence[str], section: str) -> list[str]:
    """List the keys of a section without checking anything else."""
    document = _document(config)
    return sorted(document.keys(section)) if document else []


def _document(config: Sequence[str]) -> Document | None:
    from tiktoktoe_cli.config import discover, load

    files = discover(config, os.environ)
    return load(files, os.environ) if files and "-" not in files else None


def tag_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the tag of a service."""
    return _said_of_services(ctx, "tags", incomplete)


def group_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the group of a service."""
    return _said_of_services(ctx, "group", incomplete)


def check_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete a service; behind it and a slash, one of its checks."""
    if "/" not in incomplete:
        return service_names(ctx, incomplete)
    checks = (f"{path[0]}/{word}" for path, word in _services(ctx, "health") if path[3:] == ("name",))
    return sorted(name for name in checks if name.startswith(incomplete))


def node_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete a kind of node."""
    return sorted(
        {
            word
            for path, word in _scalars(ctx, "capacity")
            if path[::2] == ("nodes", "name") and word.startswith(incomplete)
        }
    )


def replica_counts(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete a service and the sign that its number of replicas follows."""
    return [f"{name}=" for name in service_names(ctx, incomplete)]


def _said_of_services(ctx: typer.Context, key: str, incomplete: str) -> list[str]:
    return sorted({word for _, word in _services(ctx, key) if word.startswith(incomplete)})


def _services(ctx: typer.Context, key: str) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Go through the words under a key of all services and their paths."""
    return ((path, word) for path, word in _scalars(ctx, "services") if path[1:2] == (key,))


def _scalars(ctx: typer.Context, section: str) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Go through the words of a section and their paths, without checking anything else."""
    from tiktoktoe_cli.config.nodes import scalars

    document = _document(ctx.params.get("config") or ())
    root = document.node((section,)) if document else None
    for path, node in scalars(root) if root else ():
        yield path, node.raw


def problem_codes(incomplete: str) -> list[str]:
    """Complete a code that `config explain` knows."""
    from tiktoktoe_cli.explanations import explanations

    return [code for code in explanations() if code.lower().startswith(incomplete.lower())]


def rule_ids(incomplete: str) -> list[str]:
    """Complete the last of several ids of rules with commas between them."""
    from tiktoktoe_cli.graph.rules import RULES

    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{rule.id}" for rule in RULES if rule.id.startswith(last.upper())]


def words(*choices: str) -> Callable[[str], list[str]]:
    """Complete one of a few words."""

    def complete(incomplete: str) -> list[str]:
        return [choice for choice in choices if choice.startswith(incomplete)]

    return complete


service_names = _names_of("services")
pipeline_names = _names_of("pipelines")
scenario_names = _names_of("simulations")
request_names = _names_of("requests")
