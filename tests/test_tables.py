"""The declarations of the canonical tables are complete and agree with each other and with their page."""

import ast
import re
from pathlib import Path

import pytest

import cbe_analysis.tables as room
from cbe_analysis.tables import TABLES, Column, Table
from cbe_analysis.tables.dictionary import PAGE, dictionary

DISTRICT = {"schools", "students", "enrollments"}
CHEAP = {
    "__future__",
    "dataclasses",
    "typing",
    "sys",
    "pathlib",
    "cbe_analysis",
    "collections",
    "datetime",
    "math",
    "re",
}

# The tables of the design, each with its columns; "?" marks an optional one.
DESIGN = """
schools: school_id, name, kind, nces_id?
students: student_id, race_ethnicity?, gender?, home_language?, birth_month?, cohort_year?
enrollments: student_id, school_id, entry_date, exit_date?, exit_code?, school_year, grade,
    economically_disadvantaged?, english_learner?, disability?, disability_category?, placement?, gifted?
calendar: school_id?, term_id, school_year, kind, start_date, end_date, instructional_days?
closures: school_id?, start_date, end_date
student_ids: student_id, system, external_id
sections: section_id, school_id, term_id?, school_year, subject, course_id?, title?, level?
section_members: section_id, person_id, role, start_date?, end_date?
staff: staff_id, school_id, school_year, role, race_ethnicity?, gender?
targets: target_id, subject, level, title, kind, depth?, required, code?, parent_id?, framework_id?
target_links: from_id, kind, to_id
evidence: evidence_id, student_id, target_id, date, score, proficient, rater_id?, rater_role?, work_id?, task_id?,
    attempt?, kind?, depth?, recorded_on?, school_id?
target_status: student_id, target_id, date, score?, proficient, method?
levels: student_id, subject, date, level, std_error?, method?
assessments: student_id, instrument, subject, date, score, std_error?, grade_at_test?, official?, minutes?
marks: student_id, subject, course_id?, term_id, date, mark, points?
programs: program_id, name, subject?, assignment, start_date, running_variable?, cutoff?, treated_side?,
    cost_per_student?, outcomes?, baseline?, minimum_effect?, certainty?, next_step_yes?, next_step_no?,
    next_step_unsure?
participation: program_id, student_id, arm, block?, cluster_id?, start_date?, end_date?, minutes?, running_value?,
    school_id?
supports: support_id, student_id, kind, subject?, start_date, end_date?, planned_minutes_per_week?, flagged_on?,
    program_id?
support_sessions: support_id, date, minutes
groups: student_id, group_id, subject, school_id?, start_date, end_date?
opportunities: student_id, kind, date?, school_year?
attendance: student_id, school_id?, school_year, term_id?, days_enrolled, days_absent
incidents: incident_id, student_id, date, behavior?, action, days?
survey_items: survey_id, item_id, text, construct, role, minimum, maximum, reverse, principle?
survey_responses: survey_id, response_id, item_id, role, date, value, school_id?, person_id?
practices: principle, practice_id, rater_id, school_id?, date, rating, red_flag?
state_counts: school_year, category, group, cases, enrolled
outcomes: student_id, kind, date
cycles: cycle_id, team, school_id?, aim, change_idea, change_date, indicator, where?, prediction, decision?
"""


def designed():
    joined = re.sub(r"\n\s+", " ", DESIGN.strip())
    return {name: columns.split(", ") for name, columns in (line.split(": ") for line in joined.splitlines())}


def test_every_table_of_the_design_is_declared_column_by_column():
    declared = {t.name: [c.name + ("" if c.required else "?") for c in t.columns] for t in TABLES.values()}
    assert declared == designed()


def test_three_tables_make_a_district():
    assert {t.name for t in TABLES.values() if t.required} == DISTRICT


def test_tables_stand_under_their_own_names():
    assert [t.name for t in TABLES.values()] == list(TABLES)


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_keys_spells_and_choices_name_columns(table):
    assert table.row
    assert table.key
    assert len({c.name for c in table.columns}) == len(table.columns)
    assert all(name in table for name in (*table.key, *(table.spell or ()), *table.either))
    assert any(table[name].required for name in table.key)
    assert all(table[name].type == "date" for name in table.spell or ())
    assert not any(table[name].required for name in table.either)


def faulty(wrong):
    """The columns of all tables for which something is wrong."""
    return [f"{t.name}.{c.name}" for t in TABLES.values() for c in t.columns if wrong(c)]


