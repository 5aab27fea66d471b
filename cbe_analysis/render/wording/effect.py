"""The words of an intervention brief; every claim hangs on a condition."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Note, Table
from cbe_analysis.render.numbers import NO_BREAK, interval, listed, number
from cbe_analysis.render.plans import Plan
from cbe_analysis.render.readings import SURE, Reading
from cbe_analysis.render.trials import ARMS, Trial, hidden, largest, left_out, line, students
from cbe_analysis.render.wording import decision, names
from cbe_analysis.render.wording.tables import aligned

ABREAST = 2  # outcomes that a table has room for


def title(plan: Plan, policy: Policy) -> str:
    """The inquiry question."""
    return f"Did {names.called(program(plan, policy))}{NO_BREAK}help?"


def program(plan: Plan, policy: Policy) -> str:
    """The program's name, as labelled or as its record has it."""
    label = policy.label("program_id", plan.id)
    return plan.name or label


def answer(trials: Sequence[Trial], policy: Policy) -> str:
    """Yes, no or we cannot tell, with the effect on each outcome and its interval."""
    effects = _tested(trials)
    if not effects:
        return "These data cannot tell: no effect may be shown, or the study is too small to test one."
    signs = {(r.value > 0) - (r.value < 0) if r.clear else 0 for _, r in effects}
    if len(signs) > 1:
        opening = "In part." if 1 in signs else "No gain that we can see, and in part a loss."
    else:
        opening = {1: "Yes.", -1: "No, results were lower with it.", 0: "We cannot tell."}[min(signs)]
    told = listed([_told(t, r, policy) for t, r in effects])
    return f"{opening} Students with the program scored {told}, compared with all students without it."


def _tested(trials: Sequence[Trial]) -> list[tuple[Trial, Reading]]:
    """The outcomes whose effect has an interval."""
    return [(t, r) for t in trials if (r := t.effect) is not None and r.bounded]


def _told(trial: Trial, reading: Reading, policy: Policy) -> str:
    """One effect: "9 points higher in mathematics (95% interval 4 to 13)"."""
    digits = 0 if all(v == int(v) for v in (reading.value, reading.low, reading.high)) else reading.digits
    limits = (reading.low, reading.high) if reading.value >= 0 else (-reading.high, -reading.low)
    span = interval(*(number(v, digits) for v in limits))
    size = names.measured(number(abs(reading.value), digits), names.unit(reading.unit, short=True))
    side = f"{size} higher" if reading.value > 0 else f"{size} lower" if reading.value < 0 else "about the same"
    return f"{side} in {_subject(trial, policy)} (95% interval {span})"


def _subject(trial: Trial, policy: Policy) -> str:
    return names.lower(names.subject(policy, trial.outcome))


def sure(trials: Sequence[Trial], plan: Plan, policy: Policy) -> str:
    """How sure we are, outcome by outcome, and of differences between groups."""
    found = _tested(trials)
    if not found:
        return "**How sure are we?** Not at all: no effect could be tested or shown."
    why = {"randomized": "Chance decided who was in which group, so the comparison is fair."}
    fair, groups = why.get(plan.assignment, ""), _between_groups(trials, policy)
    parts = (_certainty(found, policy), decision.beside(trials, plan), fair, groups)
    return " ".join(("**How sure are we?**", *(p for p in parts if p)))


def _certainty(found: Sequence[tuple[Trial, Reading]], policy: Policy) -> str:
    """Whether the effects are more than chance; one word for all where it is the same."""
    words = {"very": "Very sure that {} more than chance.", "fairly": "Fairly sure that {} more than chance."}
    by_word: dict[str, list[str]] = {}
    for trial, reading in found:
        word = "unclear" if not reading.clear else "very" if reading.p <= SURE else "fairly"
        by_word.setdefault(word, []).append(_subject(trial, policy))
    told = []
    for word in ("very", "fairly", "unclear"):
        subjects = by_word.get(word, [])
        if not subjects:
            continue
        inside = f" in {listed(subjects)}" if len(found) > 1 else ""
        what = f"the difference{inside} is"
        told.append(words[word].format(what) if word in words else f"We cannot tell whether {what} more than chance.")
    return " ".join(told)


def _between_groups(trials: Sequence[Trial], policy: Policy) -> str:
    """Whether the effect differs between groups."""
    gaps = [(t, f, r) for t in trials for f, rows in t.split for r in rows if r.quantity == "gap"]
    clear = [_larger(*gap, policy) for gap in gaps if gap[2].sure and gap[2].clear]
    if not gaps:
        return ""
    if clear:
        return f"It was {listed(clear)}."
    return f"We cannot tell whether it helped some groups more than others{_why_unclear([r for _, _, r in gaps])}"


def _why_unclear(gaps: Sequence[Reading]) -> str:
    """Why of no difference between groups it is clear which way it goes: the end of a sentence."""
    from cbe_analysis.protect.spread import GATHERED

    if any(gap.bounded for gap in gaps):
        return ": those differences may be chance."
    if any(gap.note == GATHERED for gap in gaps):
        return ": to protect small groups, that could not be tested for the public."
    if any(gap.known for gap in gaps):
        return ": those differences could not be tested."
    return ": those differences are protected."


def _larger(trial: Trial, factor: str, gap: Reading, policy: Policy) -> str:
    """One difference between effects: "better for girls than for boys in reading"."""
    side = "better" if gap.value > 0 else "less good"
    group, other = (names.students(policy, factor, g) for g in (gap.group, gap.reference))
    return f"{side} in {_subject(trial, policy)} for {group} than for {other}"


