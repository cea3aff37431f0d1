"""Manifests → the objects in them: what runs, what it is called in the cluster, and the rest."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import ListNode, MapNode
from tiktoktoe_cli.importing.fields import Fields
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.config.nodes import Node
    from tiktoktoe_cli.importing.facts import Notebook

POD_PATHS: Final = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
"""Where each kind of workload has its pods."""
AUTOSCALER: Final = "HorizontalPodAutoscaler"
READ: Final = frozenset({*POD_PATHS, "Service", "ConfigMap", AUTOSCALER})
"""The kinds of objects that are read."""
_LISTS: Final = "List"
_OWN_DOMAIN: Final = ".k8s.io"
_IN_THE_CLUSTER: Final = ".svc.cluster.local"
_POD_NUMBER: Final = re.compile(r"[\w-]+-\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object; `namespace` is None where whoever applies it decides."""

    kind: str
    group: str
    namespace: str | None
    name: str
    fields: Fields

    @property
    def pod(self) -> Fields:
        """The pod that a workload runs copies of: its `metadata` and `spec`."""
        pod = self.fields
        for step in POD_PATHS[self.kind]:
            pod = pod.inside(step)
        return pod

    @property
    def is_custom(self) -> bool:
        """Whether its kind is none of Kubernetes' own."""
        return "." in self.group and not self.group.endswith(_OWN_DOMAIN)

    @property
    def labels(self) -> dict[str, str]:
        """What is said about the object itself."""
        return self.fields.inside("metadata").pairs("labels")


def manifests_of(trees: Sequence[MapNode], notes: Notebook) -> list[Manifest]:
    """List the objects, also those inside of lists; of one that is there twice, the later one counts."""
    found: dict[tuple[str, str | None, str], Manifest] = {}
    for tree in trees:
        for one in _objects(Fields(tree), notes):
            key = one.kind, one.namespace, one.name
            if key in found and one.name:
                message = f"this {one.kind} {quoted(one.name)} is there again, and the last one counts"
                notes.changed(found[key].fields.node, (), message)
            found[key] = one
    return list(found.values())


def _objects(fields: Fields, notes: Notebook) -> Iterator[Manifest]:
    kind, version = fields.text("kind") or "", fields.text("apiVersion") or ""
    metadata = fields.inside("metadata")
    name, namespace = metadata.text("name") or metadata.text("generateName"), metadata.text("namespace")
    if kind == _LISTS:
        yield from _listed(fields.take("items"), notes)
    elif not kind or (kind in READ and not name):
        what = f"this {kind} has no name" if kind else "this is no object of Kubernetes: it has no `kind`"
        notes.untranslated(fields.node, (), what)
    else:
        yield Manifest(kind, version.rpartition("/")[0], namespace, name or "", fields)


def _listed(items: Node | None, notes: Notebook) -> Iterator[Manifest]:
    if items is not None and not isinstance(items, ListNode):
        notes.untranslated(items, (), "the `items` of this List are no list")
    for item in items.items if isinstance(items, ListNode) else ():
        if isinstance(item, MapNode):
            yield from _objects(Fields(item), notes)
        else:
            notes.untranslated(item, (), "this is no object of Kubernetes: it is no map")


def named_workloads(manifests: Sequence[Manifest], notes: Notebook) -> dict[str, Manifest]:
    """Give each workload a name of its own: where two have the same one, with its namespace, its kind, or both."""
    workloads = [one for one in manifests if one.kind in POD_PATHS]
    taken = Counter(name for one in workloads for name in _names(one))
    found: dict[str, Manifest] = {}
    for one in workloads:
        names = list(_names(one))
        numbered = (f"{names[-1]}-{number}" for number in count(2))
        free = [name for name in names if taken[name] == 1]
        name = next(name for name in chain(free[:1] or names[-1:], numbered) if name not in found)
        found[name] = one
        if name != one.name:
            message = f"this {quoted(one.name)} is called {quoted(name)} here"
            notes.changed(one.fields.node, ("services", name), message)
    return found


def _names(one: Manifest) -> Iterator[str]:
    spaced = f"{one.name}.{one.namespace}" if one.namespace else one.name
    kind = one.kind.lower()
    yield from dict.fromkeys((one.name, spaced, f"{one.name}.{kind}", f"{spaced}.{kind}"))


@dataclass(frozen=True, slots=True)
class Cluster:
    """Which workloads answer to which name: `services` are those of Kubernetes, by namespace and name."""

    services: Mapping[tuple[str | None, str], Sequence[str]]

    @classmethod
    def of(cls, manifests: Sequence[Manifest], workloads: Mapping[str, Manifest], notes: Notebook) -> Cluster:
        """Find the workloads that each Service selects, or that the one selects whose other name it is."""
        labels = {name: one.pod.inside("metadata").pairs("labels") for name, one in workloads.items()}
        selected: dict[tuple[str | None, str], Sequence[str]] = {}
        others = {}
        for one in manifests:
            spec = one.fields.inside("spec")
            if one.kind == "Service" and spec.text("type") == "ExternalName":
                others[one.namespace, one.name] = spec
            elif one.kind == "Service":
                selector = spec.pairs("selector")
                selected[one.namespace, one.name] = [
                    name
                    for name, workload in workloads.items()
                    if workload.namespace == one.namespace
                    and selector
                    and selector.items() <= labels[name].items()
                ]
        known = cls(selected)
        return cls({**selected, **{key: known._named(key[1], spec, notes) for key, spec in others.items()}})

    def _named(self, name: str, spec: Fields, notes: Notebook) -> Sequence[str]:
        """Find who is behind an `ExternalName`, which is a whole name: nothing is put behind it."""
        host = (spec.text("externalName") or "").rstrip(".")
        found = self.workloads_at(host, None) if host.endswith(_IN_THE_CLUSTER) else ()
        if not found:
            message = f"the Service {quoted(name)} is a name for a host that is none of these services"
            notes.ignored(spec.spot("externalName"), (), message)
        return found

    def workloads_at(self, host: str, namespace: str | None) -> Sequence[str]:
        """Find who answers at a host, seen from a namespace (Kubernetes' `DNS for Services and Pods`)."""
        labels = host.rstrip(".").split(".")
        if len(labels) > 1 and _POD_NUMBER.fullmatch(labels[0]) and (namespace, labels[1]) in self.services:
            labels = labels[1:]  # one pod of a StatefulSet
        name, *tail = labels
        if tail[1:] not in ([], ["svc"], ["svc", "cluster", "local"]):
            return ()
        where = tail[0] if tail else namespace
        return self.services.get((where, name)) or (self.services.get((None, name), ()) if tail else ())
