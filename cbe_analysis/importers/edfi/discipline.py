"""Students in incidents, and what followed for them."""

from __future__ import annotations

import pandas as pd

from cbe_analysis.importers.edfi.elements import BAR, Elements
from cbe_analysis.importers.edfi.words import ACTIONS, first, slug
from cbe_analysis.importers.lookup import look_up
from cbe_analysis.importers.sieve import Sieve, is_number

_OFFENDERS = ("", "perpetrator")
_KEY = ["incident_id", "student_id"]
_SEVEREST = ("expulsion", "oss", "iss", "removal")


def incidents(found: Elements) -> Sieve:
    """One row per student, incident and kind of action; "none" where no action is on record."""
    rows = found["involved"]
    sieve = Sieve("incidents", rows, len(rows))
    sieve.leave_out(~rows["part"].str.casefold().isin(_OFFENDERS), "victims, witnesses and reporters")
    sieve.rows = _identified(sieve.rows)
    events = _identified(found["incidents"]).drop_duplicates("incident_id").set_index("incident_id")["date"]
    sieve.rows = sieve.rows.assign(date=look_up(sieve.rows["incident_id"], events))
    sieve.leave_out(sieve.rows["student_id"].eq(""), "without student")
    sieve.leave_out(sieve.rows["date"].eq(""), "of an incident whose day is not told: add element DisciplineIncident")
    rows = sieve.rows
    once = rows.groupby(_KEY, sort=False).agg(date=("date", "first"), behavior=("behavior", _listed)).reset_index()
    sieve.count(len(rows) - len(once), "a further behavior of the same student and incident, listed with the first")
    whole = once.merge(_actions(found, sieve), on=_KEY, how="left")
    sieve.read += len(whole) - len(once)  # a student with two actions is two records
    none = whole["action"].isna()
    sieve.remark(int(none.sum()), "students in an incident without DisciplineAction, written as action none")
    sieve.rows = whole.fillna({"action": "none", "days": ""})[
        ["incident_id", "student_id", "date", "behavior", "action", "days"]
    ]
    sieve.rows = sieve.rows.astype("str")
    return sieve


def _identified(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with an id of the incident that is unique in the district: theirs are unique in a school only."""
    named = rows.assign(incident_id=rows["school"] + "-" + rows["incident"])
    return named.rename(columns={"student": "student_id"})


def _listed(behaviors: pd.Series) -> str:
    return "; ".join(sorted({text for text in behaviors if text}))


def _actions(found: Elements, sieve: Sieve) -> pd.DataFrame:
    """The actions by student, incident and kind, with the days lost; days of several kinds stand with the severest."""
    rows = _identified(found["actions"])
    rows = rows.drop_duplicates([*_KEY, "action"]).assign(
        days=pd.to_numeric(rows["days"].where(is_number(rows["days"])), errors="coerce")
    )
    several = rows["disciplines"].str.contains(BAR, regex=False)
    sieve.remark(int(several.sum()), "actions of several kinds, whose days stand with the severest")
    shared = rows.duplicated("action", keep=False)
    sieve.remark(int(shared.sum()), "actions on several incidents, whose days stand with each")
    rows = rows.assign(kind=rows["disciplines"].str.split(BAR, regex=False)).explode("kind")
    rows = rows.assign(kind=_kinds(rows["kind"].fillna("").astype("str")))
    rank = rows["kind"].map({kind: place for place, kind in enumerate(_SEVEREST)}).fillna(len(_SEVEREST))
    rows = rows.assign(rank=rank).sort_values([*_KEY, "action", "rank"], kind="stable")
    rows["days"] = rows["days"].mask(rows.duplicated([*_KEY, "action"]))
    days = rows.groupby([*_KEY, "kind"])["days"]
    united = pd.DataFrame({"number": days.size(), "days": days.sum(min_count=1)}).reset_index()
    sieve.remark(
        int(united["number"].gt(1).sum()), "students with several actions of one kind, whose days are added up"
    )
    text = united["days"].map("{:g}".format).where(united["days"].notna(), "")
    return united.assign(days=text).rename(columns={"kind": "action"})[[*_KEY, "action", "days"]]


def _kinds(codes: pd.Series) -> pd.Series:
    """The kinds of action in our words; a district's own code stays, as a slug."""
    plain = codes.str.casefold().str.strip()
    own = slug(first(codes))
    return plain.map(ACTIONS).fillna(own.mask(own.eq(""), "other")).astype("str")
