"""A synthetic district in which all that tells of one person is a marker: ids, texts, and numbers of one student.

A marker is found again wherever it turns up (`canary_search`), and says which table and column it came from.
"""

import csv
import itertools
import json
from dataclasses import dataclass
from pathlib import Path

from cbe_analysis.simulate import write_riverbend
from cbe_analysis.tables import TABLES

STUDENTS = 200  # enough for every notebook
# Words that a brief may print, for they name no person: places, programs, tests, subjects, steps of the curriculum.
PUBLIC = {
    *("school_id", "program_id", "subject", "instrument", "arm", "term_id", "survey_id", "cluster_id", "mark"),
    *("target_id", "parent_id", "from_id", "to_id", "outcomes", "baseline", "running_variable", "category", "group"),
    *("schools.name", "programs.name", "next_step_yes", "next_step_no", "next_step_unsure", "indicator", "where"),
    "exit_code",
}
NUMBERS = ("731.4159", "8642.7531")  # scores of one student, such as nobody else has
# what a word of the district could do where it is read as more than a word: in a page, in print, in a path, in a format
HOSTILE = (
    "<script>document.title = 'ran'</script>",
    '"><img src=http://example.org/x onerror=document.title=1>',
    '#read("/etc/passwd")',
    '#image("http://example.org/x.png") $x^2$ @ref \\u{41}',
    "../../{0.__class__} %s ${HOME}",
    "\u202e=1+1",
)
# columns with words of their own, and a row in each, into which a name is typed by mistake
MISTYPED = (
    *(("students", "gender", 3), ("students", "race_ethnicity", 8), ("enrollments", "english_learner", 21)),
    *(("enrollments", "exit_code", 5), ("enrollments", "disability_category", 30), ("enrollments", "placement", 31)),
    *(("staff", "gender", 2), ("staff", "race_ethnicity", 4), ("staff", "role", 6), ("supports", "kind", 1)),
    *(("incidents", "action", 1), ("outcomes", "kind", 1), ("opportunities", "kind", 1)),
)
# the same without words of their own
OPEN = (
    *(("assessments", "instrument", 7), ("assessments", "subject", 19), ("marks", "subject", 2), ("marks", "mark", 4)),
    *(("marks", "course_id", 3), ("groups", "subject", 1), ("supports", "subject", 2)),
)
SPOKEN = ("name", "description", '""', "hispanic", "female", "math", "map", "reading_lab", "treatment", "S01", "S05")
TYPED = ", a name"  # says of a marker that it stands in a column of words by mistake
NAMES = ("first_name", "last_name")  # columns that no table declares


@dataclass(frozen=True)
class Canary:
    """The folder, and where each marker stands in it: marker -> table.column."""

    folder: Path
    markers: dict[str, str]


def marker(number):
    """The text that is looked for; no other text is like it."""
    return f"Qzx{number:06d}Vk"


def canary(folder):
    """Write the district, and put the markers in the places of what tells of a person."""
    folder.parent.mkdir(exist_ok=True)
    write_riverbend(folder, students=STUDENTS, seed=3, form="csv")
    (folder / "truth.json").unlink()
    (folder / "state_counts.csv").unlink()  # counts of a state tell of nobody
    count, places, given = itertools.count(), {}, {}

    def mark(place, value=None):
        if value is not None and value in given:
            return given[value]
        made = marker(next(count))
        places[made] = place
        if value is not None:
            given[value] = made
        return made

    for file in sorted(folder.glob("*.csv")):
        header, rows = _read(file)
        marked = [i for i, name in enumerate(header) if _personal(file.stem, name)]
        for row in rows:
            for i in marked:
                row[i] = row[i] and mark(f"{file.stem}.{header[i]}", row[i])
        extra = NAMES if file.stem == "students" else ("remark",)
        for row in rows[:50] if file.stem not in ("students", "staff") else rows:
            row += [mark(f"{file.stem}.{name}") for name in extra]
        _write(file, [*header, *extra], [row + [""] * (len(header) + len(extra) - len(row)) for row in rows])
    _one_student_alone(folder)
    _name(folder)
    for table, column, row in (*MISTYPED, *OPEN):
        _mistype(folder / f"{table}.csv", column, row, mark(f"{table}.{column}{TYPED}"))
    return Canary(folder, places)


def _personal(table, name):
    """True for a declared text that is neither a word of a closed list nor public."""
    column = TABLES[table][name]
    return column.type == "text" and not (column.allowed or column.usual or {name, f"{table}.{name}"} & PUBLIC)


def _one_student_alone(folder):
    """Give one student of the smallest group scores that nobody else has."""
    header, rows = _read(folder / "students.csv")
    groups = [row[header.index("race_ethnicity")] for row in rows]
    student = rows[groups.index(min(set(groups), key=groups.count))][0]
    header, rows = _read(folder / "assessments.csv")
    numbers = itertools.cycle(NUMBERS)
    for row in rows:
        if row[0] == student:
            row[header.index("score")] = next(numbers)
    _write(folder / "assessments.csv", header, rows)


def _mistype(file, column, row, name):
    """Put a name where the word of a group belongs."""
    header, rows = _read(file)
    rows[row][header.index(column)] = name
    _write(file, header, rows)


def _name(folder):
    """Put what is hostile into every name that a brief may print: of the district, its groups, schools and programs."""
    words = itertools.cycle(HOSTILE)
    rules, lines = folder / "district.toml", []
    for line in rules.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(" = ")
        if key in SPOKEN and value.startswith('"'):
            line = f"{key} = {json.dumps(f'{json.loads(value)} {next(words)}')}"
        lines.append(line)
    rules.write_text("\n".join(lines), encoding="utf-8")
    for table, columns in (("schools", ["name"]), ("programs", ["name", "next_step_yes", "next_step_no"])):
        header, rows = _read(folder / f"{table}.csv")
        for row in rows:
            for column in columns:
                row[header.index(column)] += f" {next(words)}"
        _write(folder / f"{table}.csv", header, rows)


def _read(file):
    with file.open(newline="", encoding="utf-8") as stream:
        header, *rows = csv.reader(stream)
    return header, rows


def _write(file, header, rows):
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])
