"""What whoever imports a system can ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.importing.compose.application import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.importing.facts import Notebook, Tree
    from tiktoktoe_cli.importing.fields import Fields

Facet: TypeAlias = "Callable[[str, Mapping[str, Fields], Notebook], Tree]"
"""Makes further settings of a service: of its name, all services as the source has them, and a place for remarks."""


@dataclass(frozen=True, slots=True)
class ComposeOptions:
    """What only Compose files are asked (`formats.TAKERS`): what is read by `choice`, and `facets`."""

    choice: Choice = field(default_factory=Choice)
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What every system is asked: a `name` for it, and whether to `infer` what calls what."""

    name: str | None = None
    infer: bool = True
    compose: ComposeOptions = field(default_factory=ComposeOptions)
