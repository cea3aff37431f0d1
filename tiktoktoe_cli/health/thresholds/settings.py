"""What the YAML says about hysteresis: `thresholds: {preset: haproxy, fail: 5}`."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Settings
from tiktoktoe_cli.health.thresholds.presets import Preset
from tiktoktoe_cli.health.thresholds.rules import Rules
from tiktoktoe_cli.words import listed

_DEFAULT: Final = Preset.TIKTOKTOE.rules
_RULES: Final = {preset.value: preset.rules for preset in Preset}
_MOST: Final = 1000


class ThresholdsSettings(Settings):
    """How many results it takes until a check stands otherwise; one that is made once does not use them."""

    preset: Preset = Preset.TIKTOKTOE
    """Whose rules to follow; by default our own, which are those of Kubernetes but for checks that cannot be carried
    out. The numbers below are the preset's unless they are given."""
    fail: int = Field(_DEFAULT.fail, ge=1, le=_MOST)
    """Failures until it is unhealthy."""
    of: int | None = Field(_DEFAULT.of, ge=1, le=_MOST)
    """Among how many of the latest results the failures are counted; by default as many as `fail`, which then have to
    come in a row."""
    pass_: int = Field(_DEFAULT.pass_, ge=1, le=_MOST, alias="pass")
    """Passes in a row until it is healthy again. A service that starts counts as healthy after as many."""
    warn: int | None = Field(_DEFAULT.warn, ge=1, le=_MOST)
    """Failures in a row until it is degraded, which is Consul's warning; by default there are never enough."""
    retriable: bool = _DEFAULT.retriable
    """Whether an answer that is not what was expected counts like none at all; if not, a single one makes the check
    unhealthy."""

    @classmethod
    def meanings(cls) -> Mapping[str, str]:
        """Return the docstrings of the settings, with what the presets say."""
        said = super().meanings()
        return {
            **said,
            **{name: f"{said[name]} {_by_default(name)}" for name in ("fail", "pass_", "retriable")},
        }

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: object) -> object:
        """Take what is not given from the preset."""
        rules = _RULES.get(str(given.get("preset"))) if isinstance(given, dict) else None
        if not isinstance(given, dict) or rules is None:
            return given
        own = {"fail": rules.fail, "of": rules.of, "pass": rules.pass_, "warn": rules.warn}
        return {**own, "retriable": rules.retriable, **given}

    @model_validator(mode="after")
    def _reachable(self) -> "ThresholdsSettings":
        if self.of is not None and self.of < self.fail:
            context = {"of": self.of, "fail": self.fail, "hint": "raise `of`", "at": [("of",)]}
            raise PydanticCustomError(
                "out-of-range", "`fail` {fail} never happens among {of} results", context
            )
        if self.warn is not None and self.warn > self.fail:
            context = {"warn": self.warn, "fail": self.fail, "hint": "raise `fail`", "at": [("warn",)]}
            raise PydanticCustomError("out-of-range", "`warn` {warn} is more than `fail` {fail}", context)
        return self

    @property
    def rules(self) -> Rules:
        """The settings as a standing takes them."""
        return replace(
            self.preset.rules,
            fail=self.fail,
            of=self.of,
            pass_=self.pass_,
            warn=self.warn,
            retriable=self.retriable,
        )


def _by_default(name: str) -> str:
    """Say what the presets have: our own first, then whoever has something else."""
    others: dict[object, list[str]] = {}
    for preset in Preset:
        others.setdefault(getattr(preset.rules, name), []).append(preset)
    usual = getattr(_DEFAULT, name)
    del others[usual]
    words = (f"{json.dumps(value)} for {listed(presets)}" for value, presets in others.items())
    return f"By default {', '.join((json.dumps(usual), *words))}."
