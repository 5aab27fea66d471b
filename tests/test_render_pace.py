"""Pace briefs say what their numbers allow, beside depth, and draw what may be shown; schools without ranks."""

import math
import re
from dataclasses import replace
from itertools import combinations

import pytest
from drawn import kept
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from small_releases import POLICY, compared, estimates

from cbe_analysis.indicators.progress.marks import Marks
from cbe_analysis.protect import protect
from cbe_analysis.render.figures.pace import group_charts, overview
from cbe_analysis.render.figures.schools import growth_and_status
from cbe_analysis.render.progress import progress, schools
from cbe_analysis.render.readability import grade
from cbe_analysis.render.widest import fitting
from cbe_analysis.render.wording import exceptions, pace_charts
from cbe_analysis.render.wording import pace as words
from cbe_analysis.render.wording import schools as school_words

RATE, GRADE, CHANCE = "levels / year", "levels from grade", "chance, 0 to 1"
SHARE, TRACK = "share of students, 0 to 1", "share of students on track, 0 to 1"
DEEP, OUT = "share of evidence at depth 3 or 4, 0 to 1", "share of students without a pace, 0 to 1"
BELOW = "share of students one level or more below grade, 0 to 1"
FAR = "share of students two levels or more below grade, 0 to 1"
ABOVE = "share of students above grade, 0 to 1"
UNKNOWN = float("nan")
MARKS = Marks(1.0, 0.0, 0.8, together=0.3)
APART = {"high growth": 0.4, "high status": 0.4, "low growth": -0.4, "low status": -0.4}  # how far from the marks


def unit(told, **more):
    """What a row holds besides its value: its unit."""
    return {"unit": told, **more}


def released(
    *,
    pace=1.0,
    error=0.02,
    n=300,
    beside=400,
    gap=-0.1,
    p=0.001,
    level=-0.5,
    track=0.4,
    needed=1.1,
    depth=0.4,
    spread=0.2,
    audience="public",
):
    """The four releases by one factor, of one group and its reference."""
    groups = {"(all)": (n + beside, pace), "no": (beside, pace - gap / 2), "yes": (n, pace + gap / 2)}
    moving, standing, year, ahead = [], [], [], []
    for group, (size, value) in groups.items():
        moving += [
            ("slope", group, size, value, error),
            ("mean", group, size, value, error, unit(RATE)),
            ("share", group, size, 0.03, 0.01, unit(OUT, numerator=0.03 * size, denominator=size)),
        ]
        if depth is not None:
            moving.append(("depth", group, size, depth, 0.01, unit(DEEP)))
        standing.append(("mean", group, size, level, 0.1))
        for told, share in ((BELOW, 0.3), (FAR, 0.1), (ABOVE, 0.35)):
            counts = {"numerator": share * size, "denominator": size}
            standing.append(("share", group, size, share, 0.02, unit(told, **counts)))
        year.append(("expected_share", group, size, track, 0.02, unit(SHARE)))
        ahead.append(("expected_share", group, size, track, 0.02, unit(TRACK)))
        ahead.append(("mean", group, size, needed, 0.02, unit("levels / year needed")))
    moving.append(("gap", "yes", n, gap, 0.02, unit(RATE, **compared(p, "no"))))
    moving.append(("sd_student_slope", "(all)", n + beside, spread, UNKNOWN))
    made = (("level_gap", GRADE, standing), ("pace", RATE, moving), ("year_of_growth", SHARE, year))
    return [
        protect(estimates(id, ["support"], [_whole(r) for r in rows], unit=own, subject="reading"), POLICY, audience)
        for id, own, rows in (*made, ("on_track", TRACK, ahead))
    ]


def _whole(row):
    """The row; a slope is of levels a year, not of levels a year a year."""
    return (*row[:5], unit(RATE)) if row[0] == "slope" else row


def chance(group, n, kind):
    """How likely the first of the kinds is, with the kind that is told."""
    return "probability", group, n, 0.4, math.nan, unit(CHANCE, at="high growth, high status", note=kind)


