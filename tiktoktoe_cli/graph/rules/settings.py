"""What the YAML says about the rules, in `graph`: budgets, layers, severities, and which findings are accepted."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import LocalPath, Settings, Text
from tiktoktoe_cli.words import suggestion


class Level(StrEnum):
    """How much the findings of a rule matter here."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    OFF = "off"


def _existing_rule(rule_id: str) -> str:
    from tiktoktoe_cli.graph.rules.catalog import RULES  # it imports this module

    ids = [rule.id for rule in RULES]
    if rule_id not in ids:
        hint = suggestion(rule_id, ids) or "`tiktoktoe graph validate --explain all` lists the rules"
        context = {"rule": rule_id, "hint": hint}
        raise PydanticCustomError("unknown-value", "there is no rule `{rule}`", context)
    return rule_id


def _each_once(layers: tuple[str, ...]) -> tuple[str, ...]:
    twice = [position for position, group in enumerate(layers) if group in layers[:position]]
    if twice:
        context = {"group": layers[twice[0]], "hint": "a group is in one layer", "at": [(twice[0],)]}
        raise PydanticCustomError("duplicate-name", "`{group}` is a layer already", context)
    return layers


RuleId = Annotated[Text, AfterValidator(_existing_rule)]
"""The id of a rule, such as `TTG105`."""


class BudgetSettings(Settings):
    """How deep and how tangled the system may become before TTG108 warns."""

    depth: int = Field(default=12, ge=1)
    """How many services the longest chain of start edges may have; 12 by default."""
    fan_in: int = Field(default=50, ge=1)
    """How many services may depend on one; 50 by default."""
    fan_out: int = Field(default=20, ge=1)
    """How many services one may depend on; 20 by default."""


class ForbiddenSettings(Settings):
    """Two groups of which the first may not depend on the second."""

    from_: Text = Field(alias="from")
    """The group whose services may not depend on ..."""
    to: Text
    """... services of this group."""
    reason: Text = ""
    """Why not: findings say it. The default says nothing."""


class SuppressionSettings(Settings):
    """Findings of one rule that are accepted; it accepts nothing until it has a reason (TTG903)."""

    rule: RuleId
    """The rule, such as `TTG105`."""
    services: tuple[Text, ...] = ()
    """What the finding is about: all of these names, in any order; `*` stands for anything, as in `legacy-*`. A
    dependency is about both of its services. The default accepts every finding of the rule."""
    reason: Text = ""
    """Why they are accepted: reports say it. Without it they are not."""


class GraphSettings(Settings):
    """How strict the rules of the graph are, and which of their findings are accepted."""

    budget: BudgetSettings = BudgetSettings()
    """How deep and how tangled the system may become."""
    layers: Annotated[tuple[Text, ...], AfterValidator(_each_once)] = ()
    """Groups from the outside to the inside: a service of one may depend on its own and on later ones only. Groups
    that are not named are free; by default all are."""
    forbidden: tuple[ForbiddenSettings, ...] = ()
    """Pairs of groups of which the first may not depend on the second, beside what `layers` says."""
    severity: dict[RuleId, Level] = Field(default_factory=dict)
    """How much a rule matters, where not as much as usual: `TTG105: error`, or `TTG106: off` to leave it out."""
    suppress: tuple[SuppressionSettings, ...] = ()
    """Findings that are accepted for good, each with a reason."""
    baseline: LocalPath | None = None
    """A file of findings that are accepted for now, which `graph validate --update-baseline` writes; none by default.
    What is in it and is no longer found is a finding itself."""
