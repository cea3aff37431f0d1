"""YAML text → the events of PyYAML's parser: libyaml's, or the slow parser's where libyaml refuses what JSON allows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_HALF_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")


def events_of(text: str) -> Iterator[Any]:  # Any: PyYAML's event classes are untyped
    """Yield the events of a text.

    Raises:
        yaml.YAMLError: where it is no YAML.
    """
    import yaml

    has_halves = _HALF_ESCAPE.search(text) is not None
    loader: Any = (yaml.SafeLoader if has_halves else getattr(yaml, "CSafeLoader", yaml.SafeLoader))(text)
    try:
        events = iter(loader.get_event, None)
        yield from map(_with_whole_characters, events) if has_halves else events
    finally:
        loader.dispose()


def _with_whole_characters(event: Any) -> Any:
    r"""Join the halves of characters: in JSON, which YAML 1.2 holds, an emoji is written `\ud83d\ude00`."""
    import yaml

    text = getattr(event, "value", "")
    if _HALF.search(text):
        event.value = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        if _HALF.search(event.value):
            raise yaml.MarkedYAMLError(problem="surrogate", problem_mark=event.start_mark)
    return event
