"""Manifests of Kubernetes → services: a workload is one, and what its containers are told about others is a call.

Nothing in a manifest says what waits for what, but a container that runs before the others and waits does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.importers.images import version_of_image, version_of_tag
from tiktoktoe_cli.graph.importers.inference import infer
from tiktoktoe_cli.graph.importers.kubernetes_objects import (
    READ,
    Cluster,
    manifests_of,
    named_workloads,
)
from tiktoktoe_cli.graph.importers.kubernetes_pods import Pod, mentions_of, resources_of
from tiktoktoe_cli.graph.importers.kubernetes_scaling import scale
from tiktoktoe_cli.graph.importers.services import WHAT_IS_READ, note_guess, without_empty
from tiktoktoe_cli.importing.texts import literal
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.config.nodes import Spot
    from tiktoktoe_cli.graph.importers.inference import Mention
    from tiktoktoe_cli.graph.importers.kubernetes_objects import Manifest
    from tiktoktoe_cli.graph.importers.options import ImportOptions
    from tiktoktoe_cli.importing.facts import Notebook, Path, Tree
    from tiktoktoe_cli.importing.fields import Leftover
    from tiktoktoe_cli.importing.reading import Files

_VERSION, _PART_OF = "app.kubernetes.io/version", "app.kubernetes.io/part-of"
_TAGGED: Final = frozenset({"DaemonSet", "Job", "CronJob"})


def translate(files: Files, options: ImportOptions, notes: Notebook) -> Tree:
    """Translate the workloads of all manifests."""
    manifests = manifests_of(files.trees, notes)
    workloads = named_workloads(manifests, notes)
    pods = {name: Pod.of(one.pod.inside("spec")) for name, one in workloads.items()}
    calls = _Calls(manifests, workloads, notes)
    services = {}
    for name, one in workloads.items():
        depends_on: dict[str, Tree] = {}
        if options.infer:
            infer(name, depends_on, calls.of(one, pods[name]), notes)
        services[name] = _service(name, one, pods[name], depends_on, notes)
    scale(services, manifests, workloads, notes)
    _leave_probes(pods, notes)
    _leave(manifests, workloads, files.trees[0], notes)
    system = {"system": literal(options.name)} if options.name else {}
    return {"version": 1, **system, "services": services}


class _Calls:
    """Finds out whom the pods are told about."""

    def __init__(
        self, manifests: Sequence[Manifest], workloads: Mapping[str, Manifest], notes: Notebook
    ) -> None:
        self._cluster = Cluster.of(manifests, workloads, notes)
        self._configured: dict[str | None, dict[str, dict[str, str]]] = {}
        for one in manifests:
            if one.kind == "ConfigMap":
                self._configured.setdefault(one.namespace, {})[one.name] = one.fields.pairs("data")

    def of(self, one: Manifest, pod: Pod) -> Iterator[Mention]:
        """Find whom the pod of a workload is told about."""
        configured = self._configured.get(one.namespace, {})
        return mentions_of(pod, configured, lambda host: self._cluster.workloads_at(host, one.namespace))


def _service(name: str, one: Manifest, pod: Pod, depends_on: Tree, notes: Notebook) -> Tree:
    labels = {**one.labels, **one.pod.inside("metadata").pairs("labels")}
    settings: Tree = {
        "version": _version(name, labels, pod, notes),
        "group": literal(labels.get(_PART_OF, "")),
        "tags": [one.kind.lower()] if one.kind in _TAGGED else [],
        "depends_on": depends_on,
        "resources": resources_of(name, pod, notes),
        "replicas": one.fields.inside("spec").count("replicas"),
    }
    if one.kind == "DaemonSet":
        message = f"{quoted(name)} runs once on each machine, which is one replica here"
        notes.changed(one.fields.node, ("services", name), message)
    return without_empty(settings)


def _version(name: str, labels: Mapping[str, str], pod: Pod, notes: Notebook) -> str | None:
    if found := version_of_tag(labels.get(_VERSION, "")):
        return found.version
    image = pod.image()
    found = version_of_image(image[0]) if image else None
    if image is None or found is None:
        return None
    note_guess(name, found, image[1], notes)
    return found.version


def _leave_probes(pods: Mapping[str, Pod], notes: Notebook) -> None:
    """Note once that readiness is asked inside of the cluster."""
    spots: dict[str, Spot] = {}
    for name, pod in pods.items():
        for container in pod.containers:
            if container.take("readinessProbe"):
                spots.setdefault(name, container.spot("readinessProbe"))
    if spots:
        message = f"`readinessProbe`: from here nobody can ask inside of a cluster: {listed(spots)}"
        notes.untranslated(next(iter(spots.values())), ("services",), message)


def _leave(
    manifests: Sequence[Manifest], workloads: Mapping[str, Manifest], spot: Spot, notes: Notebook
) -> None:
    """Note what is written in an unknown way, and once, together, what is about something else."""
    owners = {one: name for name, one in workloads.items()}
    leftovers: Iterator[tuple[Leftover, Path]] = (
        (left, ("services", owners[one]) if one in owners else ())
        for one in manifests
        if one.kind in READ
        for part in one.fields.parts()
        for left in part.left()
    )
    notes.sift(leftovers, spot, WHAT_IS_READ)
    kinds = [
        f"{one.kind}.{one.group}" if one.is_custom else one.kind for one in manifests if one.kind not in READ
    ]
    if kinds:
        told = f"objects of other kinds are not read: {listed(dict.fromkeys(kinds))}"
        notes.ignored(spot, (), told)
