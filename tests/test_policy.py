"""district.toml becomes a Policy, or an error that says what to write instead."""

import codecs
import tomllib
from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe_analysis.errors import UnreadableData
from cbe_analysis.policy import FACTORS, Policy, read_policy
from cbe_analysis.policy.quality import Limits, Scales

COMPLETE = """
name = "Riverbend"
description = "Grades K to 8"
synthetic = true
minimum_n = 15
factors = ["race_ethnicity", "gender"]
published_dimensions = ["race_ethnicity", "school_id"]
privacy_profile = "rounded"
as_of = 2026-06-30
growth_clock = "school"
school_year_days = ["08-20", "06-15"]
level_rule = "latest"
enrolled_days_at_least = 30
chronic_absence_at_least = 0.2
language = "es"
[references]
race_ethnicity = "white"
economically_disadvantaged = false
[labels.gender]
"" = "Gender"
female = "Girls"
[labels.grade]
0 = "Kindergarten"
[units]
map = "RIT points"
[checks]
level_jump_at_most = 3
share_shift_at_most = 0.1
[scales]
ratings = [1, 4]
marks = ["A", "B"]
[scales.instruments]
map = [100, 350.5]
[official.enrollment]
on = 2025-10-01
all = 312
S01 = { all = 140, -1 = 3, 12 = 0 }
"""


@pytest.fixture
def read(tmp_path):
    def write_and_read(content):
        (tmp_path / "district.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_policy(tmp_path)

    return write_and_read


def test_every_setting_is_read(read):
    policy = read(COMPLETE)
    assert set(tomllib.loads(COMPLETE)) == {f.name for f in fields(Policy)}
    assert (policy.name, policy.minimum_n, policy.synthetic) == ("Riverbend", 15, True)
    assert policy.factors == ("race_ethnicity", "gender")
    assert policy.published_dimensions == ("race_ethnicity", "school_id")
    assert policy.privacy_profile == "rounded"
    assert policy.as_of == date(2026, 6, 30)
    assert policy.school_year_days == ("08-20", "06-15")
    assert policy.label("gender", "female") == "Girls"
    assert policy.label("grade", "0") == "Kindergarten"
    assert policy.units == {"map": "RIT points"}


def test_limits_scales_and_official_counts_are_read(read):
    policy = read(COMPLETE)
    assert policy.checks == Limits(level_jump_at_most=3.0, share_shift_at_most=0.1)
    assert policy.scales == Scales(ratings=(1, 4), marks=("A", "B"), instruments=(("map", (100, 350.5)),))
    assert policy.official.on == date(2025, 10, 1)
    counts = [(c.school_id, c.grade, c.students) for c in policy.official.enrollment]
    assert counts == [(None, None, 312), ("S01", None, 140), ("S01", -1, 3), ("S01", 12, 0)]


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ("checks = 3", "checks has the wrong type"),
        ("[checks]\nlevel_jump = 2", r"unknown setting level_jump in \[checks\]"),
        ("[checks]\nlevel_jump_at_most = true", "checks.level_jump_at_most has the wrong type"),
        ("[checks]\nshare_shift_at_most = 5", "checks.share_shift_at_most cannot be 5"),
        ("[scales]\nratings = [4, 1]", "scales.ratings has the wrong type"),
        ("[scales]\nratings = 4", "scales.ratings has the wrong type"),
        ("[scales]\nmarks = [1, 4]", "scales.marks has the wrong type"),
        ("[scales.instruments]\nmap = [1]", "scales.instruments.map has the wrong type"),
        ("[official]\nenrolment = 3", r"unknown setting enrolment in \[official\]"),
        ("[official.enrollment]\nall = 3", "official.enrollment.on has the wrong type"),
        ("[official.enrollment]\non = 2025-10-01\nS01 = -3", "official.enrollment.S01 has the wrong type"),
        ("[official.enrollment]\non = 2025-10-01\nS01 = { K = 3 }", "official.enrollment.S01 has the wrong type"),
    ],
)
def test_a_wrong_limit_scale_or_count_is_refused(read, told, what):
    with pytest.raises(UnreadableData, match=what):
        read(told)


