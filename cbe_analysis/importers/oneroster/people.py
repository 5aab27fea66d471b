"""Students, their other ids, and staff, from users, roles and demographics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from cbe_analysis.importers.account import Remark
from cbe_analysis.importers.codes import GENDERS, read_booleans, translate
from cbe_analysis.importers.lookup import look_up
from cbe_analysis.importers.oneroster.export import Export
from cbe_analysis.importers.oneroster.layouts import RACE_FLAGS
from cbe_analysis.importers.race import SOURCE_COLUMN, from_flags
from cbe_analysis.importers.sieve import Sieve

SYSTEM = "oneroster"
PERSON_KEYS = ("userMasterIdentifier", "identifier", "sourcedId")
STAFF_ROLES: Mapping[str, str] = {
    **dict.fromkeys(("teacher", "counselor", "aide"), ""),
    **dict.fromkeys(("administrator", "principal", "siteadministrator"), "administrator"),
    "proctor": "other",
}
_GENDERS = {**GENDERS, "other": "other"}
_USER_ID = r"\{\s*([^:{}]+?)\s*:\s*([^{}]*?)\s*\}"


@dataclass(frozen=True, slots=True)
class People:
    """Who is who in an export.

    Parameters
    ----------
    students, staff
        sourcedId -> the person's id in our tables.
    posts
        One row per person, role and school: user, role (lower case), org, grades.
    key
        The column that tells persons apart.
    """

    students: Mapping[str, str] = field(repr=False)
    staff: Mapping[str, str] = field(repr=False)
    posts: pd.DataFrame = field(repr=False)
    key: str
    remarks: tuple[Remark, ...] = ()

    def student(self, users: pd.Series) -> pd.Series:
        """The students' ids; a user who is in no file keeps the sourcedId when the export has no users at all."""
        return look_up(users, self.students) if self.students else users


def people(export: Export) -> People:
    """Who is who: persons are told apart by one column for the whole export."""
    users = export["users"].set_index("sourcedId", drop=False)
    posts, remarks = _posts(export)
    pupils = users[users["sourcedId"].isin(posts.loc[posts["role"].eq("student"), "user"])]
    adults = users[users["sourcedId"].isin(posts.loc[posts["role"].isin(STAFF_ROLES), "user"])]
    key = next((k for k in PERSON_KEYS if len(pupils) and pupils[k].ne("").all()), "")
    key = key if key and key != "sourcedId" else ("identifier" if pupils["identifier"].ne("").any() else "sourcedId")
    ids = {name: frame[key].mask(frame[key].eq(""), frame["sourcedId"]) for name, frame in _both(pupils, adults)}
    if len(pupils) and key == "sourcedId":
        says = "students known by their sourcedId alone, which some systems give anew in every school"
        remarks.append(Remark(len(pupils), says))
    unnamed = int(pupils[key].eq("").sum())
    if unnamed:
        remarks.append(Remark(unnamed, f"students without {key}, known by their sourcedId"))
    birth = export["demographics"].set_index("sourcedId")["birthDate"]
    born = ids["students"].index.to_series().map(birth).fillna("")
    doubtful = int(born[born.ne("")].groupby(ids["students"]).nunique().gt(1).sum())
    if doubtful:
        remarks.append(Remark(doubtful, f"students with one {key} and two dates of birth: perhaps two persons"))
    return People(dict(ids["students"]), dict(ids["staff"]), posts, key, tuple(remarks))


def _both(pupils: pd.DataFrame, adults: pd.DataFrame) -> tuple[tuple[str, pd.DataFrame], tuple[str, pd.DataFrame]]:
    return ("students", pupils), ("staff", adults)


def _posts(export: Export) -> tuple[pd.DataFrame, list[Remark]]:
    """Who does what where: from roles (1.2), else from users (1.1), else from the classes they are enrolled in."""
    users, roles, remarks = export["users"], export["roles"], []
    grades = users.set_index("sourcedId")["grades"]
    if len(roles):
        posts = pd.DataFrame({"user": roles["userSourcedId"], "role": roles["role"], "org": roles["orgSourcedId"]})
    elif "role" in export.sheets["users"].there:
        orgs = users["orgSourcedIds"].str.split(",")
        posts = pd.DataFrame({"user": users["sourcedId"], "role": users["role"], "org": orgs}).explode("org")
    else:
        members = export["enrollments"]
        orgs = members["schoolSourcedId"]
        posts = pd.DataFrame({"user": members["userSourcedId"], "role": members["role"], "org": orgs})
        if len(users):
            remarks.append(Remark(len(users), "users without a role in users or roles: it was read off enrollments"))
    posts = posts.assign(role=posts["role"].str.strip().str.casefold(), org=posts["org"].fillna("").str.strip())
    posts = posts[posts["user"].isin(users["sourcedId"])].drop_duplicates(ignore_index=True)
    return posts.assign(grades=look_up(posts["user"], grades)).astype("str"), remarks


