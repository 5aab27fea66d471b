"""The decision box: the rule that was written beforehand, the chances, and the step that follows."""

from __future__ import annotations

from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Big, Callout
from cbe_analysis.render.numbers import listed
from cbe_analysis.render.trials import Plan, Trial
from cbe_analysis.render.wording import names
from cbe_analysis.render.wording.shares import at_least, in_100

MOST = 3  # large numbers side by side
UNWRITTEN = (
    "No rule was written down before the result was read, so none is applied here.",
    "For the next study, write in the program's record: the smallest effect that would matter, how sure you want to "
    "be, and the next step for yes, no and unsure.",
)


def decision(trials: Sequence[Trial], plan: Plan, policy: Policy) -> Callout:
    """The rule, the chances of each outcome that it names, and the verdict; no verdict where an outcome is missing."""
    if not plan.sealed:
        return Callout("Decision", UNWRITTEN)
    judged = [t for t in trials if not plan.outcomes or any(_same(t.outcome, o) for o in plan.outcomes)]
    missing = [o for o in plan.outcomes if not any(_same(t.outcome, o) for t in trials)]
    bar = f"{plan.minimum_effect:g} {_unit(trials)}"
    rule = (
        f"**Rule, written beforehand.** Go on if we are at least {_certain(plan)} sure of a gain of {bar} or more in "
        f"every outcome. Stop if we are as sure, in some outcome, that the gain is less."
    )
    numbers = tuple(
        Big(in_100(t.of("probability", at="better")), f"that {_subject(t, policy)} gains {bar} or more")
        for t in judged[:MOST]
    )
    if missing or not judged:
        unseen = listed([names.lower(names.subject(policy, o)) for o in missing])
        return Callout("Decision", (rule,), numbers, (f"**No verdict.** The rule also asks for {unseen}.",))
    return Callout("Decision", (rule,), numbers, (*_chances(judged, bar, policy), *_verdict(judged, plan, policy)))


def _same(outcome: str, written: str) -> bool:
    """True when both name one outcome; a subject alone fits any test."""
    pair = (outcome, written)
    return outcome == written or (
        any(":" not in o for o in pair) and outcome.rpartition(":")[2] == written.rpartition(":")[2]
    )


def _certain(plan: Plan) -> str:
    return f"{100 * plan.certainty:g} in 100"


def _unit(trials: Sequence[Trial]) -> str:
    return names.unit(next((r.unit for t in trials if (r := t.effect) is not None), "points"), short=True)


def _subject(trial: Trial, policy: Policy) -> str:
    return names.lower(names.subject(policy, trial.outcome))


def _chances(trials: Sequence[Trial], bar: str, policy: Policy) -> tuple[str, ...]:
    """The other two chances, a sentence for each outcome."""
    return tuple(
        f"Other chances in {_subject(t, policy)}: a change too small to matter, "
        f"{in_100(t.of('probability', at='little'))}; a loss of {bar} or more, "
        f"{in_100(t.of('probability', at='worse'))}."
        for t in trials
    )


def _verdict(trials: Sequence[Trial], plan: Plan, policy: Policy) -> tuple[str, str]:
    """What the rule says and why, and the step that was written for it."""
    if any(t.of("probability", at="better") is None for t in trials):
        return "**Verdict: unsure.** The study is too small to give the chances.", _step(plan.unsure)
    short = [t for t in trials if at_least(t.of("probability", at="better")) < plan.certainty]
    if not short:
        return "**Verdict: yes.** Every outcome passes the rule.", _step(plan.yes)
    sure = [t for t in short if _below(t) >= plan.certainty]
    if sure:
        low = listed([_subject(t, policy) for t in sure])
        return f"**Verdict: no.** The gain is almost surely too small in {low}.", _step(plan.no)
    open_ = listed([_subject(t, policy) for t in short])
    return f"**Verdict: unsure.** The gain may be large enough in {open_}, but we are not sure enough.", _step(
        plan.unsure
    )


def _below(trial: Trial) -> float:
    """A lower bound of the chance that the effect misses the bar."""
    return at_least(trial.of("probability", at="little")) + at_least(trial.of("probability", at="worse"))


def _step(written: str) -> str:
    return f"**Next step, as written:** {written}" if written else "No next step was written for this result."
