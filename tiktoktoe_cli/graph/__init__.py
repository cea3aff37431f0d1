"""The dependency graph: does the system fit together, and in which order does it start?

Pure but for `graph.importers`, which read the files they are given: settings in, facts, findings, reports and pictures
out; no network, no clock.
`model` and `semver` cost nothing to import; networkx is imported only once a cycle is known to exist.
May use `config` (units, quantities), `report` (facts, text) and the errors. Must not know any other feature.
The rules are in `graph.rules`, the order in `graph.starting`, the pictures in `graph.render`.
"""

from tiktoktoe_cli.graph.model import (
    Condition,
    Edge,
    EdgeKind,
    Evidence,
    Graph,
    Resource,
    Service,
    service_of,
)

__all__ = [
    "Condition",
    "Edge",
    "EdgeKind",
    "Evidence",
    "Graph",
    "Resource",
    "Service",
    "service_of",
]
