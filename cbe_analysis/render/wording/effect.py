"""The words of an intervention brief; every claim hangs on a condition."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Big, Callout, Note, Table
from cbe_analysis.render.numbers import NO_BREAK, listed
from cbe_analysis.render.readings import ALL, Reading
from cbe_analysis.render.trials import ARMS, Plan, Trial
from cbe_analysis.render.wording import names

VERY_SURE = 0.01  # p below this is told as "very sure", below 0.05 as "fairly sure"


def title(plan: Plan, policy: Policy) -> str:
    """The inquiry question."""
    return f"Did {names.lower(program(plan, policy))}{NO_BREAK}help?"


def program(plan: Plan, policy: Policy) -> str:
    """The program's name, as labelled or as its record has it."""
    label = policy.label("program_id", plan.id)
    return plan.name or label


def answer(trials: Sequence[Trial], policy: Policy) -> str:
    """Yes, no or we cannot tell, with the effect on each outcome and its interval."""
    effects = [(t, r) for t in trials if (r := t.effect) is not None and r.bounded]
    if not effects:
        return "These data cannot tell: no effect may be shown, or the study is too small to test one."
    clear = [r.value > 0 if r.clear else None for _, r in effects]
    if all(c is True for c in clear):
        verdict = "Yes."
    elif all(c is False for c in clear):
        verdict = "No, results were lower with it."
    elif True in clear:
        verdict = "In part."
    else:
        verdict = "We cannot tell."
    return f"{verdict} Students with the program scored {listed([_told(t, r, policy) for t, r in effects])}."


def _told(trial: Trial, reading: Reading, policy: Policy) -> str:
    """One effect: "9 scale points higher in mathematics (95% interval 4 to 13)"."""
    side = "higher" if reading.value >= 0 else "lower"
    span = reading.interval() if reading.value >= 0 else reading.less()
    size = reading.size().lstrip("+")
    subject = names.lower(names.subject(policy, trial.outcome))
    return f"{size} {names.unit(reading.unit, short=True)} {side} in {subject} (95% interval {span})"


def sure(trials: Sequence[Trial], plan: Plan, policy: Policy) -> str:
    """How sure we are, for all students and for differences between groups."""
    values = [r.p for t in trials if (r := t.effect) is not None and r.bounded]
    if not values:
        return "**How sure are we?** Not at all: see what is missing below."
    worst = max(values)
    how = "Very sure" if worst < VERY_SURE else "Fairly sure" if worst < 0.05 else "Not sure"
    why = {"randomized": " Chance decided who was in which group, so a fair comparison can be made."}
    text = f"**How sure are we?** {how} that the difference is more than chance.{why.get(plan.assignment, '')}"
    return f"{text} {_between_groups(trials, policy)}".strip()


def _between_groups(trials: Sequence[Trial], policy: Policy) -> str:
    """Whether the effect differs between groups."""
    gaps = [
        (names.students(policy, factor, r.group), r)
        for t in trials
        for factor, rows in t.split
        for r in rows
        if r.quantity == "gap" and r.bounded
    ]
    if not gaps:
        return ""
    clear = sorted({words for words, r in gaps if r.p < 0.05})
    if clear:
        return f"The effect differs for {listed(clear)}."
    return "We cannot tell whether it helped some groups more than others: those differences may be chance."


def facts(trials: Sequence[Trial], plan: Plan) -> tuple[str, ...]:
    """Lines beside the title."""
    whole = trials[0].effect if trials else None
    size = f"{whole.n_shown} students" if whole is not None and whole.n_shown else "Students: protected"
    clusters = f", {trials[0].clusters} classes or schools" if trials and trials[0].clusters else ""
    how = {"randomized": "Who took part was decided by chance"}
    return (size + clusters, how.get(plan.assignment, plan.assignment))


def table(trials: Sequence[Trial], policy: Policy) -> Table:
    """Effects by group, a column set for each outcome; groups that may not be shown are told together."""
    lines, hidden = _lines(trials)
    columns, widths = ["Group", "Students"], [None, 50.0]
    for trial in trials:
        columns += [names.subject(policy, trial.outcome), "95% interval", "SD"]
        widths += [62.0, 70.0, 48.0]
    rows = [_row(trials, factor, group, policy) for factor, group in lines]
    rules = [i + 2 for i, (a, b) in enumerate(itertools.pairwise(lines)) if a[0] != b[0]]
    if hidden:
        rows.append((f"Other groups ({hidden})", *[None] * (len(columns) - 1)))
        rules.append(len(rows))
    unit = next((r.unit for t in trials if (r := t.effect) is not None), "points")
    return Table(
        title=f"Effect in {unit}",
        sub="Students as released; SD: the same effect in standard deviations (Hedges g)",
        columns=tuple(columns),
        rows=tuple(rows),
        align="l" + "r" * (len(columns) - 1),
        widths=tuple(widths),
        rules=tuple(rules),
        pad=3.4,
    )


def _lines(trials: Sequence[Trial]) -> tuple[list[tuple[str, str]], int]:
    """All students and every group that may be shown; and how many may not."""
    lines, hidden = [("", ALL)], 0
    for factor in dict.fromkeys(f for t in trials for f, _ in t.split):
        for group in dict.fromkeys(g for t in trials for g in t.groups(factor)):
            seen = [r for t in trials if (r := t.within("effect", factor, group)) is not None and r.known]
            lines += [(factor, group)] if seen else []
            hidden += not seen
    return lines, hidden