def of_schools(kinds, *, n=50):
    """The release of growth_and_status with a school for each kind."""
    rows = [("slope", "(all)", n * len(kinds), 1.0, 0.02, unit(RATE)), ("mean", "(all)", n * len(kinds), 0.0, 0.1)]
    for i, kind in enumerate(kinds):
        growth, _, status = kind.partition(", ")
        rows.append(("slope", f"S{i}", n, 1 + APART.get(growth, 0.0) / 4, 0.02, unit(RATE)))
        rows.append(("mean", f"S{i}", n, APART.get(status, 0.0), 0.1))
        rows.append(chance(f"S{i}", n, kind))
    release = estimates("growth_and_status", ["school_id"], rows, unit=GRADE, marks=MARKS, compare=None)
    return schools([protect(release, POLICY)])


def told(found, places=()):
    """All that the brief says in sentences."""
    notes = [t for n in words.notes(found, places, POLICY) for t in (*n.text, *n.steps)]
    said = " ".join([words.answer(found, POLICY), words.sure(found, places, POLICY), *notes])
    return said.replace("**", "").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("pace", "error", "says", "how_sure"),
    [
        (0.9, 0.02, "Students gain less than a level in a school year: on average 0.90 levels in reading", "Very sure"),
        (1.2, 0.02, "Students gain more than a level in a school year: on average 1.20 levels", "Very sure"),
        (1.0, 0.02, "Students gain about a level in a school year: on average 1.00 levels", "We cannot tell"),
        (0.89, 0.045, "Students gain less than a level", "Fairly sure that the mean pace is below a level a year."),
        (
            1.1,
            0.3,
            "Students gain 1.1 levels in reading in a school year, on average",
            "that may be a full level, or not",
        ),
    ],
)
def test_the_answer_hangs_on_the_interval_of_the_mean_pace(pace, error, says, how_sure):
    said = told(progress(released(pace=pace, error=error)))
    assert says in said
    assert how_sure in said


@pytest.mark.parametrize(
    ("level", "says"),
    [
        (-0.5, "They stand 0.50 levels below the level of their grade (0.30 to 0.70) and 40 in 100 are on track"),
        (0.5, "They stand 0.50 levels above the level of their grade (0.30 to 0.70)"),
        (0.1, "They stand near the level of their grade (mean gap 0.10 levels, −0.10 to 0.30)"),
    ],
)
def test_where_students_stand_hangs_on_the_interval_of_the_gap(level, says):
    assert says in told(progress(released(level=level)))


def test_a_coded_share_is_told_as_such():
    found = progress(released(track=0.001))
    assert "at most 1 in 100 are on track" in told(found)
    (picture,) = overview(found, POLICY)
    assert "on track to finish at most 1%" in picture.alt.replace("\u00a0", " ")


@pytest.mark.parametrize("audience", ["public", "staff"])
def test_where_students_cannot_be_told_from_errors_shares_are_unknown_and_means_stand(audience):
    found = progress(released(track=UNKNOWN, spread=UNKNOWN, audience=audience))
    assert "on track to finish" not in words.answer(found, POLICY)
    assert "real differences between students and chance cannot be kept apart" in told(found)
    assert "stay as they are" not in told(found)
    (picture,) = overview(found, POLICY)
    assert "How paces are spread cannot be told." in picture.sub
    assert picture.title == "Students gain about a level a year in reading"
    assert "gain a level a year not known; on track to finish not known" in picture.alt
    assert not re.search(r"\bnan\b", picture.svg + picture.alt, re.IGNORECASE)
    (table,) = words.tables(found, POLICY)
    assert table.title == "Where groups stand and how they move"


def test_nothing_that_can_be_shown_is_said_to_be_protected():
    made = released(n=5)
    rows = [("slope", "(all)", 8, 1.0, 0.02, unit(RATE)), ("slope", "no", 8, 1.0, 0.02, unit(RATE))]
    few = protect(estimates("pace", ["support"], rows, unit=RATE, subject="reading"), POLICY)
    found = progress([few if r.indicator == "pace" else r for r in made])
    assert words.answer(found, POLICY).startswith("How fast students move is protected")
    assert overview(found, POLICY) == ()
    assert group_charts(found, POLICY) == ()
    assert "nan" not in told(found)


def test_a_protected_group_is_protected_everywhere():
    found = progress(released(n=6, beside=12))
    for table in words.tables(found, POLICY):
        assert table.rows[-1] == ("Each other group", *[None] * (len(table.columns) - 1))
    (picture,) = group_charts(found, POLICY)
    assert "In reading support: protected. " in f"{picture.alt} "
    assert "the differences in pace are protected" in told(found)


