"""An attack on everything that is published together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from cbe_analysis.policy import ROUNDED, SUPPRESSED
from cbe_analysis.protect.attack.campaign import TOO_FINE, Result, attack, never
from cbe_analysis.protect.attack.ever import set_apart
from cbe_analysis.protect.attack.few_moved import few_moved
from cbe_analysis.protect.attack.frames import Frame, frames
from cbe_analysis.protect.attack.offers import Offers
from cbe_analysis.protect.attack.overlaps import overlaps
from cbe_analysis.protect.attack.points import Memory
from cbe_analysis.protect.attack.reading import Row, read
from cbe_analysis.protect.attack.sizes_attack import Fallen
from cbe_analysis.protect.attack.student_years import frames_of_years, told_of_years, with_years
from cbe_analysis.protect.attack.surface import faults
from cbe_analysis.protect.attack.told import levels_of, sharing_out, tables
from cbe_analysis.protect.attack.verdict import Audit, Breach, Published

NAMED_AT_MOST = 12
UNCHECKED = {
    True: "so many columns are crossed that this cannot be checked in time; publish fewer crossings",
    False: "its numbers contradict each other, so that nothing can be checked",
}
FEW = "the few who came, left or changed groups since it was told before"
OVERLAPPING = "it overlaps with so many other selections that this cannot be checked in time; publish fewer of them"


def audit_together(published: Sequence[Published]) -> Audit:
    """What all releases together give away of what each of them hides.

    Every printed row is a number about the students who have certain levels in certain columns: the values of its group
    and what its release was limited to. Releases about the same students are attacked together: sizes, shares and
    means, with the enrolment that officials published and with what one of a group knows of themselves. For slopes,
    intercepts, effects, medians and percentiles only the rules hold that look at the rows themselves: those of a group
    do not add up to that of the whole.

    Parameters
    ----------
    published
        What was published, and the drafts that want to be. Releases for staff are left out.
    """
    public = [one for one in published if one.release.audience == "public"]
    joint = Joint(public)
    audit = joint.audit()
    if audit.passed:
        return audit
    offers = Offers(joint.concerned(audit.breaches), audit.breaches, lambda kept: Joint(kept).lets_out()).found()
    return replace(audit, offers=offers)


class Joint:
    """Releases, by the populations that they tell of.

    Parameters
    ----------
    memory
        What was seen of the same students before.

    Attributes
    ----------
    results
        What came of the last audit, population by population.
    """

    def __init__(self, public: Sequence[Published], memory: Memory | None = None) -> None:
        self.public, self.memory = public, memory or Memory()
        self.results: list[Result] = []
        releases = [one.release for one in public]
        of_years = told_of_years(releases)
        levels = with_years(of_years, levels_of(releases))
        told = [table for i, one in enumerate(public) for table in tables(i, one.release, levels)]
        self.overlaps = overlaps(told, levels)
        apart = set_apart(told, levels, self.overlaps)
        self.levels, self.too_fine = apart.levels, apart.too_fine
        self.frames = frames([part for table in apart.tables for part in sharing_out(table)])
        minimum = max((release.minimum_n for release in releases), default=0)
        self.frames += frames_of_years(of_years, self.levels, self.frames, minimum)

    def audit(self) -> Audit:
        """What all attacks found; no offers yet."""
        breaches, results = [*self._on_the_surface(), *self._overlapping(), *self._few_moved()], list[Result]()
        self.results = results
        for frame in self.frames:
            found, own = self._attacked(frame)
            breaches += found
            results += own
        return Audit(
            breaches=tuple(dict.fromkeys(breaches)),
            populations=len(results),
            linked=tuple(dict.fromkeys(chain.from_iterable(map(self._linked, results)))),
            unlinked=tuple(dict.fromkeys(self._unlinked(results))),
            cells=sum(result.cells for result in results),
            offers=(),
        )

    def breaches(self) -> tuple[Breach, ...]:
        """What comes out of the drafts."""
        return tuple(breach for breach in self.audit().breaches if breach.mendable)

    def lets_out(self) -> bool:
        """Whether anything comes out of the drafts; nothing is sought beyond that."""
        easily = (*self._on_the_surface(), *self._overlapping(), *self._few_moved())
        if any(breach.mendable for breach in easily):
            return True
        drafts = (frame for frame in self.frames if any(self.public[source].draft for source in frame.sources))
        return any(breach.mendable for frame in drafts for breach in self._attacked(frame, any_one=True)[0])

    def concerned(self, breaches: Iterable[Breach]) -> list[Published]:
        """The releases of briefs that give something away, and those about the same students."""
        blamed = {brief for breach in breaches if breach.mendable for brief in breach.briefs}
        found = {source for source, one in enumerate(self.public) if one.brief in blamed}
        for frame in self.frames:
            if any(self.public[source].brief in blamed for source in frame.sources):
                found |= set(frame.sources)
        return [one for source, one in enumerate(self.public) if source in found]

    def _attacked(self, frame: Frame, *, any_one: bool = False) -> tuple[list[Breach], list[Result]]:
        """What comes out of one population, first without the drafts: that can no longer be helped.

        Parameters
        ----------
        any_one
            Whether the first thing that comes out with the drafts is enough.
        """
        before = [source for source in frame.sources if not self.public[source].draft]
        known: set[tuple[object, ...]] = set()
        breaches: list[Breach] = []
        if before and len(before) < len(frame.sources):
            minimum = max(table.release.minimum_n for table in frame.tables)
            for result in attack(frame.before(before, self.levels, minimum), self.levels, self.memory):
                breaches += [self._breach(fallen, result, mendable=False) for fallen in result.fallen]
                known |= {(fallen.group, fallen.what, fallen.of) for fallen in result.fallen}

        def new(fallen: Sequence[Fallen]) -> list[Fallen]:
            return [one for one in fallen if (one.group, one.what, one.of) not in known]

        results = attack(frame, self.levels, self.memory, (lambda fallen: bool(new(fallen))) if any_one else never)
        mendable = len(before) < len(frame.sources)
        for result in results:
            breaches += self._unchecked(result)
            breaches += [self._breach(fallen, result, mendable=mendable) for fallen in new(result.fallen)]
        return breaches, results

    def _breach(self, fallen: Fallen, result: Result, *, mendable: bool) -> Breach:
        """What came out, in words; where the proof names no draft, any draft about the same students has part in it."""
        sources = set(fallen.sources) or set(result.frame.sources)
        if mendable and not any(self.public[source].draft for source in sources):
            sources |= {source for source in result.frame.sources if self.public[source].draft}
        says = f"its {fallen.what} comes out" + (f" ({fallen.of})" if fallen.of else "")
        return Breach(self._briefs(sources), fallen.group.words(self.levels), fallen.what, says, mendable)

    def _unchecked(self, result: Result) -> Iterator[Breach]:
        if result.unchecked:
            columns = sorted({column for t in result.frame.tables for said in t.said for column in said.group.columns})
            mendable = any(self.public[source].draft for source in result.frame.sources)
            says = UNCHECKED[result.unchecked == TOO_FINE]
            yield Breach(self._briefs(result.frame.sources), ", ".join(columns) or "all", "check", says, mendable)

    def _overlapping(self) -> Iterator[Breach]:
        """Selections that share too many levels in which students count several times."""
        for table in self.too_fine:
            mendable = any(self.public[one.source].draft for one in self.too_fine if one.universe == table.universe)
            group = table.within.words(self.levels)
            yield Breach(self._briefs([table.source]), group, "check", OVERLAPPING, mendable)

    def _few_moved(self) -> Iterator[Breach]:
        """What was told twice of all but the same students."""
        minimum = max((one.release.minimum_n for one in self.public), default=0)
        for moved in few_moved(self.frames, minimum):
            mendable = any(self.public[source].draft for source in moved.sources)
            group, says = moved.group.words(self.levels), f"the {moved.what} of {FEW} comes out ({moved.of})"
            yield Breach(self._briefs(moved.sources), group, moved.what, says, mendable)

    def _on_the_surface(self) -> Iterator[Breach]:
        """Numbers that stand where none may."""
        for one in self.public:
            if one.release.profile not in (SUPPRESSED, ROUNDED):
                yield Breach((one.brief,), "all", "check", "its profile cannot be checked", one.draft)
            rows = read(one.release)
            sizes = dict(zip(map(id, rows), one.release.sizes or (), strict=False))

            def small(row: Row, minimum: int, sizes: dict[int, float] = sizes) -> bool:
                return sizes.get(id(row), float(minimum)) < minimum

            columns = (*one.release.by, "arm")
            fives = one.release.profile == ROUNDED
            for cell, fault in faults(rows, one.release.minimum_n, small, fives=fives):
                group = ", ".join(f"{c}={v}" for c, v in zip(columns, cell, strict=True) if v != "(all)") or "all"
                yield Breach((one.brief,), group, "row", fault, one.draft)

    def _briefs(self, sources: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted({self.public[source].brief for source in sources}))

    def _linked(self, result: Result) -> Iterator[str]:
        """Which briefs tell of the same students."""
        briefs = self._briefs(result.frame.sources)
        if len(result.frame.sources) > 1:
            more = f" and {len(briefs) - NAMED_AT_MOST} more" if len(briefs) > NAMED_AT_MOST else ""
            alone = "the tables of " if len(briefs) == 1 else ""
            named = f"{alone}{', '.join(briefs[:NAMED_AT_MOST])}{more}"
            yield f"attacked together, as they tell of the same students: {named}"

    def _unlinked(self, results: Sequence[Result]) -> Iterator[str]:
        """What was not attacked together though it might have been, and why."""
        for result in results:
            for indicator in result.unlinked:
                yield f"{indicator}: no one set of students fits all of its releases, so each was attacked by itself"
        for column in sorted({column for columns in self.overlaps.values() for column in columns}):
            yield f"{column}: students count in several of its groups, so that selections by it share nobody out"
        dates: dict[tuple[str, ...], set[str]] = {}
        for result in results:
            entity, as_of, *conditions = result.frame.tables[0].universe
            dates.setdefault((entity, *conditions), set()).add(as_of)
        several = sorted({day for days in dates.values() if len(days) > 1 for day in days})
        if several:
            yield f"releases as of {', '.join(several)} were not attacked together: who came and went is not known"
        if len(results) > len(dates):
            yield "releases whose sizes differ in a group were not attacked together: they tell of other students"
