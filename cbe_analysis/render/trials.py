"""The effect of one program, outcome by outcome, gathered from the releases of one brief."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cbe_analysis.render.readings import ALL, UNKNOWN, Reading, find, readings, select

if TYPE_CHECKING:
    from cbe_analysis.protect import Release

CLUSTERS = re.compile(r"in ([\d,]+) clusters")
COUNTED = re.compile(r"after (\d{4}-\d\d-\d\d) and until (\d{4}-\d\d-\d\d)")  # the days of the outcome
EARLIER, BLOCKS = "before this program began", "effect for every block"  # as remarks and methods of the releases say
ARMS = ("treatment", "comparison")
MOST = 22  # groups in a chart or a table, all factors together


@dataclass(frozen=True, slots=True)
class Trial:
    """The effect on one outcome.

    Parameters
    ----------
    whole
        Readings of the release that is not split by a factor.
    split
        Factor -> readings of the release by that factor, in the order of the releases.
    steady
        Readings of the release that holds some characteristics equal; none where there is no such release.
    held
        Those characteristics.
    method, remarks
        Of the release that is not split.
    """

    outcome: str
    whole: tuple[Reading, ...]
    split: tuple[tuple[str, tuple[Reading, ...]], ...] = ()
    steady: tuple[Reading, ...] = ()
    held: tuple[str, ...] = ()
    method: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def effect(self) -> Reading | None:
        """The effect on all students."""
        return self.of("effect")

    def of(self, quantity: str, *, arm: str | None = None, at: str | None = None) -> Reading | None:
        """A row about all students."""
        return find(self.whole, quantity, arm=arm, at=at)

    def within(self, quantity: str, factor: str, group: str) -> Reading | None:
        """A row about one group of a factor."""
        rows = dict(self.split).get(factor, ())
        return find(rows, quantity, **{factor: group})

    def groups(self, factor: str) -> tuple[str, ...]:
        """The known groups of a factor, the reference first."""
        rows = dict(self.split).get(factor, ())
        reference = next((r.reference for r in rows if r.quantity == "gap"), "")
        found = [r.group for r in select(rows, "effect") if r.group not in (ALL, UNKNOWN)]
        return tuple(sorted(found, key=lambda g: g != reference))

    @property
    def clusters(self) -> int:
        """Classes (or schools) that were assigned as a whole; 0 where that is not known of both arms."""
        told = [CLUSTERS.search(r.note) for r in select(self.whole, "count")]
        known = [int(m[1].replace(",", "")) for m in told if m]
        return sum(known) if len(known) == len(told) else 0

    @property
    def late(self) -> bool:
        """True when some students entered the study before this program began."""
        return any(EARLIER in remark for remark in self.remarks)

    @property
    def dates(self) -> tuple[str, str]:
        """The day on which the program began, and the last on which a result counts; empty where that is not told."""
        told = COUNTED.search(self.method)
        return (told[1], told[2]) if told else ("", "")

    @property
    def blocked(self) -> bool:
        """True when students are compared within the blocks in which they were assigned."""
        return BLOCKS in self.method


def trials(releases: Sequence[Release]) -> tuple[Trial, ...]:
    """One trial for each outcome.

    Parameters
    ----------
    releases
        Releases of intervention_effect about one program: for each outcome one without a factor, and any by one factor
        or with covariates.
    """
    held: dict[str, list[Release]] = {}
    for release in releases:
        held.setdefault(str(release.parameters["outcome"]), []).append(release)
    return tuple(_trial(outcome, own) for outcome, own in held.items())


def _trial(outcome: str, releases: Sequence[Release]) -> Trial:
    """One outcome from its releases."""
    plain = [r for r in releases if not r.parameters.get("covariates")]
    whole = next(r for r in plain if not r.by)
    steady = next((r for r in releases if r.parameters.get("covariates") and not r.by), None)
    return Trial(
        outcome,
        readings(whole),
        tuple((r.by[0], readings(r)) for r in plain if r.by),
        readings(steady) if steady is not None else (),
        tuple(str(steady.parameters["covariates"]).split(",")) if steady is not None else (),
        whole.method,
        whole.warnings,
    )


def lines(trials: Sequence[Trial]) -> tuple[tuple[str, str], ...]:
    """Factor and group of every line of a chart or table: all students, then each group that some outcome may show."""
    return (("", ALL), *((f, g) for f, g in _groups(trials) if any(_seen(t, f, g) for t in trials)))


def largest(trials: Sequence[Trial], most: int = MOST) -> tuple[tuple[str, str], ...]:
    """The lines that a brief has room for: of very many groups, those with most students; all students always."""
    whole, *groups = lines(trials)
    sizes = {at: max((r.at_least for t in trials if (r := line(t, *at)) is not None), default=0.0) for at in groups}
    kept = sorted(groups, key=lambda at: -sizes[at])[:most]
    return (whole, *(at for at in groups if at in kept))


def left_out(trials: Sequence[Trial]) -> str:
    """What a chart or table says of the groups that it has no room for; empty where it has all."""
    shown, groups = len(largest(trials)) - 1, len(lines(trials)) - 1
    return "" if shown == groups else f"the {shown} largest of {groups} groups"


def hidden(trials: Sequence[Trial]) -> int:
    """How many groups no outcome may show."""
    return sum(not any(_seen(t, f, g) for t in trials) for f, g in _groups(trials))


def _groups(trials: Sequence[Trial]) -> list[tuple[str, str]]:
    factors = dict.fromkeys(f for t in trials for f, _ in t.split)
    return [(f, g) for f in factors for g in dict.fromkeys(g for t in trials for g in t.groups(f))]


def _seen(trial: Trial, factor: str, group: str) -> bool:
    reading = trial.within("effect", factor, group)
    return reading is not None and reading.known


def line(trial: Trial, factor: str, group: str, quantity: str = "effect") -> Reading | None:
    """What an outcome says of a line."""
    return trial.of(quantity) if group == ALL else trial.within(quantity, factor, group)


def students(trials: Sequence[Trial], factor: str = "", group: str = ALL) -> str:
    """The group size as released, the smallest where outcomes differ; empty where protected."""
    sizes = [r for t in trials if (r := line(t, factor, group)) is not None and r.n_shown]
    return min(sizes, key=lambda r: r.at_least).in_column if sizes else ""
