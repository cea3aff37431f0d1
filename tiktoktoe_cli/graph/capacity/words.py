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
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.graph.capacity.amounts import Amounts
    from tiktoktoe_cli.graph.capacity.study import Study, WhatIf
    from tiktoktoe_cli.graph.capacity.survival import Loss

_MOST_NAMES = 3


def amounts_words(amounts: Amounts) -> str:
    """Write amounts of all resources: `2.5` cpu and `1.5Gi` memory."""
    return " and ".join(
        amount_words(resource, amount) for resource, amount in zip(Resource, amounts, strict=True)
    )


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


def _too_large(proof: Proof) -> str:
    return f"one replica of {listed(proof.services, limit=_MOST_NAMES, last='or')} is larger than every node"


def _too_much(proof: Proof) -> str:
    needed, room = _amounts_of(proof)
    return f"all replicas together request {needed}, the nodes have {room} free"


def _too_many(proof: Proof) -> str:
    size = " and ".join(
        amount_words(resource, amount)
        for resource, amount in zip(Resource, proof.size, strict=True)
        if amount
    )
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
    Reason.TOO_LARGE: _too_large,
    Reason.TOO_MUCH: _too_much,
    Reason.TOO_MANY: _too_many,
    Reason.TOO_COARSE: _too_coarse,
    Reason.ALL_TRIED: _all_tried,
}
