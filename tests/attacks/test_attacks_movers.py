"""Selections by schools, of which students were in several: what is left of one selection by another."""

import itertools
import random

import numpy as np
import pytest
from hand_made import HIDDEN, audited, fallen, release, share

MINIMUM = 10
SCHOOLS = "abcd"  # no text ever names the last


def told(n, *where):
    """A release about so many students; nothing of few."""
    text = f"{n}" if n >= MINIMUM else HIDDEN
    return release([share(text, HIDDEN)] if n < MINIMUM else [share(text, "40 %")], [n], by=(), where=where)


def of_schools(n, *schools):
    """A release about everyone who was in one of the schools."""
    names = ", ".join(f'"{school}"' for school in schools)
    return told(n, f"school_id in [{names}]" if len(schools) > 1 else f"school_id={schools[0]}")


def by_school(whole, *sizes):
    """A table by school, the small ones hidden."""
    rows = [share("203", "40 %", school_id="(all)")]
    for name, n in zip(SCHOOLS, sizes, strict=False):
        shown = (f"{n}", "40 %") if n >= MINIMUM else (HIDDEN, HIDDEN)
        rows.append(share(*shown, school_id=name))
    return release(rows, [whole, *sizes], by=("school_id",))


LEFT_OVER = "ever school_id=b, never school_id=a"
WHOLE, A, B = told(203), of_schools(121, "a"), of_schools(107, "b")


def test_two_schools_less_one_of_them():
    """124 of a or b less 121 of a: three were in b and never in a; 104 were in both."""
    assert fallen(audited(WHOLE, A, B, of_schools(124, "a", "b")), "size") == {LEFT_OVER}
    assert fallen(audited(WHOLE, A, B, of_schools(141, "a", "b")), "size") == set()


def test_two_schools_that_share_few():
    """121 and 107 are 228: of 226 in all, two were in both."""
    both = of_schools(226, "a", "b")
    assert fallen(audited(A, B, both), "size") == {"ever school_id=a, ever school_id=b"}
    assert fallen(audited(A, both), "size") == set()  # 105 more: how many of b were in a is not told


def test_who_counts_in_two_schools_together_alone():
    """130 of a or b are more than 121 and 2: seven had too few days in either. Nine counted, but not in a."""
    table = by_school(203, 121, 2, 107)
    assert "ever school_id=a or b, never school_id=a" in fallen(audited(table, of_schools(130, "a", "b")), "size")


def test_a_table_beside_a_selection_of_two():
    """The table tells of school a what a selection would."""
    table = by_school(203, 121, 107, 60)
    assert fallen(audited(table), "size") == set()
    assert fallen(audited(table, of_schools(124, "a", "b")), "size") == {LEFT_OVER}


def test_a_table_of_two_schools_alone():
    """Of one table, which is about both."""
    table = by_school(203, 121, 107, 60)
    rows = [share("124", "40 %", school_id="(all)"), share("121", "40 %", school_id="a")]
    two = release(rows, [124, 121], by=("school_id",), where=('school_id in ["a", "b"]',))
    assert LEFT_OVER in fallen(audited(table, two), "size")


def test_selections_that_overlap_in_too_many_ways_are_refused():
    names = [f"s{i}" for i in range(8)]
    single = [told(200), *(of_schools(120, name) for name in names)]
    some = [of_schools(150, *three) for three in itertools.combinations(names, 3)]
    audit = audited(*single, *some[:1])
    assert audit.passed, audit.breaches
    audit = audited(*single, published=some[:20])
    assert {breach.what for breach in audit.breaches} == {"check"}
    assert not audit.passed


SETS = [frozenset(s) for k in (1, 2) for s in itertools.combinations("abc", k)] + [frozenset("bcd"), frozenset("abcd")]


def _students(draw):
    """Students by the schools that they were in."""
    kinds = [frozenset(s) for k in (1, 2, 3) for s in itertools.combinations(SCHOOLS, k)]
    return {kind: draw.choice([0, 0, 1, 2, 4, 30, 60]) for kind in kinds}


def _ever(students, schools):
    return sum(n for kind, n in students.items() if kind & schools)


def _brute(students, sets):
    """The small groups, in one selection and never in another, of which the sizes told leave one size."""
    kinds = [kind for kind, n in students.items()]
    rows = np.array([[bool(kind & own) for kind in kinds] for own in sets], float)
    for one, other in itertools.permutations(sets, 2):
        about = np.array([bool(kind & one) and not kind & other for kind in kinds], float)
        n = sum(students[kind] for kind, inside in zip(kinds, about, strict=True) if inside)
        follows = np.linalg.matrix_rank(np.vstack([rows, about])) == np.linalg.matrix_rank(rows)
        if follows and 0 < n < MINIMUM:
            yield frozenset(kind for kind, inside in zip(kinds, about, strict=True) if inside and students[kind])


def _named(students, words):
    """The students of a group in words."""
    found = [kind for kind, n in students.items() if n]
    for part in words.split(", "):
        how, _, what = part.partition(" ")
        column, _, levels = what.partition(" other than " if " other than " in what else "=")
        assert column == "school_id"
        own = set(levels.split(" or "))
        own = set(SCHOOLS) - own if " other than " in what else own
        found = [kind for kind in found if bool(kind & own) == (how == "ever")]
    return frozenset(found)


@pytest.mark.parametrize("seed", range(30))
def test_what_follows_by_trying_everything(seed):
    draw = random.Random(seed)
    while True:
        students, sets = _students(draw), [frozenset("abcd"), *draw.sample(SETS[:-1], 4)]
        large = all(_ever(students, own) >= 2 * MINIMUM for own in sets)
        if large and _ever(students, sets[0]) < sum(_ever(students, {one}) for one in "abc" if {one} in sets):
            break
    releases = [told(_ever(students, sets[0]))]
    for own in sets[1:]:
        n = _ever(students, own)
        releases.append(told(n, "school_id!=a") if "d" in own else of_schools(n, *sorted(own)))
    found = {_named(students, words) for words in fallen(audited(*releases), "size") if "some of" not in words}
    known = set(_brute(students, sets))
    assert known <= found
