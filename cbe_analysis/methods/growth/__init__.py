"""Linear growth of students, nested in schools: a mixed model with correlated random intercepts and slopes.

Of student i in school s, at `years` of occasion j::

    y_ij = x_ij'b + (u0_i + u1_i years_ij) + (v0_s + v1_s years_ij) + e_ij,    var(e_ij) = sigma2 / weight_ij

The rows are reduced once to sums per student and cross-products per school (`moments`). The deviance, profiled over b
and sigma2, is a function of one triangular factor per level, `L L'` being the covariance of the level over sigma2
(`deviance`). Both levels are eliminated in closed form; the search is Newton's method in the factors with the exact
gradient and the expected information (`search`). A factor may pass through zero, so a fit with a variance of zero is an
ordinary smooth minimum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cbe_analysis.methods.growth.fit import GrowthFit, Level, fit_growth

__all__ = ["GrowthFit", "Level", "fit_growth"]


def __getattr__(name: str) -> Any:
    """The public name, loaded when first asked for: numpy waits behind it."""
    if name not in __all__:
        raise AttributeError(f"module 'cbe_analysis.methods.growth' has no attribute '{name}'")
    from cbe_analysis.methods.growth import fit

    return getattr(fit, name)
