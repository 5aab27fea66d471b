"""A district in which every text of every table is a marker of its own, and what a reader of a folder finds there."""

import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq

from cbe_analysis.tables import TABLES

MARK = "CANARY"
ROWS = 4
EXTRA = "remarks"
TYPED = {
    "integer": lambda row: 2,
    "number": lambda row: row + 0.5,
    "boolean": lambda row: row % 2 == 0,
    "date": lambda row: f"2025-10-{row + 1:02}",
    "month": lambda row: f"2014-{row + 1:02}",
}
PEOPLE = {"section_members.person_id", "survey_responses.person_id", "evidence.rater_id", "practices.rater_id"}
STAFF = {"practices.rater_id"}


def marker(table, column, row):
    """The text that stands there and nowhere else."""
    return f"{MARK}-{table}-{column}-{row}-{MARK[::-1]}"


def cell(table, column, row):
    """The value of a column in a row; ids refer to their parents."""
    name = f"{table.name}.{column.name}"
    if column.references:
        return marker(*column.references.split("."), row)
    if name in PEOPLE:
        return marker(*("staff", "staff_id") if row % 2 or name in STAFF else ("students", "student_id"), row)
    if column.allowed:
        return column.allowed[row % len(column.allowed)]
    if column.type == "text":
        return marker(table.name, column.name, row)
    if column.name == "school_year":
        return 2026
    return TYPED[column.type](row)


def rows(table):
    """The rows of a table, with a column that no declaration knows."""
    return [
        {column.name: cell(table, column, row) for column in table.columns} | {EXTRA: marker(table.name, EXTRA, row)}
        for row in range(ROWS)
    ]


def write(folder, form):
    """The folder with all tables, a district.toml full of markers, and a file that is no table."""
    folder.mkdir()
    for table in TABLES.values():
        found = rows(table)
        if form == "csv":
            (folder / f"{table.name}.csv").write_text(as_csv(found), encoding="utf-8")
        else:
            made = pa.Table.from_pylist(found).replace_schema_metadata({"made by": f"{MARK}-metadata"})
            pq.write_table(made, folder / f"{table.name}.parquet")
    (folder / "district.toml").write_text(POLICY, encoding="utf-8")
    (folder / "notes.txt").write_text(f"{MARK}-notes", encoding="utf-8")
    return folder


def as_csv(found):
    """Rows as the text of a CSV file."""
    text = io.StringIO(newline="")
    lines = csv.DictWriter(text, list(found[0]), lineterminator="\n")
    lines.writeheader()
    lines.writerows({name: str(v).lower() if isinstance(v, bool) else v for name, v in row.items()} for row in found)
    return text.getvalue()


POLICY = f"""\
# {MARK}-comment
name = "Marked"
factors = ["gender", "{EXTRA}", "home_language"]
published_dimensions = ["gender", "{EXTRA}", "school_id"]

[references]
gender = "{marker("students", "gender", 1)}"
home_language = "{marker("students", "home_language", 1)}"

[labels.rater_id]
"" = "Raters"
"{marker("staff", "staff_id", 1)}" = "{MARK}-name-of-a-teacher"

[labels.{EXTRA}]
"" = "{MARK}-heading"

[labels.gender]
"{marker("students", "gender", 1)}" = "Girls"
"""


def told(folder, *, packed=True):
    """Everything that the files of a folder say: their names and bytes, and what Parquet holds, with its metadata.

    Packed bytes of Parquet hold pieces of texts; without them whole texts alone are told.
    """
    said = [str(file.relative_to(folder)) for file in folder.rglob("*")]
    for file in sorted(folder.rglob("*")):
        if packed or file.suffix != ".parquet":
            said.append(file.read_bytes().decode("utf-8", errors="replace"))
        if file.suffix == ".parquet":
            read = pq.ParquetFile(file)
            groups = [read.metadata.row_group(n) for n in range(read.num_row_groups)]
            kept = [str(group.column(n).statistics) for group in groups for n in range(group.num_columns)]
            said += [str(read.metadata.metadata), str(read.schema), *kept, str(read.read().to_pylist())]
    return "\n".join(said)
