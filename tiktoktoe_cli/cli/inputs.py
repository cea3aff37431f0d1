"""Arguments that stand for data: a JSON object given as text, as `@FILE`, or as `@-` for standard input."""

from __future__ import annotations

import json
from typing import Any

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.words import reason_of

MAX_BYTES = 16 * 1024 * 1024


def read_json_object(argument: str | None, option: str) -> dict[str, Any]:  # JSON
    """Read a JSON object; nothing given is an empty one.

    Raises:
        UsageError: if the file cannot be read, or the text is not a JSON object.
    """
    if argument is None:
        return {}
    text = _read_file(argument[1:], option) if argument.startswith("@") else argument
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        words = str(error).lower() if isinstance(error, ValueError) else "nested too deeply"
        raise UsageError(
            f"`{option}` is not JSON: {words}", hint="""write it as '{"name": "value"}'"""
        ) from None
    if not isinstance(value, dict):
        raise UsageError(f"`{option}` is not a JSON object", hint="""write it as '{"name": "value"}'""")
    return value


def _read_file(name: str, option: str) -> str:
    from tiktoktoe_cli.config.reader import STDIN, open_input  # with the reader comes YAML

    try:
        with open_input(name) as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UsageError(f"`{option}`: `{name}` is larger than {MAX_BYTES >> 20} MiB")
        return data.decode()
    except OSError as error:
        hint = "name a file" if name == STDIN else "check the path"
        raise UsageError(f"`{option}` cannot read `{name}`: {reason_of(error)}", hint=hint) from None
    except UnicodeDecodeError:
        raise UsageError(f"`{option}`: `{name}` is not UTF-8 text") from None


def _no_constant(word: str) -> None:
    raise ValueError(f"`{word}` is not JSON")
