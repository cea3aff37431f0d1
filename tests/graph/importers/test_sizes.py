from __future__ import annotations

import pytest

from tiktoktoe_cli.config.quantity import NANOS_PER_UNIT
from tiktoktoe_cli.config.units import UnitError
from tiktoktoe_cli.graph.importers.sizes import cores_of, memory_of


@pytest.mark.parametrize(
    ("text", "size", "written"),
    [
        ("512M", 512 * 2**20, "512Mi"),
        ("512m", 512 * 2**20, "512Mi"),
        ("512mb", 512 * 2**20, "512Mi"),
        ("512MiB", 512 * 2**20, "512Mi"),
        ("1g", 2**30, "1Gi"),
        ("1.5 GB", 3 * 2**29, "1536Mi"),
        ("64k", 2**16, "64Ki"),
        ("2048b", 2048, "2Ki"),
        ("1000", 1000, "1k"),
        ("1025", 1025, "1025"),
        ("0.1kb", 102, "102"),
        ("0", 0, "0"),
        ("2t", 2**41, "2Ti"),
    ],
)
def test_sizes_are_powers_of_1024(text: str, size: int, written: str) -> None:
    """As docker/go-units has them; a part of a byte is none."""
    found = memory_of(text)

    assert (int(found), str(found)) == (size * NANOS_PER_UNIT, written)


@pytest.mark.parametrize("text", ["", "many", "-1m", "1.m", "1e3", "1mm", "1 0", "٣m", "9" * 30])
def test_other_words_are_no_sizes(text: str) -> None:
    """They are told of, not guessed."""
    with pytest.raises(UnitError):
        memory_of(text)


@pytest.mark.parametrize(
    ("text", "written"), [("0.5", "500m"), ("2", "2"), ("0.333", "333m"), (".25", "250m")]
)
def test_cores_are_plain_numbers(text: str, written: str) -> None:
    """What Docker writes as 0.5 is 500m here."""
    assert str(cores_of(text)) == written


@pytest.mark.parametrize("text", ["", ".", "500m", "-1", "1.2.3", "two", "1k", "٣"])
def test_other_words_are_no_cores(text: str) -> None:
    """Kubernetes' suffixes mean nothing to Docker."""
    with pytest.raises(UnitError):
        cores_of(text)
