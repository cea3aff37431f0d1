"""Every rule there is: adding one is a function and an entry here. Ids are never used again."""

from __future__ import annotations

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.rules.conditions import find_unchecked_dependencies
from tiktoktoe_cli.graph.rules.resources import (
    find_exceeded_capacity,
    find_oversized_replicas,
    find_requests_above_limits,
    find_tiny_memory,
)
from tiktoktoe_cli.graph.rules.rule import Rule
from tiktoktoe_cli.graph.rules.structure import (
    find_isolated_services,
    find_runtime_cycles,
    find_self_dependencies,
    find_start_cycles,
    find_undefined_dependencies,
)
from tiktoktoe_cli.graph.rules.versions import (
    find_empty_ranges,
    find_invalid_versions,
    find_unsatisfied_ranges,
)

RULES: tuple[Rule, ...] = (
    Rule(
        id="TTG101",
        severity=Severity.ERROR,
        title="cycle of start edges",
        why="Each of these services waits for the next one before it starts, so none of them ever does.",
        example="orders: {depends_on: {stock: {}}}\nstock: {depends_on: {orders: {}}}",
        fix="remove the edge that is named, or make it `kind: runtime` if it is only a call.",
        check=find_start_cycles,
    ),
    Rule(
        id="TTG102",
        severity=Severity.WARNING,
        title="cycle through runtime edges",
        why="Services that call each other in a circle fail together, and a retry in one feeds the others.",
        example="orders: {depends_on: {stock: {kind: runtime}}}\nstock: {depends_on: {orders: {}}}",
        fix="let one side publish events instead of calling, or give the call a policy and a fallback.",
        check=find_runtime_cycles,
    ),
    Rule(
        id="TTG103",
        severity=Severity.ERROR,
        title="self dependency",
        why="A service that depends on itself can never start.",
        example="orders: {depends_on: {orders: {}}}",
        fix="remove the dependency, or write the name that was meant.",
        check=find_self_dependencies,
    ),
    Rule(
        id="TTG104",
        severity=Severity.ERROR,
        title="undefined dependency",
        why="The name is not a service of this system, so nobody can start it, check it or wait for it.",
        example="orders: {depends_on: {ledgr: {}}}   # the service is called ledger",
        fix="correct the name, or add the service; one that somebody else runs needs no actions.",
        check=find_undefined_dependencies,
    ),
    Rule(
        id="TTG106",
        severity=Severity.INFO,
        title="isolated service",
        why="Nothing connects the service with the rest: either it is alone, or its dependencies are not written.",
        example="reports: {}",
        fix="declare what it needs and who needs it, if there is anything.",
        check=find_isolated_services,
    ),
    Rule(
        id="TTG201",
        severity=Severity.ERROR,
        title="version outside the range of a dependent",
        why="The version that is deployed is not one of those that a dependent says it can work with.",
        example='ledger: {version: "2.0.0"}\norders: {depends_on: {ledger: "^1.4"}}',
        fix="deploy a version in the range, or widen the range once the dependent can use the new one.",
        check=find_unsatisfied_ranges,
    ),
    Rule(
        id="TTG203",
        severity=Severity.ERROR,
        title="invalid version or range",
        why="Versions follow semver.org, ranges follow npm; what cannot be read cannot be compared.",
        example='ledger: {version: "1.10"}\norders: {depends_on: {ledger: "~=1.4"}}',
        fix="write all three numbers of a version; write ranges with `^ ~ < <= > >=`, spaces and `||`.",
        check=find_invalid_versions,
    ),
    Rule(
        id="TTG204",
        severity=Severity.WARNING,
        title="range that no version can be in",
        why="The bounds exclude each other, so no deployment will ever satisfy them.",
        example='orders: {depends_on: {ledger: ">2 <1"}}',
        fix="swap the bounds, or separate alternatives with `||`.",
        check=find_empty_ranges,
    ),
    Rule(
        id="TTG301",
        severity=Severity.ERROR,
        title="replica larger than every node",
        why="A replica runs on one machine; none has this much free once the reserve is kept.",
        example='capacity: {nodes: [{name: small, cpu: "4", memory: 8Gi}]}\n'
        "services: {search: {resources: {requests: {memory: 16Gi}}}}",
        fix="request less, split the service, or add a larger kind of node.",
        check=find_oversized_replicas,
    ),
    Rule(
        id="TTG302",
        severity=Severity.ERROR,
        title="requests exceed the capacity",
        why="All replicas together request more of a resource than all machines have, the reserve kept.",
        example='capacity: {nodes: [{name: small, count: 3, cpu: "4", memory: 8Gi}], reserve: 10%}\n'
        'services: {search: {replicas: 12, resources: {requests: {cpu: "1"}}}}',
        fix="request less, run fewer replicas, or add nodes.",
        check=find_exceeded_capacity,
    ),
    Rule(
        id="TTG304",
        severity=Severity.ERROR,
        title="hardly any memory",
        why="`m` means thousandths: `128m` of memory is an eighth of a byte. Below 1 KiB nothing runs.",
        example="search: {resources: {requests: {memory: 128m}}}",
        fix="write `128M` (128 million bytes) or `128Mi` (128 mebibytes).",
        check=find_tiny_memory,
    ),
    Rule(
        id="TTG306",
        severity=Severity.WARNING,
        title="request above the limit",
        why="What is guaranteed cannot be more than what is allowed; schedulers refuse such a service.",
        example='search: {resources: {requests: {cpu: "2"}, limits: {cpu: "1"}}}',
        fix="raise the limit or lower the request.",
        check=find_requests_above_limits,
    ),
    Rule(
        id="TTG401",
        severity=Severity.ERROR,
        title="waiting for the health of a service without checks",
        why="A dependency waits until its target is healthy unless it says otherwise; without a check nobody can tell.",
        example="ledger: {}\norders: {depends_on: {ledger: {condition: healthy}}}",
        fix="give the target a `health` section, or write `condition: started`.",
        check=find_unchecked_dependencies,
    ),
)
