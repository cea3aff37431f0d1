"""Rules about capacity: whether the machines have what all replicas request."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.model import Resource
from tiktoktoe_cli.graph.rules.rule import Finding, Rule, located
from tiktoktoe_cli.graph.words import amount_words
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from tiktoktoe_cli.errors import Place, Problem
    from tiktoktoe_cli.graph.capacity import Study
    from tiktoktoe_cli.graph.capacity.amounts import Need
    from tiktoktoe_cli.graph.rules.rule import Check, Subject

_MOST_RELATED = 3
_MOST_NAMES = 3
_PPM_PER_CENT = 10_000


def _with_machines(find: Callable[[Subject, Study], Iterator[Finding]]) -> Check:
    """Make a check of what looks at how the services fit: where no machines are declared, there is nothing to find."""

    @wraps(find)
    def check(subject: Subject) -> Iterator[Finding]:
        return find(subject, subject.study) if subject.study else iter(())

    return check


@_with_machines
def find_oversized_replicas(subject: Subject, study: Study) -> Iterator[Finding]:
    """Find services of which not even one replica fits on any machine."""
    from tiktoktoe_cli.graph.capacity.words import excess, oversize_words

    most = study.most_room
    for need in study.oversized:
        yield Finding(
            oversize_words(need, most),
            subject.graph.value_place("services", need.service, "resources", "requests"),
            _reserve_words(subject, excess(need, most) or tuple(Resource)),
            about=(need.service,),
        )


@_with_machines
def find_exceeded_capacity(subject: Subject, study: Study) -> Iterator[Finding]:
    """Find resources of which all replicas together request more than all machines have."""
    for resource, needed, offered in zip(Resource, study.needed, study.room, strict=True):
        if needed > offered:
            sums = f"{amount_words(resource, needed)}, the nodes have {amount_words(resource, offered)} free"
            yield Finding(
                f"all replicas together request {sums}",
                subject.graph.value_place("capacity", "nodes"),
                related=_thirstiest(subject, study, resource),
                about=(resource.value,),
            )


@_with_machines
def find_misfits(subject: Subject, study: Study) -> Iterator[Finding]:
    """Find that replicas fit by their size and by their sum, but provably not onto the machines."""
    from tiktoktoe_cli.graph.capacity.proofs import Reason
    from tiktoktoe_cli.graph.capacity.words import placement_words, proof_words

    found = study.fitting
    if found.proof and found.proof.reason not in {Reason.NO_NODE, Reason.TOO_LARGE, Reason.TOO_MUCH}:
        homeless = placement_words(found.packing.unplaced)
        yield Finding(
            f"the nodes have room for the sum of all replicas, but not for each: {proof_words(found.proof)}",
            subject.graph.value_place("capacity", "nodes"),
            f"request less, split large replicas, or add nodes; {homeless}",
            about=("capacity",),
        )


@_with_machines
def find_unstated_requests(subject: Subject, study: Study) -> Iterator[Finding]:
    """Find services with replicas that do not say how much they need."""
    for name, lacking in study.unstated.items():
        yield Finding(
            f"{quoted(name)} does not say how much {' and '.join(lacking)} it needs",
            subject.graph.place_of(subject.graph.services[name]),
            "write `resources: {requests: {cpu: ..., memory: ...}}`; what is not requested takes no room on the nodes",
            about=(name,),
        )


@_with_machines
def find_fragile_capacity(subject: Subject, study: Study) -> Iterator[Finding]:
    """Find kinds of machines of which not one can be lost."""
    from tiktoktoe_cli.graph.capacity import Fit
    from tiktoktoe_cli.graph.capacity.words import loss_words

    for loss in study.losses:
        if loss.fit is Fit.DOES_NOT_FIT:
            yield Finding(
                loss_words(loss),
                subject.graph.value_place("capacity", "nodes"),
                "add a node, or request less; `tiktoktoe graph capacity` shows how full they are",
                about=(loss.kind,),
            )


def _reserve_words(subject: Subject, resources: Collection[Resource]) -> str | None:
    """Say how much of resources is kept free on each node, if any is: the rest is what a replica has to fit into."""
    reserve = subject.capacity.reserve if subject.capacity else None
    shares = [(one, getattr(reserve, one)) for one in resources if reserve and getattr(reserve, one)]
    if not shares:
        return None
    kept = " and ".join(f"`{share.ppm / _PPM_PER_CENT:g}%` of the {resource}" for resource, share in shares)
    return f"`reserve` keeps {kept} of each node; keep or request less, or add a larger kind of node"


def _thirstiest(subject: Subject, study: Study, resource: Resource) -> tuple[tuple[str, Place], ...]:
    """Name who requests most, and sum up the others, so that the notes add up to the total."""
    asking = sorted(
        (need for need in study.needs if _total(need, resource)), key=lambda need: -_total(need, resource)
    )
    shown = len(asking) if len(asking) == _MOST_RELATED + 1 else _MOST_RELATED
    notes = [
        (f"{quoted(one.service)} requests {_total_words([one], resource)}", _place(subject, one))
        for one in asking[:shown]
    ]
    if rest := asking[shown:]:
        words = f"{len(rest)} more services request {_total_words(rest, resource)}"
        notes.append((words, _place(subject, rest[0])))
    return located(*notes)


def _place(subject: Subject, need: Need) -> Place | None:
    return subject.graph.place_of(subject.graph.services[need.service])


def _total(need: Need, resource: Resource) -> int:
    amount: int = getattr(need.each, resource)
    return amount * need.replicas


def _total_words(needs: Sequence[Need], resource: Resource) -> str:
    return amount_words(resource, sum(_total(need, resource) for need in needs))


def _unstated_together(problems: Sequence[Problem]) -> str:
    names = listed((problem.about[0] for problem in problems), limit=_MOST_NAMES)
    return f"{names} do not say how much they need"


RULES = (
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
        id="TTG303",
        severity=Severity.ERROR,
        title="fits by its sum, but not onto the nodes",
        why="A replica cannot be divided: what is left on several nodes is of no use to one that needs it all.",
        example='capacity: {nodes: [{name: small, count: 2, cpu: "4", memory: 8Gi}]}\n'
        'services: {search: {replicas: 3, resources: {requests: {cpu: "2500m"}}}}',
        fix="request less, split large replicas into smaller ones, or add or enlarge nodes.",
        check=find_misfits,
    ),
    Rule(
        id="TTG305",
        severity=Severity.WARNING,
        title="no requests",
        why="What a service does not request is not kept for it: the sums are too small, and the nodes may overflow.",
        example='capacity: {nodes: [{name: small, cpu: "4", memory: 8Gi}]}\nservices: {search: {replicas: 2}}',
        fix="say how much one replica needs; `0` is an answer, too.",
        check=find_unstated_requests,
        gathered=_unstated_together,
    ),
    Rule(
        id="TTG307",
        severity=Severity.WARNING,
        title="survives no loss of a node",
        why="When this node fails or is taken away for maintenance, some replicas have nowhere to go.",
        example='capacity: {nodes: [{name: small, count: 2, cpu: "4", memory: 8Gi}]}\n'
        'services: {search: {replicas: 2, resources: {requests: {cpu: "3"}}}}',
        fix="add a node, or request less, so that all replicas fit on the others.",
        check=find_fragile_capacity,
    ),
)
