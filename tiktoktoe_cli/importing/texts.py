"""Texts of a source without variables → texts of ours, in which a dollar sign may begin one."""

from __future__ import annotations

import re
from typing import Final

_DOLLAR: Final = re.compile(r"\$(?=[\w${])")


def literal(text: str) -> str:
    """Keep dollar signs of a source without variables from being read as the beginning of one."""
    return _DOLLAR.sub("$$", text)
