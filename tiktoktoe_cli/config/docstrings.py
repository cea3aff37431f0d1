"""The docstrings of attributes: Python forgets them, so they are read from the source when somebody asks for them."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from itertools import pairwise
from textwrap import dedent


@cache
def attribute_docstrings(kind: type) -> dict[str, str]:
    """Return the texts under the attributes of a class, by name, those that it inherits too."""
    return {
        name: text for ancestor in reversed(kind.__mro__) for name, text in _own_docstrings(ancestor).items()
    }


@cache
def _own_docstrings(kind: type) -> dict[str, str]:
    try:
        source = inspect.getsource(kind)
    except (OSError, TypeError):  # no file says what it is: it was made by a call, or is Python's own
        return {}
    (definition,) = ast.parse(dedent(source)).body
    assert isinstance(definition, ast.ClassDef), "it is a class"  # noqa: S101  # states an invariant
    return {
        attribute.target.id: inspect.cleandoc(text)
        for attribute, below in pairwise(definition.body)
        if isinstance(attribute, ast.AnnAssign) and isinstance(attribute.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(text := below.value.value, str)
    }
