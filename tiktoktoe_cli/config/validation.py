"""Located nodes + a settings type → settings, or problems: every one of them, each at its place."""

from __future__ import annotations

from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from tiktoktoe_cli.config.document import spot_of
from tiktoktoe_cli.config.fields import Context, Settings
from tiktoktoe_cli.config.interpolation import OF_THIS_MACHINE
from tiktoktoe_cli.config.nodes import ScalarNode, child, plain
from tiktoktoe_cli.config.units import kind_of
from tiktoktoe_cli.errors import Problem
from tiktoktoe_cli.words import listed, shortened, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.config.document import Document
    from tiktoktoe_cli.config.nodes import Node, Spot, Step
    from tiktoktoe_cli.expressions import Expression


class _Rule(NamedTuple):
    code: str
    message: str


_KIND_ERRORS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "none_required": "nothing",
}
_RULES = {
    "missing": _Rule("missing-key", "the key `{key}` is missing"),
    "extra_forbidden": _Rule("unknown-key", "unknown key `{key}`"),
    "greater_than": _Rule("out-of-range", "`{input}` is too small: it must be more than {gt}"),
    "greater_than_equal": _Rule("out-of-range", "`{input}` is too small: the least is {ge}"),
    "less_than": _Rule("out-of-range", "`{input}` is too large: it must be less than {lt}"),
    "less_than_equal": _Rule("out-of-range", "`{input}` is too large: the most is {le}"),
    "finite_number": _Rule("out-of-range", "`{input}` is not a finite number"),
    "int_parsing_size": _Rule("out-of-range", "`{input}` is too large for a whole number"),
    "too_short": _Rule("too-few", "expected at least {min_length}, found {actual_length}"),
    "too_long": _Rule("too-many", "expected at most {max_length}, found {actual_length}"),
    "string_too_short": _Rule("too-few", "expected a text of at least {min_length} characters"),
    "string_too_long": _Rule("too-many", "expected a text of at most {max_length} characters"),
    "string_pattern_mismatch": _Rule("wrong-form", "`{input}` does not have the form `{pattern}`"),
    "literal_error": _Rule("unknown-value", "expected {expected}, found {found}"),
    "enum": _Rule("unknown-value", "expected {expected}, found {found}"),
}


_AT_KEY = {"extra_forbidden", "unknown-option", "option-elsewhere", "option-twice"}
"""What is wrong with these is the key, not its value."""
_KEY = "[key]"  # how pydantic's locations end where a key of a map is not what the map wants


class Shape:
    """A settings type, made ready to read nodes: building it costs milliseconds, so it is made once and used often."""

    def __init__(
        self, type_: Any, *, also: frozenset[str] = frozenset()
    ) -> None:  # any type that pydantic can read
        self.type = type_
        self.also = also  # keys that others read from the same map: left to them, known to the did-you-mean
        self._adapter: TypeAdapter[Any] = TypeAdapter(type_)
        self._compiled: dict[tuple[str, tuple[str, ...] | None], Expression] = {}

    def keys(self, loc: tuple[Step, ...]) -> set[str]:
        """List the keys that may stand at a location, also those that others read."""
        return keys_at(self.type, loc) | (frozenset() if loc else self.also)

    def read(
        self, document: Document, node: Node, path: tuple[Step, ...], *, outline: bool = False
    ) -> Any:  # what the type says
        """Read settings from a node that stands at a path (or from a part of that node).

        Problems are added to the document, each at its place, and None is returned if there were any. In an `outline`
        it is none that a variable is not set here, or a secret's file not there: what can be read without is read.
        """
        faults = document.faults_in(node, self.also)
        document.problems += [fault for fault in faults if not (outline and fault.code in OF_THIS_MACHINE)]
        files = tuple(document.sources)
        context = Context(document.keys, document.mask.add, self._compiled, files, node.source.folder)
        try:
            return self._adapter.validate_python(plain(node, self.also), context=context)
        except ValidationError as error:
            found = [_problem(document, path, detail, self) for detail in _details(error)]
            document.problems += dict.fromkeys(problem for problem in found if problem)
            return None


def _details(error: ValidationError) -> Iterator[dict[str, Any]]:
    """Yield the errors; one that names several places with `at` (paths below its own) becomes one for each.

    A list that is too short only because its items were wrong is not worth a word.
    """
    details = error.errors(include_url=False)
    above = {detail["loc"][:length] for detail in details for length in range(len(detail["loc"]))}
    for detail in details:
        if detail["type"] == "too_short" and detail["loc"] in above:
            continue
        for below in detail.get("ctx", {}).get("at", ((),)):
            yield {**detail, "loc": (*detail["loc"], *below)}


def _problem(
    document: Document, path: tuple[Step, ...], detail: dict[str, Any], shape: Shape
) -> Problem | None:
    context = detail.get("ctx", {})
    target, spot = _target(document, (*path, *detail["loc"]))
    at_key = detail["type"] in _AT_KEY or _KEY in detail["loc"]
    if isinstance(target, ScalarNode) and target.fault and not at_key:
        return None
    place = target.place if isinstance(target, ScalarNode) and not at_key else spot.place
    if "offset" in context and isinstance(target, ScalarNode):
        place = target.place_of(context["offset"], context["length"])
    code, message, hint = _words(detail, context, shape)
    return Problem(code, message, place, hint)


