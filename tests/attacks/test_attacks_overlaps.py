"""Students who were in two schools: what selections by school tell of each other, and what they only seem to tell."""

from hand_made import HIDDEN, audited, fallen, release, share

MOVED = (121, 61, 57, 2, 30)  # students in all, and of four schools: some were in two of them
APART = (121, 61, 57, 2, 1)


def of_school(school, n, text, true):
    return release([share(n, text)], [true], by=(), where=(f"school_id={school}",))


def by_school(true):
    """A table by school, the small ones hidden."""
    shown = [f"{n}" if n > 9 else HIDDEN for n in true]
    told = [share(n, n if n == HIDDEN else "40 %", school_id=f"{i}") for i, n in enumerate(shown)]
    return release([{**told[0], "school_id": "(all)"}, *told[1:]], true, by=("school_id",))


SELECTED = of_school("1", "61", "40 %", 61), of_school("2", "57", "40 %", 57), of_school("3", HIDDEN, HIDDEN, 2)


def test_schools_that_share_students_leave_nobody_over():
    """121 less 61 and 57 are no 3 students of the other two schools: 30 are in one, most of whom moved."""
    audit = audited(by_school(MOVED), *SELECTED)
    assert not any("school_id=3" in group for group in fallen(audit, "size") | fallen(audit, "share"))
    assert any(told.startswith("school_id: students count in several") for told in audit.unlinked)


def test_schools_that_share_nobody_share_all_out():
    audit = audited(by_school(APART), *SELECTED)
    assert "school_id=3" in fallen(audit, "size")
    assert not any(told.startswith("school_id: students count in several") for told in audit.unlinked)


def test_who_was_never_in_a_school_is_still_found():
    """121 less 117: four students were never there, wherever else they were."""
    told = by_school((121, 117, 57, 2, 30))
    assert fallen(audited(told, of_school("1", "117", "40 %", 117)), "size") == {"never school_id=1"}


def test_what_two_selections_together_leave_over():
    """121 less 61 and 57: neither of them alone leaves few over, and no row is about those who are left."""
    everyone = release([share("121", "40 %")], [121], by=())
    assert fallen(audited(everyone, *SELECTED[:1]), "size") == set()
    assert fallen(audited(everyone, *SELECTED[:2]), "size") == {"school_id other than 1 or 2"}


def test_what_selections_by_two_columns_leave_over():
    """All less grade 6 and up, less those of school 1 below: 5 students of the lower grades and other schools."""

    def of(*where, n):
        return release([share(f"{n}", "40 %")], [n], by=(), where=where)

    upper, school = "grade>=6", "school_id=1"
    selections = of(n=203), of(upper, n=121), of(school, n=98), of(upper, school, n=21)
    assert fallen(audited(*selections), "size") == {"grade other than 6, school_id other than 1"}
    assert fallen(audited(*selections[:3]), "size") == set()
