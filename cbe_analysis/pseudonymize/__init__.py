"""A district's folder as an evaluator may have it: random codes for people and groups, no words, no birth dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cbe_analysis.pseudonymize.conduct import pseudonymize

__all__ = ["pseudonymize"]


def __getattr__(name: str) -> Any:
    """The verb, loaded when first asked for: DuckDB and pyarrow wait behind it."""
    if name == "pseudonymize":
        from cbe_analysis.pseudonymize.conduct import pseudonymize

        return pseudonymize
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
