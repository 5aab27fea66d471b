"""One population as an outsider sees it: the finest groups, every size that is printed, and what is hidden."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cbe_analysis.policy import ROUNDED
from cbe_analysis.protect.attack.atoms import Atoms, SharedOut, Space
from cbe_analysis.protect.attack.comparisons import Against, crowds
from cbe_analysis.protect.attack.facts import Fact, Says, Sum, together
from cbe_analysis.protect.attack.frames import Frame
from cbe_analysis.protect.attack.groups import OTHER, Group, Levels
from cbe_analysis.protect.attack.left_over import exact
from cbe_analysis.protect.attack.points import Memory
from cbe_analysis.protect.attack.possible import Possible
from cbe_analysis.protect.attack.printed import Printed
from cbe_analysis.protect.attack.student_years import each_year
from cbe_analysis.protect.attack.told import Table, adds


class Population:
    """What is told of the students of one frame.

    Parameters
    ----------
    official
        Whether what officials published is told of these students.
    unnamed
        The columns that may have levels which no text names.
    memory
        What other attacks on these students saw.

    Attributes
    ----------
    sizes
        Group -> its size as printed, or as officials published it.
    official
        Group -> its size as officials published it.
    left_out
        The small groups, and their true size, that no row tells of but that are what a selection leaves out.
    hidden
        The groups whose size no text says.
    rounded
        True where all counts were rounded to fives.
    minimum
        Smallest size that may be shown.
    """

    def __init__(
        self,
        frame: Frame,
        levels: Levels,
        *,
        official: bool = True,
        unnamed: frozenset[str] = frozenset(),
        memory: Memory | None = None,
    ) -> None:
        self.frame, self.unnamed, self.memory = frame, unnamed, memory or Memory()
        self.minimum = max(table.release.minimum_n for table in frame.tables)
        self.rounded = all(table.release.profile == ROUNDED for table in frame.tables)
        self.sizes = printed_sizes(frame)
        self.official = {group: self.sizes[group].low for group in self._official()} if official else {}
        told = {said.group for table in frame.tables for said in table.said}
        self._several = {said.group for table in frame.tables for said in table.said if said.times > 1}
        self._students = {said.group: (said.n, said.n) for table in frame.tables for said in table.said}
        self.left_out = {group: n for group, n in frame.left_out(levels, self.minimum).items() if group not in told}
        self._yearly = list(each_year(frame, levels))
        every = told | self.left_out.keys() | self.official.keys() | {group for group, _ in self._yearly}
        named = {c: [v for v in own if c in unnamed or not v.startswith(OTHER)] for c, own in levels.seen.items()}
        self.space = Space(every, named, [one for t in frame.tables for one in shared_out(t)], crowds(frame))
        known = {self.atoms(group).tobytes() for group in told}
        self.left_out = {g: n for g, n in self.left_out.items() if self.atoms(g).tobytes() not in known}
        every = told | self.left_out.keys() | self.official.keys()
        self.hidden = tuple(sorted(every - self.sizes.keys(), key=Group.order))

    def credible(self) -> bool:
        """Whether the true sizes, as far as they are known, fit the finest groups that are taken to exist."""
        facts = [fact for fact in self.facts() if not fact.sources]
        facts += [Fact(self.people(group), low, high) for group, (low, high) in self.frame.sizes.items()]
        known = self.memory.of("credible", self.space.width)
        return Possible([0.0] * self.space.width, self.most, facts, whole=False, memory=known).consistent

    def true_size(self, group: Group) -> float:
        """How many are in the group; NaN where that is not known."""
        told = (self._students if self.frame.of_years else self.frame.sizes).get(group, (0.0, math.inf))
        known = exact(told)
        return self.left_out.get(group, math.nan) if math.isnan(known) else known

    def counts_students(self, group: Group) -> bool:
        """Whether as many students are in a group as count in it: of several school years there are fewer."""
        return group not in self._several

    def facts(self, kinds: int = 1) -> Iterator[Fact]:
        """All sizes that are known, and that crossings hold the same students, for unknowns of several kinds."""
        width = self.space.width
        for one, other in self.space.ties():
            for kind in range(kinds):
                difference = Sum.of(one).plus(Sum.of(other, -1.0)).moved(kind * width)
                yield Fact(difference, 0.0, 0.0)
        for group, size in self.sizes.items():
            yield Fact(self.people(group, kinds), size.low, size.high, size.sources, Says(group))
        for group, size in self._yearly:
            yield Fact(self.people(group, kinds), size.low, size.high, size.sources)

    def people(self, group: Group, kinds: int = 1) -> Sum:
        """Everyone in a group, of all kinds."""
        found = of = Sum.of(self.atoms(group))
        for kind in range(1, kinds):
            found = found.plus(of.moved(kind * self.space.width))
        return found

    def those(self, against: Against) -> Sum:
        """The groups that a comparison is taken against, of the first kind."""
        if against.but:
            return Sum.of(self.space.crowd(against.groups)).plus(Sum.of(self.atoms(against.but), -1.0))
        return together(Sum.of(self.atoms(group)) for group in against.groups)

    @property
    def most(self) -> list[float]:
        """More students than each unknown has."""
        ceiling = 4 * max((size.high for size in self.sizes.values()), default=0.0) + 1000
        return [ceiling * parts for parts in self.space.parts]

    def atoms(self, group: Group) -> Atoms:
        """The finest groups that a group is made of."""
        return self.space.atoms(group)

    def officially(self, group: Group) -> bool:
        """Whether a size is the sum of what officials published: no release gives it away."""
        own, parts = set(self.atoms(group).tolist()), dict[frozenset[str], list[int]]()
        for part in self.official:
            atoms = self.atoms(part).tolist()
            if own.issuperset(atoms):
                parts.setdefault(frozenset(part.columns), []).extend(atoms)
        return any(sorted(atoms) == sorted(own) for atoms in parts.values())

    def _official(self) -> Iterator[Group]:
        """Puts what officials published beside the printed sizes, where it is the size of a group that is told of.

        Where every such group has the official number, the population is all who are enrolled, and the numbers of the
        groups that no release tells of hold as well.
        """
        counted: dict[Group, float] = {}
        for table in self.frame.tables:
            for school, grade, students in table.release.official:
                named = {"school_id": school, "grade": grade}
                limits = {name: frozenset((str(level),)) for name, level in named.items() if level is not None}
                counted[Group.of(limits)] = float(students)
        columns = {column for table in self.frame.tables for said in table.said for column in said.group.columns}
        told = {group: size for group, size in self.frame.sizes.items() if group in counted}
        same = {group for group, (low, high) in told.items() if low <= counted[group] <= high}
        everyone = bool(told) and len(same) == len(told)
        for group, number in counted.items():
            if group in same or (everyone and group.columns <= columns and group not in told):
                self.sizes[group] = Printed(number, number, ())
                yield group


def printed_sizes(frame: Frame) -> dict[Group, Printed]:
    """Group -> its size as printed, what was published before named first."""
    found: dict[Group, Printed] = {}
    for table in sorted(frame.tables, key=lambda t: t.source):
        for said in table.said:
            if said.size:
                own = found.get(said.group, Printed(0.0, math.inf, ()))
                found[said.group] = own.narrowed(said.size, table.source)
    return found


def shared_out(table: Table) -> Iterator[SharedOut]:
    """The ways in which the table shares out the group that it is about."""
    sizes = table.sizes()
    whole = sizes.get(table.within)
    shapes: dict[frozenset[str], set[Group]] = {}
    for said in table.said:
        shapes.setdefault(said.shape, set()).add(said.group)
    for shape, groups in shapes.items():
        if shape and whole and adds([sizes.get(group, (0.0, math.inf)) for group in groups], whole):
            columns = tuple(sorted(shape))
            levels = frozenset(tuple(next(iter(dict(g.limits)[c])) for c in columns) for g in groups)
            yield SharedOut(table.within, columns, levels)
