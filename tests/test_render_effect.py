"""Intervention briefs: every sentence hangs on what the release shows, and the rule on what was written."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from small_releases import POLICY
from small_trials import PLAN, found, split, whole

from cbe_analysis.errors import UsageError
from cbe_analysis.render.plans import others, outcomes, plan, plans, unread
from cbe_analysis.render.readability import grade
from cbe_analysis.render.wording import asking
from cbe_analysis.render.wording import effect as words
from cbe_analysis.render.wording.decision import beside, decision

UNSEALED = replace(PLAN, minimum_effect=0.0, certainty=0.0)
CLEAR, LOSS, OPEN = {"effect": 9.0}, {"effect": -9.0, "chances": (0.01, 0.04, 0.95)}, {"effect": 1.0, "p": 0.6}
GROUPS = {"no": (400, 8.0, 2.0), "yes": (200, 11.0, 3.0)}


def plain(text):
    return text.replace("\u00a0", " ").replace("**", "")


def answered(*made):
    return plain(words.answer(found(*made), POLICY))


def sure(*made):
    return plain(words.sure(found(*made), PLAN, POLICY))


def box(*made, rule=PLAN):
    """All words of the decision box."""
    told = decision(found(*made), rule, POLICY)
    return plain(" ".join([*told.text, *(f"{b.value} {b.label}" for b in told.numbers), *told.closing]))


def everything(trials, rule=PLAN):
    """The sentences that the brief says before its method."""
    told = [words.title(rule, POLICY), words.answer(trials, POLICY), words.sure(trials, rule, POLICY)]
    called = decision(trials, rule, POLICY)
    told += [*called.text, *called.closing]
    told += [t for note in words.notes(trials, rule, POLICY) for t in (*note.text, *note.steps)]
    return plain(" ".join(told))


@pytest.mark.parametrize(
    ("how", "opening", "told"),
    [
        (CLEAR, "Yes.", "9 points higher in reading (95% interval 5 to 13)"),
        (LOSS, "No, results were lower with it.", "9 points lower in reading (95% interval 5 to 13)"),
        (OPEN, "We cannot tell.", "1 point higher in reading (95% interval \u22123 to 5)"),
        ({"effect": 0.0, "p": 1.0}, "We cannot tell.", "about the same in reading (95% interval \u22124 to 4)"),
    ],
)
def test_answer_hangs_on_the_interval(how, opening, told):
    assert answered(whole(**how)) == (
        f"{opening} Students with the program scored {told}, compared with all students without it."
    )


def test_outcomes_that_differ_are_told_apart():
    gain, nothing, loss = whole(), whole(outcome="map:math", **OPEN), whole(outcome="map:science", **LOSS)
    assert answered(gain, nothing, loss).startswith("In part. ")
    assert answered(nothing, loss).startswith("No gain that we can see, and in part a loss. ")
    assert sure(gain, nothing) == (
        "How sure are we? Very sure that the difference in reading is more than chance. We cannot tell whether the "
        "difference in mathematics is more than chance. Chance decided who was in which group, so the comparison is "
        "fair."
    )


def test_how_sure_we_are_never_contradicts_the_answer():
    assert "Very sure that the difference is more than chance." in sure(whole(p=0.004))
    assert "Fairly sure that the difference is more than chance." in sure(whole(p=0.049, error=3.5))
    assert answered(whole(p=0.049, error=3.5)).startswith("Yes.")
    rounded = whole(p=0.045, error=4.0)  # its lower limit is rounded to zero
    assert "We cannot tell whether the difference is more than chance." in sure(rounded)
    assert answered(rounded).startswith("We cannot tell.")
    assert "Chance decided" not in plain(words.sure(found(whole()), replace(PLAN, assignment="comparison"), POLICY))


def test_whole_numbers_are_told_without_decimals_and_others_with_them():
    assert "9 points higher in reading (95% interval 7 to 11)" in answered(whole(error=1.0))
    assert "8.5 points higher in reading (95% interval 6.5 to 10.5)" in answered(whole(effect=8.5, error=1.0))


def test_protected_effects_leave_no_number():
    few = whole(sizes={"treatment": 6, "comparison": 7})
    assert answered(few).startswith("These data cannot tell")
    assert "Not at all" in sure(few)
    assert words.facts(found(few), PLAN, POLICY)[0].startswith("Students: protected")
    (table,) = words.tables(found(few), POLICY)
    assert table.rows == (("All students", *[None] * 4),)
    assert not re.search(r"\d", "".join(n.value for n in decision(found(few), PLAN, POLICY).numbers))
    assert "nan" not in everything(found(few)).lower()


@pytest.mark.parametrize(
    ("gap", "told"),
    [
        (
            (1.0, 2.0, 0.6),
            "We cannot tell whether it helped some groups more than others: those differences may be chance.",
        ),
        (
            (9.0, 2.0, 0.001),
            "It was better in reading for students in reading support than for students not in reading",
        ),
        ((-9.0, 2.0, 0.001), "It was less good in reading for students in reading support than for students not in"),
        ((9.0, 6.0, 0.04), "We cannot tell whether it helped some groups more"),
    ],
)
def test_groups_differ_only_where_the_difference_is_clear(gap, told):
    assert told in sure(whole(), split(GROUPS, gap))


UNCLEAR = "fair. We cannot tell whether it helped some groups more than others"


def by_school(made):
    """The estimates of students of whom all but few are in two of seven schools."""
    counts = [("S1", g, n // 2) for g, (n, *_) in GROUPS.items()] + [("S2", g, n // 2) for g, (n, *_) in GROUPS.items()]
    counts += [(f"S{i}", g, 1) for i in range(3, 8) for g in GROUPS]
    there = pd.DataFrame(counts, columns=["school_id", "support", "n"])
    return replace(made, population=replace(made.population, counts=there))


@pytest.mark.parametrize("gap", [(1.0, 2.0, 0.6), (9.0, 2.0, 0.001)])
def test_differences_that_the_public_reads_no_test_of_are_said_to_be_untested(gap):
    made = whole(), by_school(split(GROUPS, gap))
    told = sure(*made)
    assert told.endswith(f"{UNCLEAR}: to protect small groups, that could not be tested for the public.")
    assert grade(everything(found(*made))) <= 9
    inside = plain(words.sure(found(*made, audience="staff"), PLAN, POLICY))
    assert "could not be tested" not in inside
    assert ("those differences may be chance" in inside) == (gap[-1] == 0.6)


@pytest.mark.parametrize("audience", ["public", "staff"])
def test_differences_that_could_not_be_tested_are_said_to_be_untested(audience):
    made = found(whole(), split(GROUPS, (1.0, float("nan"), float("nan"))), audience=audience)
    assert plain(words.sure(made, PLAN, POLICY)).endswith(f"{UNCLEAR}: those differences could not be tested.")


def test_differences_that_are_all_hidden_are_said_to_be_protected():
    assert sure(whole(), split(GROUPS | {"yes": (4, 77.0, 3.0)})).endswith(
        f"{UNCLEAR}: those differences are protected."
    )


def test_without_groups_nothing_is_said_of_them():
    assert "some groups" not in sure(whole())


def test_table_holds_the_numbers_of_the_release():
    (table,) = words.tables(
        found(whole(), split(GROUPS), whole(outcome="map:math", sizes={"treatment": 500, "comparison": 800})), POLICY
    )
    assert table.columns[2::3] == ("Reading", "Mathematics")
    assert [tuple(plain(c or "protected") for c in row) for row in table.rows] == [
        ("All students", "1,300", "+9", "5 to 13", "+0.18", "+9", "5 to 13", "+0.18"),
        ("Not in reading support", "800", "+8", "4 to 12", "+0.16", *["protected"] * 3),
        ("In reading support", "400", "+11", "5 to 17", "+0.22", *["protected"] * 3),
    ]


def test_hidden_groups_are_one_row_without_numbers():
    (table,) = words.tables(found(whole(), split(GROUPS | {"yes": (4, 77.0, 3.0)})), POLICY)
    assert table.rows[-1][0].startswith("Other groups (")
    assert set(table.rows[-1][1:]) == {None}
    assert "77" not in str(table)
    assert "protected. That does not make" in everything(found(whole(), split(GROUPS | {"yes": (4, 77.0, 3.0)})))


def test_three_outcomes_take_two_tables():
    made = [whole(outcome=f"map:{name}") for name in ("reading", "math", "science")]
    assert [len(t.columns) for t in words.tables(found(*made), POLICY)] == [8, 5]


@pytest.mark.parametrize(
    ("chances", "verdict", "step"),
    [
        ((0.95, 0.04, 0.01), "Verdict: yes. Every outcome passes the rule.", "Give it to all."),
        ((0.80, 0.15, 0.05), "Verdict: yes.", "Give it to all."),
        (
            (0.10, 0.70, 0.20),
            "Verdict: no. There is a gain in reading, but it is almost surely less than 5 points.",
            "Stop it.",
        ),
        ((0.002, 0.996, 0.002), "Verdict: no.", "Stop it."),
        (
            (0.76, 0.24, 0.0),
            "Verdict: unsure. There is a gain in reading, but it may be less than 5 points",
            "Try another year.",
        ),
        (None, "Verdict: unsure. The study is too small to give the chances.", "Try another year."),
    ],
)
def test_verdict_follows_the_written_rule(chances, verdict, step):
    told = box(whole(chances=chances))
    assert "at least 80 in 100 sure of a gain of 5 points or more" in told
    assert verdict in told
    assert f"Next step, as written: {step}" in told


@pytest.mark.parametrize(
    ("how", "answer", "verdict", "why"),
    [
        (CLEAR, "Yes.", "yes", ""),
        (
            {"effect": 6.0, "error": 1.4, "chances": (0.76, 0.24, 0.0)},
            "Yes.",
            "unsure",
            "The decision below asks for more, a gain of 5 points or more: that is not sure enough.",
        ),
        (
            {"effect": 3.0, "error": 0.5, "chances": (0.01, 0.99, 0.0)},
            "Yes.",
            "no",
            "The decision below asks for more, a gain of 5 points or more: that is almost surely not so.",
        ),
        (
            {"effect": 12.0, "error": 7.0, "p": 0.09, "chances": (0.84, 0.14, 0.02)},
            "We cannot tell.",
            "yes",
            "The decision below asks for less certainty, 80 in 100, and its answer is yes.",
        ),
        (
            {"effect": 0.0, "error": 2.0, "p": 1.0, "chances": (0.01, 0.98, 0.01)},
            "We cannot tell.",
            "no",
            "The decision below asks for a gain of 5 points or more; that is almost surely not so.",
        ),
        ({"effect": 4.0, "error": 3.0, "p": 0.2, "chances": (0.37, 0.63, 0.0)}, "We cannot tell.", "unsure", ""),
        (LOSS, "No, results were lower with it.", "no", ""),
    ],
)
def test_where_answer_and_verdict_differ_a_clause_says_why(how, answer, verdict, why):
    made = found(whole(**how))
    assert answered(whole(**how)).startswith(answer)
    assert f"Verdict: {verdict}." in box(whole(**how))
    assert beside(made, PLAN) == why
    assert why in words.sure(made, PLAN, POLICY)
    assert beside(made, UNSEALED) == ""
    assert grade(everything(made)) <= 9


def test_the_verdict_tells_a_gain_that_may_be_too_small_from_one_that_may_be_none():
    clear = whole(effect=6.0, error=1.4, chances=(0.76, 0.24, 0.0))
    none = whole(outcome="map:math", effect=4.0, error=3.0, p=0.2, chances=(0.37, 0.63, 0.0))
    told = box(clear, none, rule=replace(PLAN, outcomes=("map:reading", "map:math")))
    assert (
        "Verdict: unsure. There is a gain in reading, but it may be less than 5 points: we are not 80 in 100 sure that "
        "it is not. In mathematics we are not 80 in 100 sure of a gain of 5 points or more."
    ) in told


def test_chances_stand_as_released():
    told = box(whole(chances=(0.998, 0.001, 0.001)))
    assert "at least 99 in 100 that reading gains 5 points or more" in told
    assert (
        "Other chances in reading: a change too small to matter, at most 1 in 100; a loss of 5 points or more" in told
    )


def test_rule_is_applied_to_the_outcomes_that_it_names():
    both = replace(PLAN, outcomes=("map:reading", "map:math"))
    assert "No verdict. The rule also asks for mathematics." in box(whole(), rule=both)
    assert "Verdict: yes." in box(whole(), whole(outcome="map:math"), rule=both)
    unasked = whole(outcome="map:math", chances=(0.2, 0.7, 0.1))
    assert "Verdict: yes." in box(whole(), unasked)
    assert "mathematics" not in box(whole(), unasked)
    assert "Verdict: yes." in box(whole(outcome="reading"))
    assert "No verdict." in box(whole(outcome="old:reading"))


def test_without_a_rule_there_is_no_verdict():
    told = box(whole(), rule=UNSEALED)
    assert "No rule was written down" in told
    assert "Verdict" not in told
    assert not re.search(r"\d", told)


@pytest.mark.parametrize("how", [CLEAR, LOSS, OPEN, {"sizes": {"treatment": 6, "comparison": 7}}])
@pytest.mark.parametrize("rule", [PLAN, UNSEALED])
def test_briefs_are_easy_to_read(how, rule):
    told = everything(found(whole(**how), split(GROUPS)), rule)
    assert grade(told) <= 9
    assert not re.search(r"\b(nan|None|inf)\b", told)


def test_what_it_may_mean_hangs_on_every_outcome():
    def may(*made):
        return words.notes(found(*made), PLAN, POLICY)[0].text[0]

    assert may(whole()).startswith("The program changed")
    assert may(whole(**LOSS)).startswith("Students learned less")
    assert may(whole(), whole(outcome="map:math", **OPEN)).startswith("The study leaves open")


def test_remarks_of_the_model_stand_with_the_definitions():
    trials = found(whole(warnings=["2 of 9 blocks have one arm only and say nothing of the effect"]))
    told = words.definitions(trials, PLAN, POLICY)
    assert told.endswith("2 of 9 blocks have one arm only and say nothing of the effect.")
    assert "Chances: normal, with nothing assumed beforehand." in told
    assert "Chances" not in words.definitions(trials, UNSEALED, POLICY)


def test_method_names_every_outcome():
    made = [whole(outcome=o, method=f"last {o} score") for o in ("map:reading", "map:math")]
    assert words.method(found(*made)) == "last map:reading or map:math score"


def district(tmp_path, programs):
    import cbe_analysis as cbe

    (tmp_path / "district.toml").write_text("", encoding="utf-8")
    pd.DataFrame(programs).to_csv(tmp_path / "programs.csv", index=False)
    for name, head in (("schools", "school_id,name,kind"), ("students", "student_id"), ("enrollments", ENROLLED)):
        (tmp_path / f"{name}.csv").write_text(f"{head}\n{ROWS[name]}\n", encoding="utf-8")
    return cbe.load(tmp_path)


ENROLLED = "student_id,school_id,entry_date,exit_date,school_year,grade"
ROWS = {"schools": "1,Oak,elementary", "students": "1", "enrollments": "1,1,2025-08-20,2026-06-05,2026,3"}


def test_a_program_is_known_by_its_id(tmp_path):
    both = [{"program_id": i, "name": i.upper(), "assignment": "randomized", "start_date": "2025-09-01"} for i in "ab"]
    here = district(tmp_path, both)
    written = plans(here)
    assert plan(written, "b").name == "B"
    assert not plan(written, "b").sealed
    with pytest.raises(UsageError, match=r"no program 'c'.*choose one of: .*a.*b"):
        plan(written, "c")


def test_without_a_choice_the_first_program_that_can_be_estimated_is_taken_and_the_others_are_named():
    offered = [
        replace(PLAN, id=i, name=i.upper(), outcomes=o) for i, o in (("b", ()), ("c", ("x:y",)), ("d", ("x:y",)))
    ]
    written = [replace(PLAN, id="a", name="A", assignment="comparison"), *offered]
    assert plan(written).id == "c"
    assert plan(written[:2]).id == "b"
    assert asking.programs(others(written, written[2]), POLICY) == (
        "The record also holds B (-p program=b) and D (-p program=d). Not estimated yet, as it was "
        "assigned in another way: A (comparison)."
    )
    assert asking.programs(others(written[2:3], written[2]), POLICY) == ""
    with pytest.raises(UsageError, match="no program is assigned in a way that can be estimated yet"):
        plan(written[:1])
    with pytest.raises(UsageError, match="has no row"):
        plan([])


def test_outcomes_come_from_the_notebook_or_the_record():
    assert outcomes(PLAN, []) == ("map:reading",)
    assert outcomes(PLAN, ["map:math"]) == ("map:math",)
    with pytest.raises(UsageError, match="no outcome is named for 'tutoring'"):
        outcomes(replace(PLAN, outcomes=()), [])
    many = replace(PLAN, outcomes=("map:a", "map:b", "map:c", "map:d"))
    assert outcomes(many, []) == ("map:a", "map:b", "map:c")
    assert unread(many, outcomes(many, [])) == ("map:d",)
    assert asking.recorded(["map:d"], POLICY).startswith("The program's record also names d, map (-p outcomes=map:d).")
    assert asking.recorded([], POLICY) == ""
    with pytest.raises(UsageError, match="4 outcomes are too many for one brief"):
        outcomes(PLAN, list(many.outcomes))
