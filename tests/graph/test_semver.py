"""Versions and ranges, against node-semver's own fixtures and answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.graph.semver import SemverError, Version, VersionRange

if TYPE_CHECKING:
    from pathlib import Path

# Of node's fixtures these are not for us: `loose` parsing, `includePrerelease`, and inputs that only JavaScript has.
# Of its functions we have parsing, comparing, satisfies, validRange and minVersion; not inc, coerce, gtr and subset.
OTHER_MODES = ("loose", "includePrerelease")
ONLY_OURS = {">=1.2.3, <2.0.0", ">=1.2.3,<2.0.0"}  # a comma is "and"
ONLY_NODES = {"~=1.2", "~=1.2.3"}  # node reads `~=` as `~`, PEP 440 otherwise: we refuse


def cases(vectors: Path, name: str) -> list[dict[str, Any]]:  # JSON
    """Read one of node's fixtures, without the cases that are not for our dialect."""
    found = json.loads((vectors / "graph" / "semver" / f"{name}.json").read_text())["cases"]
    strict = [
        case for case in found if not any((case.get("options") or {}).get(mode) for mode in OTHER_MODES)
    ]
    return [case for case in strict if isinstance(case.get("version", case.get("value", "")), str)]


def canonical(text: str) -> str | None:
    """Return a range in bounds, or None if it is refused."""
    try:
        return str(VersionRange.parse(text))
    except SemverError:
        return None


def satisfies(version: str, accepted: str) -> bool:
    """Answer as node's `satisfies` does: what cannot be read satisfies nothing."""
    try:
        return VersionRange.parse(accepted).matches(Version.parse(version))
    except SemverError:
        return False


def test_ranges_mean_what_they_mean_to_npm(vectors: Path) -> None:
    """Every range of node's fixtures has node's canonical form, or is refused where node refuses it."""
    fixtures = cases(vectors, "range-parse")

    answers = {case["range"]: canonical(case["range"]) for case in fixtures}

    assert len(fixtures) > 90
    assert answers == {case["range"]: case["canonical"] for case in fixtures}


@pytest.mark.parametrize("fixture", ["range-include", "range-exclude"])
def test_versions_are_in_the_ranges_that_npm_puts_them_in(vectors: Path, fixture: str) -> None:
    """Whether a version is in a range, also a prerelease, is answered as node-semver 7.8.5 answered when it was run."""
    fixtures = cases(vectors, fixture)

    wrong = [case for case in fixtures if satisfies(case["version"], case["range"]) is not case["oracle"]]

    assert len(fixtures) > 70
    assert wrong == []


@pytest.mark.parametrize("fixture", ["version-gt-range", "version-lt-range"])
def test_a_version_beyond_a_range_is_not_in_it(vectors: Path, fixture: str) -> None:
    """What node calls greater or less than a whole range is outside of it."""
    fixtures = cases(vectors, fixture)

    inside = [case for case in fixtures if satisfies(case["version"], case["range"])]

    assert len(fixtures) > 30
    assert inside == []


def test_the_lowest_version_is_the_one_that_npm_finds(vectors: Path) -> None:
    """The lowest version of a range is node's minVersion, and missing where node finds none."""
    fixtures = cases(vectors, "min-version")

    lowest = {case["range"]: VersionRange.parse(case["range"]).minimum() for case in fixtures}

    assert {text: found and str(found) for text, found in lowest.items()} == {
        case["range"]: case["min"] for case in fixtures
    }


@pytest.mark.parametrize("fixture", ["range-intersection", "comparator-intersection"])
def test_ranges_that_npm_calls_disjoint_have_nothing_in_common(vectors: Path, fixture: str) -> None:
    """Two ranges joined by "and" have a lowest version exactly where node says that they intersect."""
    fixtures = cases(vectors, fixture)

    def together(case: dict[str, Any]) -> VersionRange:  # JSON
        both = [f"{a} {b}" for a in case["a"].split("||") for b in case["b"].split("||")]
        return VersionRange.parse("||".join(both))

    wrong = [case for case in fixtures if (together(case).minimum() is not None) is not case["intersects"]]

    assert len(fixtures) > 30
    assert wrong == []


def test_versions_are_ordered_as_semver_orders_them(vectors: Path) -> None:
    """The greater one of node's pairs is greater, and not less or equal."""
    pairs = [
        (Version.parse(case["greater"]), Version.parse(case["lesser"]))
        for case in cases(vectors, "comparisons")
    ]

    wrong = [pair for pair in pairs if not pair[0] > pair[1] or pair[0] <= pair[1]]

    assert len(pairs) > 15
    assert wrong == []


