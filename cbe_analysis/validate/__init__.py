"""Contracts -> expectation suites -> findings: the data are judged before anything is computed from them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cbe_analysis.validate.cleaning import quarantine
    from cbe_analysis.validate.gate import require
    from cbe_analysis.validate.inspection import validate
    from cbe_analysis.validate.report import write_report

__all__ = ["quarantine", "require", "validate", "write_report"]
_HOMES = {"require": "gate", "validate": "inspection", "quarantine": "cleaning", "write_report": "report"}


def __getattr__(name: str) -> Any:
    """The public function, loaded when first asked for: pandas and Great Expectations wait behind it."""
    if name not in _HOMES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
