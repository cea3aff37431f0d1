"""What is on the status page, which `page` draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.health.render.about import About

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.health.facts import Attempt, HealthFacts
    from tiktoktoe_cli.health.history import Trend

Key: TypeAlias = tuple[str, str]
"""A service and its check."""


@dataclass(frozen=True, slots=True)
class StatusPage:
    """What is on the status page; `recent` are the latest results of a check that is watched, oldest first."""

    facts: HealthFacts
    about: About = field(default_factory=About)
    recent: Mapping[Key, Sequence[Attempt]] = field(default_factory=dict)
    trends: Mapping[Key, Mapping[str, Trend]] = field(default_factory=dict)