@pytest.mark.parametrize(
    ("depth", "says"),
    [(0.4, "40 in 100 pieces of evidence go deep."), (None, "How deep the evidence goes cannot be told here.")],
)
def test_depth_is_told_beside_pace_always(depth, says):
    found = progress(released(depth=depth))
    assert says in told(found)
    (picture,) = group_charts(found, POLICY)
    assert ("depth 40%" in picture.alt) == (depth is not None)


@pytest.mark.parametrize(
    ("needed", "says", "title"),
    [
        (1.3, "That is more than they gain now.", "each group shown needs more than it has"),
        (0.7, "On average, they gain that now.", "each group shown moves as fast as it needs to"),
        (1.0, "That is close to what they gain now.", ""),
    ],
)
def test_needed_pace_is_set_beside_the_pace(needed, says, title):
    found = progress(released(needed=needed))
    assert says in told(found)
    (picture,) = group_charts(found, POLICY)
    assert picture.title.startswith("Pace differs by reading support")
    assert title in picture.title


def test_the_curve_is_the_model_of_released_numbers_with_both_lines():
    found = progress(released(pace=1.0, spread=0.5))
    (picture,), (again,) = overview(found, POLICY), overview(found, POLICY)
    assert picture.svg == again.svg
    for shown in ("one level a year", "two levels a year", "mean 1.00"):
        assert f">{shown}<" in picture.svg
    assert pace_charts.beyond(1.0, 0.5, 2.0) == pytest.approx(0.02275, abs=1e-5)  # the normal table at two
    assert "2 in 100 students gain two levels a year or more" in picture.alt.replace("\u00a0", " ")


def test_the_spread_of_true_paces_adds_that_of_schools():
    made = released(spread=0.3)
    rows = [("sd_student_slope", "(all)", 700, 0.3, UNKNOWN), ("sd_school_slope", "(all)", 700, 0.4, UNKNOWN)]
    more = [("slope", "(all)", 700, 1.0, 0.02, unit(RATE)), *rows]
    both = protect(estimates("pace", ["support"], more, unit=RATE), POLICY)
    found = progress([both if r.indicator == "pace" else r for r in made])
    assert found[0].spread == pytest.approx(0.5)
    assert math.isnan(progress(released(spread=UNKNOWN))[0].spread)


KINDS = ("high growth, low status", "low growth, low status", *["not clear"] * 4)


def test_schools_are_told_of_by_kind_never_by_rank():
    places = of_schools(KINDS)
    said = school_words.finding(places, POLICY)
    assert said == "Of 6 schools, 1 is clearly high in growth (S0), 1 is clearly low and for 4 it is not clear."
    (table,) = school_words.tables(places, POLICY)
    assert [row[0] for row in table.rows] == sorted(row[0] for row in table.rows)
    assert [row[-1] for row in table.rows] == ["high, low", "low, low", *["not clear"] * 4]
    (picture,) = growth_and_status(places, POLICY)
    assert "S0: pace 1.10 (1.06\u00a0to\u00a01.14), gap to grade −0.40" in picture.alt
    assert "S5: pace 1.00 (0.96\u00a0to\u00a01.04), gap to grade 0.00" in picture.alt
    assert not re.search(r"(?i)\b(rank|best|worst|top|bottom|first)\b", said + picture.alt + picture.sub + table.sub)
    assert "S0: below grade, yet growing fast." in told(progress(released()), places)