def test_meanings_are_one_plain_sentence():
    assert faulty(lambda c: not re.fullmatch(r"[A-Z][^\n|]{5,140}\.", c.meaning)) == []


def test_value_sets_are_plain_words_of_text_columns():
    def wrong(column):
        values = column.allowed or column.usual
        plain = all(re.fullmatch(r"[a-z0-9_]+", value) for value in values)
        repeated = len(set(values)) < len(values)
        return values and (column.type != "text" or repeated or not plain or (column.allowed and column.usual))

    assert faulty(wrong) == []


def test_ranges_and_units_belong_to_numbers():
    def wrong(column):
        told = column.unit or column.minimum is not None or column.maximum is not None
        return told and column.type not in ("integer", "number")

    assert faulty(wrong) == []


def test_ranges_run_upwards():
    assert faulty(lambda c: None not in (c.minimum, c.maximum) and c.minimum >= c.maximum) == []


def test_every_number_but_an_ordinal_has_a_unit():
    ordinals = ["survey_items.principle", "practices.principle"]
    assert faulty(lambda c: c.type in ("integer", "number") and not c.unit) == ordinals


def test_foreign_keys_point_to_a_column_of_the_parents_key():
    def wrong(column):
        parent, _, name = column.references.partition(".")
        return column.references and (name not in TABLES[parent].key or TABLES[parent][name].type != column.type)

    assert faulty(wrong) == []


@pytest.mark.parametrize("name", ["student_id", "school_id", "target_id", "program_id"])
def test_an_id_refers_to_its_parent_wherever_it_stands(name):
    children = {t.name: t[name].references for t in TABLES.values() if name in t}
    parents = [table for table, reference in children.items() if not reference]
    assert len(parents) == 1
    assert set(children.values()) == {"", f"{parents[0]}.{name}"}


def test_ids_of_people_are_marked_personal():
    people = {"student_id", "staff_id", "person_id", "rater_id", "response_id", "external_id", "birth_month"}
    personal = {c.name for t in TABLES.values() for c in t.columns if c.personal}
    unmarked = [c.name for t in TABLES.values() for c in t.columns if c.name in people and not c.personal]
    assert personal == people
    assert unmarked == []


def test_of_every_text_it_is_decided_what_it_tells_an_outsider():
    assert faulty(lambda c: c.type in ("text", "month") and not c.reveals) == []


def test_of_every_column_of_a_person_it_is_decided_whether_people_are_known_by_it():
    people = [TABLES[name] for name in ("students", "enrollments", "staff")]
    plain = ("entry_date", "exit_date", "school_year", "grade")
    assert [c.name for t in people for c in t.columns if not c.reveals and c.name not in plain] == []


def test_an_id_reveals_the_same_wherever_it_stands():
    def wrong(column):
        parent, _, name = column.references.partition(".")
        return column.references and TABLES[parent][name].reveals != column.reveals

    assert faulty(wrong) == []
    assert faulty(lambda c: c.personal and c.reveals not in ("person", "record", "detail")) == []


def test_a_column_that_must_be_filled_is_no_mere_detail():
    """A copy for evaluators leaves details out, and must still be a district."""
    assert faulty(lambda c: c.required and c.reveals == "detail") == []


def test_a_column_is_asked_for_by_name():
    table = Table("visits", "a visit", ("visit_id",), (Column("visit_id", "text", "The visit."),))
    assert table["visit_id"].type == "text"
    assert "visit_id" in table
    assert "date" not in table
    with pytest.raises(KeyError, match="date"):
        table["date"]


def test_the_room_needs_no_heavy_library():
    imported = set()
    for file in Path(room.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
    assert imported <= CHEAP


def test_the_committed_dictionary_is_up_to_date():
    page = Path(__file__).parents[1] / PAGE
    assert page.read_text(encoding="utf-8") == dictionary(), "run: python -m cbe_analysis.tables.dictionary"


def test_the_dictionary_shows_each_part_of_a_declaration():
    page = dictionary()
    assert "| `grade` | integer | yes |" in page
    assert "grade, -1 to 12 |" in page
    assert "one of `current`, `former`, `never`" in page
    assert "usually `female`, `male`, `nonbinary`" in page
    assert "an id of `schools.school_id`" in page
    assert "`entry_date` may not lie after `exit_date`." in page
    assert "At least one of `date`, `school_year` is filled." in page
    assert "minutes, 0 or more" in page
    assert "*Personal.*" in page
    assert "| Who rated. *Personal.* |  | coded |" in page
    assert "| `mark` | text | yes | The mark as printed: A-, 3, Pass ... |  | kept |" in page
