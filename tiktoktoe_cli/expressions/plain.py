"""Values as plain JSON data, in the mapping of protocol buffers' JSON."""

from __future__ import annotations

import base64
import math

from tiktoktoe_cli.expressions.maps import key_text, keys_of
from tiktoktoe_cli.expressions.times import format_duration, format_timestamp
from tiktoktoe_cli.expressions.values import Duration, Timestamp, TypeValue, UInt, Value, adopt

MAX_DEPTH = 100
_TOO_DEEP = "(nested too deeply)"


def to_json(value: Value, depth: int = 0) -> Value:  # noqa: PLR0911  # one case for each type
    """Turn a value into what json can write.

    A timestamp becomes RFC 3339, a duration seconds (`1.5s`), bytes base 64, a type its name, a uint an int;
    `NaN`, the infinities and the keys of a map become strings. What lies deeper than `MAX_DEPTH` lists and maps is
    left out, and says so: the data may come from anybody, and whoever writes it down recurses.
    """
    if depth > MAX_DEPTH:
        return _TOO_DEEP
    match adopt(value):
        case float() as number if not math.isfinite(number):
            return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
        case UInt() as number:
            return int(number)
        case bytes() as octets:
            return base64.b64encode(octets).decode()
        case Timestamp() as instant:
            return format_timestamp(instant)
        case Duration() as span:
            return format_duration(span)
        case TypeValue(name):
            return name
        case list() as items:
            return [to_json(item, depth + 1) for item in items]
        case dict() as entries:
            keys = map(key_text, keys_of(entries))
            return {key: to_json(item, depth + 1) for key, item in zip(keys, entries.values(), strict=True)}
        case other:
            return other