def test_a_boolean_reference_is_the_text_that_the_files_hold(read):
    assert read(COMPLETE).references["economically_disadvantaged"] == "false"


def test_without_the_file_the_safe_defaults_hold(tmp_path):
    policy = read_policy(tmp_path)
    assert policy.name == tmp_path.name
    assert policy.minimum_n == 10
    assert policy.published_dimensions == (*FACTORS, "school_id", "grade", "school_year")


def test_an_empty_file_is_the_defaults(read):
    assert read("") == Policy()


@pytest.mark.parametrize("bom", [b"", codecs.BOM_UTF8])
def test_a_byte_order_mark_is_accepted(read, bom):
    assert read(bom + 'name = "Peña"\r\n'.encode()).name == "Peña"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("name = Riverbend", "district.toml cannot be read .*mend the file"),
        ('name = "a"\nname = "b"', "district.toml cannot be read"),
        ('name = "Peña"'.encode("utf-16"), "district.toml is not UTF-8 .*save it as UTF-8"),
        ("minimumn = 20", "unknown setting minimumn .*did you mean minimum_n\\? known are: .*language"),
        ("[protection]\nminimum_n = 20", "unknown setting protection"),
        ("minimum_n = 4", r"minimum_n cannot be 4 \(district.toml\); set it to 5 or more"),
        ("minimum_n = -10", "set it to 5 or more"),
        ("minimum_n = 12.5", "minimum_n has the wrong type .*it must be a whole number"),
        ("minimum_n = true", "minimum_n has the wrong type"),
        ('minimum_n = "10"', "minimum_n has the wrong type"),
        ("name = 7", "name has the wrong type .*it must be a text"),
        ("synthetic = 1", "synthetic has the wrong type .*it must be true or false"),
        ('factors = "gender"', "factors has the wrong type .*it must be a list of texts"),
        ("factors = [1]", "factors has the wrong type"),
        ('factors = ["gender", "gender"]', "each once"),
        ('factors = ["student_id"]', "columns that do not identify a person"),
        ('published_dimensions = ["birth_month"]', "columns that do not identify a person"),
        ('growth_clock = "moon"', "choose one of: calendar, school"),
        ('privacy_profile = "none"', "choose one of: rounded, suppressed"),
        ('school_year_days = ["08-15"]', "give the first and the last day"),
        ('school_year_days = ["15.8.", "10.6."]', "give the first and the last day"),
        ('school_year_days = ["13-01", "06-10"]', "give the first and the last day"),
        ('as_of = "2026-06-30"', "as_of has the wrong type .*without quotes"),
        ("as_of = 2026-06-30T08:00:00", "as_of has the wrong type"),
        ("enrolled_days_at_least = 0", "from 1 to 366"),
        ("chronic_absence_at_least = 10", "a share above 0 and up to 1"),
        ("chronic_absence_at_least = nan", "a share above 0 and up to 1"),
        ("chronic_absence_at_least = true", "chronic_absence_at_least has the wrong type .*it must be a number"),
        ('language = "English, please"', "a language tag"),
        ('references = "white"', "references has the wrong type"),
        ("[references]\nrace_ethnicity = [1]", "references has the wrong type"),
        ('labels = "Girls"', "labels has the wrong type"),
        ('[labels]\ngender = "Girls"', "labels.gender has the wrong type"),
        ("[units]\nmap = 1.5", "units has the wrong type"),
    ],
)
def test_a_bad_setting_is_named_with_the_way_out(read, content, says):
    with pytest.raises(UnreadableData, match=says):
        read(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('[references]\ngendr = "male"', r"\[references\] names 'gendr', .*did you mean gender\? "),
        ('[labels.gendr]\nmale = "Boys"', r"\[labels\] names 'gendr', .*did you mean gender\? "),
        ('factors = ["club"]\n[labels.clubs]\nchess = "Chess"', r"'clubs', .*did you mean club\? .*stand in factors"),
        ('[references]\nzodiac = "leo"', "neither a factor nor a column .*a column of your own must stand in factors"),
        ('[references]\nenglish_learner = "nevr"', "'nevr' .*did you mean never.* values are: current, former, never"),
        ("[references]\ndisability = 0", "'0' as a value of 'disability'.* values are: false, true"),
        ('[labels.economically_disadvantaged]\nyes = "Poor"', "names 'yes' .* values are: false, true"),
        ('[labels.arm]\ntreated = "In it"', "did you mean treatment"),
        (
            '[labels.grade]\nK = "Kindergarten"',
            "'K' as a value of 'grade', which holds whole .*kindergarten is grade 0",
        ),
        ('[labels.school_year]\n"2025-26" = "Last year"', "2025-26 is 2026"),
        ("[references]\ngender = 'male'\nminimum_n = 20", r"setting minimum_n stands under \[references\] .*above the"),
        ("[labels.gender]\nmale = 'Boys'\nminimum_n = 20", r"setting minimum_n stands under \[labels.gender\]"),
        ("[units]\nmap = 'RIT'\nname = 'Hill'", r"setting name stands under \[units\]"),
    ],
)
def test_a_name_that_can_mean_nothing_is_refused(read, content, says):
    with pytest.raises(UnreadableData, match=says) as caught:
        read(content)
    assert "district.toml" in str(caught.value)


