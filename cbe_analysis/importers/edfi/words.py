"""Codes of Ed-Fi descriptors in the kit's words; districts put codes of their own in place of many of them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

SCHOOL_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("elementary school", "primary school"), "elementary"),
    **dict.fromkeys(("middle school", "junior high school", "intermediate school"), "middle"),
    **dict.fromkeys(("high school", "senior high school"), "high"),
}
ENGLISH_LEARNERS: Mapping[str, str] = {
    "limited": "current",
    **dict.fromkeys(("limited monitored 1", "limited monitored 2"), "former"),
}
TERMS: Mapping[str, str] = {
    **dict.fromkeys(("fall semester", "spring semester", "first semester", "second semester", "semester"), "semester"),
    **dict.fromkeys(("first trimester", "second trimester", "third trimester"), "trimester"),
    **dict.fromkeys(("first quarter", "second quarter", "third quarter", "fourth quarter"), "quarter"),
    **dict.fromkeys(("year round", "full year"), "year"),
}
DISABILITIES: Mapping[str, str] = {  # letters only
    "autism": "autism",
    "autismspectrumdisorder": "autism",
    "autismspectrumdisorders": "autism",
    "deafblindness": "deaf_blindness",
    "developmentaldelay": "developmental_delay",
    "emotionaldisturbance": "emotional_disturbance",
    "seriousemotionaldisability": "emotional_disturbance",
    "seriousemotionaldisabilities": "emotional_disturbance",
    "hearingimpairment": "hearing_impairment",
    "hearingimpairmentincludingdeafness": "hearing_impairment",
    "intellectualdisability": "intellectual_disability",
    "multipledisabilities": "multiple_disabilities",
    "orthopedicimpairment": "orthopedic_impairment",
    "otherhealthimpairment": "other_health_impairment",
    "specificlearningdisability": "specific_learning_disability",
    "speechorlanguageimpairment": "speech_or_language_impairment",
    "traumaticbraininjury": "traumatic_brain_injury",
    "visualimpairment": "visual_impairment",
    "visualimpairmentincludingblindness": "visual_impairment",
}
PLACEMENTS: Mapping[str, str] = {  # letters and digits only
    "insideregularclass80ormoreoftheday": "regular_80_or_more",
    "insideregularclass80percentormoreoftheday": "regular_80_or_more",
    "insideregclassbetween4079oftheday": "regular_40_to_79",
    "insideregularclass4079oftheday": "regular_40_to_79",
    "insideregularclasslessthan40oftheday": "regular_under_40",
    "separateschool": "separate_school",
    "residentialfacility": "residential_facility",
    "homeboundhospital": "homebound_hospital",
    "correctionalfacility": "correctional_facility",
    "correctionalfacilities": "correctional_facility",
    "parentallyplacedinprivateschool": "parentally_placed_private",
}
ACTIONS: Mapping[str, str] = {
    "in school suspension": "iss",
    "out of school suspension": "oss",
    **dict.fromkeys(("expulsion", "expulsion with services", "expulsion without services"), "expulsion"),
    "removal from classroom": "removal",
    **dict.fromkeys(("no action", "no action taken"), "none"),
}
ABSENT = ("excused absence", "unexcused absence")
THERE = ("in attendance", "present", "tardy", "early departure")


def letters(codes: pd.Series) -> pd.Series:
    """The codes in lower case, letters and digits only."""
    return codes.str.casefold().str.replace(r"[^a-z0-9]", "", regex=True)


def slug(codes: pd.Series) -> pd.Series:
    """The codes as words that fit into a file or onto a command line."""
    return codes.str.casefold().str.replace(r"[^a-z0-9.]+", "_", regex=True).str.strip("_")


def school_year(years: pd.Series) -> pd.Series:
    """The spring of school years written 2021-2022 or 2022; "" for anything else."""
    return years.str.extract(r"^(?:\d{4}\s*-\s*)?(\d{4})$")[0].fillna("").astype("str")


def first(listed: pd.Series) -> pd.Series:
    """The first of codes separated by bars."""
    return listed.str.split("|", regex=False).str[0].fillna("").astype("str")


def term_id(session: pd.Series, year: pd.Series) -> pd.Series:
    """The session's name, with its school year where the name does not tell it: names are used again every year."""
    told = [bool(y) and y in name for name, y in zip(session, year, strict=True)]
    return session.where(pd.Series(told, index=session.index, dtype="bool") | session.eq(""), year + " " + session)
