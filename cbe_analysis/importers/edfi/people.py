"""Schools, students and their spells, with what programs and demographics tell of them."""

from __future__ import annotations

import pandas as pd

from cbe_analysis.importers.codes import GENDERS, read_booleans, translate
from cbe_analysis.importers.edfi.elements import BAR, Elements
from cbe_analysis.importers.edfi.words import (
    DISABILITIES,
    ENGLISH_LEARNERS,
    PLACEMENTS,
    SCHOOL_KINDS,
    letters,
    school_year,
    slug,
)
from cbe_analysis.importers.grades import read_grades
from cbe_analysis.importers.lookup import look_up
from cbe_analysis.importers.race import SOURCE_COLUMN, from_words
from cbe_analysis.importers.school_kinds import OTHER, kinds_of
from cbe_analysis.importers.sieve import Sieve

_POOR = "economic disadvantaged"
_SPECIAL, _GIFTED = "special education", "gifted and talented"
_ALWAYS = "9999"


def schools(found: Elements) -> Sieve:
    """One row per school; its kind from its category, else from the grades that it serves."""
    sieve = Sieve("schools", found["schools"], len(found["schools"]))
    sieve.leave_out(sieve.rows["school"].eq(""), "without SchoolId")
    sieve.leave_out(sieve.rows.duplicated("school"), "a further element of the same school")
    rows = sieve.rows
    each = rows.assign(grade=rows["grades"].str.split(BAR, regex=False)).explode("grade").fillna("")
    served = kinds_of(each["school"], read_grades(each["grade"].astype("str")).values)
    told = translate(rows["category"], SCHOOL_KINDS).values
    kind = told.mask(told.eq(""), look_up(rows["school"], served)).astype("str")
    sieve.remark(int((told.eq("") & kind.ne("")).sum()), "schools whose kind is read off the grades that they serve")
    sieve.remark(int(kind.eq("").sum()), "schools without category and grades, written as kind other")
    codes = found["school_codes"]
    nces = codes[codes["system"].str.casefold().eq("nces")].drop_duplicates("school").set_index("school")["code"]
    name = rows["name"].mask(rows["name"].eq(""), rows["school"])
    columns = {"school_id": rows["school"], "name": name, "kind": kind.mask(kind.eq(""), OTHER)}
    if len(nces):
        columns["nces_id"] = look_up(rows["school"], nces)
    sieve.rows = pd.DataFrame(columns).astype("str")
    return sieve


def students(found: Elements) -> Sieve:
    """One row per student, with the demographics that schools and district hold of them united."""
    sieve = Sieve("students", found["students"], len(found["students"]))
    sieve.leave_out(sieve.rows["student"].eq(""), "without StudentUniqueId")
    sieve.leave_out(sieve.rows.duplicated("student"), "a further element of the same student")
    rows, told = sieve.rows.set_index("student"), _demographics(found, sieve)
    at_birth = translate(rows["sex"], GENDERS).values
    gender = told["gender"].reindex(rows.index).fillna("")
    sieve.remark(int((gender.eq("") & at_birth.ne("")).sum()), "students whose gender is their sex at birth")
    columns = {
        "student_id": rows.index.to_series(),
        "race_ethnicity": told["race_ethnicity"].reindex(rows.index).fillna(""),
        SOURCE_COLUMN: told[SOURCE_COLUMN].reindex(rows.index).fillna(""),
        "gender": gender.mask(gender.eq(""), at_birth),
        "birth_month": rows["birth"].str.extract(r"^(\d{4}-\d{2})-\d{2}")[0].fillna(""),
    }
    kept = [name for name in columns if columns[name].ne("").any() or name == "student_id"]
    sieve.rows = pd.DataFrame(columns)[kept].astype("str").reset_index(drop=True)
    if len(rows) and not len(told):
        says = "no StudentEducationOrganizationAssociation: race, ethnicity and English learners stay unknown"
        sieve.remark(1, says)
    return sieve


def _demographics(found: Elements, sieve: Sieve) -> pd.DataFrame:
    """What each student's associations tell, united: gender, race and ethnicity."""
    rows = found["demographics"]
    person = rows["student"]
    sex = translate(rows["sex"], GENDERS)
    sieve.remark(sex.unknown, "values of Sex that have no word here, read as unknown")
    gender = sex.values.mask(sex.values.eq("")).groupby(person).first().fillna("")
    races = rows["races"].mask(rows["races"].eq("")).groupby(person).agg(_joined).fillna("")
    hispanic = read_booleans(rows["hispanic"]).values.eq("true").groupby(person).any()
    groups = from_words(
        races.str.replace("Choose Not to Respond", "", regex=False).str.strip(BAR).astype("str"),
        hispanic.map({True: "true", False: ""}).astype("str"),
    )
    sieve.remark(groups.unknown, "students whose race has no federal group here: the word is kept beside it")
    told = {"gender": gender, "race_ethnicity": groups.group, SOURCE_COLUMN: groups.source}
    return pd.DataFrame(told).astype("str")


