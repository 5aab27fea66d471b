"""Groups compared between students of the same school."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cbe_analysis.methods.pace.fit import PaceFit
from cbe_analysis.methods.pace.likelihood import evaluate
from cbe_analysis.methods.pace.means import weighed_means
from cbe_analysis.methods.pace.nested import SCHOOL
from cbe_analysis.methods.threads import one_thread

FREE = 1e6  # how much more schools may differ than all else together: so much that they tell nothing of groups


def in_same_schools(fit: PaceFit) -> PaceFit:
    """The fit with a level of its own for every school, so that its gaps are between students of the same school.

    In the model, schools vary at random about the mean of their group, and groups are compared between schools too, the
    more the fewer students a school has. Where slower schools have more students of a group, that gap is partly one of
    schools. Here schools may differ without limit. Means of single groups are not told by this fit, nor is anything
    where groups share no school. Without schools it is the fit itself.

    References
    ----------
    Mundlak, Y. (1978), Econometrica 46, 69-85.
    """
    given, sample = fit.model.given, fit.model.sample
    if given.cluster is None or fit.exact:
        return fit
    theta = fit.model.point.theta.copy()
    theta[SCHOOL] = FREE * fit.variances.within
    rows = np.column_stack([given.pace, given.held])[given.used]
    with one_thread():
        means = weighed_means(evaluate(sample, theta).swept.between, rows, given.cluster)
    return replace(fit, means=means)
