"""What truth.json says of progress: pace, a year's growth, standing and growth in scores, by group and by school."""

from __future__ import annotations

from typing import Any

import numpy as np

from cbe_analysis.methods.pace.kinds import KINDS
from cbe_analysis.simulate import testing
from cbe_analysis.simulate.continuum import EXIT_LEVEL, SUBJECTS
from cbe_analysis.simulate.draws import Flags, Floats
from cbe_analysis.simulate.places import Schools
from cbe_analysis.simulate.tested import TESTED
from cbe_analysis.simulate.truth import Truths, usual
from cbe_analysis.simulate.truth_gaps import FACTORS, Lines, gaps

PACE = (
    "Levels gained over school years passed, from the end of the month after entry until the student leaves or holds "
    "the exit level: what the indicator measures. What is passed over in that time and still open at its end is not "
    "gained. Students with half a school year or more, in the subjects in which they had a level or more to go; "
    "factors at entry, mean over the subjects."
)
WHOLE_STAY = (
    "The same with the time at the exit level counted, in which nothing is gained, and with who was less than a level "
    "from it on entry."
)
GAPS = (
    "What stands under gaps is a group's mean less that of the reference group. crude: all students of the district, "
    "whatever their schools (crude_gap of the indicator pace; gap of level_gap). same_schools: between students of the "
    "same school (gap of pace and of growth_rate, where schools are in the model)."
)
YEAR = "The share of those same students whose pace is 1.0 or more."
STANDING = (
    "Where the targets rated proficient put students who had not left (realized), less the level of grade and day; "
    "mean over the subjects."
)
TRACK = (
    "The share of students who had not left that reach the exit level by the end of grade 12 from where their targets "
    "put them, if pace stays as it is."
)
GROWTH = (
    "The straight line through each student's true course at the days of the tests that count, over half a school year "
    "or more. slope: points a school year, every school year between first and last test counted once. "
    "slope_of_schools: the same within each school, then the mean over schools, however large (slope of growth_rate "
    "where schools are in the model). gaps: of the lines of students (crude), and of the lines within schools "
    "(same_schools), each counted for its years. sd_student_slope: every student counted once."
)
SCHOOLS = "By the school of most school years: pace and level gap as above, and their kind (from 1.0 and from 0)."


def progress(all_: Truths, schools: Schools) -> dict[str, Any]:
    """The parts of truth.json that speak of progress."""
    pace = usual(all_.seen)
    gap = np.where(all_.present, all_.level - all_.expected, np.nan)
    return {
        "gaps": GAPS,
        "pace": _pace(all_, pace, schools),
        "year_of_growth": {"unit": "share of students", "says": YEAR, **_shares(all_, _where(pace, pace >= 1.0))},
        "level_gap": {
            "unit": "levels from grade",
            "says": STANDING,
            **_told(all_, gap),
            "share_one_below": _mean(_where(gap, gap <= -1.0)),
            "share_two_below": _mean(_where(gap, gap <= -2.0)),
            "share_above": _mean(_where(gap, gap > 0)),
        },
        "on_track": {"unit": "share of students", "says": TRACK, **_shares(all_, _on_track(all_))},
        "growth_and_status": {"says": SCHOOLS, "schools": _by_school(all_, pace, gap, schools)},
        "growth_rate": _growth(all_),
    }


def _where(known: Floats, having: Flags) -> Floats:
    """1 for who has a property, 0 for who has not, NaN for who is not known."""
    return np.where(np.isnan(known), np.nan, having)


