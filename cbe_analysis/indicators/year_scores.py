"""One score for each student and school year, with the student's past ones beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cbe_analysis.indicators.declare import Relation
from cbe_analysis.indicators.outcomes import DEFAULTS, chosen, spelled
from cbe_analysis.indicators.scores import Scores, read
from cbe_analysis.methods.arrays import coded, ordered
from cbe_analysis.policy import Policy

YEARS = 100  # more grades than there are: a cohort's code is its school year times this, and its grade
FAR = 1 << 16  # numbers that lie closer together are ranks themselves, less the smallest
Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AllScores:
    """All scores of one test.

    Parameters
    ----------
    name
        The outcome.
    all_asked
        Whether all are to be told of.
    """

    scores: Scores
    name: str
    all_asked: bool


@dataclass(frozen=True, slots=True)
class YearScores:
    """The last score of every student and school year, in the cohorts that are asked for and those ahead of them.

    Parameters
    ----------
    scores, rows
        All scores; positions among them, shape `(n,)`, of those meant here: by student and year.
    past
        Shape `(n, k)`: positions of as many past scores as count at most, the latest first; -1 where there is none.
    asked
        Shape `(n,)`: whether the score is to be told of.
    year_before
        Shape `(n,)`: whether there is a score of the year before, in whichever grade.
    name
        The outcome.
    unknown
        Scores to be told of whose grade or school year is not known; they are in no row.
    """

    scores: Scores
    rows: Integers
    past: Integers
    asked: Truths
    year_before: Truths
    name: str
    unknown: int

    @property
    def cohort(self) -> Integers:
        """Shape `(n,)`: the code of each row's cohort."""
        return _cohort(self.scores, self.rows)

    @property
    def value(self) -> Numbers:
        """Shape `(n,)`."""
        return self.scores.value[self.rows]

    @property
    def past_values(self) -> Numbers:
        """Shape `(n, k)`: the past scores, NaN where there is none."""
        return _where_there(self.scores.value, self.past)

    @property
    def std_errors(self) -> Numbers:
        """Shape `(n, 1 + k)`: the standard errors of the score and of the past ones, NaN where unknown."""
        past = _where_there(self.scores.std_error, self.past)
        return np.column_stack([self.scores.std_error[self.rows], past])

    def told(self, chosen: Truths) -> pd.DataFrame:
        """`student_id`, `date` and `placed_` columns of the chosen rows, texts as categories: the students sorted."""
        at = self.rows[chosen]
        columns: dict[str, Any] = {
            "date": pa.array(self.scores.date[at].astype(np.int32), mask=~self.scores.dated[at]).cast(pa.date32())
        }
        columns |= {name: codes.take(pa.array(at)) for name, codes in self.scores.places.items()}
        frame: pd.DataFrame = pa.table(columns).to_pandas(date_as_object=False)
        return frame.assign(student_id=self.scores.students(at))


def all_scores(
    assessments: Relation, everyone: Relation, outcome: str | None, *, policy: Policy = DEFAULTS
) -> AllScores:
    """All scores of a test.

    Parameters
    ----------
    assessments, everyone
        The scores to tell of, and all there are, with `placed_asked`; the same relation where all are to be told of.
    policy
        Its smallest group: a message names no test that fewer students took.

    Raises
    ------
    UsageError
        When the outcome fits no scores, or several.
    """
    all_asked = assessments is everyone
    sure = spelled(assessments, outcome)  # to look for choices takes as long as to read the scores
    scores = read(sure.rows if all_asked else sure.among(everyone).rows) if sure else None
    if sure and scores and scores.asked.any():
        return AllScores(scores, sure.name, all_asked)
    wanted = chosen(assessments, outcome, policy=policy)
    return AllScores(read(wanted.rows if all_asked else wanted.among(everyone).rows), wanted.name, all_asked)


