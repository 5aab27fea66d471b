"""Groups of an audit as briefs name them: its words are columns and codes, which nobody has to know by heart."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cbe_analysis.policy import Policy
from cbe_analysis.render.wording.names import group, upper

Labels = Mapping[str, Mapping[str, str]]
NEXT = re.compile(r", (?=some of \w|\w[\w. ]*(?:=| other than ))")  # between the limits of a group
LIMIT = re.compile(r"(?P<column>\w[\w. ]*?)(?P<how>=| other than )(?P<levels>.*)", re.DOTALL)
OR = " or "


def in_words(told: str, labels: Labels) -> str:
    """The group with the names that the district has for it: "Girls (gender=female), Hill School (school_id=0101)".

    Parameters
    ----------
    told
        The group in the words of the audit.
    """
    policy = Policy(labels=labels)
    return ", ".join(_limit(part, policy) for part in NEXT.split(told))


def _limit(told: str, policy: Policy) -> str:
    """One limit of a group, after its name; alone where its name says no more."""
    found = LIMIT.fullmatch(told)
    if not found or found["column"] not in policy.labels:
        return told
    levels = _levels(found["levels"], policy.labels[found["column"]])
    names = OR.join(group(policy, found["column"], level) for level in levels)
    return f"{'not ' if found['how'] != '=' else ''}{names} ({told})" if names != upper(found["levels"]) else told


def _levels(told: str, words: Mapping[str, str]) -> list[str]:
    """The codes; one that holds the word that stands between them is known by its label."""
    return [told] if told in words else told.split(OR)
