"""What is left on a screen after a program has written on it."""

from __future__ import annotations

import re

_PIECES = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|([\r\n])|([^\r\n\x1b])")


def screen_of(written: str, width: int) -> list[str]:
    """Follow carriage returns, line feeds, wrapping, `CUU` and `EL` (ECMA-48); all else is passed over."""
    rows: list[list[str]] = [[]]
    row = column = 0
    for number, command, ending, character in _PIECES.findall(written):
        if command == "A":
            row = max(0, row - int(number or 1))
        elif command == "K":
            rows[row] = []
        elif ending == "\r":
            column = 0
        elif ending or (character and column == width):
            row, column = row + 1, 0
        if character:
            rows += [[] for _ in range(row + 1 - len(rows))]
            rows[row] += [" "] * (column + 1 - len(rows[row]))
            rows[row][column] = character
            column += 1
        rows += [[] for _ in range(row + 1 - len(rows))]
    return ["".join(cells).rstrip() for cells in rows]
