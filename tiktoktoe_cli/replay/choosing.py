"""What the command line says instead of the YAML: which files to read, which events to take, who gets them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from tiktoktoe_cli.config.fields import Settings
from tiktoktoe_cli.config.units import Duration, UnitError
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.words import listed, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings

_Settings = TypeVar("_Settings", bound=Settings)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was given: `paths` in the place of the input's; keys of `select` and `pacing` over the YAML's; destinations.

    No path, no key or no destination leaves what the YAML says.
    """

    paths: Sequence[str] = ()
    select: Mapping[str, object] = field(default_factory=dict)
    destinations: Sequence[str] = ()
    pacing: Mapping[str, object] = field(default_factory=dict)
    follow: bool = False
    idle_exit: str | None = None

    def over(self, settings: PipelineSettings) -> PipelineSettings:
        """Give the pipeline as it runs.

        Raises:
            UsageError: a value is not valid, a destination not known.
        """
        source = settings.input
        read = source.model_copy(
            update={
                "paths": tuple(map(Path, self.paths)) or source.paths,
                "select": _updated(source.select, self.select),
                "follow": source.follow or self.follow,
                "idle_exit": self._idle_exit or source.idle_exit,
            }
        )
        pacing = _updated(settings.pacing, self.pacing)
        return _only(settings.model_copy(update={"input": read, "pacing": pacing}), self.destinations)

    @property
    def _idle_exit(self) -> Duration | None:
        try:
            return None if self.idle_exit is None else Duration.parse(self.idle_exit)
        except UnitError as error:
            raise UsageError(f"`--idle-exit`: {error}", hint="write it as `10s` or `5m`") from None


def _updated(said: _Settings, values: Mapping[str, object]) -> _Settings:
    """Let options win over settings, key by key."""
    given = {key: value for key, value in values.items() if value is not None}
    try:
        read = type(said).model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        option = str(first["loc"][0]).replace("_", "-")
        hint = (first.get("ctx") or {}).get("hint", "")
        message = f"`--{option}`: {first['msg'][:1].lower()}{first['msg'][1:]}"
        raise UsageError(message, hint=hint) from None
    return said.model_copy(update={name: getattr(read, name) for name in read.model_fields_set})


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
