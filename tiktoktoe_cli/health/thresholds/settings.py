"""What the YAML says about hysteresis: `thresholds: {preset: haproxy, fail: 5}`."""

from dataclasses import replace
from typing import Final

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Settings
from tiktoktoe_cli.health.thresholds.presets import PRESETS, Preset
from tiktoktoe_cli.health.thresholds.rules import Rules

_DEFAULT: Final = PRESETS[Preset.TIKTOKTOE]
_MOST: Final = 1000


class ThresholdsSettings(Settings):
    """How many results it takes until a check stands otherwise; one that is made once does not use them."""

    preset: Preset = Preset.TIKTOKTOE
    """Whose rules to follow; by default our own, which are those of Kubernetes but for checks that cannot be carried
    out. The numbers below are the preset's unless they are given."""
    fail: int = Field(_DEFAULT.fail, ge=1, le=_MOST)
    """Failures until it is unhealthy: 3 by default, 1 for `consul` and `m_of_n`."""
    of: int | None = Field(_DEFAULT.of, ge=1, le=_MOST)
    """Among how many of the latest results the failures are counted; by default as many as `fail`, which then have to
    come in a row."""
    pass_: int = Field(_DEFAULT.pass_, ge=1, le=_MOST, alias="pass")
    """Passes in a row until it is healthy again: 1 by default, 2 for `haproxy`, `envoy` and `gatus`. A service that
    starts counts as healthy after as many."""
    warn: int | None = Field(_DEFAULT.warn, ge=1, le=_MOST)
    """Failures in a row until it is degraded, which is Consul's warning; by default there are never enough."""
    retriable: bool = _DEFAULT.retriable
    """Whether an answer that is not what was expected counts like none at all; if not, a single one makes the check
    unhealthy. True by default, but for `envoy`."""

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: object) -> object:
        """Take what is not given from the preset."""
        if not isinstance(given, dict) or str(given.get("preset")) not in PRESETS:
            return given
        rules = PRESETS[Preset(given["preset"])]
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
            PRESETS[self.preset],
            fail=self.fail,
            of=self.of,
            pass_=self.pass_,
            warn=self.warn,
            retriable=self.retriable,
        )
