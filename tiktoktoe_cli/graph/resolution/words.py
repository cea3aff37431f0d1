"""How the answers name versions, needs and what follows from them, for people who run the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from tiktoktoe_cli.graph.resolution.fixes import FixKind
from tiktoktoe_cli.graph.resolution.recipe import edit_words
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.resolution.clauses import Clause
    from tiktoktoe_cli.graph.resolution.fixes import Change, Fix
    from tiktoktoe_cli.graph.resolution.question import Bits, Need, Question

_MOST_VERSIONS = 6
_MOST_NEEDS = 6
_NO_CHOICE = "no choice of versions is left"


class Wording:
    """Names things of one question; `value_place` finds where they are written."""

    def __init__(self, question: Question, graph: Graph) -> None:
        self._question, self._graph = question, graph

    def versions(self, name: str, bits: Bits, last: str = "or") -> str:
        """List versions of a service."""
        texts = [option.text or "unknown" for option in self._question.options_in(name, bits)]
        return listed(texts, limit=_MOST_VERSIONS, last=last)

    def holder(self, name: str, bits: Bits) -> str:
        """Name a service in some of its versions: `orders 2.6.0`, or every version of `orders`."""
        texts = [option.text for option in self._question.options_in(name, bits)]
        if len(texts) > 1 and bits == self._question.versions(name):
            return f"every version of {quoted(name)}"
        first, *others = [
            f"{name} {texts[0]}" if texts and texts[0] else name,
            *(text or "" for text in texts[1:]),
        ]
        return listed([first, *others], limit=_MOST_VERSIONS, last="or")

    def place(self, need: Need) -> str:
        """Say in brackets where a need is written; empty if it was read from no file."""
        place = self._graph.value_place(*need.paths[0])
        return f" ({place.file}:{place.line})" if place else ""

    def need(self, need: Need) -> str:
        """Write a need as a sentence: `orders 2.6.0` needs `ledger` in `^1.4` (shop.yaml:12)."""
        within = "" if need.range is None else f" in {quoted(need.range)}"
        words = (
            f"{self.holder(need.source, need.carriers)} needs {quoted(need.target)}{within}{self.place(need)}"
        )
        if need.target not in self._question.options:
            return f"{words} (not a service)"
        return words if need.accepted else f"{words} (no known version)"

    def clause(self, clause: Clause) -> str:
        """Write a fact, or what follows from others."""
        if len(clause.needs) == 1:
            return self.need(clause.needs[0])
        if clause.needs:
            names = [self.holder(need.source, need.carriers) for need in clause.needs]
            return f"{_joined(names)} wait for each other to start"
        return self._conclusion(clause) if clause.terms else _NO_CHOICE

    def _conclusion(self, clause: Clause) -> str:
        """Say what is left for one service, with what is true of the others; best for one that may be absent."""
        present = {name: bits for name, bits in clause.terms.items() if bits <= self._question.versions(name)}
        others = {name: bits for name, bits in clause.terms.items() if name not in present}
        last, excluded = (others or present).popitem()
        cases = [f"with {_joined([self.holder(*term) for term in present.items()])}"] if present else []
        cases += [f"without {quoted(name)}{self._or_in(name, bits)}" for name, bits in others.items()]
        return ", ".join([*([_joined(cases)] if cases else []), self._remainder(last, excluded)])

    def _or_in(self, name: str, bits: Bits) -> str:
        versions = bits & self._question.versions(name)
        return f" (or with {self.versions(name, versions)})" if versions else ""

    def sentence(self, needs: Iterable[Need]) -> str:
        """Tell a conflict in one sentence, service by service."""
        by_target: dict[str, list[Need]] = {}
        for need in needs:
            by_target.setdefault(need.target, []).append(need)
        contested_first = sorted(by_target.items(), key=lambda item: -len(item[1]))
        return "; and ".join(self._about(target, asking) for target, asking in contested_first)

    def fix(self, fix: Fix) -> str:
        """Say what to do, beginning with a verb."""
        words = ", and ".join(self._change(change, fix.ranges) for change in fix.changes)
        edits = ", ".join(edit_words(edit, self._graph) for edit in fix.edits)
        return f"{words}: {edits}" if edits else words

    def _change(self, change: Change, ranges: tuple[str, ...]) -> str:
        service, to = quoted(change.service), quoted(change.to or "")
        on = self._dependency(change.need) if change.need else service
        match change.kind:
            case FixKind.DEPLOY:
                return f"deploy {quoted(f'{change.service} {change.to}')}: let it change, too"
            case FixKind.WIDEN:
                return f"widen the range of {on} to {to}"
            case FixKind.RELEASE:
                within = f" in {listed(ranges)}" if ranges else ""
                return f"make a version of {service}{within} available, such as {to}"
            case FixKind.REMOVE:
                return self._removal(change, on)
        assert_never(change.kind)

    def _removal(self, change: Change, on: str) -> str:
        also = "" if change.dependency in self._question.options else ", or add that service"
        if change.need and None not in change.need.positions:
            who = f"{self._asking(change.need)}{self.place(change.need)}"
            return f"write {quoted(f'{change.dependency}: null')} for {who}{also}"
        return f"remove the dependency of {on}{also}"

    def _dependency(self, need: Need) -> str:
        return f"{self._asking(need)} on {quoted(need.target)}{self.place(need)}"

    def _asking(self, need: Need) -> str:
        """Name who needs something: a service, or those of its versions that do."""
        is_everyone = need.carriers == self._question.versions(need.source)
        return quoted(need.source) if is_everyone else self.holder(need.source, need.carriers)

    def _about(self, target: str, asking: list[Need]) -> str:
        told = [self._short(need) for need in asking[:_MOST_NEEDS]]
        more = [f"{len(asking) - _MOST_NEEDS} more need it"] if len(asking) > _MOST_NEEDS else []
        return f"{quoted(target)}: {', '.join([*told, *more])}; {self._known(target)}"

    def _short(self, need: Need) -> str:
        return f"{self._asking(need)} needs {'it' if need.range is None else quoted(need.range)}{self.place(need)}"

    def _known(self, name: str) -> str:
        if name not in self._question.options:
            return "it is not a service"
        options = self._question.options[name]
        deployed = [option.text or "unknown" for option in options if option.is_deployed]
        others = [option.text or "" for option in options if not option.is_deployed]
        known = {"deployed": deployed, "available": others}
        return ", ".join(
            f"{word} {listed(texts, limit=_MOST_VERSIONS)}" for word, texts in known.items() if texts
        )

    def _remainder(self, name: str, excluded: Bits) -> str:
        """Say what is left for a service, in as few words as possible."""
        kept = self._question.everything(name) & ~excluded
        versions = self._question.versions(name)
        if not kept & versions:
            return f"{quoted(name)} cannot be deployed" if kept else f"no version of {quoted(name)} is left"
        if not kept & ~versions and kept.bit_count() <= excluded.bit_count():
            return f"{quoted(name)} must be {self.versions(name, kept)}"
        return f"{quoted(name)} cannot be {self.versions(name, excluded)}"


def _joined(phrases: list[str]) -> str:
    return " and ".join([", ".join(phrases[:-1]), phrases[-1]] if len(phrases) > 1 else phrases)
