"""Groups of an audit under the names that the district has for them."""

import pytest

from cbe_analysis.run.naming import in_words

LABELS = {
    "race_ethnicity": {"black": "Black or African American", "white": "White", "": "race"},
    "school_id": {"0101": "Hill School", "a or b": "Both Houses"},
}


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ("race_ethnicity=black", "Black or African American (race_ethnicity=black)"),
        (
            "gender=male, school_id=0101",
            "gender=male, Hill School (school_id=0101)",
        ),
        ("race_ethnicity other than black", "not Black or African American (race_ethnicity other than black)"),
        (
            "race_ethnicity=black or white, school_id=0101",
            "Black or African American or White (race_ethnicity=black or white), Hill School (school_id=0101)",
        ),
        ("school_id=a or b", "Both Houses (school_id=a or b)"),
        ("school_id=0102", "school_id=0102"),
        ("some of school_id", "some of school_id"),
        ("arm of p1=offered, race_ethnicity=white", "arm of p1=offered, race_ethnicity=white"),
        ("race_ethnicity=a, b, school_id=0101", "race_ethnicity=a, b, Hill School (school_id=0101)"),
        ("all", "all"),
        ("", ""),
    ],
)
def test_names_of_the_district_stand_before_its_codes(told, named):
    assert in_words(told, LABELS) == named


def test_without_names_the_words_of_the_audit_stay():
    assert in_words("gender=male, school_id=3 or 4", {}) == "gender=male, school_id=3 or 4"
