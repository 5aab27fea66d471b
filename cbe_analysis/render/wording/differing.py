"""How sure we are that pace differs between groups, as sentences."""

from __future__ import annotations

from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.numbers import listed
from cbe_analysis.render.readings import Reading
from cbe_analysis.render.wording import names

FAR = 0.33  # half intervals: a limit this far from a mark is beyond it in a 99 % interval too
Pairs = Sequence[tuple[str, Reading]]


def told(pairs: Pairs, where: str, policy: Policy, *, hidden: bool) -> str:
    """The differences in pace, each as sure as its p allows.

    Parameters
    ----------
    pairs
        Factor and difference; those that may not be shown are passed over.
    where
        What they are seen in, to begin the sentence with: "In reading".
    hidden
        True where a difference is protected.
    """
    pairs = [(factor, gap) for factor, gap in pairs if gap.bounded]
    if not pairs:
        return f"{where} the differences in pace {'are protected' if hidden else 'cannot be told'}."
    unit = names.unit(pairs[0][1].unit, short=True)
    said: list[str] = []
    for word in ("very sure", "fairly sure"):
        parts = []
        for factor, gap in (pair for pair in pairs if pair[1].sureness() == word):
            size = f"{names.measured(gap.size(), unit)} a year" if unit else gap.size()
            parts.append(f"{names.factor(policy, factor)} ({size}, {gap.less()})")
            unit = ""
        if parts:
            said.append(f"{word} that {'it' if said else 'the pace'} differs by {listed(parts)}")
    unclear = names.factors(policy, [f for f, gap in pairs if gap.sureness() == "cannot tell"], "or")
    if not said:
        return f"{where} we cannot tell whether the pace differs by {unclear}."
    return f"{where} we are {' and '.join(said)}." + (f" We cannot tell by {unclear}." if unclear else "")
