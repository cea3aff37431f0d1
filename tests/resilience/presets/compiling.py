"""Python functions → machine code, without a word about it where they are written: numba compiles copies of them.

A step calls other functions of its module, and numba wants those compiled, too. So each function is copied with
globals in which the functions that it names are compiled ones; the modules themselves stay as they are.

`forceinline` and the error model are what make it fast: states are tuples, and only where a step is merged into its
caller need they not be written to memory each time. (The error model says that nobody divides by zero here.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles functions, each once; what comes out takes numpy's int64 arrays in the place of lists."""

    _compiled: dict[Callable[..., Any], Callable[..., Any]] = field(default_factory=dict)

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Compile a function and those that it calls; machine code is made when it is first called."""
        if function not in self._compiled:
            self._compiled[function] = self._made(function)
        return self._compiled[function]

    def _made(self, function: Callable[..., Any]) -> Callable[..., Any]:
        from numba import njit

        assert isinstance(function, FunctionType), "a step is a plain function"
        named = {name: function.__globals__.get(name) for name in function.__code__.co_names}
        called = {
            name: self.compile(found) for name, found in named.items() if isinstance(found, FunctionType)
        }
        copy = FunctionType(function.__code__, {**function.__globals__, **called}, function.__name__)
        compiled: Callable[..., Any] = njit(forceinline=True, error_model="numpy")(copy)
        return compiled