def facts(trials: Sequence[Trial], plan: Plan, policy: Policy) -> tuple[str, ...]:
    """Lines beside the title."""
    size = students(trials)
    many = names.measured(size, "students") if size else "Students: protected"
    clusters = f", {trials[0].clusters} {units(policy)}" if trials and trials[0].clusters else ""
    how = {"randomized": "Chance decided who took part"}
    return (many + clusters, how.get(plan.assignment, plan.assignment))


def units(policy: Policy) -> str:
    """What students were taught or assigned in together, as the district calls it."""
    return names.lower(policy.labels.get("cluster_id", {}).get("", "classes or schools"))


def tables(trials: Sequence[Trial], policy: Policy) -> tuple[Table, ...]:
    """Effects by group, two outcomes side by side; groups that may not be shown are told together."""
    return tuple(_table(trials[i : i + ABREAST], policy) for i in range(0, len(trials), ABREAST))


def _table(trials: Sequence[Trial], policy: Policy) -> Table:
    drawn, unseen = largest(trials), hidden(trials)
    columns, widths = ["Group", "Students"], [None, 48.0]
    for trial in trials:
        columns += [names.subject(policy, trial.outcome), "95% interval", "SD"]
        widths += [60.0, 66.0, 44.0]
    rows = [_row(trials, factor, group, policy) for factor, group in drawn]
    rules = [i + 2 for i, (a, b) in enumerate(itertools.pairwise(drawn)) if a[0] != b[0]]
    if unseen:
        rules.append(len(rows) + 1)
        rows.append((f"Other groups ({unseen})", *[None] * (len(columns) - 1)))
    unit = next((r.unit for t in trials if (r := t.effect) is not None), "points")
    fewer = "; students: the smaller number where outcomes differ" if len(trials) > 1 else ""
    few = f"; {few}" if (few := left_out(trials)) else ""
    return Table(
        title=f"Effect in {unit}",
        sub=f"SD: the same effect in standard deviations (Hedges g){fewer}{few}",
        columns=tuple(columns),
        rows=aligned(rows, tuple(range(2, len(columns), 3))),
        align="l" + "r" * (len(columns) - 1),
        widths=tuple(widths),
        rules=tuple(rules),
        pad=3.4,
    )


def _row(trials: Sequence[Trial], factor: str, group: str, policy: Policy) -> tuple[str | None, ...]:
    """One line of the table."""
    cells: list[str | None] = []
    for trial in trials:
        effect, g = line(trial, factor, group), line(trial, factor, group, "hedges_g")
        cells += [_cell(effect), effect.interval() if effect else None, _cell(g)]
    return (names.group(policy, factor, group), students(trials, factor, group) or None, *cells)


def _cell(reading: Reading | None) -> str | None:
    return reading.printed(sign=True) if reading is not None else None


def notes(trials: Sequence[Trial], plan: Plan, policy: Policy) -> tuple[Note, ...]:
    """What it may mean, what it cannot mean, and questions for the team."""
    unseen = hidden(trials)
    few = f"Results for {unseen} small group{'s are' if unseen > 1 else ' is'} protected. That does not make them zero."
    cannot = (
        "It speaks of these schools and years, and of the program as it was run. It says nothing of cost.",
        "Students are counted in the group they were assigned to, whether or not they stayed in it.",
        *((few,) if unseen else ()),
    )
    steps = (
        f"What did teachers do differently with {names.called(program(plan, policy))}?",
        "Where could it be tried next, and what would we have to give up?",
        "Who did not take the test, and why?",
    )
    return (
        Note("What this may mean", (_meaning(trials), "The study looks at the setting, not at the children.")),
        Note("What it cannot mean", cannot),
        Note("For the next inquiry cycle", steps=steps),
    )


def _meaning(trials: Sequence[Trial]) -> str:
    """What the effects allow to say."""
    effects = [r for _, r in _tested(trials)]
    if effects and all(r.clear and r.value > 0 for r in effects):
        return "The program changed what students learned in the time it ran."
    if effects and all(r.clear and r.value < 0 for r in effects):
        return "Students learned less with the program in the time it ran. What did it take the place of?"
    return "The study leaves open how much the program changed. A longer or larger one would say more."


def method(trials: Sequence[Trial]) -> str:
    """How the effects were estimated: one sentence for all outcomes."""
    first = trials[0]
    return first.method.replace(first.outcome, listed([t.outcome for t in trials], "or"))


def definitions(trials: Sequence[Trial], plan: Plan, policy: Policy) -> str:
    """Arms, units, what one standard deviation and the chances stand for; then what the model remarked."""
    minimum = f" Smallest effect that matters: {plan.minimum_effect:g}." if plan.minimum_effect else ""
    unit = next((r.unit for t in trials if (r := t.effect) is not None), "points")
    chances = " Chances: normal, with nothing assumed beforehand." if plan.sealed else ""
    remarks = "".join(f" {names.upper(r)}." for r in dict.fromkeys(r for t in trials for r in t.remarks))
    told = f"Groups compared: {arms(policy)}. " if arms(policy) else ""
    return f"{told}Effects in {unit}.{minimum} SD: standard deviations, Hedges g.{chances}{remarks}"


def arms(policy: Policy) -> str:
    """What the district calls the two groups; empty where that says no more than that there are two."""
    labels = [names.lower(policy.label("arm", arm)) for arm in ARMS]
    telling = not any(word in label for label in labels for word in ("program", "treatment", "compar", "control"))
    return f"with the program, {labels[0]}; without it, {labels[1]}" if telling else ""