def _row(trials: Sequence[Trial], factor: str, group: str, policy: Policy) -> tuple[str | None, ...]:
    """One line of the table."""
    cells: list[str | None] = []
    sizes = []
    for trial in trials:
        effect = trial.effect if group == ALL else trial.within("effect", factor, group)
        g = trial.of("hedges_g") if group == ALL else trial.within("hedges_g", factor, group)
        cells += [_cell(effect), effect.interval() if effect else None, _cell(g)]
        sizes += [effect] if effect is not None and effect.n_shown else []
    size = min(sizes, key=lambda r: r.at_least).n_shown if sizes else None
    return (names.group(policy, factor, group), size, *cells)


def _cell(reading: Reading | None) -> str | None:
    return reading.printed(sign=True) if reading is not None else None


def decision(trials: Sequence[Trial], plan: Plan, policy: Policy) -> Callout:
    """The rule that was written beforehand, the chances, and the step that follows."""
    if not plan.sealed:
        text = (
            "No rule was written down before the result was read, so none is applied here.",
            "For the next study, write in the program's record: the smallest effect that would matter, how sure you "
            "want to be, and the next step for yes, no and unsure.",
        )
        return Callout("Decision", text)
    unit = names.unit(next((r.unit for t in trials if (r := t.effect) is not None), "points"), short=True)
    rule = (
        f"**Rule, written beforehand.** Act if we are at least {100 * plan.certainty:.0f} in 100 sure of an effect of "
        f"{plan.minimum_effect:g} {unit} or more in every outcome; stop if we are as sure that there is less."
    )
    numbers = [
        Big(_chance(t, "better"), f"that {_subject(t, policy)} gains {plan.minimum_effect:g} {unit} or more")
        for t in trials[:3]
    ]
    return Callout("Decision", (rule,), tuple(numbers), (_others(trials, policy), _verdict(trials, plan)))


def _subject(trial: Trial, policy: Policy) -> str:
    return names.lower(names.subject(policy, trial.outcome))


def _chance(trial: Trial, which: str) -> str:
    """A chance as printed, in 100."""
    reading = trial.of("probability", at=which)
    if reading is None or reading.protected:
        return "protected"
    text = reading.shown.replace(" %", "").replace("%", "")
    for code, words in (("<=", "at most "), (">=", "at least ")):
        text = text.replace(code, words)
    return f"{text} in 100"


def _others(trials: Sequence[Trial], policy: Policy) -> str:
    """The other two chances of each outcome."""
    told = [
        f"{_subject(t, policy)} {_chance(t, 'little')} that the change is too small to matter, {_chance(t, 'worse')} "
        "that students lose as much"
        for t in trials
    ]
    return f"The other chances: {'; '.join(told)}."


def _at_least(trial: Trial, which: str) -> float:
    """A lower bound of a chance; coded chances count with their bound."""
    reading = trial.of("probability", at=which)
    if reading is None or reading.protected:
        return 0.0
    if reading.known:
        return reading.value
    digits = "".join(c for c in reading.shown if c.isdigit() or c == ".")
    return float(digits) / 100 if reading.shown.startswith(">=") and digits else 0.0


def _verdict(trials: Sequence[Trial], plan: Plan) -> str:
    """The step that was written for this result."""
    if all(_at_least(t, "better") >= plan.certainty for t in trials):
        return f"**Verdict: yes.** Written next step: {plan.yes}"
    if any(_at_least(t, "little") + _at_least(t, "worse") >= plan.certainty for t in trials):
        return f"**Verdict: no.** Written next step: {plan.no}"
    return f"**Verdict: unsure.** Written next step: {plan.unsure}"


def notes(trials: Sequence[Trial], plan: Plan, policy: Policy) -> tuple[Note, ...]:
    """What it may mean, what it cannot mean, and questions for the team."""
    effects = [r for t in trials if (r := t.effect) is not None and r.bounded]
    gained = bool(effects) and all(r.clear and r.value > 0 for r in effects)
    may = (
        "The program changed what students learned in the time it ran."
        if gained
        else ("The study leaves open how much the program changed; a longer or larger one would say more.")
    )
    hidden = _lines(trials)[1]
    kept_back = (f"Results for {hidden} small group{'s' if hidden > 1 else ''} are protected, not zero.",) * bool(
        hidden
    )
    return (
        Note("What this may mean", (may, "It is a change in the setting, not in the children.")),
        Note(
            "What it cannot mean",
            (
                "It speaks of these schools and years, and of the program as it was run. It says nothing of cost.",
                "Students are counted in the group they were assigned to, whether or not they stayed in it.",
                *kept_back,
            ),
        ),
        Note(
            "For the next inquiry cycle",
            steps=(
                f"What did teachers do differently with {names.lower(program(plan, policy))}?",
                "Where could it be tried next, and what would we have to give up?",
                "Who did not take the test, and why?",
            ),
        ),
    )


def definitions(trials: Sequence[Trial], plan: Plan, policy: Policy) -> str:
    """Arms, units and what one standard deviation stands for."""
    arms = "; ".join(f"{arm}: {policy.label('arm', arm)}" for arm in ARMS)
    minimum = f" Smallest effect that matters: {plan.minimum_effect:g}." if plan.minimum_effect else ""
    units = next((r.unit for t in trials if (r := t.effect) is not None), "points")
    return f"{arms[:1].upper()}{arms[1:]}. Effects in {units}.{minimum} SD: standard deviations, Hedges g."
