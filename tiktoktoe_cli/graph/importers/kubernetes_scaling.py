"""Autoscalers of Kubernetes → how many replicas there are at least; how many there will be is decided as it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.importers.kubernetes_objects import AUTOSCALER
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.graph.importers.kubernetes_objects import Manifest
    from tiktoktoe_cli.importing.facts import Notebook, Tree


def scale(
    services: Mapping[str, Tree],
    manifests: Sequence[Manifest],
    workloads: Mapping[str, Manifest],
    notes: Notebook,
) -> None:
    """Give the services that do not say how many they are as many as their autoscaler keeps at least.

    That is one where it does not say how many (Kubernetes, `HorizontalPodAutoscaler v2`, `minReplicas`).
    """
    names = {(one.kind, one.namespace, one.name): name for name, one in workloads.items()}
    for one in manifests:
        if one.kind != AUTOSCALER:
            continue
        spec = one.fields.inside("spec")
        target = spec.inside("scaleTargetRef")
        target.text("apiVersion")
        name = names.get((target.text("kind") or "", one.namespace, target.text("name") or ""))
        least = spec.count("minReplicas") if "minReplicas" in spec else 1
        most = spec.count("maxReplicas")
        if name is None:
            message = f"the {AUTOSCALER} {quoted(one.name)} is about none of these services"
            notes.ignored(one.fields.node, (), message)
        elif least is not None:
            replicas = services[name].setdefault("replicas", least)
            span = f"at least {least}" if most is None else f"{least} to {most}"
            message = (
                f"{quoted(name)} has {span} replicas, as its {AUTOSCALER} decides; "
                f"here it always has {replicas}"
            )
            notes.changed(one.fields.node, ("services", name, "replicas"), message)
