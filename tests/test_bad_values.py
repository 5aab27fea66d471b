"""Values that statistics stumble over: no variance, groups that never meet, schools of one student, unknown levels."""

import json

import pytest

from cbe_analysis import cli

STUDENTS = range(1, 61)
DAYS = ("2024-10-01", "2025-03-01", "2025-10-01", "2026-03-01")
VARIED = {"score": lambda n, day: 200 + n % 7 + 3 * day}
KINDS = {
    "nothing varies": {"score": lambda n, day: 200},
    "perfect separation": {"score": lambda n, day: 250 if n % 2 else 150},
    "one school": VARIED | {"school": lambda n: "S1"},
    "schools of one student": VARIED | {"school": lambda n: f"S{n}"},
}
ASKED = {
    "means": ["status", "--by", "race_ethnicity", "--compare", "others"],
    "shares": ["status", "--set", "cut=200", "--by", "race_ethnicity"],
    "growth": ["growth_rate", "--by", "race_ethnicity"],
    "effect": ["intervention_effect"],
}


def write(folder, score, school=lambda n: f"S{n % 8}"):
    """Sixty students with four scores each, every other of whom is white and in the program."""
    groups = {n: ("white", "treatment") if n % 2 else ("black", "comparison") for n in STUDENTS}
    spells = (("2024-08-20,2025-06-05", "2025,6"), ("2025-08-20,", "2026,7"))
    files = {
        "schools": ["school_id,name,kind", *(f"{s},{s},middle" for s in sorted({school(n) for n in STUDENTS}))],
        "students": ["student_id,race_ethnicity", *(f"{n:04},{groups[n][0]}" for n in STUDENTS)],
        "enrollments": [
            "student_id,school_id,entry_date,exit_date,school_year,grade",
            *(f"{n:04},{school(n)},{days},{year}" for n in STUDENTS for days, year in spells),
        ],
        "assessments": [
            "student_id,instrument,subject,date,score",
            *(f"{n:04},map,math,{day},{score(n, at)}" for n in STUDENTS for at, day in enumerate(DAYS)),
        ],
        "programs": ["program_id,name,assignment,start_date,end_date", "lab,Lab,randomized,2025-09-01,2026-02-01"],
        "participation": [
            "program_id,student_id,arm,first_date,last_date",
            *(f"lab,{n:04},{groups[n][1]},2025-09-01,2026-02-01" for n in STUDENTS),
        ],
    }
    folder.mkdir()
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Where the districts lie, each validated once, by its kind."""
    here = tmp_path_factory.mktemp("values")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(here)
        patched.delenv("CBE_INTERNAL", raising=False)
        for kind, values in KINDS.items():
            write(here / kind, **values)
            assert cli.main(["validate", kind]) == 0
        yield here


@pytest.fixture
def measured(place, capsys, monkeypatch):
    """Measures; gives the rows of the answer, or the code and what was said."""
    monkeypatch.chdir(place)
    monkeypatch.delenv("CBE_INTERNAL", raising=False)

    def ask(folder, words, audience):
        capsys.readouterr()
        line = ["measure", words[0], folder, *words[1:], "--audience", audience, "--format", "json"]
        code = cli.main(line)
        out, err = capsys.readouterr()
        return json.loads(out)["rows"] if code == 0 else (code, err)

    return ask


@pytest.mark.parametrize("audience", ["staff", "public"])
@pytest.mark.parametrize("kind", KINDS)
def test_there_is_an_answer_and_it_holds_no_nonsense(measured, kind, audience):
    for name, words in ASKED.items():
        rows = measured(kind, words, audience)
        assert isinstance(rows, list), name
        assert rows, name
        for row in rows:
            assert "nan" not in str(row["shown"]).lower(), name
            assert "inf" not in str(row["shown"]).lower(), name


@pytest.mark.parametrize("kind", ["nothing varies", "perfect separation"])
def test_the_public_learns_no_score_of_those_who_are_all_alike(measured, kind):
    for name in ("means", "effect"):
        told = [row for row in measured(kind, ASKED[name], "public") if row["quantity"] in ("mean", "effect")]
        groups = [row for row in told if row.get("race_ethnicity") != "(all)" or kind == "nothing varies"]
        assert {row["shown"] for row in groups} == {"protected"}, name


def test_shares_of_none_and_of_all_are_coded(measured):
    shown = {row["race_ethnicity"]: row["shown"] for row in measured("perfect separation", ASKED["shares"], "public")}
    assert (shown["black"], shown["white"]) == ("<=10 %", ">=90 %")


@pytest.mark.parametrize("audience", ["staff", "public"])
@pytest.mark.parametrize(("where", "says"), [("race_ethnicity=other", "black, white"), ("grade=12", "6, 7")])
def test_a_level_that_nobody_has_is_told_with_those_that_there_are(measured, audience, where, says):
    code, said = measured("one school", [*ASKED["means"], "--where", where], audience)
    assert code == 2
    assert f"no row of table 'assessments' meets '{where}'" in said
    assert f"the column holds: {says}" in said


def test_a_reference_that_nobody_has_is_a_warning(place, measured, capsys):
    write(place / "asked", **VARIED)
    (place / "asked" / "district.toml").write_text('[references]\nrace_ethnicity = "asian"\n', encoding="utf-8")
    assert cli.main(["validate", "asked"]) == 0
    assert "race_ethnicity has no group called 'asian'" in capsys.readouterr().out
    rows = measured("asked", ASKED["means"], "staff")
    assert {row["race_ethnicity"] for row in rows} >= {"black", "white"}
