"""The same numbers published twice, between which few students came, left or changed groups: what changes is theirs."""

import random

import pytest
from hand_made import ALL, HIDDEN, audited, mean, release, share

from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.percents import public_percent
from cbe_analysis.protect.sizes import public_size

GROUPS = {"a": (120, 48), "b": (64, 30), "c": (31, 12), "d": (15, 6), "e": (4, 1)}
SMALL = "the few who came, left or changed groups"


def table(groups, **more):
    """A table of shares as it would be printed: group -> students, and how many have it."""
    whole = {ALL: tuple(map(sum, zip(*groups.values(), strict=True))), **groups}
    return release([printed(*own, group=name) for name, own in whole.items()], [n for n, _ in whole.values()], **more)


def printed(n, having, **group):
    if n < 10:
        return share(HIDDEN, HIDDEN, **group)
    size = public_size(n, 10)
    percent = public_percent(having / n, n, size)
    return share(size.shown, percent.shown, **group)


def with_few(n, having, of="b", **others):
    """The groups after some came to one of them."""
    return {**GROUPS, **others, of: (GROUPS[of][0] + n, GROUPS[of][1] + having)}


BEFORE = table(GROUPS)


def few(*releases, published=(BEFORE,)):
    """What the audit says of those who came or left."""
    return [breach for breach in audited(*releases, published=published).breaches if SMALL in breach.says]


@pytest.mark.parametrize("date", ["2026-06-30", "2026-07-31"])
@pytest.mark.parametrize("moved", [with_few(1, 1), with_few(1, 0), with_few(-1, -1), with_few(9, 3)])
def test_few_came_and_the_rest_stayed(moved, date):
    """Of 64 in b, 30 have it: 47 %. One more, and it is 48 % or 46 %: the newcomer has it, or has not."""
    (breach,) = few(table(moved, as_of=date))
    assert (breach.what, breach.mendable, breach.briefs) == ("share", True, ("brief 0", "old 0"))
    assert breach.group in ("group=b", "all")
    assert not any(letter.isdigit() for letter in breach.says)


def test_one_student_changes_groups():
    """The whole stays as it was: one left a, where nothing is seen of it, and came to b."""
    (breach,) = few(table({**GROUPS, "a": (119, 47), "b": (65, 31)}))
    assert breach.group in ("group=b", "group=a")


def test_a_group_that_appears():
    """Nine of f were hidden; with one more they are shown, and those who know of that one know that there were nine."""
    one, other = ({**GROUPS, "f": own} for own in ((9, 3), (10, 4)))
    (breach,) = few(table(other), published=[table(one)])
    assert breach.what == "share"


@pytest.mark.parametrize(
    "other",
    [
        with_few(10, 4),  # enough came
        with_few(1, 1, a=(120, 54)),  # the numbers of the others are new as well
        with_few(1, 1, c=(50, 12)),  # another group is new
        GROUPS,
    ],
)
def test_others_are_news(other):
    assert few(table(other, as_of="2026-07-31")) == []


@pytest.mark.parametrize(
    "more",
    [
        {"indicator": "status"},
        {"parameters": {"by": ["group"], "cut": 210}},
        {"where": ("school_year=2025",)},
        {"entity": "cases"},
    ],
)
def test_another_question_is_another_matter(more):
    assert few(table(with_few(1, 1), **more)) == []


@pytest.mark.parametrize(
    "more", [{"parameters": {"by": ["group"], "until": "2026-05-31"}}, {"where": ("date<=2026-05-31",)}]
)
def test_an_earlier_day_is_the_same_question(more):
    (breach,) = few(table(with_few(1, 1), **more))
    assert breach.what == "share"


def test_what_is_out_cannot_be_helped():
    audit = audited(published=[BEFORE, table(with_few(1, 1), as_of="2026-07-31")])
    assert audit.passed
    assert [breach.mendable for breach in audit.breaches if SMALL in breach.says] == [False]


def test_means_of_few_who_came():
    def told(n, of_b):
        rows = [mean("about 250", 52.0, 0.9), mean("120", 50.0, 1.0, group="a"), mean("40-99", of_b, 1.0, group="b")]
        rows += [mean("20-39", 54.0, 2.0, group="c"), mean("10-19", 51.0, 3.0, group="d")]
        return release(rows, [166 + n, 120, n, 31, 15])

    assert [breach.what for breach in few(told(65, 53.5), published=[told(64, 53.0)])] == ["mean"]
    assert few(told(65, 53.0), published=[told(64, 53.0)]) == []  # nothing is seen to change


def test_what_to_leave_out_is_offered():
    audit = audited(table(with_few(1, 1)), published=[BEFORE])
    assert audit.offers == ("brief 0: leave out chronic_absence by group",)


def test_who_is_told_by_trying_everything():
    """Wherever one newcomer's outcome follows from the percentages before and after, the audit says so."""
    found = [told for seed in range(40) if (told := _told(random.Random(seed)))]
    assert len(found) > 10
    assert all(few(other, published=[one]) for one, other in found)


def _told(draw):
    """Two tables, one newcomer between them, if they tell what is theirs."""
    groups = {name: (n := draw.randint(12, 190), draw.randint(n // 4, 3 * n // 4)) for name in "abcde"}
    of, has = draw.choice("abcde"), draw.randint(0, 1)
    after = {**groups, of: (groups[of][0] + 1, groups[of][1] + has)}
    tables = table(groups), table(after, as_of="2026-07-31")
    return tables if _outcomes(*tables, of) == {has} else None


def _outcomes(one, other, of):
    """The outcomes that a newcomer to a group may have."""
    found = {0, 1}
    for group in (ALL, of):
        before, after = (_texts(r.rows[r.rows["group"] == group].iloc[0]) for r in (one, other))
        fits = [(n, k) for n in range(10, 1000) if _size(n) == before[1] for k in range(n + 1)]
        fits = [(n, k) for n, k in fits if _size(n + 1) == after[1] and _texts(printed(n, k)) == before]
        found &= {y for n, k in fits for y in (0, 1) if _texts(printed(n + 1, k + y)) == after}
    return found


def _texts(row):
    return row["shown"], row["n_shown"]


def _size(n):
    return public_size(n, 10).shown


def test_a_brief_of_many_such_tables_is_to_be_left_out_as_a_whole():
    """Every table of it tells the same: a list of all its tables is of no help."""
    properties = [{"parameters": {"by": ["group"], "cut": cut}} for cut in range(8)]
    old = [Published("brief", 1, table(GROUPS, **more)) for more in properties]
    new = [Published("brief", None, table(with_few(1, 1), **more)) for more in properties]
    assert audit_together([*old, *new]).offers == ("brief: leave out the brief",)
