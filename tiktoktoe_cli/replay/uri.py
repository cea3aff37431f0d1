"""The grammar of URIs, as RFC 3986 writes it in appendix A."""

from __future__ import annotations

import re

_PERCENT = r"%[0-9A-Fa-f]{2}"
_PLAIN = r"A-Za-z0-9\-._~!$&'()*+,;="  # unreserved and sub-delims
_PCHAR = rf"(?:[{_PLAIN}:@]|{_PERCENT})"
_NO_COLON = rf"(?:[{_PLAIN}@]|{_PERCENT})"
_IP_LITERAL = rf"\[(?:[0-9A-Fa-f:.]+|v[0-9A-Fa-f]+\.[{_PLAIN}:]+)\]"
_AUTHORITY = rf"(?:(?:[{_PLAIN}:]|{_PERCENT})*@)?(?:{_IP_LITERAL}|(?:[{_PLAIN}]|{_PERCENT})*)(?::[0-9]*)?"
_SEGMENTS = rf"(?:/{_PCHAR}*)*"
_SUFFIX = rf"(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
_ROOTED = rf"//{_AUTHORITY}{_SEGMENTS}|/(?:{_PCHAR}+{_SEGMENTS})?"
_URI = re.compile(rf"[A-Za-z][A-Za-z0-9+\-.]*:(?:{_ROOTED}|{_PCHAR}+{_SEGMENTS}|){_SUFFIX}")
_RELATIVE = re.compile(rf"(?:{_ROOTED}|{_NO_COLON}+{_SEGMENTS}|){_SUFFIX}")


def is_absolute_uri(text: str) -> bool:
    """Tell whether a text is a URI: it starts with a scheme."""
    return _URI.fullmatch(text) is not None


def is_uri_reference(text: str) -> bool:
    """Tell whether a text is a URI, or a reference relative to one."""
    return is_absolute_uri(text) or _RELATIVE.fullmatch(text) is not None
