"""Grades of a source as the kit writes them: -1 before kindergarten, 0 kindergarten, 1 to 12."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cbe_analysis.importers.codes import Translated, translate

_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
)
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
BEFORE_KINDERGARTEN = ("-1", "-2", "pk", "p3", "p4", "prek", "pre-k", "pr", "tk", "preschool", "prekindergarten")
KINDERGARTEN = ("k", "kg", "kn", "0", "00", "kindergarten")
NO_GRADE = ("it", "ps", "ug", "ungraded", "other", "ot", "ae", "as", "adult education", "postsecondary", "none")
KINDERGARTEN_OF_NWEA: Mapping[str, str] = {"13": "0"}


def read_grades(column: pd.Series, also: Mapping[str, str] | None = None) -> Translated:
    """The column of grades as text of whole numbers, "" where the source gives none.

    Parameters
    ----------
    column
        As written: K, KG, 0, 07, 7th, Grade 7, Seventh grade, PK, TK ... Codes of the Common Education Data Standards
        that are no grade (UG, PS, Other) read as unknown.
    also
        Codes that only this source uses, as `KINDERGARTEN_OF_NWEA`; everywhere else 13 is unknown, and counted.
    """
    plain = column.str.strip().str.casefold().str.replace(r"^grade\s+|\s+grade$", "", regex=True)
    return translate(plain.str.replace(r"^preschool/.*", "preschool", regex=True), {**_WORDS, **(also or {})})


def _numbered() -> dict[str, str]:
    words: dict[str, str] = {}
    for number, ordinal in enumerate(_ORDINALS, start=1):
        ending = _ENDINGS.get(number, "th")
        words |= dict.fromkeys((str(number), f"{number:02}", f"{number}{ending}", ordinal), str(number))
    return words


_WORDS = {
    **dict.fromkeys(BEFORE_KINDERGARTEN, "-1"),
    **dict.fromkeys(KINDERGARTEN, "0"),
    **_numbered(),
    **dict.fromkeys(NO_GRADE, ""),
}