def _target(document: Document, loc: tuple[Step, ...]) -> tuple[Node, Spot]:
    """Return the node that a location leads to, and its spot; steps that name no node are passed over."""
    root = document.root
    assert root is not None, "a node was read from this document"  # noqa: S101  # states an invariant
    target: Node = root
    for step in loc:
        target = child(target, step) or target
    return target, spot_of(root, loc) or root


def _words(detail: dict[str, Any], context: dict[str, Any], shape: Shape) -> tuple[str, str, str | None]:
    """Return the code, message and hint of one of pydantic's errors."""
    kind, given = detail["type"], detail["input"]
    hint = context.get("hint") or None
    if kind in _KIND_ERRORS:
        expected = _KIND_ERRORS[kind]
        return (
            "wrong-type",
            f"expected {expected}, found {kind_of(given)}",
            hint
            or _shape_hint(expected, given)
            or _keys_hint(expected, shape, detail["loc"])
            or _meaning_hint(shape, detail["loc"]),
        )
    rule = _RULES.get(kind)
    if rule is None:
        return kind.replace("_", "-"), detail["msg"], hint
    words = {
        "key": detail["loc"][-1] if detail["loc"] else "",
        "input": shortened(str(given)),
        **context,
    }
    if kind == "extra_forbidden":
        known = shape.keys(detail["loc"][:-1])
        hint = suggestion(str(words["key"]), known) or (
            f"the keys are {listed(sorted(known))}" if known else None
        )
    if "expected" in context:
        choices = [word.strip("'\"") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
        words |= {"expected": _one_of(choices), "found": kind_of(given)}
        hint = suggestion(str(given), choices)
    return rule.code, rule.message.format_map(words), hint or _meaning_hint(shape, detail["loc"])


def _shape_hint(expected: str, given: object) -> str | None:
    """Show how the value would look in the shape that is wanted."""
    if expected == "a list" and isinstance(given, str | int | float):
        return f"write it as a list: `[{shortened(str(given))}]`, or one `- ` line for each item"
    if expected == "a list" and isinstance(given, dict):
        return "start each item with `- `"
    if expected == "a mapping" and isinstance(given, list):
        return "write `name: value`, one on each line, without `- `"
    return None


def _keys_hint(expected: str, shape: Shape, loc: tuple[Step, ...]) -> str | None:
    keys = sorted(shape.keys(loc)) if expected == "a mapping" else ()
    return f"write `KEY: VALUE`; its keys are {listed(keys)}" if keys else None


def _meaning_hint(shape: Shape, loc: tuple[Step, ...]) -> str | None:
    """Say what the setting at a location, or the nearest one around it, is for: the first sentence of its docs."""
    meanings = [
        (step, model.meanings()[name])
        for types, step in zip(_types_along(shape.type, loc), loc, strict=False)
        for model in _models(types)
        for name, field in model.model_fields.items()
        if (field.alias or name) == step and issubclass(model, Settings) and name in model.meanings()
    ]
    if not meanings:
        return None
    key, meaning = meanings[-1]
    sentence = " ".join(meaning.split()).partition(". ")[0].rstrip(".")
    return f"`{key}`: {sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]}"


def _one_of(choices: list[str]) -> str:
    named = listed(choices, last="or")
    return f"one of {named}" if len(choices) > 1 else named


def keys_at(type_: Any, loc: Iterable[Step]) -> set[str]:
    """List the keys that the settings at a location below a type may have."""
    *_, types = _types_along(type_, loc)
    return {field.alias or name for model in _models(types) for name, field in model.model_fields.items()}


def _types_along(type_: Any, loc: Iterable[Step]) -> Iterator[list[Any]]:
    """Yield the types before each step of a location, and those at its end."""
    types = list(_branches(type_))
    yield types
    for step in loc:
        below = [branch for outer in types for inner in _below(outer, step) for branch in _branches(inner)]
        types = below or types
        yield types


def _models(types: list[Any]) -> Iterator[type[BaseModel]]:
    return (one for one in types if isinstance(one, type) and issubclass(one, BaseModel))


def _branches(type_: Any) -> Iterator[Any]:
    """Yield the alternatives of a type: the members of a union, without `Annotated`."""
    origin = get_origin(type_)
    if origin is Annotated:
        yield from _branches(get_args(type_)[0])
    elif origin in {Union, UnionType}:
        for member in get_args(type_):
            yield from _branches(member)
    else:
        yield type_


def _below(type_: Any, step: Step) -> Iterator[Any]:
    if isinstance(type_, type) and issubclass(type_, BaseModel):
        for name, field in type_.model_fields.items():
            if (field.alias or name) == step:
                yield field.annotation
    elif get_args(type_):
        yield get_args(type_)[-1 if isinstance(step, str) else 0]
