"""What was written down about the programs of a district, and which of them a brief is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.measure.choices import ROOM, fitting

if TYPE_CHECKING:
    from cbe_analysis.load import District


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

    @property
    def offered(self) -> bool:
        """True when an effect can be estimated for programs assigned in this way."""
        from cbe_analysis.indicators.study import OFFERED

        return self.assignment in OFFERED


def plans(district: District) -> tuple[Plan, ...]:
    """What was written down about every program, in the order of the table."""
    return tuple(_plan(row) for row in district.table("programs").df().to_dict("records"))


def plan(found: Sequence[Plan], program: str = "") -> Plan:
    """The program that a brief is about.

    Parameters
    ----------
    program
        Its id; empty for the first whose effect can be estimated, one with outcomes written down before others.

    Raises
    ------
    UsageError
        When there is no such program.
    """
    held = {p.id: p for p in found}
    if program not in held and program:
        raise UsageError(f"there is no program '{program}'", "parameter program", f"choose one of: {choices(held)}")
    offered = sorted((p for p in found if p.offered), key=lambda p: not p.outcomes)
    if program or offered:
        return held[program] if program else offered[0]
    fault = "no program is assigned in a way that can be estimated yet" if held else "the table programs has no row"
    raise UsageError(fault, "table 'programs'", "see the column assignment in docs/data-dictionary.md")


def others(found: Sequence[Plan], plan: Plan) -> tuple[Plan, ...]:
    """The programs that a brief about this one leaves out."""
    return tuple(p for p in found if p.id != plan.id)


def outcomes(plan: Plan, wanted: Sequence[str]) -> tuple[str, ...]:
    """The outcomes to read: those wanted, else those of the program's record, of many the first three.

    Raises
    ------
    UsageError
        When neither names one, or more are wanted than a brief has room for.
    """
    fitting(wanted)
    if not (wanted or plan.outcomes):
        where = "parameter outcomes, or column 'outcomes' of the table programs"
        raise UsageError(
            f"no outcome is named for '{plan.id}'", where, 'name one as instrument:subject, such as ["map:math"]'
        )
    return tuple(wanted) or plan.outcomes[:ROOM]


def unread(plan: Plan, taken: Sequence[str]) -> tuple[str, ...]:
    """The outcomes of the program's record that are not among those taken."""
    return tuple(o for o in plan.outcomes if o not in taken)


def _plan(row: Mapping[Any, Any]) -> Plan:
    """One row of the table."""
    words = {str(k): "" if v is None or v != v else str(v) for k, v in row.items()}
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
