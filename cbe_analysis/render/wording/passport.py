"""How far the result of a study can be trusted, check by check."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Table
from cbe_analysis.render.numbers import listed
from cbe_analysis.render.readings import Reading, select
from cbe_analysis.render.trials import ARMS, Plan, Trial
from cbe_analysis.render.wording import names

DESIGNS = {"randomized": ("Students were assigned by chance, within blocks (such as schools).", "Randomized")}
VERDICT = re.compile(r"baseline equivalence: (.+)")
SITES = "Still to show: results from a second district."
LARGE = 350  # students that the first two tiers of ESSA evidence ask for


def passport(trials: Sequence[Trial], plan: Plan, policy: Policy) -> Table:
    """The checks of the study, each with what was found and one word for it."""
    first = trials[0]
    rows = [
        ("Design", *DESIGNS.get(plan.assignment, (plan.assignment, "Declared"))),
        ("Sample", *_sample(first)),
        ("Lost on the way", *_lost(trials, policy)),
        ("Alike at the start", *_balance(first, policy)),
        ("Standards", *_standards(trials)),
        ("ESSA evidence", *_tier(trials)),
    ]
    return Table(
        title="Evidence passport",
        sub="how far the result can be trusted, check by check",
        columns=("Check", "What we found", "In a word"),
        rows=tuple((f"**{name}**", found, word) for name, found, word in rows),
        align="lll",
        widths=(98.0, None, 126.0),
        rules=tuple(range(2, len(rows) + 1)),
        pad=6,
        verdict=True,
    )


def _sample(trial: Trial) -> tuple[str, str]:
    """Students in each arm, and the classes or schools they were assigned in."""
    counts = [(arm, trial.of("count", arm=arm)) for arm in ARMS]
    sizes = [f"{r.printed()} in the {arm} group" for arm, r in counts if r is not None and not r.protected]
    whole = trial.effect
    large = whole is not None and whole.at_least >= LARGE
    clusters = f", in {trial.clusters} classes or schools assigned as a whole" if trial.clusters else ""
    return f"Students with a result: {listed(sizes) or 'protected'}{clusters}.", "Large" if large else "Small"


def _lost(trials: Sequence[Trial], policy: Policy) -> tuple[str, str]:
    """The share of assigned students without a result, by arm."""
    told, words = [], []
    for trial in trials:
        arms = [f"{r.printed()} of the {arm} group" for arm in ARMS if (r := trial.of("attrition", arm=arm))]
        subject = names.lower(names.subject(policy, trial.outcome))
        told.append(f"{subject} {listed(arms)}")
        difference = trial.of("attrition", arm="difference")
        words.append(difference is not None and difference.note.startswith("low by the cautious"))
    said = "Low, as far as known" if all(words) else "High, or not known"
    return f"Assigned, but without a score: {'; '.join(told)}.", said


def _balance(trial: Trial, policy: Policy) -> tuple[str, str]:
    """The largest standardized difference between the arms at entry."""
    compared = [r for r in select(trial.whole, "baseline", arm="difference") if r.known and VERDICT.match(r.note)]
    if not compared:
        return "No description of students at entry may be shown or none was recorded.", "Not known"
    widest = max(compared, key=lambda r: abs(r.value))
    verdicts = {VERDICT.sub(r"\1", r.note) for r in compared}
    word = "Met" if verdicts == {"satisfied"} else "Not met" if "not satisfied" in verdicts else "Adjust"
    text = (
        f"Compared at entry: {_described(compared, policy)}. The largest difference is {widest.size()} SD "
        f"({_characteristic(widest, policy)}); up to 0.05 SD needs no adjustment."
    )
    return text, word


def _described(compared: Sequence[Reading], policy: Policy) -> str:
    """The characteristics that were compared, each factor once."""
    factors = dict.fromkeys(r.at.partition("=")[0] for r in compared)
    return listed([names.lower(policy.label(f)) for f in factors])


def _characteristic(reading: Reading, policy: Policy) -> str:
    factor, _, value = reading.at.partition("=")
    return names.group(policy, factor, value) if value else names.lower(policy.label(factor))


def _standards(trials: Sequence[Trial]) -> tuple[str, str]:
    """What the standards of the What Works Clearinghouse would allow."""
    notes = [r.note for t in trials if (r := t.of("attrition", arm="(all)")) is not None]
    ratings = [n.rpartition(": ")[2] for n in notes if n]
    word = f"Could meet, {ratings[0]}" if ratings and len(set(ratings)) == 1 else "Differs by outcome"
    if any(r.startswith("does not") for r in ratings):
        word = "Does not meet"
    source = "By the tables of What Works Clearinghouse 4.1, cautious boundary."
    return f"{source} This is the kit's own check, not a rating by the Clearinghouse.", word if ratings else "Not known"


def _tier(trials: Sequence[Trial]) -> tuple[str, str]:
    """The strongest tier of ESSA evidence that the study could support, and what is missing."""
    effects = [r for t in trials if (r := t.effect) is not None and r.bounded]
    gain = bool(effects) and all(r.clear and r.value > 0 for r in effects)
    large = bool(effects) and min(r.at_least for r in effects) >= LARGE
    word = _standards(trials)[1]
    if not gain:
        return f"No clear gain in every outcome. {SITES}", "No tier yet"
    if not large:
        return f"A clear gain, with fewer than the {LARGE} students that are needed. {SITES}", "No tier yet"
    tier = "tier 1" if word == "Could meet, without reservations" else "tier 2" if word.startswith("Could") else ""
    told = f"A clear gain in every outcome, with more than the {LARGE} students that are needed. {SITES}"
    return told, f"On the way to {tier}" if tier else "No tier yet"
