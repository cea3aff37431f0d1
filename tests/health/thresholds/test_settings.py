from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tiktoktoe_cli.config import load
from tiktoktoe_cli.config.validation import Shape
from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.thresholds import Rules
from tiktoktoe_cli.health.thresholds.presets import Preset
from tiktoktoe_cli.health.thresholds.settings import ThresholdsSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.config import Document


def read(write: Callable[[str, str], str], text: str) -> tuple[Any, Document]:
    """Read thresholds from the YAML of their value."""
    document = load([write("t.yaml", f"t: {text}\n")], {})
    node = document.node(("t",))
    assert node
    return Shape(ThresholdsSettings).read(document, node, ("t",)), document


def test_our_own_rules_are_the_default() -> None:
    """Three failures in a row, one pass, and what cannot be carried out is a failure."""
    settings = ThresholdsSettings()

    assert (settings.fail, settings.pass_) == (3, 1)
    assert settings.rules == Rules(fail=3, pass_=1, initial=HealthState.UNHEALTHY)


@pytest.mark.parametrize("preset", Preset)
def test_a_preset_alone_brings_its_own_numbers(preset: Preset) -> None:
    """What is not said is as the system has it that is named."""
    assert ThresholdsSettings.model_validate({"preset": preset.value}).rules == preset.rules


@pytest.mark.parametrize(
    ("preset", "fail", "pass_"),
    [("kubernetes", 3, 1), ("haproxy", 3, 2), ("gatus", 3, 2), ("consul", 1, 1), ("m_of_n", 1, 1)],
)
def test_the_numbers_are_those_of_the_source(preset: str, fail: int, pass_: int) -> None:
    """Each system's documentation names these defaults."""
    settings = ThresholdsSettings.model_validate({"preset": preset})

    assert (settings.fail, settings.pass_) == (fail, pass_)


def test_what_is_given_wins(write: Callable[[str, str], str]) -> None:
    """A preset is where one starts, and every number can be another."""
    settings, document = read(write, "{preset: consul, fail: 5, warn: 2, pass: 3, of: 9, retriable: false}")

    assert not document.problems
    assert settings.rules == Rules(
        fail=5, pass_=3, of=9, warn=2, retriable=False, first_decides=True, follows_latest=False
    )


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("{preset: k8s}", "unknown-value", "`preset`: whose rules to follow; by default our own"),
        ("{preset: haprox}", "unknown-value", "did you mean `haproxy`?"),
        ("{fail: 0}", "out-of-range", "`fail`: failures until it is unhealthy"),
        ("{fail: 1001}", "out-of-range", "`fail`: failures until it is unhealthy"),
        ("{pass: 0}", "out-of-range", "`pass`: passes in a row until it is healthy again"),
        ("{pass: often}", "wrong-type", "`pass`: passes in a row until it is healthy again"),
        ("{fail: 3, of: 2}", "out-of-range", "raise `of`"),
        ("{preset: consul, warn: 2}", "out-of-range", "raise `fail`"),
        ("{fall: 3}", "unknown-key", "did you mean `fail`?"),
        (
            "3",
            "wrong-type",
            "write `KEY: VALUE`; its keys are `fail`, `of`, `pass`, `preset`, `retriable` and `warn`",
        ),
    ],
)
def test_what_is_wrong_is_told_once(
    write: Callable[[str, str], str], text: str, code: str, hint: str
) -> None:
    """Each mistake is one problem, with advice where there is some."""
    settings, document = read(write, text)

    assert settings is None
    (problem,) = document.problems
    assert problem.code == code
    assert (problem.hint or "").startswith(hint)


def test_the_documentation_knows_the_numbers_of_every_preset() -> None:
    """They are drawn from the presets, so that one more is told of as well."""
    said = ThresholdsSettings.meanings()

    assert said["fail"].endswith("By default 3, 1 for `consul` and `m_of_n`.")
    assert said["pass_"].endswith("By default 1, 2 for `haproxy`, `envoy` and `gatus`.")
    assert said["retriable"].endswith("By default true, false for `envoy`.")
