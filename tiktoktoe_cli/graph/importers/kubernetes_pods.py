"""A pod → what it needs, which version it has, and whom it is told about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.quantity import LARGEST, Quantity
from tiktoktoe_cli.config.units import UnitError
from tiktoktoe_cli.graph.importers.hosts import hosts_in, hosts_in_arguments, is_elsewhere
from tiktoktoe_cli.graph.importers.inference import Mention
from tiktoktoe_cli.graph.importers.services import TOO_LARGE
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.config.nodes import Spot
    from tiktoktoe_cli.importing.facts import Notebook, Tree
    from tiktoktoe_cli.importing.fields import Fields

_RESOURCES: Final = ("cpu", "memory")
_WAITING: Final = re.compile(r"\b(?:until|while|for)\b|wait", re.IGNORECASE)
_REFERENCE: Final = re.compile(r"\$\(([A-Za-z_][\w.-]*)\)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pod:
    """The containers of a pod: those that run together (also the helpers that start first and stay), and before them.

    A container that is `restartPolicy: Always` among those before is such a helper (Kubernetes, `Sidecar Containers`).
    """

    containers: Sequence[Fields]
    before: Sequence[Fields]

    @classmethod
    def of(cls, spec: Fields) -> Pod:
        """Sort the containers of a pod's `spec`."""
        before = spec.items("initContainers")
        staying = [one.text("restartPolicy") == "Always" for one in before]
        helpers = [one for one, stays in zip(before, staying, strict=True) if stays]
        return cls(
            [*spec.items("containers"), *helpers],
            [one for one, stays in zip(before, staying, strict=True) if not stays],
        )

    def image(self) -> tuple[str, Spot] | None:
        """Return the image of the first container, and where it is named."""
        images = [(one.text("image"), one.spot("image")) for one in (*self.containers, *self.before)]
        text, spot = images[0] if images else ("", None)
        return (text, spot) if text and spot else None


def resources_of(name: str, pod: Pod, notes: Notebook) -> Tree:
    """Add up what the containers need (Kubernetes, `Resource Management for Pods and Containers`, `Init Containers`).

    What one does not request it requests up to its limit. A pod is only limited if all of its containers are. Those
    that run before the others run one by one, so of them the largest counts.
    """
    amounts = [_amounts(name, one, notes) for one in pod.containers]
    before = [_amounts(name, one, notes) for one in pod.before]
    found: Tree = {}
    for role, resource in product(("requests", "limits"), _RESOURCES):
        together = [one[role, resource] for one in amounts if (role, resource) in one]
        alone = [one[role, resource] for one in before if (role, resource) in one]
        is_whole = len(together) == len(amounts)
        if (together and is_whole) if role == "limits" else (together or alone):
            amount = max([_sum(together), *alone])
            if amount <= LARGEST:
                found.setdefault(role, {})[resource] = str(amount)
            else:
                message = f"`{role}.{resource}`: all containers add up to {amount}, which is {TOO_LARGE}"
                notes.untranslated(pod.containers[0].spot("resources"), ("services", name), message)
    return found


def _sum(amounts: Sequence[Quantity]) -> Quantity:
    return Quantity(sum(amounts), amounts[0].notation) if amounts else Quantity(0)


def _amounts(name: str, container: Fields, notes: Notebook) -> dict[tuple[str, str], Quantity]:
    found: dict[tuple[str, str], Quantity] = {}
    for role in ("limits", "requests"):
        given = container.inside("resources").inside(role)
        for resource in _RESOURCES:
            amount = _amount(name, given, f"{role}.{resource}", notes)
            if amount is not None:
                found[role, resource] = amount
            if role == "limits" and amount is not None:
                found["requests", resource] = amount
    return found


def _amount(name: str, given: Fields, path: str, notes: Notebook) -> Quantity | None:
    resource = path.rpartition(".")[2]
    text = given.text(resource)
    if text is None:
        return None
    try:
        amount = Quantity.parse(text)
    except UnitError as error:
        why = error.message
    else:
        if 0 <= amount <= LARGEST:
            return amount
        why = f"{quoted(text)} is {'less than nothing' if amount < 0 else TOO_LARGE}"
    notes.untranslated(given.spot(resource), ("services", name), f"`{path}`: {why}")
    return None


def mentions_of(
    pod: Pod, configured: Mapping[str, Mapping[str, str]], workloads_at: Callable[[str], Sequence[str]]
) -> Iterator[Mention]:
    """Find whom the containers are told about, in variables, in `configured` maps of them, and in arguments."""
    for container in pod.containers:
        yield from _mentions(container, configured, workloads_at, waits=False)
    for container in pod.before:
        script = " ".join(node.raw for key in ("command", "args") for node in container.texts(key))
        yield from _mentions(container, configured, workloads_at, waits=_WAITING.search(script) is not None)


def _mentions(
    container: Fields,
    configured: Mapping[str, Mapping[str, str]],
    workloads_at: Callable[[str], Sequence[str]],
    *,
    waits: bool,
) -> Iterator[Mention]:
    where = f" of {quoted(container.text('name') or 'a container')}"
    for variable, (text, spot) in _environment(container, configured).items():
        for target in _targets(hosts_in(variable, text), workloads_at):
            yield Mention(target, f"the variable {quoted(variable)}{where}", spot, waits)
    arguments = [node for key in ("command", "args") for node in container.texts(key)]
    for target in _targets(hosts_in_arguments([node.raw for node in arguments]), workloads_at):
        yield Mention(target, f"the command{where}", arguments[0], waits)


def _targets(hosts: Iterable[str], workloads_at: Callable[[str], Sequence[str]]) -> Iterator[str | None]:
    """Find who answers at some hosts; None is somebody else."""
    for host in hosts:
        found = workloads_at(host)
        yield from found
        if not found and is_elsewhere(host):
            yield None


def _environment(
    container: Fields, configured: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[str, Spot]]:
    """Read the variables of a container that are known; `$(NAME)` is one that stands above."""
    found: dict[str, tuple[str, Spot]] = {}
    for source in container.items("envFrom"):
        prefix = source.text("prefix") or ""
        values = configured.get(source.inside("configMapRef").text("name") or "", {})
        found |= {f"{prefix}{key}": (value, source.node) for key, value in values.items()}
    for entry in container.items("env"):
        name = entry.text("name") or ""
        reference = entry.inside("valueFrom").inside("configMapKeyRef")
        values = configured.get(reference.text("name") or "", {})
        text = values.get(reference.text("key") or "") if values else entry.text("value")
        if text is not None:
            found[name] = (
                _REFERENCE.sub(lambda match: found.get(match[1], (match[0],))[0], text),
                entry.node,
            )
    return found
