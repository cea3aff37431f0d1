"""Why nothing fits: the fewest needs that contradict each other, in words, and what would help."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from hypothesis import assume, given, settings

from tests.graph.resolution.puzzles import Raw, best_cost, systems
from tests.graph.systems import graph_of
from tiktoktoe_cli.errors import Place
from tiktoktoe_cli.graph import Graph
from tiktoktoe_cli.graph.resolution import Contradiction, resolve
from tiktoktoe_cli.graph.resolution.fixes import FixKind

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.resolution.conflict import Key
    from tiktoktoe_cli.graph.resolution.fixes import Change, Fix


def contradictions(system: Raw) -> tuple[Contradiction, ...]:
    """Find the contradictions of a system; without any, the example is of no use."""
    found = resolve(graph_of(system)).contradictions
    assume(found)
    return found


def told(system: Raw, **asked: Any) -> Contradiction:
    """Return the only contradiction of a system that was read from no file."""
    (found,) = resolve(Graph(graph_of(system).services), **asked).contradictions
    return found


def fixed(system: Raw, fix: Fix) -> Raw:
    """Write the changes of a fix into a system."""
    written = deepcopy(system)
    for change in fix.changes:
        _write(written[change.service], change)
    return written


def _write(service: Raw, change: Change) -> None:
    match change.kind:
        case FixKind.RELEASE:
            service["available"].append({"version": change.to, "depends_on": {}})
        case FixKind.WIDEN | FixKind.REMOVE:
            _write_edge(service["depends_on"], change)
            for candidate in service["available"]:
                _write_edge(candidate["depends_on"], change)
                if change.kind is FixKind.REMOVE and change.dependency not in candidate["depends_on"]:
                    candidate["depends_on"][change.dependency] = None
        case FixKind.DEPLOY:
            raise AssertionError(change)


def _write_edge(edges: Raw, change: Change) -> None:
    """Change an edge, or a range, if it says what the fix is about."""
    name = change.dependency
    if not change.need or name is None or name not in edges:
        return
    edge = edges[name]
    is_map = isinstance(edge, dict)
    if (edge["version"] if is_map else edge) != change.need.range:
        return
    if change.kind is FixKind.REMOVE:
        del edges[name]
    else:
        edges[name] = {**edge, "version": change.to} if is_map else change.to


@settings(max_examples=300)
@given(systems())
def test_a_conflict_cannot_be_resolved_and_is_as_small_as_can_be(system: Raw) -> None:
    """No choice meets the needs of a conflict; without any one of them there is one."""
    for found in contradictions(system):
        keys = {need.key for need in found.conflict.needs}

        assert found.conflict.is_minimal
        assert best_cost(system, counts=keys.__contains__) is None
        for key in keys:
            assert best_cost(system, counts=(keys - {key}).__contains__) is not None


@settings(max_examples=300)
@given(systems())
def test_conflicts_share_nothing_and_without_them_everything_fits(system: Raw) -> None:
    """All of them are told at once, and there is no further one."""
    found = contradictions(system)
    keys = [need.key for one in found for need in one.conflict.needs]

    def is_beside(key: Key) -> bool:
        return key not in keys

    assert len(keys) == len(set(keys))
    assert best_cost(system, counts=is_beside) is not None


@settings(max_examples=300)
@given(systems())
def test_every_fix_ends_its_conflict(system: Raw) -> None:
    """Whoever does what a fix says, and ends the other conflicts, has a system that fits together."""
    for found in contradictions(system):
        others = found.conflict.others

        def counts(key: Key, others: frozenset[Key] = others) -> bool:
            return key not in others

        for fix, words in found.fixes:
            assert words
            assert best_cost(fixed(system, fix), counts=counts) is not None, words


@given(systems())
def test_a_refutation_of_several_steps_is_told_to_its_end(system: Raw) -> None:
    """What needs an explanation has one, which ends where nothing is left."""
    for found in contradictions(system):
        targets = {need.target for need in found.conflict.needs}
        is_chain = any(need.source in targets for need in found.conflict.needs)

        assert bool(found.explanation) <= is_chain
        assert not found.explanation or found.explanation[-1].endswith("no choice of versions is left.")


def test_two_dependents_that_exclude_each_other_are_told_in_one_sentence() -> None:
    """Who needs what, where that is written, and what there is."""
    system = {
        "checkout": {"version": "1.0.0", "depends_on": {"redis": ">=7 <8"}},
        "sessions": {"version": "1.0.0", "depends_on": {"redis": "^6.2"}},
        "redis": {"version": "7.0.5", "available": ["6.2.1"]},
    }
    lines = {"checkout": 14, "sessions": 31}
    services = graph_of(system).services

    (found,) = resolve(
        Graph(services, value_place=lambda *path: Place("services.yaml", lines[str(path[1])], 1))
    ).contradictions

    assert found.sentence == (
        "`redis`: `checkout` needs `>=7 <8` (services.yaml:14), `sessions` needs `^6.2` (services.yaml:31); "
        "deployed `7.0.5`, available `6.2.1`"
    )
    assert found.explanation == ()
    assert [words for _, words in found.fixes] == [
        "widen the range of `checkout` on `redis` (services.yaml:14) to `>=7 <8 || ^6.2.1`",
        "widen the range of `sessions` on `redis` (services.yaml:31) to `^6.2 || ^7.0.5`",
    ]


def test_what_rules_out_a_new_version_is_told_beside_the_conflict() -> None:
    """A range without any known version is the conflict; who excludes its versions explains why none may be added."""
    found = told(
        {
            "checkout": {"version": "1.0.0", "depends_on": {"redis": ">=7 <8"}},
            "sessions": {"version": "1.0.0", "depends_on": {"redis": "^6.2"}},
            "redis": {"version": "7.0.5"},
        }
    )

    assert [need.source for need in found.conflict.needs] == ["sessions"]
    assert [need.source for need in found.opposed] == ["checkout"]
    assert found.sentence == ("`redis`: `sessions` needs `^6.2`, `checkout` needs `>=7 <8`; deployed `7.0.5`")
    assert [fix.changes[0].kind for fix, _ in found.fixes] == [FixKind.WIDEN]


def test_a_version_that_is_missing_is_asked_for() -> None:
    """If a new version would be in all ranges, it is one of the fixes, with one such version as an example."""
    found = told(
        {
            "a": {"version": "1.0.0", "depends_on": {"db": "^2.3"}},
            "b": {"version": "1.0.0", "depends_on": {"db": ">=2 <3"}},
            "db": {"version": "2.1.0"},
        }
    )

    assert [words for _, words in found.fixes] == [
        "widen the range of `a` on `db` to `^2.3 || ^2.1.0`",
        "make a version of `db` in `^2.3` available, such as `2.3.0`",
    ]


def test_a_name_that_is_no_service_is_said_to_be_none() -> None:
    """Whoever depends on what is not there is told so, and what to do."""
    found = told({"a": {"version": "1.0.0", "depends_on": {"ghost": "^1"}}})

    assert found.sentence == "`ghost`: `a` needs `^1`; it is not a service"
    assert [words for _, words in found.fixes] == [
        "remove the dependency of `a` on `ghost`, or add that service"
    ]


def test_a_chain_is_explained_step_by_step() -> None:
    """Facts, what follows from them, and so on to the end: as PubGrub tells it."""
    found = told(
        {
            "shop": {"version": "1.0.0", "depends_on": {"cart": "^1", "ledger": "^1"}},
            "cart": {"available": [{"version": "1.2.0", "depends_on": {"payments": "^2"}}]},
            "payments": {"available": [{"version": "2.0.0", "depends_on": {"ledger": "^3"}}]},
            "ledger": {"available": ["1.0.0", "3.0.0"]},
        }
    )

    assert "\n".join(found.explanation) == (
        "Because `cart 1.2.0` needs `payments` in `^2` and `payments 2.0.0` needs `ledger` in `^3`, "
        "with `cart 1.2.0`, `ledger` must be `3.0.0`.\n"
        "And because `shop 1.0.0` needs `cart` in `^1` and `shop 1.0.0` needs `ledger` in `^1`, "
        "no choice of versions is left."
    )
    assert found.fixes


def test_branches_are_told_apart() -> None:
    """Each version of a service fails for its own reason: the first branch gets a number, and is named by it."""
    foo = [
        {"version": "1.0.0", "depends_on": {"a": "^1", "b": "^1"}},
        {"version": "1.1.0", "depends_on": {"x": "^1", "y": "^1"}},
    ]
    found = told(
        {
            "root": {"version": "1.0.0", "depends_on": {"foo": "^1"}},
            "foo": {"available": foo},
            "a": {"available": [{"version": "1.0.0", "depends_on": {"b": "^2"}}]},
            "b": {"available": ["1.0.0", "2.0.0"]},
            "x": {"available": [{"version": "1.0.0", "depends_on": {"y": "^2"}}]},
            "y": {"available": ["1.0.0", "2.0.0"]},
        }
    )

    assert "\n".join(found.explanation) == (
        "Because `foo 1.1.0` needs `x` in `^1` and `x 1.0.0` needs `y` in `^2`, "
        "with `foo 1.1.0`, `y` must be `2.0.0`.\n"
        "And because `foo 1.1.0` needs `y` in `^1`, `foo` cannot be `1.1.0`. (1)\n"
        "\n"
        "Because `foo 1.0.0` needs `a` in `^1` and `a 1.0.0` needs `b` in `^2`, "
        "with `foo 1.0.0`, `b` must be `2.0.0`.\n"
        "And because `foo 1.0.0` needs `b` in `^1`, `foo` cannot be `1.0.0`.\n"
        "And because `foo` cannot be `1.1.0` (1), `foo` cannot be deployed.\n"
        "And because `root 1.0.0` needs `foo` in `^1`, no choice of versions is left."
    )


def test_a_cycle_that_versions_could_avoid_is_a_reason() -> None:
    """Ranges that all hold, but in services that would wait for each other, are told as that, and cut."""
    found = told(
        {
            "web": {"version": "1.0.0", "depends_on": {"api": "^2"}},
            "api": {"version": "1.0.0", "available": [{"version": "2.0.0", "depends_on": {"db": "*"}}]},
            "db": {"version": "1.0.0", "depends_on": {"api": "*"}},
        }
    )

    assert "\n".join(found.explanation) == (
        "Because `web 1.0.0` needs `api` in `^2` and `api 2.0.0` and `db 1.0.0` wait for each other to start, "
        "no choice of versions is left."
    )
    assert [words for _, words in found.fixes] == [
        "widen the range of `web` on `api` to `^2 || ^1.0.0`",
        "make a version of `api` in `^2` available, such as `2.0.1`",
        "write `db: null` for `api 2.0.0`",
        "remove the dependency of `db` on `api`",
    ]


def test_two_ranges_are_widened_where_one_is_not_enough() -> None:
    """If no single change ends a conflict, the smallest pairs that do are told."""
    found = told(
        {
            "a": {"version": "1.0.0", "depends_on": {"db": "^1"}},
            "b": {"version": "1.0.0", "depends_on": {"db": "^2"}},
            "c": {"version": "1.0.0", "depends_on": {"db": "^3"}},
            "db": {"version": "1.0.0", "available": ["2.0.0", "3.0.0"]},
        }
    )

    assert len(found.conflict.needs) == 2
    assert found.fixes
    assert all(len(fix.changes) == 2 for fix, _ in found.fixes)
