from __future__ import annotations

import pickle
import pickletools
from typing import TYPE_CHECKING

from tests.health.answers import make_result, slow
from tiktoktoe_cli.health.parcels import packed

if TYPE_CHECKING:
    from tiktoktoe_cli.health import CheckResult


def test_a_parcel_holds_what_was_packed() -> None:
    """What another process unpacks is equal to what this one found out, down to the last part."""
    results = [("shop", slow()), ("cache", make_result())]

    unpacked: list[tuple[str, CheckResult]] = pickle.loads(packed(results))  # noqa: S301  # it is our own

    assert unpacked == results


def test_a_parcel_names_the_arguments_of_a_result_and_no_state() -> None:
    """A state would have been asked for, and is set, field by field: that is what takes long."""
    parcel = packed([("cache", make_result())])

    assert "BUILD" not in {step.name for step, *_ in pickletools.genops(parcel)}
