"""Quantities answer as Kubernetes' own tests say."""

from __future__ import annotations

import json
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

import pytest

from tiktoktoe_cli.config.quantity import LARGEST, ByteSize, Notation, Quantity
from tiktoktoe_cli.config.units import UnitError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cases(vectors: Path) -> Any:
    """Return Kubernetes' cases."""
    return json.loads((vectors / "graph" / "k8s_quantity.json").read_text())


def _nano(value: str) -> int:
    with localcontext() as context:
        context.prec = 60
        return int(Decimal(value) * 10**9)


@pytest.mark.parametrize(
    ("text", "nano"),
    [("250m", 250_000_000), ("1.5", 1_500_000_000), ("128Mi", 134_217_728 * 10**9), ("2e3", 2000 * 10**9)],
)
def test_reads_everyday_quantities(text: str, nano: int) -> None:
    """Milli-cores, fractions, binary bytes and exponents are exact."""
    assert Quantity.parse(text) == nano


@pytest.mark.parametrize("text", ["", "Mi", "1 Gi", "128mb", "1K", "1.1.M", "0x10", "1e999999999", "٣"])
def test_refuses_what_kubernetes_refuses(text: str) -> None:
    """Spaces, wrong letter case and unknown suffixes are refused."""
    with pytest.raises(UnitError):
        Quantity.parse(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("128mb", ["`128Mi`", "`128M`", "Compose"]),
        ("1GB", ["`1Gi`", "`1G`"]),
        ("1.5g", ["`1.5Gi`", "`1.5G`"]),
        ("64kb", ["`64Ki`", "`64k`"]),
        ("64K", ["`64Ki`", "`64k`"]),
        ("100b", ["`100`"]),
        ("512 Mi", ["`512Mi`", "without spaces"]),
        ("512 mb", ["`512Mi`", "`512M`"]),
        ("much", ["`128Mi`", "letter case"]),
    ],
)
def test_a_wrong_suffix_is_told_the_right_ones(text: str, meant: list[str]) -> None:
    """Who writes a size as Compose does, in powers of 1024, is offered the same amount and the decimal one."""
    with pytest.raises(UnitError) as refusal:
        Quantity.parse(text)

    assert all(word in (refusal.value.hint or "") for word in meant)


@pytest.mark.parametrize("text", ["250m", "1.5", "-1", "0.1Ki"])
def test_a_part_of_a_byte_is_no_size(text: str) -> None:
    """A quarter of a byte, which `250m` is, is refused; what a size looks like is said."""
    with pytest.raises(UnitError) as refusal:
        ByteSize.parse(text)

    assert refusal.value.message == f"`{text}` is not a whole number of bytes"
    assert "`1Mi`" in refusal.value.hint


def test_a_size_is_whole_bytes() -> None:
    """Binary and decimal suffixes give whole bytes, also after a fraction, and zero is a size."""
    assert [ByteSize.parse(text).whole for text in ("1Mi", "1.5Ki", "0.5k", "0")] == [1_048_576, 1536, 500, 0]


def test_parses_every_case(cases: Any) -> None:
    """Each parse case holds, also with a plus or minus before it, once binary values are cut as Kubernetes does."""
    for case in cases["parse"]:
        most = LARGEST if case["format"] == Notation.BINARY_SI else float("inf")
        for sign, factor in (("", 1), ("+", 1), ("-", -1)):
            quantity = Quantity.parse(sign + case["input"])

            magnitude = min(abs(quantity), most)
            assert (magnitude, quantity.notation) == (abs(_nano(case["value"])), case["format"]), case
            assert quantity * factor >= 0, case


def test_binary_values_are_never_cut() -> None:
    """90Ei are 90 times 2^60, and do not fit where 8Ei do."""
    assert Quantity.parse("90Ei") == 90 * 2**60 * 10**9


def test_refuses_every_invalid_case(cases: Any) -> None:
    """Each invalid case is refused."""
    for text in cases["invalid"]:
        with pytest.raises(UnitError):
            Quantity.parse(text)


def test_prints_every_canonical_form(cases: Any) -> None:
    """Each value prints in the form that Kubernetes prints."""
    for case in [*cases["parse_emit_canonical"], *cases["large_values"]]:
        assert str(Quantity.parse(case["input"])) == case["canonical"], case
    for case in cases["value_to_canonical_string"]:
        assert str(Quantity(_nano(case["value"]), Notation(case["format"]))) == case["canonical"], case


def test_rounds_up_and_compares(cases: Any) -> None:
    """Rounding goes away from zero; comparison ignores the notation."""
    for case in cases["round_up"]:
        assert Quantity.parse(case["input"]).rounded_up(case["scale"]) == _nano(case["expect"]), case
    for case in cases["compare"]:
        x, y = Quantity.parse(case["x"]), Quantity.parse(case["y"])

        assert (x > y) - (x < y) == case["cmp"], case
    for case in cases["cpu_milli"]:
        assert Quantity.parse(case["input"]) == case["milli_cpu"] * 10**6
