"""JSON Schemas: reads and compiles one, following references to files beside it, never to the network."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import orjson

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.events.fault import Fault, pointer
from tiktoktoe_cli.replay.reading.sources import check_regular
from tiktoktoe_cli.words import reason_of, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema_rs import Validator

    from tiktoktoe_cli.replay.events.fault import Body

_MAX_BYTES = 16 << 20
_MAX_MESSAGE = 300  # the library's may hold the whole event


class SchemaProblemError(UsageError):
    """A schema that cannot be read or compiled."""


class EventSchema:
    """A compiled schema."""

    def __init__(self, validator: Validator) -> None:
        self._validator = validator
        self.is_valid = validator.is_valid

    def faults(self, body: Body) -> Iterator[Fault]:
        """Yield everything that is wrong with an event, sorted: the library's order changes with its version."""
        try:
            yield from sorted(self._found(body))
        except ValueError as error:  # the library's own limit, at 254 levels
            yield Fault("", "", "too-deep", f"the event is nested too deeply to be validated: {error}")

    def _found(self, body: Body) -> Iterator[Fault]:
        for error in self._validator.iter_errors(body):
            rule = pointer(*error.evaluation_path)
            keyword = str(error.evaluation_path[-1]) if error.evaluation_path else "false"
            yield Fault(pointer(*error.instance_path), rule, keyword, shortened(error.message, _MAX_MESSAGE))


def compile_schema(path: Path) -> EventSchema:
    """Read a JSON Schema: draft 2020-12, unless its `$schema` names another draft. Formats are checked.

    Raises:
        SchemaProblemError: it cannot be read, is no JSON, is no schema, or refers to what cannot be reached.
    """
    import jsonschema_rs

    try:
        schema = _read(path)
        validator = jsonschema_rs.validator_for(
            schema, retriever=_retrieve, base_uri=path.absolute().as_uri(), validate_formats=True
        )
    except OSError as error:
        raise SchemaProblemError(
            f"cannot read `{path}`: {reason_of(error)}", hint="check the path"
        ) from error
    except orjson.JSONDecodeError as error:
        raise SchemaProblemError(
            f"`{path}` is not JSON: {error}", hint="a schema is one JSON object"
        ) from error
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
        where = pointer(*error.instance_path) if isinstance(error, jsonschema_rs.ValidationError) else ""
        message = error.message if isinstance(error, jsonschema_rs.ValidationError) else str(error)
        at = f" at `{where}`" if where else ""
        raise SchemaProblemError(
            f"`{path}` is not a JSON Schema: {shortened(message, _MAX_MESSAGE)}{at}",
            hint="correct the schema",
        ) from error
    return EventSchema(validator)


def _read(path: Path) -> Any:  # JSON
    check_regular(path)
    with path.open("rb") as file:
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise OSError(errno.EFBIG, f"larger than {_MAX_BYTES:,} bytes", str(path))
    return orjson.loads(data)


def _retrieve(uri: str) -> Any:  # JSON
    """Read what a `$ref` names; the library reports what is raised here as its own error."""
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc:
        raise ValueError("schemas are not fetched from the network; put the file beside this one")
    return _read(Path(unquote(parts.path)))
