from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.importing.compose.variables import HOLE, Variables

KNOWN = Variables({"A": "1", "E": "", "D": "5$X", "API_TOKEN": "sesame"})
TEXTS = st.text("AEX${}:-+? a", max_size=30)


@pytest.mark.parametrize(
    ("text", "filled", "settled"),
    [
        ("$A", "1", "1"),
        ("${A}b", "1b", "1b"),
        ("$Ab ${A}", "${Ab} 1", f"{HOLE} 1"),
        ("$X$A $D{a}", "${X}1 5$$X{a}", f"{HOLE}1 5$X{{a}}"),
        ("${X}", "${X}", HOLE),
        ("${X:-a} ${X-b} ${A:-c}", "${X:-a} ${X-b} 1", "a b 1"),
        ("${E:-a} ${E-b}.", "${E:-a} .", "a ."),
        ("${X:-${A}} ${X:-${Y:-z}}", "${X:-${A}} ${X:-${Y:-z}}", "1 z"),
        ("${A:+yes} ${X:+no} ${E:+no} ${E+yes}", "yes ${X:+no} ${E:+no} yes", "yes   yes"),
        ("${X:?tell me} ${A:?why}", "${X:?tell me} 1", f"{HOLE} 1"),
        ("$$A $${A} $$$A", "$$A $${A} $$1", "$A ${A} $1"),
        ("$D", "5$$X", "5$X"),
        ("${API_TOKEN}", "${API_TOKEN}", "sesame"),
        ("$1 $ ${ ${} ${A", "$1 $ ${ ${} ${A", "$1 $ ${ ${} ${A"),
        ("${A b} $A", "${A b} $A", "${A b} $A"),
    ],
)
def test_variables_are_put_in_as_far_as_they_are_known(text: str, filled: str, settled: str) -> None:
    """What is not known, a secret or a dollar sign stays as it is written; settled, it has a value or is a hole."""
    assert KNOWN.filled(text) == filled
    assert KNOWN.settled(text) == settled


@given(TEXTS)
def test_what_is_filled_means_the_same(text: str) -> None:
    """Whoever settles a text later gets what it meant before."""
    assert KNOWN.settled(KNOWN.filled(text)) == KNOWN.settled(text)


@given(TEXTS)
def test_filling_twice_changes_nothing(text: str) -> None:
    """Nodes can be shared."""
    once = KNOWN.filled(text)

    assert KNOWN.filled(once) == once
