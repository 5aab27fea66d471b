"""The words of the disparities brief: how results differ between groups of students."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Note, Table
from cbe_analysis.render.numbers import counted, listed
from cbe_analysis.render.readings import CERTAIN, UNKNOWN, compared
from cbe_analysis.render.standings import Standing
from cbe_analysis.render.widest import left_out, widest
from cbe_analysis.render.wording import against, effects, names
from cbe_analysis.render.wording.gap_charts import heading, inside
from cbe_analysis.render.wording.tables import Entry, gap_table

if TYPE_CHECKING:
    from cbe_analysis.protect import Release


def title(found: Sequence[Standing], policy: Policy) -> str:
    """The inquiry question."""
    subjects = list(dict.fromkeys(names.lower(heading(s.outcome, found, policy)) for s in found))
    if not _scores(found[0]):
        return f"How does {listed(subjects)} differ between groups?"
    return f"How do results in {listed(subjects)} differ between groups?"


def _scores(standing: Standing) -> bool:
    """True where the outcome is a test's; else it is the indicator itself."""
    return ":" in standing.outcome


def facts(found: Sequence[Standing], policy: Policy, releases: Sequence[Release]) -> tuple[str, ...]:
    """How many students, and which of them."""
    sizes = [s.whole for s in _by_outcome(found) if s.whole and not s.whole.protected]
    most = max(sizes, key=lambda r: r.at_least, default=None)
    lines = (
        names.measured(most.n_shown, "students") if most else "",
        whose(releases, policy),
    )
    return tuple(line for line in lines if line)


def whose(releases: Sequence[Release], policy: Policy) -> str:
    """The conditions on the rows in words: "Grade 3"; empty without any."""
    told = [names.condition(policy, str(c)) for c in releases[0].parameters.get("where") or ()]
    return ", ".join([told[0], *(names.lower(t) for t in told[1:])]) if told else ""


def answer(found: Sequence[Standing], policy: Policy, releases: Sequence[Release]) -> str:
    """The answer: the widest clear difference of every outcome, with its interval and its size in words."""
    widest = [w for own in _outcomes(found) if (w := _widest(own)) is not None]
    if not widest:
        if any(s.difference is not None for s in found):
            return "We cannot tell whether results differ between these groups."
        return {
            "not tested": "The differences between these groups could not be tested; the table describes them.",
            "protected": "The differences between these groups are protected.",
            "": "There is nothing to compare: fewer than two groups have results.",
        }[_why_untested(found)]
    where = whose(releases, policy)
    start = f"In {names.lower(where)}, " if where.lower().startswith("grade") else ""
    pairs: dict[tuple[str, str, str], list[Standing]] = {}
    for standing in widest:
        pairs.setdefault((standing.factor, standing.main, standing.reference), []).append(standing)
    told = [_pair(own, found, policy) for own in pairs.values()]
    if start:
        factors = listed([names.factor(policy, f) for f in dict.fromkeys(factor for factor, _, _ in pairs)])
        told = [f"{start}results differ most by {factors}.", *told]
    return " ".join(map(names.upper, told))


def _why_untested(found: Sequence[Standing]) -> str:
    """Why no difference has an interval: "not tested", "protected", or empty where there is none at all."""
    gaps = [r for s in found for r in s.rows if r.quantity == "gap"]
    return "not tested" if any(g.known for g in gaps) else "protected" if any(g.protected for g in gaps) else ""


def _widest(own: Sequence[Standing]) -> Standing | None:
    """The factor whose main groups differ most, among the clear differences of an outcome."""
    clear = [(s, g) for s in own if (g := s.difference) is not None and g.sure]
    return max(clear, key=lambda pair: abs(pair[1].value))[0] if clear else None


def _pair(own: Sequence[Standing], found: Sequence[Standing], policy: Policy) -> str:
    """The difference between two groups on one or more outcomes, as a sentence."""
    group, other = (names.students(policy, own[0].factor, g) for g in (own[0].main, own[0].reference))
    parts = []
    gaps = [gap for s in own if (gap := s.gap(s.main)) is not None]
    for i, (standing, gap) in enumerate(zip(own, gaps, strict=True)):
        unit = "" if gap.unit.startswith("share") else names.unit(gap.unit, short=True)
        told = not unit or (i > 0 and gap.unit == gaps[i - 1].unit)
        size = gap.size() if told else names.measured(gap.size(), unit)
        where = f" in {inside(standing, found, policy)}" if _scores(standing) else ""
        note = f"95% interval {gap.less()}" if not i else gap.less()
        parts.append(f"{size} {'lower' if gap.value < 0 else 'higher'}{where} ({note})")
    if not _scores(own[0]):
        return f"the {own[0].quantity} among {group} was {listed(parts)} than among {other}."
    return f"{group} scored {listed(parts)} than {other}."


def sure(found: Sequence[Standing], policy: Policy) -> str:
    """How sure we are of each difference between main groups."""
    told = []
    for own in _outcomes(found):
        by: dict[str, list[str]] = {}
        for standing in own:
            gap = standing.difference
            word = gap.sureness() if gap is not None else _why_untested([standing]) or "nothing"
            by.setdefault(word or "not tested", []).append(standing.factor)
        told.append(_one_sure(by, policy, inside(own[0], found, policy) if _scores(own[0]) else ""))
    return " ".join(["**How sure are we?**", *told, _large(found, policy)]).strip()


