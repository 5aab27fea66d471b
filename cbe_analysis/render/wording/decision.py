"""The decision box: the rule that was written beforehand, the chances, and the step that follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Big, Callout
from cbe_analysis.render.numbers import listed
from cbe_analysis.render.plans import Plan
from cbe_analysis.render.trials import Trial
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
    named = [t for t in trials if not plan.outcomes or any(_same(t.outcome, o) for o in plan.outcomes)]
    missing = [o for o in plan.outcomes if not any(_same(t.outcome, o) for t in trials)]
    bar = smallest(trials, plan)
    rule = (
        f"**Rule, written beforehand.** Go on if we are at least {_certain(plan)} sure of a gain of {bar} or more in "
        f"every outcome. Stop if we are as sure, in some outcome, that the gain is less."
    )
    numbers = tuple(
        Big(in_100(t.of("probability", at="better")), f"that {_subject(t, policy)} gains {bar} or more")
        for t in named[:MOST]
    )
    if missing or not named:
        unseen = listed([names.lower(names.subject(policy, o)) for o in missing])
        return Callout("Decision", (rule,), numbers, (f"**No verdict.** The rule also asks for {unseen}.",))
    return Callout("Decision", (rule,), numbers, (*_chances(named, bar, policy), *_verdict(named, plan, policy)))


def _same(outcome: str, written: str) -> bool:
    """True when both name one outcome; a subject alone fits any test."""
    pair = (outcome, written)
    return outcome == written or (
        any(":" not in o for o in pair) and outcome.rpartition(":")[2] == written.rpartition(":")[2]
    )


def _certain(plan: Plan) -> str:
    return f"{100 * plan.certainty:g} in 100"


def smallest(trials: Sequence[Trial], plan: Plan) -> str:
    """The smallest effect that would matter, with its unit: "5 points"."""
    unit = next((r.unit for t in trials if (r := t.effect) is not None), "points")
    return names.measured(f"{plan.minimum_effect:g}", names.unit(unit, short=True))


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
    word = verdict(trials, plan)
    step = {"yes": plan.yes, "no": plan.no, "unsure": plan.unsure}[word]
    return f"**Verdict: {word}.** {_why(word, trials, plan, policy)}", _step(step)


def verdict(trials: Sequence[Trial], plan: Plan) -> Literal["yes", "no", "unsure"]:
    """What the rule says of the outcomes that it names."""
    short = _short(trials, plan)
    if not short:
        return "yes"
    return "no" if any(_below(t) >= plan.certainty for t in short) else "unsure"


def judged(trials: Sequence[Trial], plan: Plan) -> list[Trial]:
    """The outcomes that the rule is applied to; none where there is no rule, or where one that it names is missing."""
    missing = [o for o in plan.outcomes if not any(_same(t.outcome, o) for t in trials)]
    if missing or not plan.sealed:
        return []
    return [t for t in trials if not plan.outcomes or any(_same(t.outcome, o) for o in plan.outcomes)]


def _short(trials: Sequence[Trial], plan: Plan) -> list[Trial]:
    """The outcomes that do not pass the rule."""
    return [t for t in trials if at_least(t.of("probability", at="better")) < plan.certainty]


def _why(word: str, trials: Sequence[Trial], plan: Plan, policy: Policy) -> str:
    """Why the rule says so, and how that goes with the answer about any gain at all."""
    bar = smallest(trials, plan)
    if any(t.of("probability", at="better") is None for t in trials):
        return "The study is too small to give the chances."
    if word == "yes":
        return "Every outcome passes the rule."
    failing = [t for t in _short(trials, plan) if word == "unsure" or _below(t) >= plan.certainty]
    gains = [t for t in failing if _gained(t)]
    rest = [t for t in failing if not _gained(t)]
    end = (
        f"is almost surely less than {bar}"
        if word == "no"
        else f"may be less than {bar}: we are not {_certain(plan)} sure that it is not"
    )
    told = []
    if gains:
        told.append(f"There is a gain in {_subjects(gains, policy)}, but it {end}.")
    if rest and word == "no":
        told.append(f"The gain is almost surely too small in {_subjects(rest, policy)}.")
    elif rest:
        told.append(f"In {_subjects(rest, policy)} we are not {_certain(plan)} sure of a gain of {bar} or more.")
    return " ".join(told)


def _gained(trial: Trial) -> bool:
    """True when there is a gain that is more than chance."""
    return trial.effect is not None and trial.effect.clear and trial.effect.value > 0


def _subjects(trials: Sequence[Trial], policy: Policy) -> str:
    return listed([_subject(t, policy) for t in trials])


def beside(trials: Sequence[Trial], plan: Plan) -> str:
    """Why the decision has another word than the answer; empty where both say the same, or one of them nothing.

    The answer asks whether there is any effect that is more than chance; the rule asks for one that is large enough.
    """
    asked = judged(trials, plan)
    shown = [t for t in asked if t.effect is not None and t.effect.bounded]
    if not shown or len(shown) < len(asked) or any(t.of("probability", at="better") is None for t in asked):
        return ""
    gains, word = sum(map(_gained, asked)), verdict(asked, plan)
    bar = f"a gain of {smallest(trials, plan)} or more"
    if gains and word != "yes":
        said = "that is not sure enough" if word == "unsure" else "that is almost surely not so"
        every = " in every outcome" if len(asked) > 1 else ""
        return f"The decision below asks for more, {bar}{every}: {said}."
    if word == "yes" and gains < len(asked):
        return f"The decision below asks for less certainty, {_certain(plan)}, and its answer is yes."
    if word == "no" and not any(t.effect is not None and t.effect.clear for t in asked):
        return f"The decision below asks for {bar}; that is almost surely not so."
    return ""


def _below(trial: Trial) -> float:
    """A lower bound of the chance that the effect misses the bar."""
    return at_least(trial.of("probability", at="little")) + at_least(trial.of("probability", at="worse"))


def _step(written: str) -> str:
    return f"**Next step, as written:** {written}" if written else "No next step was written for this result."
