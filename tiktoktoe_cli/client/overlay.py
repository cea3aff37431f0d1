"""What was said on the command line, read as if it stood in the configuration: the same checks, the same messages.

It becomes a text of YAML of its own, laid over the configuration: maps are merged, everything else is replaced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.client.settings import RequestSettings
from tiktoktoe_cli.config import Document
from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.nodes import Entry, MapNode, Source
from tiktoktoe_cli.config.validation import Shape
from tiktoktoe_cli.errors import ConfigError, Severity
from tiktoktoe_cli.resilience.settings import PolicySettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.report import Json

SOURCE: Final = "<command line>"
OWN_POLICY: Final = "command line"
"""What a policy is called that options describe."""
_YAML_BREAKS: Final = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF)}
_WORD: Final = re.compile(r'"?(\w+)"?: ')
_OPTIONS: Final[Mapping[str, str | Mapping[str, str]]] = {
    "method": "--method",
    "headers": "--header",
    "expect": "--expect",
    "timeout": "--timeout",
    "policy": "--policy",
    "tls": {"ca": "--cacert", "cert": "--cert", "key": "--key"},
    "proxy": "--proxy",
    "- fallback": "--fallback",
    "- timeout": "--deadline",
    "- retry": {"max_attempts": "--attempts", "base": "--base", "deadline": "--deadline"},
    "- circuit_breaker": "--breaker",
}
"""The options by what they are in YAML: a setting of the request, or a layer and one of its own."""


@dataclass(frozen=True, slots=True)
class Said:
    """The request that is meant, its settings as far as options give them, and layers of a policy in YAML.

    Without `layers` (None) options describe no policy; with none of them (empty) they describe one that lets
    everything pass.
    """

    name: str
    settings: Mapping[str, Json]
    layers: Sequence[str] | None = None

    @property
    def text(self) -> str:
        """The same as YAML, a line for each setting and layer."""
        return "\n".join([*self._request(), *self._policy(), ""])

    def _request(self) -> Iterator[str]:
        policy = {} if self.layers is None else {"policy": OWN_POLICY}
        # said to be a key: one that the colon makes a key may have 1,024 characters only
        yield f"requests:\n  ? {_quoted(self.name)}\n  :" + ("" if self.settings or policy else " {}")
        for key, value in {**self.settings, **policy}.items():
            yield f"    {key}: {_quoted(value)}"

    def _policy(self) -> Iterator[str]:
        if self.layers is not None:
            yield f"resilience:\n  {OWN_POLICY}:" + ("" if self.layers else " []")
            yield from (f"    - {layer}" for layer in self.layers)


def read_said(said: Said, document: Document) -> tuple[RequestSettings, PolicySettings | None]:
    """Read a request, and the policy if options describe one; `document` is the configuration, empty if there is none.

    The document learns the secrets among the options, but is not changed otherwise.

    Raises:
        ConfigError: with every problem.
    """
    whole = _laid_over(said, document)
    request = _read(RequestSettings, whole, ("requests", said.name))
    policy = None if said.layers is None else _read(PolicySettings, whole, ("resilience", OWN_POLICY))
    _refuse(whole)
    assert request is not None, "what has no problems was read"  # noqa: S101  # states an invariant
    return request, policy


def _laid_over(said: Said, document: Document) -> Document:
    composition = compose(Source(SOURCE, Path(), said.text))
    sources = {**document.sources, SOURCE: said.text}
    whole = Document(None, sources, list(composition.problems), document.faults, document.mask)
    _refuse(whole)
    assert isinstance(composition.root, MapNode), "the text is a map"  # noqa: S101  # states an invariant
    whole.root = _merged(document.root, composition.root) if document.root else composition.root
    return whole


def _merged(below: MapNode, above: MapNode, *, folds: bool = False) -> MapNode:
    """Lay a map over another one; if it `folds`, keys that differ in case only are the same."""
    said = {key.lower() for key in above.entries} if folds else set()
    entries = {key: entry for key, entry in below.entries.items() if key.lower() not in said}
    for key, entry in above.entries.items():
        value, under = entry.value, below.get(key)
        if isinstance(value, MapNode) and isinstance(under, MapNode):
            value = _merged(under, value, folds=key == "headers")
        entries[key] = Entry(entry.key, value)
    return MapNode(above.source, above.start, above.end, entries)


def _read(
    type_: Any, document: Document, path: tuple[str, ...]
) -> Any:  # a settings class, and what it reads
    node = document.node(path)
    return Shape(type_).read(document, node, path) if node else None


def _refuse(document: Document) -> None:
    problems = tuple(_in_its_option(problem, document.sources) for problem in document.sorted_problems())
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise ConfigError(problems, sources=document.sources, mask=document.mask.line)


def _in_its_option(problem: Problem, sources: Mapping[str, str]) -> Problem:
    """Name the option that a problem came from, in place of a text that nobody wrote."""
    place = problem.place
    if place is None or place.file != SOURCE:
        return problem
    line = sources[SOURCE].splitlines()[place.line - 1]
    first, *inner = _WORD.findall(line[: place.end_column or place.column]) or [""]
    option = _OPTIONS.get(f"- {first}" if line.lstrip().startswith("- ") else first)
    if isinstance(option, Mapping):
        option = next((option[word] for word in reversed(inner) if word in option), None)
    return replace(problem, message=f"`{option}`: {problem.message}", place=None) if option else problem


def _quoted(value: Json) -> str:
    """Write a value as JSON, which is YAML too but for the line breaks that only YAML knows."""
    return json.dumps(value, ensure_ascii=False).translate(_YAML_BREAKS)
