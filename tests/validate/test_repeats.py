"""What was exported twice: rows under new ids, last year under this year's dates."""

from three_years import EVIDENCE, TARGETS, people, ratings


def test_a_table_with_every_row_twice_under_new_ids_is_told(offence):
    once = ratings()
    again = "".join(f"x{line}\n" for line in once.splitlines()[1:])
    given = people() | {"targets": TARGETS}
    assert offence("evidence", "repeated_rows", evidence=once, **given).count == 0
    found = offence("evidence", "repeated_rows", evidence=once + again, **given)
    size = len(again.splitlines())
    assert (found.count, found.first_rows[0]) == (size, size + 1)


def test_a_few_rows_alike_are_no_second_export(offence):
    once = ratings()
    few = "".join(f"x{line}\n" for line in once.splitlines()[1:51])
    assert offence("evidence", "repeated_rows", evidence=once + few, targets=TARGETS, **people()).judged == 0


def test_last_years_ratings_under_this_years_dates_are_told(offence):
    rows = ratings(lambda year, month, student, day: year < 2027).splitlines()[1:]
    copied = [f"x{row}".replace(",2026-", ",2027-").replace(",2025-", ",2026-") for row in rows if row[:4] == "2026"]
    evidence = EVIDENCE + "\n".join([*rows, *copied]) + "\n"
    found = offence("evidence", "last_year_again", evidence=evidence, targets=TARGETS, **people())
    assert found.details == ("school year 2027: 100 % of the rows",)
    assert found.count == 720
    assert offence("evidence", "last_year_again", evidence=ratings(), targets=TARGETS, **people()).judged == 0


def test_students_who_stay_in_their_grade_are_told(offence):
    given = people()
    assert offence("enrollments", "last_year_again", **given).judged == 0
    given["enrollments"] = given["enrollments"].replace(",2027,5\n", ",2027,4\n")
    found = offence("enrollments", "last_year_again", **given)
    assert found.details == ("school year 2027: 100 % of the rows",)
