"""How far the result of a study can be trusted, check by check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from cbe_analysis.methods.standards import Evidence, Verdict, essa_tier
from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Table
from cbe_analysis.render.numbers import listed
from cbe_analysis.render.plans import Plan
from cbe_analysis.render.readings import Reading, find, select
from cbe_analysis.render.trials import ARMS, Trial, line
from cbe_analysis.render.wording import names
from cbe_analysis.render.wording.effect import arms, units
from cbe_analysis.render.wording.shares import percent

VERDICT = re.compile(r"baseline equivalence: (.+)")
UNRATED = "not rated"
LARGE = 350  # students that the first two tiers of ESSA evidence ask for
Check = tuple[str, str]  # what was found, and one word for it


def passport(trials: Sequence[Trial], plan: Plan, policy: Policy) -> Table:
    """The checks of the study, each with what was found and one word for it."""
    checks = [
        ("Design", _design(trials[0], plan)),
        ("Comparison", _comparison(trials[0], policy)),
        ("Sample", _sample(trials, policy)),
        ("Lost on the way", _lost(trials, policy)),
        ("Alike at the start", _balance(trials, policy)),
        *((("Steadiness", _steadiness(trials, policy)),) if any(t.steady for t in trials) else ()),
        ("Standards", _standards(trials)),
        ("ESSA evidence", _tier(trials)),
    ]
    return Table(
        title="Evidence passport",
        sub="how far the result can be trusted, check by check",
        columns=("Check", "What we found", "In a word"),
        rows=tuple((f"**{name}**", found, word) for name, (found, word) in checks),
        align="lll",
        widths=(98.0, None, 126.0),
        rules=tuple(range(2, len(checks) + 1)),
        pad=5,
        verdict=True,
    )


def _design(trial: Trial, plan: Plan) -> Check:
    if plan.assignment != "randomized":
        return f"Students were assigned by {plan.assignment}.", "Declared"
    if trial.blocked:
        return (
            "Students were assigned by chance within blocks, such as schools, and are compared within them.",
            "By chance",
        )
    return "Students were assigned by chance.", "By chance"


def _comparison(trial: Trial, policy: Policy) -> Check:
    """What is set against what; what was done in either group is not in the data."""
    told = arms(policy) or "the students of the program; the students of its comparison group"
    return f"Two groups are compared: {told}. What each student got in fact is not in these data.", "As assigned"


def _sample(trials: Sequence[Trial], policy: Policy) -> Check:
    """Students with a result in each arm, and what they were taught or assigned in together."""
    told = []
    for trial in trials:
        own, other = (_count(trial, arm) for arm in ARMS)
        told.append(f"{_subject(trial, policy)} {own} with and {other} without the program")
    sizes = [r.at_least for t in trials if (r := t.effect) is not None]
    clusters = max(t.clusters for t in trials)
    allowed = (
        f" They were in {clusters} {units(policy)}; the intervals allow for what is shared there." if clusters else ""
    )
    return f"Students with a score: {'; '.join(told)}.{allowed}", "Large" if min(sizes, default=0) >= LARGE else "Small"


def _count(trial: Trial, arm: str) -> str:
    reading = trial.of("count", arm=arm)
    return "(protected)" if reading is None else reading.printed() or "(protected)"


def _subject(trial: Trial, policy: Policy) -> str:
    return names.lower(names.subject(policy, trial.outcome))


def _lost(trials: Sequence[Trial], policy: Policy) -> Check:
    """The share of assigned students without a score, by arm."""
    told, low = [], []
    for trial in trials:
        own, other = (percent(trial.of("attrition", arm=arm)) for arm in ARMS)
        told.append(f"{_subject(trial, policy)} {own} with and {other} without the program")
        difference = trial.of("attrition", arm="difference")
        low.append(
            None if difference is None or not difference.note else difference.note.startswith("low by the cautious")
        )
    late = " Those who left before this program began are not counted." if trials[0].late else ""
    word = "Low, as far as known" if all(low) else "High" if False in low else "Not known"
    return f"Assigned, but without a score: {'; '.join(told)}.{late}", word


def _balance(trials: Sequence[Trial], policy: Policy) -> Check:
    """The largest standardized difference between the arms at entry."""
    rows = [r for t in trials for r in select(t.whole, "baseline", arm="difference")]
    compared = [r for r in rows if r.known and VERDICT.match(r.note)]
    late = " Only students who entered the study with this program are compared." if trials[0].late else ""
    if not compared:
        return f"No description of students at entry may be shown, or none was recorded.{late}", "Not known"
    widest = max(compared, key=lambda r: abs(r.value))
    verdicts = {VERDICT.sub(r"\1", r.note) for r in compared}
    word = "Met" if verdicts == {"satisfied"} else "Not met" if "not satisfied" in verdicts else "Met if adjusted for"
    small = " Small groups are protected." if any(r.protected for r in rows) else ""
    text = (
        f"Compared at entry: {_described(compared, policy)}. The largest difference is {widest.size()} SD "
        f"({_characteristic(widest, policy)}); up to 0.05 needs no adjusting, up to 0.25 does.{late}{small}"
    )
    return text, word


def _described(compared: Sequence[Reading], policy: Policy) -> str:
    """The characteristics that were compared, each factor once."""
    return names.factors(policy, tuple(dict.fromkeys(r.at.partition("=")[0] for r in compared)))


def _characteristic(reading: Reading, policy: Policy) -> str:
    factor, _, value = reading.at.partition("=")
    return names.students(policy, factor, value) if value else names.factor(policy, factor)


def _steadiness(trials: Sequence[Trial], policy: Policy) -> Check:
    """The effects when characteristics of students are held equal, beside the effects as they are."""
    told, same = [], []
    for trial in trials:
        whole, held = trial.effect, find(trial.steady, "effect")
        if whole is None or held is None or not (whole.bounded and held.bounded):
            told.append(f"{_subject(trial, policy)} (protected)")
            continue
        told.append(f"{_subject(trial, policy)} {held.printed(sign=True)} ({held.interval()})")
        same.append((whole.clear, whole.value > 0) == (held.clear, held.value > 0))
    word = "Not known" if len(same) < len(trials) else "Same answer" if all(same) else "Answer changes"
    factors = names.factors(policy, next(t.held for t in trials if t.steady))
    return f"With {factors} held equal, the effects are: {'; '.join(told)}.", word


def _rating(trial: Trial) -> Verdict:
    """What the standards allow; where students entered earlier, who was lost before is not known, so nothing."""
    overall = trial.of("attrition", arm="(all)")
    if trial.late or overall is None or ": " not in overall.note:
        return "not rated"
    return cast("Verdict", overall.note.rpartition(": ")[2])


def _standards(trials: Sequence[Trial]) -> Check:
    """What the standards of the What Works Clearinghouse would allow."""
    ratings = {_rating(t) for t in trials}
    source = "By the tables of What Works Clearinghouse 4.1, cautious boundary. "
    text = source + "This is the kit's own check, not a rating by the Clearinghouse."
    if UNRATED in ratings:
        apart = [t.of("attrition", arm="difference") for t in trials]
        closed = any(r is not None and r.protected for r in apart) and not any(t.late for t in trials)
        why = "How many were lost is protected." if closed else "Who was lost since students were drawn is not known."
        return f"{text} {why}", "Not judged"
    if len(ratings) > 1:
        return text, "Differs by outcome"
    (rating,) = ratings
    return text, "Does not meet" if rating.startswith("does") else f"Could meet, {rating}"


def _tier(trials: Sequence[Trial]) -> Check:
    """The tier of ESSA evidence that the study could support now, and what the next one asks."""
    effects = [line(t, "", "(all)") for t in trials]
    clear = [r for r in effects if r is not None and r.clear]
    order: tuple[Verdict, ...] = ("not rated", "does not meet", "with reservations", "without reservations")
    found = essa_tier(
        Evidence(
            rating=min((_rating(t) for t in trials), key=order.index),
            positive=bool(clear) and all(r.value > 0 for r in clear) and len(clear) == len(effects),
            negative=any(r.value < 0 for r in clear),
            students=int(min((r.at_least for r in effects if r is not None), default=0)),
            sites=1,  # a site is a district; a folder holds one
            controlled=any(t.steady for t in trials),
            rationale=True,  # the program's record; so that what is missing is told of tier 3, not of tier 4
        )
    )
    lacking = f"Still to show: {listed(found.missing)}." if found.missing else ""
    word = f"Could support tier {found.tier}" if found.tier in (1, 2, 3) else "No tier yet"
    return f"Sites are districts: these data hold one. {lacking}".strip(), word
