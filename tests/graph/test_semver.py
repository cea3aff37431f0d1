"""Versions and ranges, against node-semver's own fixtures and answers."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.graph.semver import (
    SemverError,
    Version,
    VersionRange,
    range_of,
    version_of,
    widened,
    will_do,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_KEPT = {
    "options.loose": "one strict grammar: what is misspelt is told, not guessed",
    "options.includePrerelease": "one meaning of ranges: who wants prereleases names one in the range",
    "values that are no texts": "only JavaScript can pass a regular expression or an object as a version",
    "~=": "node reads it as `~`, PEP 440 otherwise: refused, with the rewrite",
    "a comma": "it means `and`, as in Cargo and PEP 440; node refuses it",
    "increments.json": "no use here: nothing makes versions up, they come from the configuration",
    "prereleases inside of the bounds": "node calls 0.7.2-beta greater than 0.7.x, which has 0.7.3",
    "cargo-version-req.json, bare versions": "`1.2.3` is exact in npm, a caret in Cargo",
    "cargo-version-req.json, `1.2.*`": "the row has the versions of other requirements, of which it holds none",
    "cargo-version-req.json, errors": "npm has `||`, hyphens, spaces and an empty range, which Cargo refuses",
    "dialect-differences.json, cargo and pep440": "columns of other dialects, for comparison",
}
"""What the field's fixtures have and this dialect does not keep, each with the reason."""
OTHER_MODES = ("loose", "includePrerelease")
ONLY_OURS = {">=1.2.3, <2.0.0", ">=1.2.3,<2.0.0"}
ONLY_NODES = {"~=1.2", "~=1.2.3"}
INSIDE_OF_THE_BOUNDS = {("0.7.x", "0.7.2-beta"), (">1.2.3", "1.3.0-alpha")}
NOT_CARGOS = {"1.0.0", "0.3.0, 0.4.0", "0.1.0, 0.1.4, 0.1.6", "1.2.*"}
BY_PATTERN = {f"version-{word}-range" for word in ("gt", "lt", "not-gt", "not-lt")}


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


@pytest.mark.parametrize(
    ("fixture", "beyond"), [("gt", VersionRange.is_below), ("lt", VersionRange.is_above)]
)
def test_a_version_beyond_a_range_is_greater_or_less_than_all_of_it(
    vectors: Path, fixture: str, beyond: Callable[[VersionRange, Version], bool]
) -> None:
    """Whether a version is too new or too old for a range is answered as node answers."""
    outside, others = (
        cases(vectors, f"version-{fixture}-range"),
        cases(vectors, f"version-not-{fixture}-range"),
    )

    def wrong(found: list[dict[str, Any]], *, expected: bool) -> set[tuple[str, str]]:  # JSON
        return {
            (case["range"], case["version"])
            for case in found
            if beyond(VersionRange.parse(case["range"]), Version.parse(case["version"])) is not expected
        }

    assert len(outside) > 50
    assert len(others) > 70
    assert wrong(outside, expected=True) <= INSIDE_OF_THE_BOUNDS
    assert wrong(others, expected=False) == set()


def test_a_prerelease_inside_of_the_bounds_is_not_beyond_the_range() -> None:
    """Greater than a range is what is greater than everything in it."""
    for text, version in INSIDE_OF_THE_BOUNDS:
        accepted, inside = VersionRange.parse(text), Version.parse(version)

        assert accepted.encloses(inside)
        assert not accepted.matches(inside)
        assert not accepted.is_below(inside)
        assert not accepted.is_above(inside)


def test_the_lowest_version_is_the_one_that_npm_finds(vectors: Path) -> None:
    """The lowest version of a range is node's minVersion, and missing where node finds none."""
    fixtures = cases(vectors, "min-version")

    lowest = {case["range"]: VersionRange.parse(case["range"]).minimum() for case in fixtures}

    assert {text: found and str(found) for text, found in lowest.items()} == {
        case["range"]: case["min"] for case in fixtures
    }


@pytest.mark.parametrize("fixture", ["range-intersection", "comparator-intersection"])
def test_ranges_have_something_in_common_where_npm_says_so(vectors: Path, fixture: str) -> None:
    """Two ranges intersect exactly where node says that they do, whichever of them is asked."""
    fixtures = cases(vectors, fixture)

    def intersect(one: str, other: str) -> bool:
        return VersionRange.parse(one).intersects(VersionRange.parse(other))

    wrong = [
        case
        for case in fixtures
        if {intersect(case["a"], case["b"]), intersect(case["b"], case["a"])} != {case["intersects"]}
    ]

    assert len(fixtures) > 30
    assert wrong == []


def test_a_range_is_within_another_where_npm_says_so(vectors: Path) -> None:
    """One range is a subset of another exactly where node says that it is."""
    fixtures = cases(vectors, "subset")

    wrong = [
        case
        for case in fixtures
        if VersionRange.parse(case["sub"]).is_subset_of(VersionRange.parse(case["dom"])) is not case["subset"]
    ]

    assert len(fixtures) > 70
    assert wrong == []


def test_a_range_may_be_within_several_alternatives_together() -> None:
    """Unlike node's, the answer is exact where no alternative alone holds the whole range."""
    assert VersionRange.parse(">=1.0.0 <3.0.0-0").is_subset_of(VersionRange.parse("1.x || 2.x"))
    assert not VersionRange.parse(">=1.0.0 <3.0.1").is_subset_of(VersionRange.parse("1.x || 2.x"))


