"""protect: Estimates, Policy and an audience in; a Release out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from cbe_analysis.errors import ReleaseRefused, UsageError, choices
from cbe_analysis.load.where import parse
from cbe_analysis.measure.estimates import AFTER, ALL, BEFORE, Estimates, Inside
from cbe_analysis.measure.selection import OPEN, column_of, public
from cbe_analysis.policy import PERSONAL, ROUNDED, Policy
from cbe_analysis.protect.attack.auditor import Auditor
from cbe_analysis.protect.chances import of_printed_values
from cbe_analysis.protect.completion import Known, completed
from cbe_analysis.protect.covering import ROUNDS, covering
from cbe_analysis.protect.curves.waiting import merged
from cbe_analysis.protect.enrollment import FILES, Enrollment
from cbe_analysis.protect.entries import Entry, entries, of_enough, pattern_of
from cbe_analysis.protect.families import of_printed, readjusted
from cbe_analysis.protect.fives.in_fives import in_fives, printed_in_fives
from cbe_analysis.protect.fives.room import least_beside
from cbe_analysis.protect.fives.rounded import SMALLEST
from cbe_analysis.protect.grounds import Grounds
from cbe_analysis.protect.holding import Holding
from cbe_analysis.protect.lines import of_sizes_together
from cbe_analysis.protect.pattern.cells import bases
from cbe_analysis.protect.pattern.coarse_to_fine import secured
from cbe_analysis.protect.pattern.kin import kin, with_kin, without_kin
from cbe_analysis.protect.printing import Printed, as_measured
from cbe_analysis.protect.release import _PERMIT, AUDIENCES, PRINTED, PROTECTED, Audience, Release
from cbe_analysis.protect.remarks import beside_officials, kept_back, of_the_whole
from cbe_analysis.protect.sizes import ABOUT, of_few, vague
from cbe_analysis.protect.spread import Spread

WAY_OUT = "use --audience staff or fewer factors"
MOST_FACTORS = 4
MOST_GROUPS = 400  # of three or four factors crossed, margins and all: more take too long to protect and to attack
NOTHING_TOLD = "too few were counted to tell how"
OFTEN = 100  # more often than any student counts, where it is not known how often
TEXTS = (*BEFORE, "arm", "at", "reference", "note")
COUNTS = ("n", "n_reference")


def protect(estimates: Estimates, policy: Policy, audience: Audience = "public") -> Release:
    """The estimates as the audience may see them.

    Nothing else is read, and the same input gives the same Release. For staff nothing is hidden. For the public, what
    rests on few students is hidden, and what would give hidden numbers away; the rest is coded, banded and rounded.
    Before it is handed on, a public Release is attacked with all that is printed in it.

    Parameters
    ----------
    audience
        "public": what may leave the building. "staff": school officials, marked as such on every page.

    Raises
    ------
    UsageError
        For another audience.
    ReleaseRefused
        When the public may not see such a table at all, or the attack finds something out; it names the groups.
    """
    if audience not in AUDIENCES:
        raise UsageError("the audience is unknown", "audience", f"choose one of: {choices(AUDIENCES)}")
    if audience == "staff":
        measured = entries(estimates)
        return _release(estimates, policy, audience, measured, (), [as_measured(entry) for entry in measured])
    _door(estimates, policy)
    return _public(estimates, policy)


def _public(given: Estimates, policy: Policy, said: tuple[str, ...] = ()) -> Release:
    """The estimates as the public may see them.

    Parameters
    ----------
    said
        What the release says beside its numbers.
    """
    minimum = _minimum(given, policy)
    known = Known.of(given, policy, minimum)
    estimates, measured = Spread(given, known.places, minimum).public()
    officially = Enrollment.of(policy, estimates)
    waiting = merged(measured, minimum, officially)
    found = _restated(completed(of_enough(waiting.entries, minimum), known), estimates, policy, minimum)
    _not_too_many(found, estimates.by)
    tables, withheld = bases(found, estimates.by, known.places), waiting.withheld(found)
    made = partial(_release, estimates, policy, "public", found)
    remarks, times = (*said, *waiting.remarks(minimum)), estimates.population.times or OFTEN
    counted = officially if times == 1 else Enrollment()  # of student-years, officials publish no number
    if policy.privacy_profile == ROUNDED:
        if (least := least_beside(tables, counted, minimum)) > minimum:
            return _public(replace(given, minimum_n=least), policy, (beside_officials(least),))
        held = partial(printed_in_fives, in_fives(found, tables, minimum))
        return _agreed(held, found, estimates, withheld, partial(made, remarks))
    above = kin(estimates.population, estimates.by, known.places)
    patterns = tuple(without_kin(secured(with_kin(base, above), minimum), base) for base in tables)
    hidden = tuple(pattern.hidden for pattern in patterns)
    grounds = Grounds(found, tables, hidden, minimum, officially=counted, times=times)
    remarks = (*remarks, *kept_back(tables, patterns))
    return _agreed(Holding(grounds).printed, found, estimates, withheld, partial(made, remarks))


def _restated(found: Sequence[Entry], estimates: Estimates, policy: Policy, minimum: int) -> tuple[Entry, ...]:
    """The records, of which some tell no more than what is printed beside them."""
    fives = policy.privacy_profile == ROUNDED
    return of_printed_values(of_sizes_together(found, estimates.by, estimates.method, minimum, fives=fives))


def _agreed(
    held: Callable[[frozenset[int]], list[Printed]],
    found: Sequence[Entry],
    estimates: Estimates,
    withheld: frozenset[int],
    made: Callable[[Sequence[Printed]], Release],
) -> Release:
    """The release in which the attack finds nothing: what it finds is covered, and attacked again.

    Raises
    ------
    ReleaseRefused
        When it finds something whatever is hidden.
    """
    auditor = Auditor(estimates)
    for turn in range(ROUNDS):
        printed = held(withheld)
        release = made(printed)
        outcome = auditor.attacked(release)
        more = covering(found, printed, outcome.groups, turn) - withheld
        if not outcome.breaches or not more:
            break
        withheld |= more | {i for i, p in enumerate(printed) if p.hidden}  # found before: need not be sought again
    outcome.refuse()
    return release


def _minimum(estimates: Estimates, policy: Policy) -> int:
    """The smallest group that may be shown: an indicator may raise the policy's, never lower it."""
    return max(policy.minimum_n, estimates.minimum_n, SMALLEST if policy.privacy_profile == ROUNDED else 0)


