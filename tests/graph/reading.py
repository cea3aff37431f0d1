"""A reader of the rails view: text in, services and edges out. It knows the legend and nothing of the drawer."""

from __future__ import annotations

import json
import re

LINE = re.compile(r"""\s*(\d+)\ ("(?:[^"\\]|\\.)*"|\S+)(\ \+\d+)?\ *([^\w"]*?)(?:\s{2}(\w.*))?""", re.VERBOSE)
FOLDED = re.compile(r'like ("(?:[^"\\]|\\.)*"|\S+?): (.*)')
NAME = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,;"]+')
NOTE = re.compile(r'((?:undefined )?\w+): ((?:"(?:[^"\\]|\\.)*"|[^;"])*)(?:; |$)')
BEGINS, TOUCHES, ENDS = set("┐┬."), set("┤┼+"), set("┘┴'")


def read_rails(text: str) -> tuple[dict[str, int], set[tuple[str, str, str]]]:
    """Return each service's wave, and every edge as source, target and kind."""
    lines = text.splitlines()
    groups = _groups(lines)
    waves: dict[str, int] = {}
    edges: set[tuple[str, str, str]] = set()
    lanes: dict[int, list[str]] = {}
    for line in lines:
        match = LINE.fullmatch(line)
        if match is None:
            continue
        first = _name(match[2])
        names = groups.get(first, [first])
        waves |= dict.fromkeys(names, int(match[1]))
        for column, mark in enumerate(match[4][1::2]):
            if mark in BEGINS:
                lanes[column] = names
            elif mark in TOUCHES | ENDS:
                edges |= {(source, target, "start") for source in names for target in lanes[column]}
        edges |= {(source, target, kind) for source in names for target, kind in _notes(match[5] or "")}
    return waves, edges


def _groups(lines: list[str]) -> dict[str, list[str]]:
    found = filter(None, map(FOLDED.fullmatch, lines))
    return {_name(match[1]): [_name(match[1]), *map(_name, NAME.findall(match[2]))] for match in found}


def _notes(text: str) -> list[tuple[str, str]]:
    return [(_name(name), kind) for kind, names in NOTE.findall(text) for name in NAME.findall(names)]


def _name(text: str) -> str:
    return json.loads(text) if text.startswith('"') else text
