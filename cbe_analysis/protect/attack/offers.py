"""What to leave out so that the rest may be published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from cbe_analysis.protect.attack.reading import WHOLE
from cbe_analysis.protect.attack.verdict import Breach, Published
from cbe_analysis.protect.record import Recorded

TRIES, FEWEST_TRIES = 24, 4  # audits at most, and at most of very many rows: a refusal does not wait for them
AT_ONCE = 6  # single things to leave out together; of more, nobody leaves out one by one: the brief
ROWS = 6_000  # that all audits together may read
Audited = Callable[[Sequence[Published]], bool]


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to leave out.

    Parameters
    ----------
    says
        What to do, in words.
    at
        Positions of the releases that change.
    without
        The column that their tables are no longer split by; empty where they are left out.
    """

    says: str
    at: tuple[int, ...]
    without: str = ""


class Offers:
    """Sets of things to leave out, the smallest first.

    Parameters
    ----------
    public
        Everything that was audited.
    breaches
        What came out.
    audited
        Whether anything would still come out of drafts.
    """

    def __init__(self, public: Sequence[Published], breaches: Sequence[Breach], audited: Audited) -> None:
        self.public, self.audited = public, audited
        rows = sum(len(one.release.rows) for one in public)
        self.left = max(FEWEST_TRIES, min(TRIES, ROWS // max(rows, 1)))
        blamed = {brief for breach in breaches if breach.mendable for brief in breach.briefs}
        self.offending = [i for i, one in enumerate(public) if one.draft and one.brief in blamed]

    def found(self) -> tuple[str, ...]:
        """The first that are enough, as sentences: any one of them, or, where none is enough alone, all together."""
        for steps in (self._coarser(), self._releases()):
            offers = list(steps)
            fewest = list(self._each_once(offers))
            if fewest and self._passes(fewest):
                enough = [offer.says for offer in offers if len(offers) == 1 or self._passes([offer])]
                if enough or len(fewest) <= AT_ONCE:
                    return tuple(enough) or ("; and ".join(offer.says for offer in fewest),)
        briefs = list(self._briefs())
        enough = [offer.says for offer in briefs if len(briefs) == 1 or self._passes([offer])]
        return tuple(enough) or (("; and ".join(offer.says for offer in briefs),) if briefs else ())

    def _coarser(self) -> Iterator[Offer]:
        """Crossed tables without one of their columns."""
        for i in self.offending:
            by = self.public[i].release.by
            if len(by) > 1:
                for column in reversed(by):
                    rest = ", ".join(name for name in by if name != column)
                    yield Offer(f"{self.public[i].brief}: show {rest} without {column}", (i,), column)

    def _releases(self) -> Iterator[Offer]:
        """Single releases."""
        for i in self.offending:
            release = self.public[i].release
            by = f" by {', '.join(release.by)}" if release.by else ""
            limited = f" where {' and '.join(release.where)}" if release.where else ""
            yield Offer(f"{self.public[i].brief}: leave out {release.indicator}{by}{limited}", (i,))

    def _briefs(self) -> Iterator[Offer]:
        """Whole briefs."""
        for brief in sorted({self.public[i].brief for i in self.offending}):
            at = tuple(i for i, one in enumerate(self.public) if one.draft and one.brief == brief)
            yield Offer(f"{brief}: leave out the brief", at)

    def _each_once(self, offers: Iterable[Offer]) -> Iterator[Offer]:
        """Of the offers that change the same release, the first."""
        seen: set[tuple[int, ...]] = set()
        for offer in offers:
            if offer.at not in seen:
                seen.add(offer.at)
                yield offer

    def _passes(self, offers: Sequence[Offer]) -> bool:
        """Whether nothing more comes out of drafts."""
        if self.left <= 0:
            return False
        self.left -= 1
        return not self.audited(list(self._kept(offers)))

    def _kept(self, offers: Sequence[Offer]) -> Iterator[Published]:
        """What remains to be published."""
        changes = {i: offer.without for offer in offers for i in offer.at}
        for i, one in enumerate(self.public):
            if i not in changes:
                yield one
            elif changes[i]:
                yield Published(one.brief, one.publication, without(one.release, changes[i]))


def without(release: Recorded, column: str) -> Recorded:
    """The release without the rows that are split by a column."""
    kept = (release.rows[column] == WHOLE).to_numpy()
    sizes = None if release.sizes is None else tuple(n for n, own in zip(release.sizes, kept, strict=True) if own)
    same = {f.name: getattr(release, f.name) for f in fields(Recorded)}
    rows = release.rows.loc[kept].drop(columns=column).reset_index(drop=True)
    by = tuple(name for name in release.by if name != column)
    return Recorded(**same | {"rows": rows, "sizes": sizes, "by": by})
