"""A module and a target → a check of that target. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import TypeAdapter, ValidationError

from tiktoktoe_cli.health.settings import PROBES

if TYPE_CHECKING:
    from tiktoktoe_cli.health.settings import Examination

_SCHEMES: Final = {"http": "http://", "websocket": "ws://"}
"""What a target without a scheme gets; Prometheus' blackbox exporter does so for http (`prober/http.go`)."""
_LONGEST: Final = 2048


class TargetError(ValueError):
    """A target that a module cannot be aimed at; the message says why."""


def aim(module: Examination, target: str) -> Examination:
    """Return the module as a check of a target, which is read as that setting of its probe in the configuration.

    Raises:
        TargetError: if it is none.
    """
    kind, probe = module.kind, module.probe
    if kind in _SCHEMES and "://" not in target:
        target = _SCHEMES[kind] + target
    if len(target) > _LONGEST:
        raise TargetError(f"a target has at most {_LONGEST} characters")
    value = _validated(PROBES[kind].model_fields[probe.target], target)
    aimed = probe.model_copy(update={probe.target: value})
    # not `model_copy`: what a model has cached of itself goes along with it
    return type(module).model_construct(**{**_settings(module), kind: aimed})


def _settings(module: Examination) -> dict[str, Any]:  # as `_validated`
    return {name: getattr(module, name) for name in type(module).model_fields}


def _validated(field: Any, target: str) -> Any:  # pydantic's own; a setting may have any type
    annotation: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    try:
        return TypeAdapter(annotation).validate_python(target)
    except ValidationError as error:
        raise TargetError(error.errors()[0]["msg"]) from None
