"""Start times that were measured: the answer of a run, or a plain map of services and durations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.nodes import ListNode, MapNode, ScalarNode
from tiktoktoe_cli.config.units import Duration, UnitError
from tiktoktoe_cli.errors import ConfigError, Problem, UsageError

if TYPE_CHECKING:
    from tiktoktoe_cli.config.nodes import Node, Source

RUN: Final = "orchestrate run"
"""The command whose answer holds how long the starts of services took."""
_CENTURIES_S: Final = 1e10
"""More than this no start takes."""
_ADVICE: Final = f"write `service: 8s`, or give what `tiktoktoe {RUN} -o json` printed"


def measured_times(source: Source) -> dict[str, int]:
    """Read how long the starts of services took, in nanoseconds; those that a run did not see start are left out.

    Raises:
        ConfigError: with every problem in the text.
        UsageError: if it is the answer of another command.
    """
    found = compose(source)
    problems = list(found.problems)
    times: dict[str, int] = {}
    if isinstance(found.root, MapNode):
        times = _of_run(found.root, source) if _is_answer(found.root) else _of_map(found.root, problems)
    elif not problems:
        message = f"`{source.name}` holds no start times"
        problems.append(Problem("not-a-map", message, found.root.place if found.root else None, _ADVICE))
    if problems:
        raise ConfigError(tuple(problems), sources={source.name: source.text})
    return times


def _is_answer(root: MapNode) -> bool:
    return isinstance(root.get("command"), ScalarNode) and isinstance(root.get("items"), ListNode)


def _of_run(root: MapNode, source: Source) -> dict[str, int]:
    command, items = _text(root, "command"), root.get("items")
    if command != RUN:
        raise UsageError(f"`{source.name}` is the answer of `{command}`, not of `{RUN}`", hint=_ADVICE)
    services = (
        item
        for item in (items.items if isinstance(items, ListNode) else ())
        if isinstance(item, MapNode) and _text(item, "kind") == "service"
    )
    times = ((_text(service, "name"), _seconds(service.get("took_s"))) for service in services)
    return {name: Duration.of(took_s) for name, took_s in times if took_s is not None}


def _text(node: MapNode, key: str) -> str:
    value = node.get(key)
    return value.raw if isinstance(value, ScalarNode) else ""


def _seconds(node: Node | None) -> float | None:
    """Read a number that a duration can be; anything else is not known."""
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < _CENTURIES_S else None


def _of_map(root: MapNode, problems: list[Problem]) -> dict[str, int]:
    times: dict[str, int] = {}
    for name, entry in root.entries.items():
        node = entry.value
        try:
            times[name] = Duration.parse(node.raw if isinstance(node, ScalarNode) else "")
        except UnitError as error:
            problems.append(Problem("bad-unit", f"`{name}`: {error.message}", node.place, error.hint))
    return times
