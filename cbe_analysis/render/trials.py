"""The effect of one program, outcome by outcome, gathered from the releases of one brief."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.render.readings import ALL, UNKNOWN, Reading, find, readings, select

if TYPE_CHECKING:
    from cbe_analysis.load import District
    from cbe_analysis.protect import Release

CLUSTERS = re.compile(r"in (\d+) clusters")
ARMS = ("treatment", "comparison")


@dataclass(frozen=True, slots=True)
class Plan:
    """What was written down before the outcome was read.

    Parameters
    ----------
    minimum_effect
        The smallest effect that would matter, in units of the outcome; 0 where none was written.
    certainty
        How sure one wants to be before acting, 0 to 1; 0 where none was written.
    yes, no, unsure
        The next step for each result; empty where none was written.
    """

    id: str
    name: str
    assignment: str
    outcomes: tuple[str, ...]
    minimum_effect: float
    certainty: float
    yes: str
    no: str
    unsure: str

    @property
    def sealed(self) -> bool:
        """True when there is a rule to decide by."""
        return self.minimum_effect > 0 and self.certainty > 0


@dataclass(frozen=True, slots=True)
class Trial:
    """The effect on one outcome.

    Parameters
    ----------
    whole
        Readings of the release that is not split by a factor.
    split
        Factor -> readings of the release by that factor, in the order of the releases.
    """

    outcome: str
    whole: tuple[Reading, ...]
    split: tuple[tuple[str, tuple[Reading, ...]], ...]

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
        """Classes (or schools) that were assigned as a whole; 0 where that is not known."""
        told = [CLUSTERS.search(r.note) for r in select(self.whole, "count")]
        return sum(int(m[1]) for m in told if m)


def trials(releases: Sequence[Release]) -> tuple[Trial, ...]:
    """One trial for each outcome.

    Parameters
    ----------
    releases
        Releases of intervention_effect about one program: for each outcome one without a factor, and any by one factor.
    """
    tables = [readings(r) for r in releases]
    held: dict[str, tuple[list[tuple[Reading, ...]], list[tuple[str, tuple[Reading, ...]]]]] = {}
    for release, rows in zip(releases, tables, strict=True):
        whole, split = held.setdefault(str(release.parameters["outcome"]), ([], []))
        if release.by:
            split.append((release.by[0], rows))
        else:
            whole.append(rows)
    return tuple(Trial(outcome, whole[0], tuple(split)) for outcome, (whole, split) in held.items())


def plan(district: District, program: str = "") -> Plan:
    """What was written down about a program beforehand.

    Parameters
    ----------
    program
        Its id; empty where the district has one program.

    Raises
    ------
    UsageError
        When there is no such program, or a choice is needed.
    """
    rows = district.table("programs").df().to_dict("records")
    held = {str(r["program_id"]): r for r in rows}
    if program not in held and (program or len(held) != 1):
        what = f"there is no program '{program}'" if program else "several programs are there and none was chosen"
        raise UsageError(what, "parameter program", f"choose one of: {choices(held)}")
    row = held[program or next(iter(held))]
    words = {k: "" if v is None or v != v else str(v) for k, v in row.items()}
    return Plan(
        id=words["program_id"],
        name=words["name"],
        assignment=words["assignment"],
        outcomes=tuple(o.strip() for o in words.get("outcomes", "").split(";") if o.strip()),
        minimum_effect=float(words.get("minimum_effect") or 0),
        certainty=float(words.get("certainty") or 0),
        yes=words.get("next_step_yes", ""),
        no=words.get("next_step_no", ""),
        unsure=words.get("next_step_unsure", ""),
    )