def _joined(listed: pd.Series) -> str:
    """Each word once, in alphabetical order."""
    words = {word for text in listed.dropna() for word in text.split(BAR)}
    return BAR.join(sorted(words))


def spells(found: Elements) -> Sieve:
    """One row per stay of a student in a school, with the flags that hold during it."""
    sieve = Sieve("enrollments", found["spells"], len(found["spells"]))
    rows = sieve.rows
    graded = read_grades(rows["grade"])
    sieve.remark(graded.unknown, "grades that have no number here")
    sieve.rows = rows.assign(grade=graded.values, year=_years(rows, sieve))
    for column, why in (("student", "without student"), ("school", "without school"), ("entry", "without EntryDate")):
        sieve.leave_out(sieve.rows[column].eq(""), why)
    sieve.leave_out(sieve.rows["grade"].eq(""), "without a grade")
    backwards = sieve.rows["exit"].ne("") & sieve.rows["exit"].lt(sieve.rows["entry"])
    sieve.leave_out(backwards, "last day before the first")
    sieve.leave_out(sieve.rows.duplicated(["student", "school", "entry"]), "a further element of the same spell")
    rows = sieve.rows
    columns = {
        "student_id": rows["student"],
        "school_id": rows["school"],
        "entry_date": rows["entry"],
        "exit_date": rows["exit"],
        "exit_code": rows["code"],
        "school_year": rows["year"],
        "grade": rows["grade"],
        **_flags(found, rows),
    }
    always = ("student_id", "school_id", "entry_date", "exit_date", "school_year", "grade")
    kept = [name for name in columns if name in always or columns[name].ne("").any()]
    sieve.rows = pd.DataFrame(columns)[kept].astype("str")
    if len(found["students"]) and not found.has("spells"):
        sieve.remark(1, "no StudentSchoolAssociation: no enrollments; add the interchange StudentEnrollment")
    return sieve


def _years(rows: pd.DataFrame, sieve: Sieve) -> pd.Series:
    """The school year of each spell; where the element does not tell, that of its first day, from July on the next."""
    told = school_year(rows["year"])
    start = rows["entry"].str.extract(r"^(\d{4})-(\d{2})")
    made = start[0].fillna("0").astype(int) + start[1].fillna("0").astype(int).ge(7).astype(int)
    sieve.remark(int(told.eq("").sum()), "spells without SchoolYear, placed by their first day")
    return told.mask(told.eq(""), made.astype("str"))


def _flags(found: Elements, spells: pd.DataFrame) -> dict[str, pd.Series]:
    """What holds during each spell; "" where no element says anything."""
    told = found["demographics"]
    traits = told["traits"].str.casefold().str.split(BAR, regex=False)
    poor = set(told.loc[traits.map(lambda words: _POOR in words).astype("bool"), "student"])
    english = translate(told["english"], ENGLISH_LEARNERS).values
    learners = dict(zip(told.loc[english.ne(""), "student"], english[english.ne("")], strict=True))
    special, gifted = (_during(found["programs"], spells, kind) for kind in (_SPECIAL, _GIFTED))
    category = special["disability"].map(lambda word: DISABILITIES.get(letters(pd.Series([word]))[0], word))
    return {
        "economically_disadvantaged": spells["student"].isin(poor).map({True: "true", False: ""}),
        "english_learner": look_up(spells["student"], learners),
        "disability": special["there"],
        "disability_category": category,
        "placement": look_up(special["setting"], PLACEMENTS),
        "gifted": gifted["there"],
    }


def _during(programs: pd.DataFrame, spells: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Per spell whether the student was in a program of the kind meanwhile, and what its element tells."""
    of_kind = programs[programs["type"].str.casefold().eq(kind)]
    of_kind = of_kind.assign(setting=letters(of_kind["setting"]), disability=_primary(of_kind))
    spans = spells[["student", "entry", "exit"]].rename_axis("spell").reset_index()
    both = spans.merge(of_kind[["student", "first", "last", "setting", "disability"]], on="student")
    ends, lasts = both["exit"].mask(both["exit"].eq(""), _ALWAYS), both["last"].mask(both["last"].eq(""), _ALWAYS)
    both = both[both["first"].le(ends) & lasts.ge(both["entry"])].drop_duplicates("spell").set_index("spell")
    there = spells.index.to_series().isin(both.index).map({True: "true", False: ""})
    return pd.DataFrame(
        {"there": there, **{c: both[c].reindex(spells.index) for c in ("setting", "disability")}}
    ).fillna("")


def _primary(programs: pd.DataFrame) -> pd.Series:
    """The only disability, or the one that is first in order, as a word."""
    chosen = []
    for names, orders in zip(programs["disabilities"].str.split(BAR), programs["orders"].str.split(BAR), strict=True):
        each = list(dict.fromkeys(name for name in names if name))
        ranked = len(orders) == len(each) and "1" in orders
        chosen.append(each[orders.index("1")] if ranked else each[0] if len(each) == 1 else "")
    return slug(pd.Series(chosen, index=programs.index, dtype="str"))