def test_prereleases_are_in_common_only_if_both_ask_for_them() -> None:
    """Unlike node's, the answer is about versions: a range of releases shares no prerelease with another."""
    prereleases = VersionRange.parse(">=1.2.3-rc.1 <1.2.3")

    assert not prereleases.intersects(VersionRange.parse("^1.2.0"))
    assert prereleases.intersects(VersionRange.parse("^1.2.3-rc.2"))


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
        return VersionRange.parse(case["range"]).select(map(Version.parse, case["versions"]))

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


def test_where_cargo_and_npm_write_the_same_they_mean_the_same(vectors: Path) -> None:
    """With a comma as "and", Cargo's requirements with operators have the versions that Cargo finds in them."""
    fixtures = json.loads((vectors / "graph" / "semver" / "cargo-version-req.json").read_text())["cases"]
    shared = [case for case in fixtures if case["req"] not in NOT_CARGOS]

    wrong = [
        (case["req"], version)
        for case in shared
        for expected, versions in ((True, case["match"]), (False, case["no_match"]))
        for version in versions
        if satisfies(version, case["req"]) is not expected
    ]

    assert len(shared) > 30
    assert wrong == []


def test_every_fixture_is_used_or_listed(vectors: Path) -> None:
    """No file of the field is passed over in silence."""
    source = Path(__file__).read_text(encoding="utf-8")

    names = {path.stem for path in (vectors / "graph" / "semver").iterdir()}

    assert {name for name in names if name not in source and name not in BY_PATTERN} == set()
    assert all(NOT_KEPT.values())


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


bounds = st.builds(
    "{}{}".format,
    st.sampled_from(["", "^", "~", "<", "<=", ">", ">="]),
    st.sampled_from(
        ["0.0.0", "0.1.0", "1.0.0-a", "1.0.0-b.1", "1.0.0", "1.0.1", "1.1.0-a", "1.1.0", "2.0.0"]
    ),
)
ranges = st.lists(st.lists(bounds, min_size=1, max_size=2).map(" ".join), min_size=1, max_size=2).map(
    " || ".join
)
LINE = sorted(
    Version.parse(f"{major}.{minor}.{patch}{prerelease}")
    for major, minor, patch in product(range(4), range(3), range(3))
    for prerelease in ("", "-0", "-a", "-a.0", "-b", "-b.1", "-b.1.0", "-c")
)
"""Versions on, beside and between the bounds above."""


@given(ranges, ranges)
def test_what_is_said_of_two_ranges_holds_for_every_version(one: str, other: str) -> None:
    """What two ranges share, and whether one holds the other, is what a walk along the line of versions finds."""
    a, b = VersionRange.parse(one), VersionRange.parse(other)
    in_a, in_b = ({version for version in LINE if each.matches(version)} for each in (a, b))

    assert a.intersects(b) is b.intersects(a) is bool(in_a & in_b)
    assert a.is_subset_of(b) is (in_a <= in_b)
    assert a.is_subset_of(b) <= (a.intersects(b) or a.minimum() is None)
    assert a.minimum() == min(in_a, default=None)


@given(ranges, st.sampled_from(LINE))
def test_beyond_a_range_is_beyond_every_version_in_it(text: str, version: Version) -> None:
    """A range is below a version if all of its versions are; so it is above."""
    accepted = VersionRange.parse(text)
    inside = [one for one in LINE if accepted.matches(one)]

    assert accepted.is_below(version) is (all(one < version for one in inside) and not accepted.is_unbounded)
    assert accepted.is_above(version) is all(one > version for one in inside)
    assert accepted.matches(version) <= accepted.encloses(version)


@pytest.mark.parametrize(
    ("text", "is_unbounded"),
    [
        ("*", True),
        ("", True),
        (">=1", True),
        (">1 || ^3", True),
        ("^1", False),
        ("1.2.3", False),
        ("<2", False),
    ],
)
def test_a_range_without_an_upper_end_is_unbounded(text: str, *, is_unbounded: bool) -> None:
    """An alternative that only has lower bounds lets in every version to come."""
    assert VersionRange.parse(text).is_unbounded is is_unbounded


def test_texts_that_cannot_be_read_say_nothing() -> None:
    """What is missing or malformed is neither a version nor a range; an unknown version will do everywhere."""
    assert (version_of(None), version_of("1.10"), version_of("1.2.3")) == (None, None, Version(1, 2, 3))
    assert (range_of(None), range_of("~=1"), range_of("^1")) == (None, None, VersionRange.parse("^1"))
    assert will_do(None, "^1")
    assert will_do("2.0.0", None)
    assert will_do("2.0.0", "~=1")
    assert not will_do("2.0.0", "^1")


@pytest.mark.parametrize(
    ("text", "version", "wider"),
    [
        ("^1.4", "2.0.0", "^1.4 || ^2.0.0"),
        ("*", "1.5.0-rc.1", ">=1.5.0-rc.1"),
        ("1 - 2", "3.1.0", "1 - 2 || ^3.1.0"),
    ],
)
def test_a_range_is_widened_by_an_alternative(text: str, version: str, wider: str) -> None:
    """The wider range has the version; where npm would drop the alternative, another form is found."""
    found = widened(text, Version.parse(version))

    assert found == wider
    assert VersionRange.parse(found).matches(Version.parse(version))
