"""Estimates as an audience may see them: the only maker of a Release, and the auditor that attacks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cbe_analysis.protect.protector import protect
    from cbe_analysis.protect.release import Release

__all__ = ["Release", "protect"]


def __getattr__(name: str) -> Any:
    """The verb or the record, loaded when first asked for: pandas and the solver wait behind it."""
    if name == "protect":
        from cbe_analysis.protect.protector import protect

        return protect
    if name == "Release":
        from cbe_analysis.protect.release import Release

        return Release
    raise AttributeError(f"module 'cbe_analysis.protect' has no attribute '{name}'")
