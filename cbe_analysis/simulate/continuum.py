"""The continuum, kindergarten to grade 12 in four subjects: targets, links, and habits of learning."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.draws import Ints
from cbe_analysis.simulate.rows import records

SUBJECTS = ("math", "reading", "writing", "science")
CODES = ("MA", "RD", "WR", "SC")
LEVELS = 13  # kindergarten to 12
REQUIRED = 6  # targets a level
EXIT_LEVEL = 13.0
FRAMEWORK = "riverbend-continuum-2021"
STATE_FRAMEWORK = "state"
STRANDS = {
    "math": (
        *("Count and compare quantities", "Add and take away with meaning", "Reason about place and units"),
        *("Describe shapes and space", "Measure and read data", "Solve and explain problems"),
    ),
    "reading": (
        *("Decode and read fluently", "Grow vocabulary from context", "Find main ideas and evidence"),
        *("Follow structure and craft", "Compare texts and sources", "Judge an argument"),
    ),
    "writing": (
        *("Tell an experience in order", "Inform with facts", "Argue with reasons"),
        *("Plan and revise", "Use conventions", "Research and cite"),
    ),
    "science": (
        *("Ask questions and predict", "Plan an investigation", "Matter and energy"),
        *("Living systems", "Earth and space", "Explain from evidence"),
    ),
}
DEPTHS = (1, 2, 2, 3, 3, 4)
HABITS = (
    ("PERS", "Persevere with a hard task", "lifelong"),
    ("REFL", "Reflect and set a next goal", "lifelong"),
    ("COLL", "Work toward a shared product", "transferable"),
    ("COMM", "Present to an audience and answer", "transferable"),
)
BANDS = ((0, "K-2"), (3, "3-5"), (6, "6-8"), (9, "9-12"))  # first grade of the band
TARGETS_A_SUBJECT = LEVELS * REQUIRED


def _name(level: int) -> str:
    return "K" if level == 0 else f"{level:02d}"


def target_ids() -> pa.Array:
    """The ids of all required targets, by subject, level and place, then of the habits by band."""
    academic = [f"{code}.{_name(n)}.{k + 1}" for code in CODES for n in range(LEVELS) for k in range(REQUIRED)]
    habits = [f"HB.{band}.{code}" for _, band in BANDS for code, _, _ in HABITS]
    return pa.array([*academic, *habits])


HABITS_FROM = len(SUBJECTS) * TARGETS_A_SUBJECT


def targets_table() -> pa.Table:
    """The table `targets`; besides the required ones each level of a subject has a project that is not required."""
    rows = []
    for subject, code in zip(SUBJECTS, CODES, strict=True):
        for level in range(LEVELS):
            at = {"subject": subject, "level": float(level), "kind": "academic", "framework_id": FRAMEWORK}
            whole = f"{code}.{_name(level)}"
            title = f"Project of level {_name(level).lstrip('0')} in {subject}"
            rows.append({**at, "target_id": f"{whole}.P", "title": title, "depth": 4, "required": False})
            for k, strand in enumerate(STRANDS[subject]):
                title = f"{strand}, level {_name(level).lstrip('0')}"
                own = {"target_id": f"{whole}.{k + 1}", "title": title, "depth": DEPTHS[k], "required": True}
                rows.append({**at, **own, "code": f"RB.{whole}.{k + 1}", "parent_id": f"{whole}.P"})
    for band, (first, name) in enumerate(BANDS):
        for code, title, kind in HABITS:
            own = {"target_id": f"HB.{name}.{code}", "title": f"{title}, grades {name}", "kind": kind}
            rows.append({**own, "subject": "habits", "level": float(first), "depth": 2 + band // 2, "required": False})
    return records("targets", rows)


def target_links_table() -> pa.Table:
    """The table `target_links`: what precedes what, what is part of what, and matches outside the district."""
    rows = []
    for code in CODES:
        chain = [f"{code}.{_name(level)}.{k + 1}" for level in range(LEVELS) for k in range(REQUIRED)]
        rows += [{"from_id": a, "kind": "precedes", "to_id": b} for a, b in pairwise(chain)]
        rows += [{"from_id": a, "kind": "is_part_of", "to_id": f"{a.rpartition('.')[0]}.P"} for a in chain]
        rows += [{"from_id": a, "kind": "exact_match", "to_id": f"{STATE_FRAMEWORK}:{a}"} for a in chain[::3]]
    return records("target_links", rows)


def band_of(grade: Ints) -> Ints:
    """Position in BANDS of the grades."""
    return np.searchsorted(np.array([first for first, _ in BANDS]), grade, side="right") - 1


def depth_of(target: Ints) -> Ints:
    """Depth of knowledge of required targets by their place in the level."""
    return np.array(DEPTHS)[target % REQUIRED]
