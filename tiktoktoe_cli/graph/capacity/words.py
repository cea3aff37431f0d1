"""What stands between a system and its machines, in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.capacity.fitting import Fit
from tiktoktoe_cli.graph.capacity.proofs import Proof, Reason
from tiktoktoe_cli.graph.model import Resource
from tiktoktoe_cli.graph.words import amount_words
from tiktoktoe_cli.words import listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.capacity.amounts import Amounts, Need
    from tiktoktoe_cli.graph.capacity.study import Study, WhatIf
    from tiktoktoe_cli.graph.capacity.survival import Loss

_MOST_NAMES = 3


def amounts_words(amounts: Amounts, among: Collection[Resource] = tuple(Resource), joint: str = "and") -> str:
    """Write amounts of resources: `2.5` cpu and `1.5Gi` memory."""
    words = (amount_words(resource, getattr(amounts, resource)) for resource in among)
    return f" {joint} ".join(words)


def present(amounts: Amounts) -> tuple[Resource, ...]:
    """List the resources of which there is any amount."""
    return tuple(resource for resource in Resource if getattr(amounts, resource))


def oversize_words(need: Need, most: Amounts) -> str:
    """Say which resources a replica that fits on no node has too little of; `most` is the most that any node has."""
    who, asked = f"one replica of {quoted(need.service)} requests", need.each
    beyond = excess(need, most)
    if not beyond:
        return f"{who} {amounts_words(asked)}, and no node has both free"
    return f"{who} {amounts_words(asked, beyond)}, and no node has more than {amounts_words(most, beyond, 'or')} free"


def excess(need: Need, most: Amounts) -> tuple[Resource, ...]:
    """List the resources of which one replica alone requests more than any node has."""
    return tuple(one for one in Resource if getattr(need.each, one) > getattr(most, one))


def missing_words(study: Study) -> Iterator[str]:
    """Say what a system lacks that was not placed whole: how much of which resources, and which replicas."""
    if short := present(study.missing):
        verb = "is" if len(short) == 1 else "are"
        yield f"at least {amounts_words(study.missing, short)} {verb} missing"
    most = study.most_room
    yield from (oversize_words(need, most) for need in study.oversized[:_MOST_NAMES])
    if unplaced := study.fitting.packing.unplaced:
        yield f"{placement_words(unplaced)}, in all {amounts_words(study.homeless)}"


def placement_words(unplaced: Mapping[str, int]) -> str:
    """Name whose replicas find no place, where a better placement may have others left over."""
    return f"in the best placement found, {homeless_words(unplaced)}"


def proof_words(proof: Proof) -> str:
    """Say why not everything fits, as the end of a sentence."""
    return _WORDS[proof.reason](proof)


def homeless_words(unplaced: Mapping[str, int]) -> str:
    """Name whose replicas find no place, most replicas first: 2 replicas of `orders` find no place."""
    names = sorted(unplaced, key=lambda name: (-unplaced[name], name))
    count = sum(unplaced.values())
    verb = "finds" if count == 1 else "find"
    return f"{plural(count, 'replica')} of {listed(names, limit=_MOST_NAMES)} {verb} no place"


def loss_words(loss: Loss) -> str:
    """Say what the loss of a machine does to a system that may not survive it."""
    if loss.fit is Fit.UNKNOWN:
        return f"whether it still fits if one {quoted(loss.kind)} is lost is unknown"
    return f"if one {quoted(loss.kind)} is lost, {homeless_words(loss.unplaced)}"


def verdict_words(study: Study) -> str:
    """Say whether everything fits, and with how much to spare, or why not."""
    assumed = _assumed_words(study.what_if)
    if study.fitting.fit is Fit.FITS:
        return f"{assumed}fits{_spare_words(study)}{_survival_words(study.losses)}"
    if study.fitting.proof:
        return f"{assumed}does not fit: {proof_words(study.fitting.proof)}"
    return f"{assumed}unknown: no way to place all replicas was found, and no proof that there is none"


def _assumed_words(what_if: WhatIf) -> str:
    """Name what is taken otherwise than it is declared."""
    replicas = [
        f"with {plural(count, 'replica')} of {quoted(name)}" for name, count in what_if.replicas.items()
    ]
    gone = [f"without {count:,} {quoted(name)}" for name, count in Counter(what_if.without).items()]
    return f"{', '.join([*replicas, *gone])}: " if replicas or gone else ""


def _spare_words(study: Study) -> str:
    shares = [
        f"{(room - needed) / room:.0%} {resource}"
        for resource, needed, room in zip(Resource, study.needed, study.room, strict=True)
        if room
    ]
    return f" with {' and '.join(shares)} to spare" if shares else ""


def _survival_words(losses: Sequence[Loss]) -> str:
    worse = [loss_words(loss) for loss in losses if loss.fit is not Fit.FITS]
    if losses and not worse:
        return "; survives the loss of any node"
    return "".join(f"; {words}" for words in worse)


def _no_node(_proof: Proof) -> str:
    return "no node is left"


def _too_large(proof: Proof) -> str:
    return f"one replica of {listed(proof.services, limit=_MOST_NAMES, last='or')} is larger than every node"


def _too_much(proof: Proof) -> str:
    needed, room = _amounts_of(proof)
    return f"all replicas together request {needed}, the nodes have {room} free"


def _too_many(proof: Proof) -> str:
    size = amounts_words(proof.size, present(proof.size))
    places = plural(proof.possible, "replica")
    return (
        f"{plural(proof.needed, 'replica')} request {size} or more each, and the nodes hold {places} so large"
    )


def _too_coarse(proof: Proof) -> str:
    needed, room = _amounts_of(proof)
    return f"all replicas together request {needed}, and requests of these sizes fill at most {room} of the nodes"


def _all_tried(_proof: Proof) -> str:
    return "every way to place them was tried"


def _amounts_of(proof: Proof) -> tuple[str, str]:
    resource = proof.resource or Resource.CPU
    return amount_words(resource, proof.needed), amount_words(resource, proof.possible)


_WORDS = {
    Reason.NO_NODE: _no_node,
    Reason.TOO_LARGE: _too_large,
    Reason.TOO_MUCH: _too_much,
    Reason.TOO_MANY: _too_many,
    Reason.TOO_COARSE: _too_coarse,
    Reason.ALL_TRIED: _all_tried,
}
