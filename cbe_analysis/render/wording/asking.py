"""What a brief left out because nobody asked for it, and how to ask."""

from __future__ import annotations

from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.numbers import listed
from cbe_analysis.render.plans import Plan
from cbe_analysis.render.wording import names

MOST = 8  # names in a sentence


def outcomes(others: Sequence[str], policy: Policy) -> str:
    """The outcomes that were left out and how to see them; empty where there are none.

    Parameters
    ----------
    others
        Each as instrument:subject.
    """
    if not others:
        return ""
    told = [f"{names.lower(_outcome(o, policy))} (-p outcomes={o})" for o in others]
    return f"The two that most students have are shown. These data also hold {_some(told)}."


def recorded(unread: Sequence[str], policy: Policy) -> str:
    """The outcomes of a program's record that the brief is not about, and how to see them; empty for none."""
    if not unread:
        return ""
    told = [f"{names.lower(_outcome(o, policy))} (-p outcomes={o})" for o in unread]
    return f"The program's record also names {_some(told)}. Read these too before you decide."


def _outcome(outcome: str, policy: Policy) -> str:
    """The subject and the test that it was taken in."""
    return f"{names.subject(policy, outcome)}, {policy.label('instrument', outcome.rpartition(':')[0])}"


def programs(others: Sequence[Plan], policy: Policy) -> str:
    """The programs that the brief is not about, and how to see those whose effect can be estimated; empty for none."""
    able = [f"{_program(p, policy)} (-p program={p.id})" for p in others if p.offered]
    unable = [f"{_program(p, policy)} ({p.assignment})" for p in others if not p.offered]
    told = [f"The record also holds {_some(able)}."] if able else []
    if unable:
        told.append(f"Not estimated yet, as {'it was' if len(unable) == 1 else 'they were'} assigned in another way: "
                    f"{_some(unable)}.")  # fmt: skip
    return " ".join(told)


def _program(plan: Plan, policy: Policy) -> str:
    return plan.name or policy.label("program_id", plan.id)


def _some(told: Sequence[str]) -> str:
    """The first of them as a list, with the number of the others."""
    more = len(told) - MOST
    return listed([*told[:MOST], f"{more} more"] if more > 0 else list(told))