def test_words_for_columns_of_the_districts_own_are_taken(read):
    policy = read(
        'factors = ["club"]\npublished_dimensions = ["bus"]\n[references]\nclub = "chess"\n'
        '[labels.bus]\n"" = "Bus"\n[labels.arm]\n"" = "Class"\n[labels.grade]\n-1 = "Pre-K"\n"(unknown)" = "?"\n'
    )
    assert policy.label("bus") == "Bus"
    assert policy.label("grade", "-1") == "Pre-K"


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path):
    (tmp_path / "district.toml").mkdir()
    with pytest.raises(UnreadableData, match="cannot be opened"):
        read_policy(tmp_path)


def test_a_link_that_leads_nowhere_is_not_taken_for_no_policy(tmp_path):
    try:
        (tmp_path / "district.toml").symlink_to(tmp_path / "gone.toml")
    except OSError:
        pytest.skip("this system lets no link be made")
    with pytest.raises(UnreadableData, match="cannot be opened"):
        read_policy(tmp_path)


@given(st.integers())
def test_no_minimum_below_five_can_be_made(minimum):
    try:
        made = Policy(minimum_n=minimum).minimum_n
    except UnreadableData:
        made = None
    assert made == (minimum if minimum >= 5 else None)


def test_the_minimum_of_a_policy_made_in_python_is_a_whole_number():
    with pytest.raises(UnreadableData, match="minimum_n"):
        Policy(minimum_n=7.5)


def test_words_fall_back_to_the_value_and_the_column():
    policy = Policy(labels={"gender": {"": "Gender", "female": "Girls"}})
    assert policy.label("gender") == "Gender"
    assert policy.label("gender", "two_spirit") == "two spirit"
    assert policy.label("english_learner") == "english learner"


def test_the_rules_cannot_be_changed_afterwards():
    policy = Policy(references={"gender": "male"}, labels={"gender": {"female": "Girls"}})
    with pytest.raises(TypeError):
        policy.references["gender"] = "female"
    with pytest.raises(TypeError):
        policy.labels["gender"]["female"] = "Boys"


def test_the_hash_follows_every_rule_and_no_order(read):
    base = read(COMPLETE).hash
    assert len(base) == 12
    assert read(COMPLETE.replace("[units]", '[labels.subject]\nart = "Art"\n[units]')).hash != base
    for line in (line for line in COMPLETE.strip().splitlines()[:12] if line):
        assert read(COMPLETE.replace(line + "\n", "")).hash != base, line
    swapped = COMPLETE.replace('"" = "Gender"\nfemale = "Girls"', 'female = "Girls"\n"" = "Gender"')
    assert swapped != COMPLETE
    assert read(swapped).hash == base


def test_a_factor_that_is_published_anyway_is_named_once():
    policy = Policy(name="Hill", factors=("gender", "school_id"))
    assert policy.published_dimensions == ("gender", "school_id", "grade", "school_year")
