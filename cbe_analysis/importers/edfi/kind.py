"""How the elements of Ed-Fi interchanges are read: which path fills which column.

Paths lead from the element to a text: `A/B` by its children, `//B` to the first descendant of that name, `B*` to all of
them, separated by bars; a `#` at the end takes the code of a descriptor (`uri://ed-fi.org/RaceDescriptor#White`).
`count:B` is the number of children. Names are those of 5.2; alternatives from 3.3 on stand after a space.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STUDENT = "StudentReference/StudentIdentity/StudentUniqueId"
SCHOOL = "SchoolReference/SchoolIdentity/SchoolId"
SESSION = "SessionReference/SessionIdentity/"
ASSESSMENT = "AssessmentReference/AssessmentIdentity/AssessmentIdentifier"
INTERVENTION = "InterventionReference/InterventionIdentity/InterventionIdentificationCode"
SURVEY = "//SurveyIdentifier"


@dataclass(frozen=True, slots=True)
class Kind:
    """Elements that become rows of one frame.

    Parameters
    ----------
    elements
        Their names.
    fields
        Column -> path from the element.
    part
        Where the element has parts of this name, there is one row for each of them.
    part_fields
        Column -> path from the part.
    """

    elements: tuple[str, ...]
    fields: Mapping[str, str]
    part: tuple[str, ...] = ()
    part_fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the frame."""
        return ("element", *self.fields, *self.part_fields)

    @property
    def steps(self) -> frozenset[str]:
        """The names of elements that its paths lead over, or to."""
        paths = " ".join([*self.fields.values(), *self.part_fields.values()])
        names = paths.replace("count:", "").replace("#", "").replace("*", "").replace("/", " ").split()
        return frozenset((*names, *self.part))