def _mean(values: Floats) -> float | None:
    """The mean of those known; nothing where there is none."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _told(all_: Truths, values: Floats) -> dict[str, Any]:
    """Mean in all and by group, and how groups differ."""
    return {**_counted(values), "by": _by(all_, values, "mean"), "gaps": _gaps(all_, values)}


def _shares(all_: Truths, having: Floats) -> dict[str, Any]:
    return {**_counted(having, "share"), "by": _by(all_, having, "share")}


def _counted(values: Floats, name: str = "mean") -> dict[str, Any]:
    return {"n": int(np.isfinite(values).sum()), name: _mean(values)}


def _by(all_: Truths, values: Floats, name: str) -> dict[str, Any]:
    """By factor and group."""
    return {
        factor: {
            value: _counted(values[all_.groups[:, place] == code], name) for code, value in enumerate(FACTORS[factor])
        }
        for place, factor in enumerate(FACTORS)
    }


def _gaps(all_: Truths, values: Floats) -> dict[str, Any]:
    """By factor and group, how the mean differs from that of the reference group: crude, and in the same schools."""
    rows = Lines(values, np.ones(len(values)), all_.school, all_.groups)
    return gaps(rows, rows)


def _pace(all_: Truths, pace: Floats, schools: Schools) -> dict[str, Any]:
    """Mean and SD of pace, by subject and by group."""
    whole = np.where(all_.long[:, None], all_.stay_pace, np.nan)
    return {
        "unit": "levels / year",
        "says": PACE,
        **_counted(pace),
        "by_subject": {name: _mean(all_.seen[:, s]) for s, name in enumerate(SUBJECTS)},
        **{key: told for key, told in _told(all_, pace).items() if key in ("by", "gaps")},
        "sd_students": float(np.nanstd(pace)),
        "whole_stay": {
            "says": WHOLE_STAY,
            **_counted(whole.mean(axis=1)),
            "by_subject": {name: _mean(whole[:, s]) for s, name in enumerate(SUBJECTS)},
        },
        "school_effect": dict(zip(schools.ids.to_pylist(), schools.pace.tolist(), strict=True)),
        "sd_schools": float(schools.pace.std()),
    }


def _on_track(all_: Truths) -> Floats:
    """1 for who will reach the exit level in time, 0 for who will not, NaN for who left."""
    left = np.maximum(EXIT_LEVEL - all_.expected, 0.0)
    pace = np.nan_to_num(usual(all_.pace))
    return np.where(all_.present, all_.level + pace * left >= EXIT_LEVEL - 1e-9, np.nan)


def _by_school(all_: Truths, pace: Floats, gap: Floats, schools: Schools) -> dict[str, Any]:
    told = {}
    for code, name in enumerate(schools.ids.to_pylist()):
        growth, status = (_mean(values[all_.school == code]) for values in (pace, gap))
        if growth is not None and status is not None:
            kind = KINDS[2 * (growth < 1.0) + (status < 0.0)]
            told[name] = {"pace": growth, "level_gap": status, "kind": kind}
    return told


def _growth(all_: Truths) -> dict[str, Any]:
    """Growth between tests on every measure, gaps and spread."""
    told: dict[str, Any] = {"says": GROWTH}
    for at, (instrument, subject, scale) in enumerate(TESTED):
        points, years = scale.per_level * all_.tested[:, at], all_.tested_years[:, at]
        measure, school, slope, passed = all_.school_lines[:, :4].T
        there, groups = measure == at, all_.school_lines[:, 4:]
        by_school = _a_year(school[there].astype(int), scale.per_level * slope[there], passed[there])
        told[f"{testing.INSTRUMENTS[instrument]}:{subject}"] = {
            "unit": "points / school year",
            "points_per_level": scale.per_level,
            "slope": _mean(_a_year(np.zeros(len(points), int), np.nan_to_num(points), years)),
            "slope_of_schools": _mean(by_school),
            "sd_student_slope": float(np.nanstd(points)),
            "sd_residual": scale.noise,
            "gaps": gaps(
                Lines(points, years, all_.school, all_.groups),
                Lines(scale.per_level * slope[there], passed[there], school[there].astype(int), groups[there]),
            ),
        }
    return told


def _a_year(place: np.ndarray, slope: Floats, years: Floats) -> Floats:
    """What a year brought in each place, every student counted for the years; NaN where there were none."""
    passed, gained = np.bincount(place, years), np.bincount(place, slope * years)
    found: Floats = np.divide(gained, passed, out=np.full(len(passed), np.nan), where=passed > 0)
    return found
