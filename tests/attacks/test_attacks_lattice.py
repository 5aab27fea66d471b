"""The whole numbers behind a printed percentage, as bounds of the attack on tables of many groups."""

import pytest
from hand_made import audited, release, share

from cbe_analysis.protect.attack.lattice import edges


@pytest.mark.parametrize(
    ("share", "size"), [((0.345, 0.355), (20, 39)), ((0.0, 0.2), (10, 19)), ((0.125, 0.135), (40, 99))], ids=str
)
def test_the_edges_of_what_is_behind_a_percentage_hold_its_pairs_and_no_others_of_its_sizes(share, size):
    found, bounds = set(), edges(share, size)
    for n in range(120):
        for y in range(n + 1):
            inside = size[0] <= n <= size[1] and share[0] * n - 1e-9 <= y <= share[1] * n + 1e-9
            assert inside == all(a * n + b * y <= c + 1e-9 for a, b, c in bounds)
            found |= {n} if inside else set()
    assert found
    assert len(bounds) < 12


def test_no_edges_where_no_count_is_printed_so():
    assert edges((0.345, 0.355), (10, 16)) == ()
    assert set(edges((0.345, 0.355), (10, 19))) == {(-1, 0, -17), (1, 0, 17), (0, -1, -6), (0, 1, 6)}


def test_percentages_that_no_students_have_are_attacked_as_if_fractions_had_them():
    """Shares of days are no shares of students: 35 % of 10 to 19 are 6 of 17, and 13 such groups are not 200."""
    rows = [share("200", "35 %"), *(share("10-19", "35 %", group=f"g{number:02}") for number in range(13))]
    audit = audited(release(rows, None))
    assert audit.unlinked == ()
    assert audit.cells == len(rows)
