"""Race and ethnicity of a source as one of the seven federal groups; the raw words are kept beside it.

References
----------
US Department of Education (2007), Final Guidance on Maintaining, Collecting, and Reporting Racial and Ethnic Data,
Federal Register 72(202), pages 59266-59279: Hispanic of any race is one group, two or more races another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

SOURCE_COLUMN = "race_ethnicity_source"
HISPANIC, SEVERAL = "hispanic", "two_or_more"
RACES = ("american_indian", "asian", "black", "pacific_islander", "white")
_SEPARATORS = r"[;,|]"
_WORDS: Mapping[str, str] = {  # letters only, lower case
    **dict.fromkeys(
        ("americanindian", "americanindianoralaskanative", "americanindianoralaskannative", "nativeamerican"),
        "american_indian",
    ),
    **dict.fromkeys(("americanindianalaskanative", "americanindianalaskannative", "ai", "i"), "american_indian"),
    **dict.fromkeys(("asian", "a"), "asian"),
    **dict.fromkeys(("black", "blackorafricanamerican", "blackafricanamerican", "africanamerican", "b"), "black"),
    **dict.fromkeys(("hispanic", "hispanicorlatino", "hispaniclatino", "latino", "latinx", "h"), HISPANIC),
    **dict.fromkeys(
        (
            *("pacificislander", "nativehawaiianorotherpacificislander", "nativehawaiianpacificislander"),
            *("nativehawaiianorpacificislander", "nativehawaiianotherpacificislander", "hawaiianpacificislander", "p"),
        ),
        "pacific_islander",
    ),
    **dict.fromkeys(("white", "whiteorcaucasian", "caucasian", "w"), "white"),
    **dict.fromkeys(
        (
            *("twoormore", "twoormoreraces", "multiracial", "multirace", "multiethnic", "morethanonerace"),
            *("demographicracetwoormoreraces", "m", "t"),
        ),
        SEVERAL,
    ),
    **dict.fromkeys(
        ("", "unknown", "notspecified", "notspecifiedorother", "notprovided", "declined", "choosenottoanswer"), ""
    ),
}


@dataclass(frozen=True, slots=True)
class Groups:
    """The federal group of each row.

    Parameters
    ----------
    group
        One of the seven words, or "" for unknown.
    source
        What the source said, for the column `race_ethnicity_source`.
    unknown
        How many rows said something that has no group here.
    """

    group: pd.Series = field(repr=False)
    source: pd.Series = field(repr=False)
    unknown: int


def from_words(races: pd.Series, hispanic: pd.Series | None = None) -> Groups:
    """The groups of a column of words.

    Parameters
    ----------
    races
        One race, or several separated by commas, semicolons or bars; "" for unknown.
    hispanic
        true, false or "" per row, when the source has it apart; true decides whatever the races are.
    """
    read = {text: _group_of(text) for text in races.unique()}
    group = races.map({text: found or "" for text, found in read.items()}).astype("str")
    unknown = races.map({text: found is None for text, found in read.items()}).astype("bool")
    if hispanic is None:
        return Groups(group, races, int(unknown.sum()))
    yes = hispanic.eq("true")
    source = races.where(~yes, (HISPANIC + ";" + races).str.rstrip(";"))
    return Groups(group.mask(yes, HISPANIC), source, int((unknown & ~yes).sum()))


def from_flags(flags: pd.DataFrame) -> Groups:
    """The groups of columns of flags, true, false or "" per row.

    Parameters
    ----------
    flags
        Columns named by the groups' words: any of `RACES`, hispanic, two_or_more. Rows of one person should be united
        before: a flag that is true on any of them is true.
    """
    true = flags == "true"
    races = true.reindex(columns=list(RACES), fill_value=False)
    named = true.reindex(columns=[SEVERAL, HISPANIC], fill_value=False)
    several = races.sum(axis=1).ge(2) | named[SEVERAL]
    group = pd.Series("", index=flags.index, dtype="str")
    for race in RACES:
        group = group.mask(races[race], race)
    group = group.mask(several, SEVERAL).mask(named[HISPANIC], HISPANIC)
    source = pd.Series("", index=flags.index, dtype="str")
    for name in sorted(true.columns):
        source = source.mask(true[name], source + ";" + name)
    return Groups(group, source.str.lstrip(";"), 0)


def _group_of(text: str) -> str | None:
    """The group that a cell names; "" when it says that nothing is known, None when its words are unknown here."""
    whole = _WORDS.get(_letters(text))
    if whole is not None:
        return whole
    parts = {_WORDS.get(_letters(part)) for part in pd.Series([text]).str.split(_SEPARATORS, regex=True)[0]}
    if None in parts:
        return None
    parts -= {""}
    if HISPANIC in parts:
        return HISPANIC
    return SEVERAL if len(parts) > 1 else str(*parts)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalpha())