def students(export: Export, who: People) -> Sieve:
    """One row per student, with the demographics of all their records united."""
    sieve = export.sheets["users"].sieve("students")
    sieve.leave_out(~sieve.rows["sourcedId"].isin(who.students.keys()), "users who are not students")
    told = _told(export, who.students, sieve)
    sieve.rows = sieve.rows.assign(student_id=sieve.rows["sourcedId"].map(who.students))
    sieve.leave_out(sieve.rows.duplicated("student_id"), "a further record of a student already written")
    columns = ["race_ethnicity", SOURCE_COLUMN, "gender", "birth_month"]
    united = told.reindex(sieve.rows["student_id"]).fillna("").reset_index()
    sieve.rows = united[["student_id", *(c for c in columns if united[c].ne("").any())]]
    return sieve


def _told(export: Export, ids: Mapping[str, str], sieve: Sieve) -> pd.DataFrame:
    """What demographics tell of each person, one row per person; a flag that is true on any record is true."""
    rows, there = export["demographics"], export.sheets["demographics"].there
    person = look_up(rows["sourcedId"], ids)
    rows, person = rows[person.ne("")], person[person.ne("")]
    flags = pd.DataFrame({word: read_booleans(rows[name]).values for name, word in RACE_FLAGS.items()})
    true, known = (flags == "true").groupby(person).any(), (flags != "").groupby(person).any()
    united = true.replace({True: "true", False: "false"}).astype("str").where(known, "")
    groups = from_flags(united)
    lacking = [name for name in RACE_FLAGS if name not in there]
    if lacking and len(rows):
        sieve.remark(len(lacking), f"columns of race and ethnicity that demographics lacks: {', '.join(lacking)}")
    unsaid = groups.group.ne("") & united["hispanic"].eq("") & groups.group.ne("hispanic")
    sieve.remark(int(unsaid.sum()), "students grouped by race alone: whether they are Hispanic is not said")
    sex = translate(rows["sex"], _GENDERS)
    sieve.remark(sex.unknown, "values of sex that have no word here, read as unknown")
    first = pd.DataFrame({"gender": sex.values, "birth_month": rows["birthDate"].str[:7]})
    first = first.mask(first == "").groupby(person).first().fillna("")
    return first.assign(race_ethnicity=groups.group, **{SOURCE_COLUMN: groups.source}).rename_axis("student_id")


def student_ids(export: Export, who: People) -> Sieve:
    """Every other id of a student: the sourcedId, the identifier, and those in userIds."""
    users = export["users"]
    users = users[users["sourcedId"].isin(who.students.keys())]
    own = users["sourcedId"].map(who.students)
    parts = [pd.DataFrame({"student_id": own, "system": SYSTEM, "external_id": users["sourcedId"]})]
    for name in ("identifier", "userMasterIdentifier"):
        if name != who.key:
            parts.append(pd.DataFrame({"student_id": own, "system": f"{SYSTEM}_{name}", "external_id": users[name]}))
    listed = users["userIds"].str.extractall(_USER_ID).droplevel(1)
    systems = listed[0].str.casefold()
    parts.append(pd.DataFrame({"student_id": own.reindex(listed.index), "system": systems, "external_id": listed[1]}))
    every = pd.concat(parts, ignore_index=True).fillna("").astype("str")
    sieve = Sieve("student_ids", every[every["external_id"].ne("")], int(every["external_id"].ne("").sum()))
    sieve.leave_out(sieve.rows.duplicated(), "an id already written")
    shared = sieve.rows.duplicated(["system", "external_id"], keep=False)
    sieve.leave_out(shared, "an id that two students share")
    return sieve


def staff(export: Export, who: People, schools: Mapping[str, str], years: Mapping[tuple[str, str], set[str]]) -> Sieve:
    """One row per adult, school, year and role.

    Parameters
    ----------
    schools
        sourcedId of the schools.
    years
        (user, school) -> the school years in which the user has classes there; ("", "") the only year of the export.
    """
    posts = who.posts
    sieve = Sieve("staff", posts, len(posts))
    sieve.leave_out(sieve.rows["role"].eq("student"), "students")
    sieve.leave_out(~sieve.rows["role"].isin(STAFF_ROLES), "roles that are no post in a school (parents, district)")
    sieve.leave_out(~sieve.rows["org"].isin(schools), "posts outside the schools")
    only = years.get(("", ""), set())
    pairs = zip(sieve.rows["user"], sieve.rows["org"], strict=True)
    listed = [" ".join(sorted(years.get(pair, only))) for pair in pairs]
    sieve.rows = sieve.rows.assign(school_year=pd.Series(listed, index=sieve.rows.index, dtype="str"))
    sieve.leave_out(sieve.rows["school_year"].eq(""), "the school year of the post cannot be told")
    rows = sieve.rows.assign(school_year=sieve.rows["school_year"].str.split()).explode("school_year")
    sieve.read += len(rows) - len(sieve.rows)  # a post of two years is two records
    told = _told(export, who.staff, Sieve("staff", posts, 0))
    role = rows["role"].map(STAFF_ROLES)
    own = rows["user"].map(who.staff)
    columns = {"staff_id": own, "school_id": rows["org"], "school_year": rows["school_year"]}
    sieve.rows = pd.DataFrame({**columns, "role": role.mask(role.eq(""), rows["role"])})
    for name in ("race_ethnicity", "gender"):
        values = look_up(sieve.rows["staff_id"], told[name])
        if values.ne("").any():
            sieve.rows = sieve.rows.assign(**{name: values})
    again = sieve.rows.duplicated(["staff_id", "school_id", "school_year", "role"])
    sieve.leave_out(again, "a further record of a post already written")
    return sieve
