"""Exports cut short: terms with much less evidence than is usual."""

import pytest
from three_years import CALENDAR, TARGETS, people, ratings, school


def usual(offence, evidence, policy="", **tables):
    given = people() | {"calendar": CALENDAR, "targets": TARGETS, "evidence": evidence} | tables
    return offence("evidence", "usual_evidence", policy, **given)


def test_even_terms_are_usual(offence):
    assert usual(offence, ratings()).judged == 0


def half_of_the_last_term(year, month, student, day):
    return not (year == 2027 and month < 8 and school(student) == "0102" and day == 12)


@pytest.mark.parametrize("with_school", [True, False])
def test_half_a_term_missing_is_told_with_its_school(offence, with_school):
    evidence = ratings(half_of_the_last_term)
    if not with_school:
        evidence = "\n".join(line.rpartition(",")[0] for line in evidence.splitlines()) + "\n"
    found = usual(offence, evidence)
    assert found.details == ("school 0102, s2027: 90 ratings, usual 180",)
    assert (found.judged, found.count, found.first_rows) == (1, 90, ())


def test_the_limit_is_the_districts_own(offence):
    evidence = ratings(half_of_the_last_term)
    assert usual(offence, evidence, "[checks]\nusual_evidence_at_least = 0.4").judged == 0


def test_a_term_without_any_evidence_is_told(offence):
    found = usual(offence, ratings(lambda year, month, student, day: (year, month < 8) != (2026, True)))
    assert found.details[0] == "all schools, s2026: 0 ratings, usual 360"
    assert (found.judged, found.count) == (3, 0)


def test_a_term_that_goes_on_is_not_cut_short(offence):
    evidence = ratings(lambda year, month, student, day: (year, month) not in ((2027, 3), (2027, 4)))
    assert usual(offence, evidence).judged == 0
    assert usual(offence, evidence, "as_of = 2027-06-10").judged == 3


def test_without_a_calendar_halves_of_years_are_compared(offence):
    found = usual(offence, ratings(half_of_the_last_term), calendar=None)
    assert found.details == ("school 0102, 2027, second half: 90 ratings, usual 180",)


def test_a_small_school_is_not_judged(offence):
    few = ratings(
        lambda year, month, student, day: student == "0000" and half_of_the_last_term(year, month, "0059", day)
    )
    assert usual(offence, few).judged == 0


def test_a_mistyped_calendar_is_no_reason_to_count_a_thousand_years(offence):
    wild = CALENDAR + "w,2027,semester,1000-01-01,2999-12-31\n,2026,semester,2026-01-05,2026-06-10\n"
    found = usual(offence, ratings(half_of_the_last_term), calendar=wild)
    assert [line.partition(":")[2] for line in found.details] == [" 90 ratings, usual 180"]
