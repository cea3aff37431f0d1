"""What the command line says instead of the YAML: which files to read, which events to take, who gets them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.settings.input import SelectSettings
from tiktoktoe_cli.words import listed, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was given: `paths` in the place of the input's; keys of `select`, over those of the YAML; destinations.

    No path, no key or no destination leaves what the YAML says.
    """

    paths: Sequence[str] = ()
    select: Mapping[str, object] = field(default_factory=dict)
    destinations: Sequence[str] = ()

    def over(self, settings: PipelineSettings) -> PipelineSettings:
        """Give the pipeline as it runs.

        Raises:
            UsageError: a value is not valid, a destination not known.
        """
        source = settings.input
        read = source.model_copy(
            update={
                "paths": tuple(map(Path, self.paths)) or source.paths,
                "select": _selected(source.select, self.select),
            }
        )
        return _only(settings.model_copy(update={"input": read}), self.destinations)


def _selected(said: SelectSettings, select: Mapping[str, object]) -> SelectSettings:
    given = {key: value for key, value in select.items() if value is not None}
    try:
        read = SelectSettings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        hint = (first.get("ctx") or {}).get("hint")
        raise UsageError(
            f"`--{first['loc'][0]}`: {first['msg'][:1].lower()}{first['msg'][1:]}", hint=hint
        ) from None
    update = {name: getattr(read, name) for name in read.model_fields_set}
    return said.model_copy(update=update)


def _only(settings: PipelineSettings, names: Sequence[str]) -> PipelineSettings:
    """Let only some destinations have events; what the others would have had is filtered."""
    for name in names:
        if name not in settings.destinations:
            hint = suggestion(name, settings.destinations) or f"there are {listed(settings.destinations)}"
            raise UsageError(f"the pipeline has no destination `{name}`", hint=hint)
    if not names:
        return settings
    routing = tuple(
        rule.model_copy(update={"to": tuple(name for name in rule.to if name in names)})
        for rule in settings.routing
    )
    kept = {name: choice for name, choice in settings.destinations.items() if name in names}
    return settings.model_copy(update={"routing": routing, "destinations": kept})