def test_build_metadata_does_not_make_a_difference(vectors: Path) -> None:
    """Versions that node calls equal are equal, also with different build metadata."""
    pairs = [(Version.parse(case["a"]), Version.parse(case["b"])) for case in cases(vectors, "equality")]

    wrong = [pair for pair in pairs if pair[0] != pair[1] or hash(pair[0]) != hash(pair[1])]

    assert pairs
    assert wrong == []


def test_a_version_is_read_into_its_parts(vectors: Path) -> None:
    """Numbers, prerelease identifiers and build identifiers come out as node reads them."""
    fixtures = cases(vectors, "valid-versions")

    read = [Version.parse(case["version"]) for case in fixtures]

    assert [(*one.release, list(one.prerelease), one.build) for one in read] == [
        (case["major"], case["minor"], case["patch"], case["prerelease"], ".".join(case["build"]))
        for case in fixtures
    ]


def test_what_is_no_version_is_refused(vectors: Path) -> None:
    """Texts that are too long, numbers that are too large and mere words are no versions."""
    fixtures = cases(vectors, "invalid-versions")

    for case in fixtures:
        with pytest.raises(SemverError):
            Version.parse(case["value"])

    assert len(fixtures) >= 5


def test_the_best_of_several_versions_is_found(vectors: Path) -> None:
    """The greatest and the least version of a list within a range are node's."""
    greatest, least = cases(vectors, "max-satisfying"), cases(vectors, "min-satisfying")

    def fitting(case: dict[str, Any]) -> list[Version]:  # JSON
        accepted = VersionRange.parse(case["range"])
        return [version for version in map(Version.parse, case["versions"]) if accepted.matches(version)]

    assert [str(max(fitting(case))) for case in greatest] == [case["expect"] for case in greatest]
    assert [str(min(fitting(case))) for case in least] == [case["expect"] for case in least]


def test_the_dialect_differs_from_npm_in_the_comma_and_the_refused_operators_only(vectors: Path) -> None:
    """Where Cargo, PEP 440 and npm disagree, the answer is npm's, but for a comma and for `~=`."""
    fixtures = json.loads((vectors / "graph" / "semver" / "dialect-differences.json").read_text())["cases"]
    shared = [case for case in fixtures if case["range"] not in ONLY_OURS | ONLY_NODES]

    wrong = [
        case
        for case in shared
        if (canonical(case["range"]), satisfies(case["version"], case["range"]))
        != (case["node_canonical"], case["node"] is True)
    ]

    assert wrong == []
    assert {text: canonical(text) for text in ONLY_OURS} == dict.fromkeys(ONLY_OURS, ">=1.2.3 <2.0.0")
    assert {text: canonical(text) for text in ONLY_NODES} == dict.fromkeys(ONLY_NODES)


@pytest.mark.parametrize(
    ("written", "rewrite"),
    [
        ("~=1.4", "write `>=1.4 <2`"),
        ("~=1.4.2", "write `~1.4.2`"),
        ("!=1.4.2", "write `<1.4.2 || >1.4.2`"),
        ("===1.4.2", "write `1.4.2`"),
    ],
)
def test_an_operator_of_another_dialect_is_rewritten(written: str, rewrite: str) -> None:
    """Who writes `~=`, `!=` or `===` is told how to say the same here."""
    with pytest.raises(SemverError) as refused:
        VersionRange.parse(written)

    assert refused.value.hint == rewrite


@pytest.mark.parametrize(
    "text", ["1,,2", ",1", "1,", "~1.x.5", "latest", "1.2.3.4", ">=1.2.3<2", "1 - 2 - 3"]
)
def test_what_is_no_range_is_refused(text: str) -> None:
    """Empty parts, numbers after an `x`, words and run-together bounds are no ranges."""
    with pytest.raises(SemverError):
        VersionRange.parse(text)


def test_two_numbers_are_completed_in_the_hint() -> None:
    """Who writes `1.10` as a version is told to write `1.10.0`."""
    with pytest.raises(SemverError) as refused:
        Version.parse("1.10")

    assert refused.value.hint == "write all three numbers: `1.10.0`"


@given(st.text(max_size=40) | st.from_regex(r"[\^~<>=|xX*v., 0-9a-z+-]{0,60}", fullmatch=True))
def test_any_text_is_a_range_or_refused(text: str) -> None:
    """No text whatsoever does anything but parse or be refused, and what parses means the same when written out."""
    try:
        accepted = VersionRange.parse(text)
    except SemverError:
        return

    lowest = accepted.minimum()

    assert VersionRange.parse(str(accepted)) == accepted
    assert lowest is None or accepted.matches(lowest)


@pytest.mark.parametrize(
    "text", ["1" * 100_000, ">=1.0.0 " * 50_000, "1.2.3-" + "1" * 5_000, "~=" + "9" * 1_000]
)
def test_a_huge_text_is_refused(text: str) -> None:
    """Texts that are far too long are refused instead of being worked on."""
    with pytest.raises(SemverError):
        VersionRange.parse(text)
