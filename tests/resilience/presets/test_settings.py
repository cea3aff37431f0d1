"""A breaker is read from YAML under our names or the library's, and what is wrong is shown where it was written."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.resilience.presets.walking import settings_drawn
from tiktoktoe_cli.config import load
from tiktoktoe_cli.config.fields import Settings
from tiktoktoe_cli.config.schema import schema_of
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.config.validation import Shape
from tiktoktoe_cli.resilience.presets.catalog import DEFAULT, PRESETS, settings_of
from tiktoktoe_cli.resilience.presets.settings import BreakerChoice, BreakerSettings
from tiktoktoe_cli.resilience.presets.tiktoktoe import TiktoktoeSettings

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.config import Document


class Written(Settings):
    """A configuration of nothing but a breaker."""

    breaker: BreakerChoice


SHAPE = Shape(BreakerChoice)
SCHEMA = schema_of("test", [((), Written)])
EDITOR = jsonschema.Draft7Validator(SCHEMA)
presets = pytest.mark.parametrize("name", PRESETS)


class Folder:
    """Where the configurations of these tests are written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, *options: str) -> tuple[BreakerSettings | None, Document]:
        """Read a breaker with these lines; the first option stands on line 2."""
        text = "breaker:" + "".join(f"\n  {option}" for option in options) if options else "breaker: {}"
        (self._path / "b.yaml").write_text(text, encoding="utf-8")
        document = load([str(self._path / "b.yaml")], {})
        node = document.node(("breaker",))
        assert node is not None
        return SHAPE.read(document, node, ("breaker",)), document

    def settings(self, *options: str) -> Any:  # the settings of whichever preset
        """Read a breaker that has nothing wrong."""
        settings, document = self.read(*options)
        assert document.problems == []
        return settings

    def problems(self, *options: str) -> list[tuple[str, int, int, str]]:
        """List what is wrong: code, line, column, message."""
        settings, document = self.read(*options)
        assert settings is None
        return [
            (problem.code, problem.place.line, problem.place.column, problem.message)
            for problem in document.sorted_problems()
            if problem.place
        ]

    def hint(self, *options: str) -> str:
        """Return the advice for the only problem."""
        (problem,) = self.read(*options)[1].problems
        return problem.hint or ""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Give a folder to write configurations into."""
    return Folder(tmp_path)


def test_without_a_name_it_is_the_default(folder: Folder) -> None:
    """Half of the calls open it, for 30 s: what was promised from the beginning."""
    settings = folder.settings()

    assert isinstance(settings, TiktoktoeSettings)
    assert (settings.failure_threshold, settings.reset_timeout) == (0.5, 30 * NS_PER_S)
    assert (settings.window.calls, settings.minimum_calls, settings.half_open_calls) == (100, 10, 5)
    assert settings.slow_call_ns is None


@presets
def test_semantics_are_chosen_by_name(folder: Folder, name: str) -> None:
    """Each has settings of its own, and a machine that is called so."""
    settings = folder.settings(f"semantics: {name}")

    assert type(settings) is settings_of(name)
    assert settings.machine.name == name
    assert settings == settings_of(name)()


def test_unknown_semantics_are_told_with_the_nearest(folder: Folder) -> None:
    """The name is marked, and the one that was meant is named."""
    wrong = "semantics: resilience4"

    assert folder.problems(wrong) == [("unknown-semantics", 2, 14, "there is no breaker `resilience4`")]
    assert folder.hint(wrong) == "did you mean `resilience4j`?"


def test_semantics_unlike_any_are_told_with_all(folder: Folder) -> None:
    """Whoever is far off learns what there is."""
    hint = folder.hint("semantics: zzzz")

    assert "`tiktoktoe`" in hint
    assert "`polly_v8`" in hint


@pytest.mark.parametrize("nothing", ["semantics:", "semantics: [a]", "semantics: {a: b}"])
def test_semantics_are_a_name(folder: Folder, nothing: str) -> None:
    """Something else is not taken for one, nor for the default."""
    ((code, line, *_),) = folder.problems(nothing)

    assert (code, line) == ("unknown-semantics", 2)


@presets
def test_an_unknown_option_is_told_with_those_that_there_are(folder: Folder, name: str) -> None:
    """The message names the preset, the hint all its own options; the key is marked."""
    wrong = (f"semantics: {name}", "reset_timeout: 30s", "qqqq: 1")

    assert folder.problems(*wrong) == [("unknown-option", 4, 3, f"`{name}` has no option `qqqq`")]
    assert all(
        f"`{option}`" in folder.hint(*wrong) for option in ("semantics", *settings_of(name).model_fields)
    )


def test_the_options_are_listed_once(folder: Folder) -> None:
    """Three strangers need no three lists."""
    _, document = folder.read("qqqq: 1", "wwww: 1", "zzzz: 1")

    assert [bool(problem.hint) for problem in document.problems] == [True, False, False]


def test_a_misspelled_semantics_is_recognized(folder: Folder) -> None:
    """It is an option like any other."""
    assert folder.hint("semantic: hystrix") == "did you mean `semantics`?"


def test_empty_semantics_are_called_empty(folder: Folder) -> None:
    """There is no breaker `None` that anybody asked for."""
    assert folder.problems("semantics:")[0][3] == "`semantics` is empty"


@pytest.mark.parametrize(
    ("named", "hint"),
    [("envoy", "did you mean `envoy_outlier`?"), ("polly", "did you mean `polly_v7` or `polly_v8`?")],
)
def test_the_beginning_of_a_name_is_enough_to_recognize_it(folder: Folder, named: str, hint: str) -> None:
    """Nobody knows the rest by heart."""
    assert folder.hint(f"semantics: {named}") == hint


@presets
def test_what_changes_no_transition_may_be_pasted(folder: Folder, name: str) -> None:
    """It is read, passed over, and remembered as it was written; the editor takes it too."""
    idle = settings_of(name).idle
    settings = folder.settings(f"semantics: {name}", *(f"{option}: 1" for option in idle))

    assert settings.ignored == idle
    assert settings.rules == settings_of(name)().rules
    assert EDITOR.is_valid({"breaker": {"semantics": name, **dict.fromkeys(idle, 1)}})


def test_what_another_layer_does_is_told_with_advice(folder: Folder) -> None:
    """The library has the option, so nobody says that it has not."""
    wrong = ("semantics: resilience4j", "record-exceptions: [java.io.IOException]")

    message = "`record-exceptions` of `resilience4j` is not a circuit breaker's option here"
    assert folder.problems(*wrong) == [("option-elsewhere", 3, 3, message)]
    assert "`expect`" in folder.hint(*wrong)


@presets
def test_each_library_option_has_one_meaning(name: str) -> None:
    """What is read is neither passed over nor sent elsewhere."""
    preset = settings_of(name)
    names = [*preset.native, *preset.elsewhere, *preset.idle]

    assert len(set(names)) == len(names)
    assert not {*preset.elsewhere, *preset.idle} & preset.model_fields.keys()


def test_an_option_of_another_library_is_unknown(folder: Folder) -> None:
    """Each preset takes its own names only."""
    ((code, *_, message),) = folder.problems("semantics: hystrix", "slidingWindowSize: 3")

    assert (code, message) == ("unknown-option", "`hystrix` has no option `slidingWindowSize`")


def test_a_misspelled_option_is_told_with_the_nearest(folder: Folder) -> None:
    """Of ours and the library's."""
    assert folder.hint("reset_timout: 1s") == "did you mean `reset_timeout`?"
    assert (
        folder.hint("semantics: resilience4j", "failureRateTreshold: 1")
        == "did you mean `failureRateThreshold`?"
    )


