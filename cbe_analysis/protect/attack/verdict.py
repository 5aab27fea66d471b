"""What an audit is asked and what it answers: releases with the briefs that show them, and what they give away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cbe_analysis.protect.record import Recorded

What = Literal["size", "share", "mean", "curve", "row", "check"]


@dataclass(frozen=True, slots=True)
class Published:
    """A release, and where it stands.

    Parameters
    ----------
    brief
        The brief that shows it.
    publication
        Number of the publication that the brief was in; None for a draft that wants to be published.
    release
        As printed; with its true sizes where they are known, which is inside alone.
    """

    brief: str
    publication: int | None
    release: Recorded

    @property
    def draft(self) -> bool:
        """True for what can still be left out."""
        return self.publication is None


@dataclass(frozen=True, slots=True)
class Breach:
    """Something hidden that comes out.

    Parameters
    ----------
    briefs
        The briefs that give it away together, sorted.
    group
        Of whom, in the words of the columns: "gender=male, school_id=3"; never a number of students.
    what
        "size", "share", "mean" or "curve" for what comes out; "row" for a number that stands where none may; "check"
        for what cannot be checked.
    says
        The same in words: "its share comes out (chronic_absence)".
    mendable
        True when a draft has part in it; what is published already cannot be taken back.
    """

    briefs: tuple[str, ...]
    group: str
    what: What
    says: str
    mendable: bool

    def __str__(self) -> str:
        """The breach in one sentence, without a number."""
        return f"{', '.join(self.briefs)}: {self.group}: {self.says}"


@dataclass(frozen=True, slots=True)
class Audit:
    """What an attack on everything that is published together found.

    Parameters
    ----------
    breaches
        What comes out; none when all may be published.
    populations
        How many populations were told apart: numbers about one of them are attacked together.
    linked, unlinked
        Plain sentences: what was attacked together, and what was not and why.
    cells
        Hidden numbers that were attacked.
    offers
        What to leave out so that the rest passes, as it is to be done: "growth: show race_ethnicity without gender".
    """

    breaches: tuple[Breach, ...]
    populations: int
    linked: tuple[str, ...]
    unlinked: tuple[str, ...]
    cells: int
    offers: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """True when no draft gives anything away, alone or with what is published."""
        return not any(breach.mendable for breach in self.breaches)
