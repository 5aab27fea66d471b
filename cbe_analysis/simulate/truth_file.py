"""truth.json: the values that generated the district, in the units of the indicators."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from cbe_analysis.simulate import learning as course
from cbe_analysis.simulate import marks, programs, ratings, school_life, supports, surveys, testing
from cbe_analysis.simulate.calendar import BOARD, LAST, PROGRAMS_BEGIN, YEARS, clock
from cbe_analysis.simulate.places import NEVER, Schools
from cbe_analysis.simulate.staffing import SEVERITY_SD, Staffing
from cbe_analysis.simulate.truth import Truths
from cbe_analysis.simulate.truth_progress import progress

ABOUT = (
    "The values that generated this synthetic district. Estimates from its tables should come near them; those marked "
    "realized are counts of what was written, which a measure should give exactly. See docs/sample-data.md."
)


def truth_text(all_: Truths, schools: Schools, staffing: Staffing, options: Mapping[str, int], chronic: float) -> str:
    """The text of truth.json."""
    told: dict[str, Any] = {
        "about": ABOUT,
        "synthetic": True,
        **options,
        **progress(all_, schools),
        "chronic_absence": {"unit": "share of student years, realized", "share": chronic},
        "programs": _programs(all_),
        "change": _change(schools),
        "evidence": _evidence(),
        "rater_severity": _severity(staffing),
        "school_calibration": _calibration(schools),
        "status": {"state_share_at_ceiling_realized": all_.ceiling / max(all_.states, 1)},
        "marks": _marks(all_),
        "surveys": _surveys(),
        "supports": _supports(),
        "incidents": _incidents(),
    }
    return json.dumps(_rounded(told), indent=1) + "\n"


def _rounded(value: Any) -> Any:
    """Floats to four decimals, so that the bytes do not hang on the last bit."""
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, float):
        return round(value, 4)
    return value


def _programs(all_: Truths) -> dict[str, Any]:
    """What each program adds by the spring test, in points of its outcome."""
    in_map = testing.MAP_SCALE.per_level
    far = float(programs.LAB_EFFECT * in_map * _exposed(2))
    share = float(all_.lab.mean()) if len(all_.lab) else 0.0
    effects: dict[str, Any] = {
        programs.LAB: {
            "assignment": "randomized",
            "outcome": "map:reading",
            "levels_per_year_far_behind": programs.LAB_EFFECT,
            "far_behind_means_levels_below_grade": programs.FAR_BEHIND,
            "effect_far_behind": far,
            "effect_others": 0.0,
            "share_far_behind": share,
            "effect": far * share,
        },
        programs.BOOST: {
            "assignment": "cutoff",
            "outcome": "map:math",
            "levels_per_year": programs.BOOST_EFFECT,
            "effect": float(programs.BOOST_EFFECT * in_map * _exposed(1)),
        },
        programs.STUDIO: {
            "assignment": "rollout",
            "outcome": "benchmark:writing",
            "levels_per_year": programs.STUDIO_EFFECT,
            "effect_per_school_year_of_exposure": programs.STUDIO_EFFECT * testing.BENCHMARK_SCALE.per_level,
        },
        programs.CLUB: {"assignment": "comparison", "outcome": "map:math", "effect": programs.CLUB_EFFECT},
        programs.FLUENCY: {
            "assignment": "series",
            "outcome": "cbm:reading",
            "from": BOARD[programs.FLUENCY_YEAR].second_half,
            "effect": programs.FLUENCY_EFFECT,
        },
    }
    return {name: {"unit": "points", **facts} for name, facts in effects.items()}


def _exposed(year: int) -> float:
    """School years from the start of programs to the middle of the spring window."""
    days = np.array([PROGRAMS_BEGIN[year], LAST[year] - 26])
    start, end = clock(days)
    return float(end - start)


def _change(schools: Schools) -> dict[str, Any]:
    ids = schools.ids.to_pylist()
    return {
        "date": BOARD[course.CHANGE_YEAR].second_half,
        "schools": [id_ for id_, changed in zip(ids, schools.changed, strict=True) if changed],
        "pace": {"subject": course.CHANGE_SUBJECT, "unit": "levels / year", "effect": course.CHANGE_EFFECT},
        "feedback_delay": {
            "unit": "days, median before rounding down",
            "before": ratings.USUAL_DELAY,
            "after": ratings.DELAY_AFTER,
        },
        "rollout_adopted": {
            id_: YEARS[year] if year < NEVER else None for id_, year in zip(ids, schools.adopts.tolist(), strict=True)
        },
    }


def _evidence() -> dict[str, Any]:
    return {
        "share_of_targets_passed_over_at_first": ratings.GAP_SHARE,
        "mean_days_until_a_gap_is_repaired": ratings.GAP_DAYS,
        "share_double_scored": ratings.DOUBLE_SCORED,
        "sd_of_a_reading": ratings.RATING_SD,
        "habits_growth_per_school_year": ratings.HABIT_GROWTH,
        "habits_self_above_teacher": ratings.SELF_HIGHER,
    }


def _severity(staffing: Staffing) -> dict[str, Any]:
    """Teachers only, against their own mean: they are those who rate."""
    teachers = int(staffing.teacher.max()) + 1
    severity = staffing.severity[:teachers]
    centred = severity - severity.mean()
    return {
        "unit": "score points by which the rater is stricter, before half points and the ends of the scale",
        "sd_within_schools": SEVERITY_SD,
        "sd": float(np.std(severity)),
        "raters": {f"T{i:05d}": value for i, value in enumerate(centred.tolist())},
    }


def _calibration(schools: Schools) -> dict[str, Any]:
    return {
        "unit": "levels by which local ratings run ahead of the true position",
        "by_school": dict(zip(schools.ids.to_pylist(), schools.inflation.tolist(), strict=True)),
        "current_english_learners": -course.UNDERCREDITED,
    }


def _marks(all_: Truths) -> dict[str, Any]:
    return {
        "false_signal_share_realized": all_.wrong_marks / max(all_.good_marks, 1),
        "grade_points_per_level": marks.A_LEVEL,
        "grade_points_per_share_of_days_absent": -marks.A_DAY,
        "sd_behavior": marks.BEHAVIOR_SD,
    }


def _surveys() -> dict[str, Any]:
    counts = {name: int(np.count_nonzero(i == surveys.CONSTRUCT)) for i, name in enumerate(surveys.CONSTRUCTS)}
    return {
        "alpha_before_rounding": {name: surveys.reliability(count) for name, count in counts.items()},
        "mean_by_role": surveys.MEAN,
        "lower_economically_disadvantaged": surveys.LOWER_POOR,
        "up_a_year": surveys.UP_A_YEAR,
        "response_rate": surveys.ANSWERS,
    }


def _supports() -> dict[str, Any]:
    return {
        "flagged_at_levels_below_grade": supports.NEED,
        "share_served": supports.SERVED,
        "mean_wait_school_days": {
            "economically_disadvantaged": supports.WAIT_POOR,
            "others": supports.USUAL_WAIT,
        },
        "share_of_sessions_held": supports.HELD,
    }


def _incidents() -> dict[str, Any]:
    return {
        "unit": "log of the rate of incidents, against others alike",
        "black": school_life.MORE_BLACK,
        "disability": school_life.MORE_DISABILITY,
        "economically_disadvantaged": school_life.MORE_POOR,
        "male": school_life.MORE_BOYS,
    }