def test_the_names_of_schools_that_stand_close_keep_apart(monkeypatch):
    """Seven schools as they lie in the sample district, with names as long as theirs."""

    def between(reading, span):
        return replace(reading, **dict(zip(("low", "value", "high"), span, strict=True)))

    stands = {
        "Hickory Creek Elementary School": ((-0.6, 0.3, 1.2), (0.90, 1.00, 1.10), "not clear"),
        "Juniper Hill Elementary School": ((-0.4, 0.1, 0.6), (0.88, 0.96, 1.03), "not clear"),
        "Meadowlark Valley Elementary School": ((-0.5, -0.05, 0.4), (0.90, 0.97, 1.03), "not clear"),
        "Spruce Prairie Elementary School": ((-0.5, -0.15, 0.2), (0.91, 0.96, 1.02), "not clear"),
        "Willow Landing Middle School": ((-0.6, -0.2, 0.25), (0.91, 0.97, 1.04), "low growth, low status"),
        "Juniper Grove Middle School": ((-0.8, -0.3, 0.25), (0.90, 0.97, 1.04), "low growth, low status"),
        "Spruce Landing High School": ((-1.05, -0.65, -0.2), (0.86, 0.92, 0.97), "low growth, low status"),
    }
    like = of_schools(["not clear"] * len(stands))
    places = [
        replace(one, id=name, kind=kind, growth=between(one.growth, pace), status=between(one.status, gap))
        for one, (name, (gap, pace, kind)) in zip(like, stands.items(), strict=True)
    ]
    canvases = kept(monkeypatch)
    assert growth_and_status(places, POLICY)
    (canvas,) = canvases
    renderer = FigureCanvasAgg(canvas.figure).get_renderer()
    canvas.figure.draw(renderer)
    named = [text for text in canvas.figure.findobj(Text) if any(name in text.get_text() for name in stands)]
    boxes = [Text.get_window_extent(text, renderer) for text in named]  # without the lines that tie them to marks
    assert len(boxes) == len(stands)
    for one, other in combinations(boxes, 2):
        beside = one.x1 + 2 < other.x0 or other.x1 + 2 < one.x0
        assert beside or one.y1 + 1 < other.y0 or other.y1 + 1 < one.y0


def test_fewer_than_six_schools_are_not_set_beside_each_other():
    places = of_schools(KINDS[:5])
    assert growth_and_status(places, POLICY) == school_words.tables(places, POLICY) == ()
    assert school_words.finding(places, POLICY) == "Fewer than six schools can be shown, so we set none beside another."
    assert "ranking" not in told(progress(released()), places)
    assert school_words.finding(of_schools(KINDS[:1]), POLICY) == ""


def test_schools_that_are_all_unclear_are_said_to_be():
    places = of_schools(["not clear"] * 7)
    assert school_words.finding(places, POLICY) == "Growth and status are not clear for any of the 7 schools."


def test_small_schools_are_protected_and_counted():
    kinds = [*KINDS, "not clear"]
    rows = [("slope", "(all)", 308, 1.0, 0.02, unit(RATE)), ("mean", "(all)", 308, 0.0, 0.1)]
    for i in range(len(kinds) + 1):
        size = 4 if i > 5 else 50
        rows.append(("slope", f"S{i}", size, 1.0, 0.02, unit(RATE)))
        rows.append(("mean", f"S{i}", size, 0.0, 0.1))
        rows.append(chance(f"S{i}", size, "not clear"))
    release = protect(
        estimates("growth_and_status", ["school_id"], rows, unit=GRADE, marks=MARKS, compare=None), POLICY
    )
    places = schools([release])
    (picture,) = growth_and_status(places, POLICY)
    assert "S6" not in picture.alt + picture.svg
    assert picture.sub.endswith("2 schools protected.")


@pytest.mark.parametrize("hidden", ["slope", "mean"])
def test_a_kind_is_hidden_with_either_of_the_two_that_it_tells_of(hidden):
    rows = []
    for group, n in (("(all)", 200), ("S0", 50), ("S1", 150)):
        for quantity, told in (("slope", {"unit": RATE}), ("mean", {})):
            alike = hidden == quantity and group == "S0"  # all of the school are alike: its value is everyone's
            rows.append((quantity, group, n, 1.0, 0.0 if alike else 0.1, told))
        rows.append(chance(group, n, "high growth, low status"))
    given = estimates("growth_and_status", ["school_id"], rows, unit=GRADE, marks=MARKS, compare=None)
    release = protect(given, POLICY)
    own = release.rows[release.rows["school_id"].eq("S0")].set_index("quantity")
    assert own["shown"].eq("protected").to_dict() == {"slope": False, "mean": False, "probability": True} | {
        hidden: True
    }
    assert own["note"].dropna().eq("").all()
    (found, _) = schools([release])
    assert (found.kind, found.clear) == ("", False)
    assert schools([protect(given, POLICY, "staff")])[0].kind == "high growth, low status"


def test_of_very_many_schools_the_clear_ones_are_named():
    places = of_schools(["high growth, high status", *["not clear"] * 19])
    (table,) = school_words.tables(places, POLICY)
    assert [row[0] for row in table.rows] == ["S0"]
    assert "19 more schools are not listed." in table.sub
    (picture,) = growth_and_status(places, POLICY)
    assert ">S0<" in picture.svg
    assert ">S7<" not in picture.svg