def year_scores(found: AllScores, *, past: int, ahead: int = 0) -> YearScores:
    """The scores of the years.

    Parameters
    ----------
    past
        How many past scores to put beside each.
    ahead
        How many grades above those asked for are needed too, in the same year.
    """
    scores = found.scores
    last = _last(scores)
    known = np.isfinite(scores.grade) & np.isfinite(scores.year)
    unknown = int((~known[last]).sum()) if found.all_asked else _lost(scores, known)
    meant = known[last]
    if not found.all_asked:
        meant[meant] = np.isin(_cohort(scores, last[meant]), _cohorts(scores, known, ahead))
    before = _before(scores, last, past)
    rows, before = last[meant], before[meant]
    same_grade = scores.grade[before] == scores.grade[rows, None] - np.arange(1, past + 1)
    beside = np.where((before >= 0) & same_grade, before, -1)
    asked = np.ones(rows.size, bool) if found.all_asked else _asked(scores, rows)
    return YearScores(scores, rows, beside, asked, before[:, 0] >= 0, found.name, unknown)


def _cohort(scores: Scores, rows: Integers) -> Integers:
    """The codes of the cohorts of scores whose grade and year are known."""
    found: Integers = (scores.year[rows] * YEARS + scores.grade[rows]).astype(np.int64)
    return found


def _where_there(values: Numbers, at: Integers) -> Numbers:
    """The values at these positions, NaN where the position is -1."""
    return np.where(at >= 0, values[at], np.nan)


def _last(scores: Scores) -> Integers:
    """Positions of the last score of every student and year, sorted by both; of several of a day the highest.

    What is unknown counts as later, and as higher, than what is known.
    """
    years = _ranks(scores.year)
    group = coded(scores.student * (years.max(initial=0) + 1) + years, years.size, "student and year").codes
    found = np.full(group.max(initial=-1) + 1, -1)
    found[group] = np.arange(group.size)
    several = np.zeros(found.size, bool)
    several[group[found[group] != np.arange(group.size)]] = True
    some = np.flatnonzero(several[group])
    days = _ranks(np.where(scores.dated, scores.date, np.nan)[some])
    moment = group[some] * (days.max(initial=0) + 1) + days
    order = some[ordered(moment, scores.value[some], scores.std_error[some], scores.grade[some])]
    found[group[order]] = order  # of several the last one stays
    return found


def _ranks(numbers: Numbers) -> Integers:
    """Small whole numbers in the same order; unknown ones last."""
    known = np.isfinite(numbers)
    low, high = numbers[known].min(initial=np.inf), numbers[known].max(initial=-np.inf)
    if not known.any():
        return np.zeros(known.size, np.int64)
    if high - low < FAR:
        found: Integers = np.where(known, numbers - low, high - low + 1).astype(np.int64)
    else:
        found = np.unique(numbers, return_inverse=True)[1]  # NaN is the last
    return found


def _before(scores: Scores, last: Integers, past: int) -> Integers:
    """Shape `(n, past)`: positions of the last scores of the years before; -1 where there is none."""
    student, year = scores.student[last], scores.year[last]
    found = np.full((last.size, past), -1)
    for step in range(1, past + 1):  # so many places before stands a score of so many years before, or more
        back = np.where(student[step:] == student[:-step], year[step:] - year[:-step], np.nan)
        for years in range(step, past + 1):
            there = np.flatnonzero(back == years)
            found[there + step, years - 1] = last[there]
    return found


def _asked(scores: Scores, rows: Integers) -> Truths:
    """Which of the rows are to be told of: those of a student and day of whom a score is asked for."""
    found: Truths = scores.asked[rows] & scores.dated[rows]
    rest = np.flatnonzero(~found & scores.dated[rows])
    if rest.size:
        moment = (scores.student << 32) + scores.date
        found[rest] = pd.Series(moment[rows[rest]]).isin(moment[scores.asked & scores.dated]).to_numpy()
    return found


def _cohorts(scores: Scores, known: Truths, ahead: int) -> Integers:
    """The codes of the cohorts that are asked for, and of those so many grades ahead in the same year."""
    asked = pd.unique(_cohort(scores, np.flatnonzero(scores.asked & known)))
    return np.unique(asked[:, None] + np.arange(ahead + 1))


def _lost(scores: Scores, known: Truths) -> int:
    """Students to tell of, once for each pair of a grade and a year of which one is not known."""
    some = scores.asked & ~known
    pairs = {"student": scores.student[some], "grade": scores.grade[some], "year": scores.year[some]}
    return len(pd.DataFrame(pairs).drop_duplicates())
