"""Whether a rating counts as proficient: by words that say so, or by a score that the district names."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

WORDS: Mapping[str, str] = {  # letters only, lower case
    **dict.fromkeys(
        (
            *(
                "advanced",
                "proficient",
                "pass",
                "passed",
                "met",
                "metstandard",
                "meetsstandard",
                "mastered",
                "mastery",
                "secure",
            ),
            *("exceeds", "exceedsstandard", "exceedsmastery", "exceeded", "abovestandard", "distinguished"),
        ),
        "true",
    ),
    **dict.fromkeys(
        (
            *(
                "basic",
                "belowbasic",
                "wellbelowbasic",
                "fail",
                "failed",
                "notmet",
                "didnotmeetstandard",
                "belowstandard",
            ),
            *(
                "notmastered",
                "notyet",
                "nearmastery",
                "belowmastery",
                "approaching",
                "approachingstandard",
                "beginning",
            ),
            *("developing", "emerging", "notproficient", "noevidence", "wellbelowmastery"),
        ),
        "false",
    ),
}


def word(text: str) -> str:
    """The word true or false that a level's name stands for; "" for a name that does not say."""
    return WORDS.get("".join(letter for letter in text.casefold() if letter.isalpha()), "")


def proficient(text: pd.Series, score: pd.Series, least: float | None) -> pd.Series:
    """Per rating true, false, or "" where nothing says so.

    Parameters
    ----------
    text
        The level's name, "" for none.
    score
        Numbers as text.
    least
        The score from which a rating counts as proficient: then the score decides, whatever the words are.
    """
    if least is None:
        return text.map({name: word(name) for name in text.unique()}).astype("str")
    return score.astype(float).ge(least).map({True: "true", False: "false"}).astype("str")