def test_very_many_groups_are_cut_to_those_that_differ_most():
    rows = [("slope", "(all)", 3000, 1.0, 0.02, unit(RATE)), ("slope", "blue", 400, 1.0, 0.02, unit(RATE))]
    for i in range(30):
        rows.append(("slope", f"g{i:02}", 100 - i, 1.0 + i / 100, 0.02, unit(RATE)))
        rows.append(("gap", f"g{i:02}", 100 - i, i / 100, 0.02, unit(RATE, **compared(0.5, "blue"))))
    release = protect(estimates("pace", ["team"], rows, unit=RATE), POLICY)
    others = [
        protect(estimates(r, ["team"], [("mean", "(all)", 3000, 0.0, 0.1)]), POLICY)
        for r in ("level_gap", "year_of_growth", "on_track")
    ]
    found = progress([release, *others])
    (shown,) = fitting(found)
    assert shown.groups == ("blue", "g00", *(f"g{i:02}" for i in range(14, 30)))
    assert "13 groups, which differ least, are left out." in words.tables(found, POLICY)[0].sub


def test_without_factors_the_whole_alone_is_told():
    made = []
    for release in released():
        whole = release.rows[release.rows["support"] == "(all)"]
        rows = [(r.quantity, (), r.n, r.value, r.std_error or 0.02, unit(r.unit)) for r in whole.itertuples()]
        made.append(protect(estimates(release.indicator, [], rows, unit=release.unit), POLICY))
    found = progress(made)
    assert (found[0].factor, found[0].groups) == ("", ())
    assert group_charts(found, POLICY) == ()
    assert "Between groups" not in words.sure(found, (), POLICY)
    assert [len(table.rows) for table in words.tables(found, POLICY)] == [1, 1]


def test_the_list_of_students_is_by_id_and_for_staff():
    rows = [
        ("slope", ("r1", "S1"), 1, 0.2, 0.05, unit(RATE, note="stalled", at="2026-05-01")),
        ("slope", ("r2", "S2"), 1, 2.6, 0.1, unit(RATE, note="unusually fast", at="2026-05-02")),
        ("count", ("(all)", "(all)"), None, 1.0, UNKNOWN, unit("students", note="stalled")),
        ("count", ("(all)", "(all)"), None, 1.0, UNKNOWN, unit("students", note="unusually fast")),
    ]
    by = ["student_id", "school_id"]
    made = estimates("exceptions", by, rows, unit=RATE, compare=None, stalled_below=0.5, fast_above=2.0)
    release = protect(made, POLICY, "staff")
    (table,) = exceptions.tables([release], POLICY)
    assert [(row[0], row[4], row[5]) for row in table.rows] == [
        ("r1", "2026-05-01", "below 0.5"),
        ("r2", "2026-05-02", "above 2"),
    ]
    assert exceptions.counts([release]).startswith(
        "With the whole 95% interval of the observed pace 1 below 0.5, 1 above 2"
    )
    assert exceptions.tables([], POLICY) == ()
    assert exceptions.counts([]) == ""


def test_where_nobody_can_be_listed_the_receipt_says_why():
    nan = float("nan")
    told = [
        ("count", ("(all)",), None, nan, UNKNOWN, unit("students", note=f"{kind}: not known"))
        for kind in ("stalled", "fast")
    ]
    made = estimates("exceptions", ["student_id"], told, unit=RATE, compare=None, stalled_below=0.5, fast_above=2.0)
    release = protect(made, POLICY, "staff")
    assert exceptions.tables([release], POLICY) == ()
    assert exceptions.counts([release]).startswith("None is listed: how far an observed pace errs cannot be told")


@pytest.mark.parametrize("pace", [0.85, 1.0, 1.2])
@pytest.mark.parametrize("p", [0.001, 0.03, 0.6])
@pytest.mark.parametrize("kinds", [KINDS, KINDS[:3], ["not clear"] * 8])
def test_pace_briefs_read_at_grade_nine_or_easier(pace, p, kinds):
    found = progress(released(pace=pace, p=p, level=pace - 1))
    assert grade(told(found, of_schools(kinds))) <= 9