@pytest.mark.parametrize("name", ["failureRateThreshold", "failure-rate-threshold", "failure_rate_threshold"])
def test_a_library_s_names_may_be_spelled_as_its_users_do(folder: Folder, name: str) -> None:
    """In code, in properties, or as here; a bare number is a percentage, as it is there."""
    settings = folder.settings("semantics: resilience4j", f"{name}: 25")

    assert settings.failure_threshold == 0.25


@pytest.mark.parametrize(
    ("options", "duration_s"),
    [
        (("semantics: resilience4j", "waitDurationInOpenState: 1500"), 1.5),  # milliseconds
        (("semantics: resilience4j", "waitDurationInOpenState: 1500s"), 1_500),
        (
            ("semantics: resilience4j", "waitDurationInOpenState: PT1M1.5S"),
            61.5,
        ),  # ISO 8601, as Java's Duration
        (("semantics: hystrix", "sleepWindowInMilliseconds: 250"), 0.25),
        (("semantics: circuitbreaker", "recovery_timeout: 7"), 7),  # seconds
        (("semantics: purgatory", "ttl: 7.5"), 7.5),
        (("semantics: gobreaker", "Timeout: 2000000000"), 2),  # nanoseconds, as a time.Duration
    ],
)
def test_a_bare_number_has_the_library_s_unit(
    folder: Folder, options: tuple[str, ...], duration_s: float
) -> None:
    """What was pasted means what it meant; with a unit, it means that."""
    settings = folder.settings(*options)

    assert settings.reset_timeout == duration_s * NS_PER_S


def test_a_bare_number_under_our_name_has_no_unit(folder: Folder) -> None:
    """Ours are written with one, whatever the semantics."""
    ((code, line, *_),) = folder.problems("semantics: resilience4j", "reset_timeout: 60")

    assert (code, line) == ("bad-unit", 3)


def test_an_option_cannot_be_given_twice(folder: Folder) -> None:
    """Under our name and the library's: one of them is too much."""
    twice = ("semantics: resilience4j", "failure_threshold: 50%", "failureRateThreshold: 50")

    message = "`failure_threshold` and `failureRateThreshold` are the same option"
    assert folder.problems(*twice) == [("option-twice", 4, 3, message)]
    assert folder.hint(*twice) == "keep one of them"


