"""What an import gives: the document in the order it is written in, and remarks on what is not, or not quite, in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tiktoktoe_cli.errors import Place
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tiktoktoe_cli.config.nodes import Spot
    from tiktoktoe_cli.importing.fields import Fields, Leftover

Tree: TypeAlias = dict[str, Any]  # what YAML holds
Path: TypeAlias = tuple[str | int, ...]
_UNKNOWN_WAY: Final = "it is written in an unknown way"
_NO_COUNTERPART: Final = "it has no counterpart here"


class RemarkKind(StrEnum):
    """What became of a part of the source, from worst to best."""

    UNTRANSLATED = "untranslated"  # it is not in the result
    CHANGED = "changed"  # it is, and does not mean quite the same
    INFERRED = "inferred"  # it is a guess
    IGNORED = "ignored"  # it is about something else


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about one part of the source; `at` is where in the result it belongs."""

    kind: RemarkKind
    message: str
    place: Place
    at: Path = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import; the remarks come in the order in which their causes were met."""

    document: Mapping[str, Any]  # as Tree
    remarks: tuple[Remark, ...]

    def count(self, kind: RemarkKind) -> int:
        """Count the remarks of one kind."""
        return sum(remark.kind is kind for remark in self.remarks)


@dataclass(slots=True)
class Notebook:
    """Takes the remarks of an import while it goes on."""

    remarks: dict[Remark, None] = field(default_factory=dict)  # each once, in their order

    def untranslated(self, spot: Spot | Place, at: Path, message: str) -> None:
        """Note what is left out, and why."""
        self._note(RemarkKind.UNTRANSLATED, spot, at, message)

    def changed(self, spot: Spot | Place, at: Path, message: str) -> None:
        """Note what is translated and means something else than before, and what."""
        self._note(RemarkKind.CHANGED, spot, at, message)

    def inferred(self, spot: Spot | Place, at: Path, message: str) -> None:
        """Note what is a guess, and from what."""
        self._note(RemarkKind.INFERRED, spot, at, message)

    def ignored(self, spot: Spot | Place, at: Path, message: str) -> None:
        """Note what was not even looked at."""
        self._note(RemarkKind.IGNORED, spot, at, message)

    def leave(self, fields: Fields, at: Path, reasons: Mapping[str, str], *, around: str = "") -> None:
        """Note every key of the source that nobody asked for, with its reason if there is one.

        `around` is what stands before the keys where they are named.
        """
        for left in fields.left():
            why = _UNKNOWN_WAY if left.is_misread else _reason(left.name, reasons)
            self.untranslated(left.spot, at, f"`{around}{left.name}`: {why}")

    def sift(
        self, leftovers: Iterable[tuple[Leftover, Path]], spot: Spot, read: str, *, lost: str = ""
    ) -> None:
        """Note what is written in an unknown way and, once, together, what is about something else than what is `read`.

        What begins with `lost` is about what is read, and has no counterpart.
        """
        others: dict[str, None] = {}
        for left, at in leftovers:
            if left.is_misread:
                self.untranslated(left.spot, at, f"`{left.name}`: {_UNKNOWN_WAY}")
            elif lost and left.name.startswith(lost):
                self.untranslated(left.spot, at, f"`{left.name}`: {_NO_COUNTERPART}")
            else:
                others[left.name] = None
        if others:
            self.ignored(spot, (), f"only {read}, and not {listed(others)}")

    def _note(self, kind: RemarkKind, spot: Spot | Place, at: Path, message: str) -> None:
        place = spot if isinstance(spot, Place) else spot.place
        self.remarks.setdefault(Remark(kind, message, place, at))


def _reason(name: str, reasons: Mapping[str, str]) -> str:
    """Find the reason of a key, of the nearest one around it, or of what is called so in any of them."""
    keys = (*_outwards(name), *name.split("."))
    return next((reasons[key] for key in keys if key in reasons), _NO_COUNTERPART)


def _outwards(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]
