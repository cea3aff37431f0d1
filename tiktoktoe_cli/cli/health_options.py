"""What the commands of `health` share: the options that choose services, the inputs that follow, and one round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.completion import group_names, service_names, tag_names
from tiktoktoe_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.errors import ExitCode
    from tiktoktoe_cli.health.facts import HealthFacts
    from tiktoktoe_cli.health.session import HealthInputs
    from tiktoktoe_cli.system import System

app = make_group("health")

Services: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SERVICE ...]", help="Only these services; all without.", autocompletion=service_names
    ),
]
Tags: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="TAG",
        help="Only services with this tag; repeatable, one of them is enough.",
        autocompletion=tag_names,
    ),
]
Groups: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--group",
        metavar="GROUP",
        help="Only services of this group; repeatable.",
        autocompletion=group_names,
    ),
]
WithDependencies: TypeAlias = Annotated[
    bool, typer.Option("--with-dependencies", help="Also what the chosen services need, to find the cause.")
]
Concurrency: TypeAlias = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, max=10_000, help="How many checks at the same time; 256, or what the YAML says."
    ),
]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which services are checked: those that fit all that is given, and what they need if that is wanted too."""

    services: Collection[str] | None = None
    tags: Collection[str] | None = None
    groups: Collection[str] | None = None
    with_dependencies: bool = False


def health_inputs(desk: Desk, choice: Choice, concurrency: int | None = None) -> HealthInputs:
    """Read the configuration, and choose what is to be checked.

    Raises:
        ConfigError: if it is wrong.
        UsageError: if there is no such service, tag or group, or none that fits all that was asked for.
    """
    from tiktoktoe_cli.cli.graph import graph_of
    from tiktoktoe_cli.health.session import HealthInputs
    from tiktoktoe_cli.health.settings import HealthSettings

    system = desk.load("services", "checks", "health")
    graph = graph_of(system)
    chosen = _choose(desk, system, choice)
    if choice.with_dependencies:
        needed = {name for one in chosen for name in graph.descendants(one)}
        chosen = [name for name in graph.services if name in needed or name in chosen]
    settings = system["health"] or HealthSettings()
    if concurrency is not None:
        settings = settings.model_copy(update={"concurrency": concurrency})
    checks = {name: system["checks"].get(name, ()) for name in chosen}
    return HealthInputs(checks, graph, desk.environ, settings, system.name)


def _choose(desk: Desk, system: System, choice: Choice) -> list[str]:
    """List the services that fit all that was asked for, in the order of the configuration."""
    services = desk.choose_names(system["services"], choice.services, "service")
    _refuse_unknown("tag", choice.tags, {tag for one in system["services"].values() for tag in one.tags})
    _refuse_unknown("group", choice.groups, {one.group for one in system["services"].values() if one.group})
    chosen = [
        name
        for name, one in services.items()
        if (not choice.tags or not set(choice.tags).isdisjoint(one.tags))
        and (not choice.groups or one.group in choice.groups)
    ]
    if services and not chosen:
        hint = "a service must have one of the names, of the tags and of the groups"
        raise UsageError("no service fits all that was asked for", hint=hint)
    return chosen


def _refuse_unknown(kind: str, words: Collection[str] | None, known: Collection[str]) -> None:
    from tiktoktoe_cli.cli.desk import unknown

    for word in words or ():
        if word not in known:
            raise unknown(word, known, kind)


def check_once(desk: Desk, inputs: HealthInputs) -> tuple[HealthFacts, ExitCode | None]:
    """Make all checks; if that was broken off, there is an exit code that says by what."""
    from tiktoktoe_cli.cli.watching import HealthWatcher
    from tiktoktoe_cli.health.workers import check_all

    with desk.progress() as progress, desk.stop_flag() as should_stop:
        watcher = HealthWatcher(progress, inputs.size, rows=desk.terminal.is_animated)
        facts = check_all(inputs, watcher, should_stop)
    return facts, should_stop.exit_code if facts.is_partial else None