def _door(estimates: Estimates, policy: Policy) -> None:
    """Refuse what the public may not see at all."""
    # tables and columns of the files are no groups of students
    published = policy.published_dimensions if estimates.population.entity != FILES else estimates.by
    for refused, what, where in (
        (_personal(estimates), "the public may not see single people", "by or where"),
        (
            [name for name in estimates.by if name not in published],
            "the public may not see this grouping",
            f"published are {choices(published, 40)}; by",
        ),
        (estimates.by[MOST_FACTORS:], f"the public may see {MOST_FACTORS} factors crossed, not more", "by"),
    ):
        if refused:
            raise ReleaseRefused(what, f"{where}: {choices(refused)}", WAY_OUT)
    hidden = [column for column, told in _selected(estimates, policy) if not told]
    if hidden:
        allowed = f"published are {choices({*policy.published_dimensions, *OPEN}, 40)} and dates; where"
        raise ReleaseRefused(
            "the public may not see this selection", f"{allowed}: {choices(hidden)}", "use --audience staff"
        )


def _not_too_many(found: Sequence[Entry], by: tuple[str, ...]) -> None:
    """Refuse a crossing of many factors that would take too long, and name the coarser ones that would not."""
    groups = {entry.group[:-1] for entry in found}
    if len(by) < 3 or len(groups) <= MOST_GROUPS:
        return
    left = {name: sum(group[at] == ALL for group in groups) for at, name in enumerate(by)}
    fitting = [f"{name} ({n:,} groups are left)" for name, n in left.items() if n <= MOST_GROUPS or len(by) == 3]
    coarser = f"leave out {' or '.join(fitting)}" if fitting else "use two factors"
    raise ReleaseRefused(
        "the public may not see so many groups at once",
        f"by {choices(by)}: {len(groups):,} groups with their totals, at most {MOST_GROUPS} of three factors or more",
        f"{coarser}; or use --audience staff",
    )


