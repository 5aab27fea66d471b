"""Supports given to students: interventions, their sessions, and programs that serve learning."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cbe_analysis.importers.edfi.elements import Elements
from cbe_analysis.importers.edfi.words import slug
from cbe_analysis.importers.lookup import look_up, rows_of
from cbe_analysis.importers.sieve import Sieve, is_number

_DELIVERY: Mapping[str, str] = {"individual": "one_to_one", "small_group": "small_group"}
SERVICES: Mapping[str, str] = {  # program types that serve learning, as slugs -> our word
    "special_education": "special_education",
    "english_as_a_second_language_esl": "english_language_development",
    "bilingual": "bilingual",
    "bilingual_summer": "bilingual",
    "section_504_placement": "accommodation",
    "title_i_part_a": "title_i",
    "support": "other",
}
_THERE = ("in attendance", "present", "tardy", "")


def supports(found: Elements) -> Sieve:
    """One row per intervention of a student, and per program of theirs that serves learning."""
    given, served = _given(found), _served(found)
    whole = Sieve(
        "supports", pd.concat([given.rows, served.rows], ignore_index=True).fillna(""), given.read + served.read
    )
    for part in (*given.tally().left_out, *served.tally().left_out):
        whole.count(part.records, part.why)
    whole.remarks = [*given.remarks, *served.remarks]
    whole.leave_out(whole.rows.duplicated("support_id"), "a further element of the same support")
    return whole


def _given(found: Elements) -> Sieve:
    """The interventions; a student's own days are not told, so the intervention's stand for them."""
    rows = found["given"]
    sieve = Sieve("supports", rows, len(rows))
    whole = found["interventions"].drop_duplicates("intervention").set_index("intervention")
    told = rows_of(whole, rows["intervention"])
    sieve.rows = rows.assign(first=told["first"], last=told["last"], kind=_kinds(told["delivery"]))
    sieve.leave_out(sieve.rows["student"].eq(""), "interventions without student")
    sieve.leave_out(sieve.rows["first"].eq(""), "interventions whose first day is not told: add element Intervention")
    rows = sieve.rows
    sieve.remark(len(rows), "supports whose days are those of the intervention: a student's own are not in Ed-Fi")
    minutes = rows["minutes"].where(is_number(rows["minutes"]), "")
    sieve.remark(int(minutes.ne("").sum()), "supports with minutes assigned in all, kept in a column of their own")
    columns = {
        "support_id": rows["intervention"] + ":" + rows["student"],
        "student_id": rows["student"],
        "kind": rows["kind"],
        "start_date": rows["first"],
        "end_date": rows["last"],
        "source_program": rows["intervention"],
        "minutes_assigned": minutes,
    }
    sieve.rows = pd.DataFrame(columns).astype("str")
    return sieve


def _kinds(delivery: pd.Series) -> pd.Series:
    """How it is delivered, in our word; whole classes and the rest are other."""
    return slug(delivery).map(_DELIVERY).fillna("other").astype("str")


def _served(found: Elements) -> Sieve:
    """The programs that serve learning, from their first day to their last."""
    rows = found["programs"]
    sieve = Sieve("supports", rows, len(rows))
    kind = slug(rows["type"])
    sieve.rows = rows.assign(kind=look_up(kind, SERVICES), type=kind)
    others = sorted(set(kind) - set(SERVICES))
    why = f"programs that are no support for learning ({', '.join(others)})"
    sieve.leave_out(sieve.rows["kind"].eq(""), why)
    sieve.leave_out(sieve.rows["student"].eq("") | sieve.rows["first"].eq(""), "programs without student or first day")
    backwards = sieve.rows["last"].ne("") & sieve.rows["last"].lt(sieve.rows["first"])
    sieve.leave_out(backwards, "programs whose last day is before the first")
    rows = sieve.rows
    columns = {
        "support_id": slug(rows["program"]) + ":" + rows["student"] + ":" + rows["first"],
        "student_id": rows["student"],
        "kind": rows["kind"],
        "start_date": rows["first"],
        "end_date": rows["last"],
        "source_program": slug(rows["program"]),
        "minutes_assigned": rows["minutes"].where(is_number(rows["minutes"]), ""),
    }
    sieve.rows = pd.DataFrame(columns).astype("str")
    says = "supports from interventions and programs: write programs.csv by hand to study one, Ed-Fi does not tell how "
    sieve.remark(len(rows) + len(found["given"]), f"{says}students came into it")
    return sieve


def sessions(found: Elements, written: pd.Series) -> Sieve:
    """One row per support and day.

    Parameters
    ----------
    written
        The ids of our supports.
    """
    rows = found["attended"]
    sieve = Sieve("support_sessions", rows, len(rows))
    sieve.rows = rows.assign(support_id=rows["intervention"] + ":" + rows["student"])
    sieve.leave_out(~sieve.rows["category"].str.casefold().isin(_THERE), "sessions that the student missed")
    sieve.leave_out(
        ~sieve.rows["support_id"].isin(written), "sessions of an intervention that the student does not have"
    )
    sieve.leave_out(sieve.rows["date"].eq(""), "sessions without day")
    sieve.leave_out(~is_number(sieve.rows["minutes"]), "sessions without InterventionDuration")
    if not len(sieve.rows):
        return sieve
    minutes = sieve.rows["minutes"].astype(float).groupby([sieve.rows["support_id"], sieve.rows["date"]]).sum()
    sieve.count(len(sieve.rows) - len(minutes), "a further session of the day, added to the first")
    sieve.rows = minutes.map("{:g}".format).rename("minutes").reset_index()
    return sieve
