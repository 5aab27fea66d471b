"""The auditor: reads a Release as an outsider would, attacks it, and refuses it when anything hidden comes out.

Written apart from the protector: it shares no rule, no table and no model with it, only the solver.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.measure.estimates import Estimates
from cbe_analysis.protect.attack.frames import Frame
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.measured import Measured
from cbe_analysis.protect.attack.points import Memory
from cbe_analysis.protect.attack.reading import WHOLE, Cell, Series, read
from cbe_analysis.protect.attack.together import NAMED_AT_MOST, Joint
from cbe_analysis.protect.attack.told import arm_column
from cbe_analysis.protect.attack.verdict import Breach, Published
from cbe_analysis.protect.record import Recorded
from cbe_analysis.protect.release import Release


class Proof(NamedTuple):
    """The rows that give a group's number away, as far as is known.

    Parameters
    ----------
    rows
        Their cells, and whether they are comparisons.
    series
        What is told of the same people: they are among it.
    relief
        Rows that, all hidden, are known to be enough for numbers that no other rows are named for: also what is told in
        them, empty for all.
    """

    rows: frozenset[tuple[Cell, bool]] = frozenset()
    series: frozenset[Series] = frozenset()
    relief: frozenset[tuple[Cell, bool, Series | tuple[()]]] = frozenset()

    def beside(self, other: Proof) -> Proof:
        """Both together."""
        return Proof(self.rows | other.rows, self.series | other.series, self.relief | other.relief)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attack on one release found.

    Parameters
    ----------
    groups
        Whose number comes out, as cells of the release, each with what gives it away.
    """

    breaches: tuple[Breach, ...]
    groups: Mapping[Cell, Proof]

    def refuse(self) -> None:
        """Nothing, when nothing was found.

        Raises
        ------
        ReleaseRefused
            Names the groups, and no number.
        """
        if not self.breaches:
            return
        names = dict.fromkeys(f"{breach.group}: {breach.says}" for breach in self.breaches)
        told = "; ".join(list(names)[:NAMED_AT_MOST]) + ("; and more" if len(names) > NAMED_AT_MOST else "")
        raise ReleaseRefused("the release would give away what it hides", told, "use --audience staff or fewer factors")


class Auditor:
    """Attacks on a release, and again when more of it is hidden.

    Parameters
    ----------
    estimates
        What the release was made from. The attack is told which hidden groups are small, and which rows count the same
        people; its numbers are a place from which to look for others that would be printed alike.
    """

    def __init__(self, estimates: Estimates) -> None:
        self._measured = Measured(estimates)
        self._memory = Memory(self._measured)

    def attacked(self, release: Release) -> Outcome:
        """What an attack on the printed texts finds out of what is hidden."""
        printed = Recorded.of(release)
        sizes = tuple(self._measured.size(row) for row in read(printed))
        joint = Joint([Published("", None, replace(printed, sizes=sizes))], self._memory)
        breaches = joint.breaches()
        columns = (*printed.by, arm_column(printed))
        groups: dict[Cell, Proof] = {}
        for result in joint.results:
            series = frozenset(said.row.series for table in result.frame.tables for said in table.said)
            for fallen in result.fallen:
                cell = _cell(fallen.group, result.frame, columns)
                told = {said: _cell(said.group, result.frame, columns) for said in fallen.relief or fallen.says}
                rows = frozenset((of, said.compares) for said, of in told.items() if not fallen.relief)
                relief = frozenset((of, said.compares, said.series) for said, of in told.items() if fallen.relief)
                proof = Proof(rows, fallen.series or series, relief)
                groups[cell] = groups.get(cell, Proof()).beside(proof)
        return Outcome(breaches, groups)


def _cell(group: Group, frame: Frame, columns: Sequence[str]) -> Cell:
    """The cell of a release that a group is; that it is told of one level apart makes it a part of that level."""
    levels = {column: next(iter(of)) for column, of in group.limits if len(of) == 1}
    for condition in frame.tables[0].universe:
        column, named, level = condition.partition("=")
        if named and column in columns:
            levels[column] = level
    return tuple(levels.get(column, WHOLE) for column in columns)