def _personal(estimates: Estimates) -> list[str]:
    """Columns that single people out, among the groups and the conditions."""
    return sorted(PERSONAL & {*estimates.by, *(column for column, _ in _selected(estimates, Policy()))})


def _selected(estimates: Estimates, policy: Policy) -> list[tuple[str, bool]]:
    """The columns of the conditions, each with whether the public may see a selection by it."""
    asked = dict.fromkeys(str(c) for c in (*estimates.population.where, *estimates.parameters.get("where", ())))
    return [(column_of(condition), public(condition, policy)) for condition in map(parse, asked)]


def _release(  # noqa: PLR0913 - all that a release is made of
    estimates: Estimates,
    policy: Policy,
    audience: Audience,
    found: Sequence[Entry],
    remarks: Sequence[str],
    printed: Sequence[Printed],
) -> Release:
    """The Release of these records, as they are printed, with what else must be said."""
    minimum, public = _minimum(estimates, policy), audience == "public"
    method, warnings = estimates.method, estimates.warnings
    if public:
        printed = of_the_whole(readjusted(found, printed))
        method, warnings = _outside(estimates, found, printed, minimum)
    return Release(
        indicator=estimates.indicator,
        question=estimates.question,
        unit=estimates.unit,
        method=method,
        source=estimates.source,
        by=estimates.by,
        audience=audience,
        fingerprint=estimates.fingerprint,
        policy_hash=policy.hash,
        as_of=estimates.as_of,
        minimum_n=minimum,
        parameters=estimates.parameters,
        warnings=(*warnings, *remarks),
        population_id=estimates.population.id,
        profile=policy.privacy_profile,
        entity=estimates.population.entity,
        where=tuple(estimates.population.where),
        window=estimates.population.window,
        official=tuple((c.school_id, c.grade, c.students) for c in policy.official.enrollment),
        _rows=_rows(printed, estimates.by),
        _sizes=tuple(entry.n for entry in found),
        times=estimates.population.times,
        permit=_PERMIT,
    )


def _outside(
    estimates: Estimates, found: Sequence[Entry], printed: Sequence[Printed], minimum: int
) -> tuple[str, tuple[str, ...]]:
    """Method and warnings for the public; of fewer than the minimum neither: a model says how many it was made of.

    A warning about fewer than the minimum is left out like one about nobody, for zero is a small number.
    """
    if all(entry.n < minimum for entry in found):
        return NOTHING_TOLD, (
            f"fewer than {minimum} {estimates.population.entity} were counted: nothing is told of them",
        )
    fewest = min((e.n for e in found if e.n >= minimum and not any(pattern_of(e.group[:-1]))), default=math.nan)
    rough = any(p.n_shown.startswith(ABOUT) for p in printed)
    method = vague(of_printed(estimates.method, found, printed), minimum, fewest, rough=rough)
    said = (vague(w, minimum, rough=rough) for w in estimates.warnings if not isinstance(w, Inside))
    return method, tuple(w for w in said if not of_few(w))


def _rows(printed: Sequence[Printed], by: tuple[str, ...]) -> pd.DataFrame:
    """The records as a table: the columns of Estimates, then the texts."""
    columns: dict[str, pd.Series] = {}
    for name in (*BEFORE, *AFTER):
        values = [getattr(p.entry, name) for p in printed]
        words = [value or None for value in values]
        columns[name] = pd.Series(words, dtype=object) if name in TEXTS else pd.Series(values, dtype=float)
    for at, name in enumerate(by):
        columns[name] = pd.Series([p.entry.group[at] for p in printed], dtype=object)
    for name in COUNTS:
        columns[name] = columns[name].round().astype("Int64")
    columns["shown"] = pd.Series([p.shown for p in printed], dtype=object)
    columns["n_shown"] = pd.Series([p.n_shown for p in printed], dtype=object)
    columns["hidden"] = pd.Series([PROTECTED if p.hidden else None for p in printed], dtype=object)
    return pd.DataFrame(columns)[[*BEFORE, *by, *AFTER, *PRINTED]]
