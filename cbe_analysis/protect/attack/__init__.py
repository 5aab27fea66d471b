"""The auditor: reads releases as an outsider would and attacks them, one alone or all that is published together.

Written apart from the protector: it shares no rule, no table and no model with it, only the solver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cbe_analysis.protect.attack.together import audit_together
    from cbe_analysis.protect.attack.verdict import Audit, Breach, Published

__all__ = ["Audit", "Breach", "Published", "audit_together"]


def __getattr__(name: str) -> Any:
    """The verb or a record, loaded when first asked for: pandas and the solver wait behind it."""
    if name == "audit_together":
        from cbe_analysis.protect.attack.together import audit_together

        return audit_together
    if name in __all__:
        from cbe_analysis.protect.attack import verdict

        return getattr(verdict, name)
    raise AttributeError(f"module 'cbe_analysis.protect.attack' has no attribute '{name}'")