def _large(found: Sequence[Standing], policy: Policy) -> str:
    """How large the widest differences are, in standard deviations."""
    known = [(w, e) for own in _outcomes(found) if (w := _widest(own)) and (e := w.effect(w.main)) and e.known]
    if not known:
        return ""
    told = [f"{effects.spoken(e.value)} in {inside(w, found, policy)}" for w, e in known]
    return f"The widest difference is {listed(told)}."


def _one_sure(by: dict[str, list[str]], policy: Policy, subject: str) -> str:
    """The sentence of one outcome."""
    start = f"In {subject} we" if subject else "We"
    parts = [f"are {w} of a difference by {names.factors(policy, by[w])}" for w in CERTAIN if w in by]
    if "cannot tell" in by:
        parts.append(f"cannot tell whether there is one by {names.factors(policy, by['cannot tell'], 'or')}")
    if "not tested" in by:
        parts.append(f"could not test a difference by {names.factors(policy, by['not tested'], 'or')}")
    if not parts and "protected" not in by:
        return f"{start} have nothing to compare."
    if not parts:
        return f"{start} cannot say: the differences are protected."
    return f"{start} {'; we '.join(parts)}."


def tables(found: Sequence[Standing], policy: Policy) -> tuple[Table, ...]:
    """Every group's value and its difference from the first group of its block; one table per outcome."""
    made = []
    shown = widest(found)
    for own in _outcomes(shown):
        head = own[0]
        blocks = [[Entry("All students", head.whole, None)]]
        blocks += [[_entry(s, g, policy) for g in (*s.groups, *_unknown(s))] for s in own]
        unit = names.unit(head.whole.unit if head.whole else "")
        title, sub = f"{heading(head.outcome, found, policy)}, {unit}", against.legend(shown) + left_out(found, shown)
        made.append(gap_table(title, sub, names.upper(head.quantity), blocks))
    return tuple(made)


def _entry(standing: Standing, group: str, policy: Policy) -> Entry:
    name = names.group(policy, standing.factor, group)
    if group in (standing.reference, UNKNOWN):
        return Entry(name, standing.value(group), None)
    return Entry(name, standing.value(group), standing.gap(group), standing.effect(group))


def _unknown(standing: Standing) -> tuple[str, ...]:
    row = standing.value(UNKNOWN)
    return (UNKNOWN,) if row is not None and row.known else ()


def notes(found: Sequence[Standing], policy: Policy) -> tuple[Note, ...]:
    """What it may mean, what it cannot mean, and questions for the next cycle."""
    may = [_overlap(found, policy), "A difference tells where to look first: at what students meet, and what they get."]
    cannot = [
        "It does not say why groups differ, nor what any child can do.",
        "Groups are compared one factor at a time. Factors go together, so one may stand in for another.",
        "A wide interval says that few students are behind a number.",
    ]
    steps = [
        "Which students does this picture bring to mind, and what do they say themselves?",
        "Who gets time, rich tasks and chances to try again, and who gets less of them?",
        "Where in the district is a difference smaller, and what is done there?",
    ]
    return (
        Note("What this may mean", text=tuple(t for t in may if t)),
        Note("What it cannot mean", text=tuple(cannot)),
        Note("For the next inquiry cycle", steps=tuple(steps)),
    )


def _overlap(found: Sequence[Standing], policy: Policy) -> str:
    """How far the groups of the widest clear difference overlap."""
    known = [(s, e) for s in found if s.main and (e := s.effect(s.main)) is not None and e.known and e.clear]
    if not known:
        if not any(s.difference for s in found) and _why_untested(found) == "protected":
            return "In public, these groups are too small, or too much alike, to compare."
        return "Groups that look alike here may still differ in other results."
    standing, effect = max(known, key=lambda pair: abs(pair[1].value))
    group, other = (names.students(policy, standing.factor, g) for g in (standing.main, standing.reference))
    many = effects.above_middle(effect.value)
    return (
        f"Groups overlap widely. At the widest difference, about {many} in 100 {group} are above the middle of "
        f"{other}; with no difference it would be 50."
    )


def method(found: Sequence[Standing], releases: Sequence[Release]) -> str:
    """How the differences were computed."""
    told = releases[0].method.partition("; p adjusted")[0]
    outcome = releases[0].parameters.get("outcome")
    told = told.replace(f" {outcome}", "") if outcome else told
    tested = counted(compared(s.rows for s in found), "difference")
    return (
        f"{names.upper(told)}. {names.upper(tested)} tested, p adjusted within each factor (Benjamini–Hochberg). "
        "Very sure: adjusted p up to .01; fairly sure: below .05. SD: Hedges g, gaps in standard deviations."
    )


def definitions(found: Sequence[Standing], policy: Policy) -> str:
    """Where groups come from, and what they are compared with."""
    factors = names.factors(policy, list(dict.fromkeys(s.factor for s in found)))
    return f"Groups by {factors} as recorded when the result was taken. {against.definition(found, policy)}"


def _by_outcome(found: Sequence[Standing]) -> list[Standing]:
    return [own[0] for own in _outcomes(found)]


def _outcomes(found: Sequence[Standing]) -> list[list[Standing]]:
    """The standings of each outcome."""
    return [[s for s in found if s.outcome == o] for o in dict.fromkeys(s.outcome for s in found)]
