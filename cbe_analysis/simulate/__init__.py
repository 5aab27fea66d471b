"""A synthetic district whose true values are known: `write_riverbend(folder, students=5000, seed=1)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cbe_analysis.simulate.riverbend import write_riverbend

__all__ = ["write_riverbend"]


def __getattr__(name: str) -> Any:
    """The verb of this room, loaded when first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cbe_analysis.simulate import riverbend

    return getattr(riverbend, name)