def test_two_spellings_are_the_same_option(folder: Folder) -> None:
    """So they are not given both."""
    twice = ("semantics: resilience4j", "failureRateThreshold: 50", "failure-rate-threshold: 50")

    assert [code for code, *_ in folder.problems(*twice)] == ["option-twice"]


@pytest.mark.parametrize(
    ("option", "column", "code"),
    [
        ("failureRateThreshold: 500", 25, "bad-unit"),
        ("minimumNumberOfCalls: 0", 25, "out-of-range"),
        ("minimumNumberOfCalls: many", 25, "wrong-type"),
        ("automaticTransitionFromOpenToHalfOpenEnabled: perhaps", 49, "wrong-type"),
    ],
)
def test_what_is_wrong_is_shown_where_it_was_written(
    folder: Folder, option: str, column: int, code: str
) -> None:
    """Under the library's name, too: the problem is at its value."""
    found = folder.problems("semantics: resilience4j", "reset_timeout: 1s", option)

    assert [problem[:3] for problem in found] == [(code, 4, column)]


def test_all_that_is_wrong_is_told(folder: Folder) -> None:
    """Not the first mistake only."""
    found = folder.problems(
        "failure_threshold: 0%", "minimum_calls: 0", "half_open_calls: x", "sematics: hystrix"
    )

    assert [line for _, line, *_ in found] == [2, 3, 4, 5]


def test_a_rule_between_options_is_shown_at_one_of_them(folder: Folder) -> None:
    """More calls than the window holds never come together."""
    found = folder.problems("window: {calls: 5}", "minimum_calls: 6")

    message = "`minimum_calls` 6 is more than the window's 5 calls: it would never open"
    assert found == [("minimum-beyond-window", 3, 18, message)]


@pytest.mark.parametrize("text", ["breaker: 5", "breaker: [a]", "breaker: never"])
def test_options_are_a_mapping(tmp_path: Path, text: str) -> None:
    """Something else is refused where it stands."""
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    document = load([str(tmp_path / "b.yaml")], {})
    node = document.node(("breaker",))
    assert node is not None

    SHAPE.read(document, node, ("breaker",))

    assert [problem.code for problem in document.problems] == ["wrong-type"]


def test_the_schema_is_one_that_editors_read() -> None:
    """Draft-07, as yaml-language-server knows it, and without references that lead nowhere."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)

    assert "$ref" not in str(SCHEMA["properties"]["breaker"])


AGREED: list[dict[str, Any]] = [
    {},
    {"semantics": DEFAULT, "window": {"time": "10s"}, "failure_threshold": "50%"},
    {"semantics": "resilience4j", "failureRateThreshold": 50},
    {"semantics": "resilience4j", "failure-rate-threshold": 50, "sliding_window_size": 10},
    {"semantics": "hystrix", "circuitBreaker.requestVolumeThreshold": 3},
    {"semantics": "polly_v8", "failureRatio": 0.5},
    {"semantics": "nope"},
    {"semantics": 5},
    {"qqqq": 1},
    {"failureRateThreshold": 50},  # not of the default
    {"semantics": "hystrix", "slidingWindowSize": 3},
    {"minimum_calls": 0},
    {"minimum_calls": "many"},
    {"half_open_calls": 0},
    {"failure_threshold": "half"},
    {"reset_timeout": "soon"},
    {"reset_timeout_multiplier": 0.5},
    {"window": {}},
    {"window": {"calls": 5, "time": "1s"}},
    {"window": {"calls": 0}},
    {"window": 5},
    {"semantics": "resilience4j", "automatic_half_open": "perhaps"},
]


@pytest.mark.parametrize("options", AGREED, ids=str)
def test_the_editor_agrees_with_the_reader(folder: Folder, options: dict[str, Any]) -> None:
    """What is underlined there is refused here, and nothing else."""
    settings, _ = folder.read(*(f"{name}: {value}".replace("'", '"') for name, value in options.items()))

    assert EDITOR.is_valid({"breaker": options}) == (settings is not None)


@presets
def test_the_editor_takes_whatever_the_reader_takes(name: str) -> None:
    """Any settings, written out."""
    for seed in range(50):
        drawn = settings_drawn(settings_of(name), Random(seed))  # noqa: S311  # seeded on purpose
        written = drawn.model_dump(mode="json", exclude_unset=True)
        errors = [error.message for error in EDITOR.iter_errors({"breaker": {"semantics": name, **written}})]
        assert errors == [], written


@presets
def test_the_editor_proposes_the_library_s_names(name: str) -> None:
    """Each is among the properties, and says which of ours it is."""
    branches = SCHEMA["properties"]["breaker"]["anyOf"]
    (branch,) = [branch for branch in branches if name in str(branch["properties"]["semantics"])]

    for native, option in settings_of(name).native.items():
        assert native in settings_of(name).model_fields or f"`{option.field}`" in str(
            branch["properties"][native]
        )
