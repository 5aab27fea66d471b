"""What the district tries and compares itself with: programs, cycles of improvement, the state's counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.calendar import BOARD, YEARS
from cbe_analysis.simulate.draws import Floats, stream
from cbe_analysis.simulate.learning import CHANGE_YEAR
from cbe_analysis.simulate.people import CATEGORIES, RACE_SHARES, RACES
from cbe_analysis.simulate.places import Schools
from cbe_analysis.simulate.programs import BOOST, BOOST_CUTOFF, CLUB, FLUENCY, FLUENCY_YEAR, LAB, STUDIO
from cbe_analysis.simulate.rows import records

STATE_ENROLLED = 640_000
FACTS: tuple[dict[str, Any], ...] = (
    {
        "program_id": STUDIO,
        "name": "Writing Studio",
        "subject": "writing",
        "assignment": "rollout",
        "start_date": BOARD[1].first,
        "cost_per_student": 85.0,
        "outcomes": "benchmark:writing",
        "minimum_effect": 1.5,
        "next_step_yes": "Bring the Writing Studio to the schools that still wait for it.",
        "next_step_no": "Stop the roll-out and use the coaching days otherwise.",
        "next_step_unsure": "Hold the roll-out for a year and measure again.",
    },
    {
        "program_id": BOOST,
        "name": "Math Boost",
        "subject": "math",
        "assignment": "cutoff",
        "start_date": BOARD[1].programs,
        "running_variable": "state:math",
        "cutoff": BOOST_CUTOFF,
        "treated_side": "below",
        "cost_per_student": 410.0,
        "outcomes": "map:math",
        "minimum_effect": 1.0,
        "next_step_yes": "Keep Math Boost and widen it to the next ten points of the state test.",
        "next_step_no": "End Math Boost at the close of the year.",
        "next_step_unsure": "Keep Math Boost as it is for one more year.",
    },
    {
        "program_id": LAB,
        "name": "Reading Lab",
        "subject": "reading",
        "assignment": "randomized",
        "start_date": BOARD[2].programs,
        "cost_per_student": 620.0,
        "outcomes": "map:reading",
        "baseline": "map:reading",
        "minimum_effect": 1.0,
        "next_step_yes": "Offer the Reading Lab to every student who is far below grade.",
        "next_step_no": "Do not extend the Reading Lab.",
        "next_step_unsure": "Repeat the study with the next class of students.",
    },
    {
        "program_id": CLUB,
        "name": "After-school Math Club",
        "subject": "math",
        "assignment": "comparison",
        "start_date": BOARD[3].programs,
        "cost_per_student": 240.0,
        "outcomes": "map:math",
        "baseline": "map:math",
        "minimum_effect": 1.0,
        "next_step_yes": "Add a bus so that more students can come.",
        "next_step_no": "Turn the club's hours into tutoring during the school day.",
        "next_step_unsure": "Draw lots for the places next year, so that the effect can be seen.",
    },
    {
        "program_id": FLUENCY,
        "name": "Daily Fluency Routine",
        "subject": "reading",
        "assignment": "series",
        "start_date": BOARD[FLUENCY_YEAR].second_half,
        "cost_per_student": 12.0,
        "outcomes": "cbm:reading",
        "minimum_effect": 3.0,
        "next_step_yes": "Keep ten minutes of fluency a day in grades 1 to 3.",
        "next_step_no": "Give the ten minutes back to independent reading.",
        "next_step_unsure": "Go on until the winter and look again.",
    },
)
PREDICTION = "The median delay falls from five days to two within a semester, and science pace rises by a tenth."


def programs_table() -> pa.Table:
    """The table `programs`."""
    rows = [{**facts, "start_date": date.fromisoformat(facts["start_date"]), "certainty": 0.8} for facts in FACTS]
    return records("programs", rows)


def cycles_table(schools: Schools) -> pa.Table:
    """The table `cycles`: one for each school of the change, and one of the district that came to nothing."""
    began = date.fromisoformat(BOARD[CHANGE_YEAR].second_half)
    rows: list[dict[str, Any]] = [
        {
            "cycle_id": f"plc-{id_}",
            "team": f"Science learning community, {name}",
            "school_id": id_,
            "aim": "Students get word of their work while they can still use it.",
            "change_idea": "The team reads evidence together every week and records it the same day.",
            "change_date": began,
            "indicator": "feedback_delay",
            "where": f"school_id={id_}",
            "prediction": PREDICTION,
            "decision": "adopt",
        }
        for id_, name, changed in zip(schools.ids.to_pylist(), schools.names, schools.changed.tolist(), strict=True)
        if changed
    ]
    rows.append(
        {
            "cycle_id": "attendance-calls",
            "team": "District attendance team",
            "aim": "Fewer students miss a tenth of their days.",
            "change_idea": "A call home after the second absence in a month.",
            "change_date": date.fromisoformat(BOARD[3].programs),
            "indicator": "chronic_absence",
            "prediction": "The share falls by three points by June.",
            "decision": "abandon",
        }
    )
    return records("cycles", rows)


def state_counts_table(seed: int) -> pa.Table:
    """The table `state_counts`: categories of disability and exclusions in a state that is synthetic too."""
    rng = stream(seed, "state_counts")
    rows = []
    for year in YEARS:
        enrolled = np.round(STATE_ENROLLED * RACE_SHARES / RACE_SHARES.sum() * rng.normal(1.0, 0.01, len(RACES)))
        for category, share in (*zip(CATEGORIES, DISABILITY_SHARES, strict=True), *ACTION_SHARES):
            cases = rng.binomial(enrolled.astype(np.int64), share * _risk(category))
            rows += [
                {"school_year": year, "category": category, "group": race, "cases": int(n), "enrolled": int(of)}
                for race, n, of in zip(RACES, cases, enrolled, strict=True)
            ]
    return records("state_counts", rows)


DISABILITY_SHARES = (0.051, 0.028, 0.024, 0.018, 0.008, 0.010)
ACTION_SHARES = (("iss", 0.035), ("oss", 0.03))


def _risk(category: str) -> Floats:
    """How much likelier than a white student a student of each group is to be counted."""
    if category in ("iss", "oss"):
        return np.array([1.4, 0.5, 2.0, 1.1, 1.1, 1.2, 1.0])
    return np.array([1.2, 0.6, 1.3, 1.05, 1.0, 1.0, 1.0])
