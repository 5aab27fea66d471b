"""The arguments and options that several commands share, each with its help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Audience(StrEnum):
    """Who will see the answer."""

    public = "public"
    staff = "staff"


class Compare(StrEnum):
    """What groups are compared with."""

    others = "others"
    reference = "reference"


class Over(StrEnum):
    """The step of a trend."""

    month = "month"
    term = "term"
    year = "year"


class Format(StrEnum):
    """The form of an answer."""

    table = "table"
    csv = "csv"
    xlsx = "xlsx"
    json = "json"


District = Annotated[Path, typer.Argument(metavar="DIR", help="The district's folder.")]
AnyDistrict = Annotated[Path | None, typer.Argument(metavar="DIR", help="A district's folder.")]
Reports = Annotated[Path, typer.Option(metavar="REPORTS", help="The reports folder.")]
Published = Annotated[Path, typer.Argument(metavar="REPORTS", help="The reports folder.")]
Only = Annotated[
    list[str] | None, typer.Option(metavar="NAME,...", help="Publish these drafts and no others. Repeatable.")
]
Without = Annotated[
    list[str] | None, typer.Option(metavar="NAME,...", help="Publish all drafts but these. Repeatable.")
]
ForWhom = Annotated[
    Audience, typer.Option(help="public: protected. staff: not suppressed, stays internal.", metavar="public|staff")
]

Quarantine = Annotated[
    Path | None,
    typer.Option(metavar="OUT", help="A new folder: a copy without the rows at fault, and these rows with reasons."),
]

Id = Annotated[str, typer.Argument(metavar="ID", help="What to measure; see cbe indicators.")]
By = Annotated[str, typer.Option(metavar="a,b", help="Columns of groups, such as gender or school_id.")]
CompareWith = Annotated[Compare | None, typer.Option(help="Compare groups.", metavar="others|reference")]
Step = Annotated[Over | None, typer.Option(help="Follow the answer over time.", metavar="month|term|year")]
Adjust = Annotated[str, typer.Option(metavar="col,...", help="Compare like with like on these columns.")]
Where = Annotated[
    list[str] | None, typer.Option(metavar="col=value", help="Keep these rows only; also >= <= < > !=. Repeatable.")
]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="option=value", help="An option of the indicator. Repeatable.")
]
Form = Annotated[Format, typer.Option("--format", metavar="table|csv|xlsx|json", help="The form of the answer.")]
File = Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file, not to the screen.")]
Restricted = Annotated[
    bool, typer.Option("--restricted", help="Raw estimates at full precision, without any protection.")
]
AllowFindings = Annotated[
    bool, typer.Option("--allow-findings", help="Measure in spite of critical findings; the answer says so.")
]
Notebook = Annotated[str, typer.Argument(metavar="NOTEBOOK", help="A name such as growth, or an .ipynb file.")]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--parameter", "-p", metavar="name=value", help="A parameter of the notebook. Repeatable."),
]
Kind = Annotated[
    str, typer.Argument(metavar="KIND", help="mapping, oneroster, nwea, case, canvas, edfi, iready or star360.")
]
Export = Annotated[Path | None, typer.Argument(metavar="SOURCE", help="The export: a file or a folder.")]
Into = Annotated[Path | None, typer.Argument(metavar="DIR", help="The district's folder, new or begun.")]
ImportSet = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="option=value", help="ids=own, system=..., name=..., or an option of the kind. Repeatable."
    ),
]
Draft = Annotated[
    Path | None, typer.Option("--draft", metavar="FILE", help="Print a draft of a mapping.toml for this file.")
]
OldDistrict = Annotated[Path, typer.Argument(metavar="OLD", help="The folder as it was.")]
NewDistrict = Annotated[Path, typer.Argument(metavar="NEW", help="The folder as it is.")]


class Files(StrEnum):
    """The form of a district's tables."""

    csv = "csv"
    parquet = "parquet"


Sample = Annotated[
    str,
    typer.Argument(metavar="star|riverbend", help="Which sample: real data of Project STAR, or a synthetic district."),
]
Students = Annotated[int | None, typer.Option(metavar="N", help="riverbend: how many students; 5000 if not said.")]
Seed = Annotated[int | None, typer.Option(metavar="N", help="riverbend: the same seed gives the same bytes.")]
TablesAs = Annotated[
    Files | None,
    typer.Option("--format", metavar="csv|parquet", help="riverbend: Parquet for the tables with a row per student."),
]
Faults = Annotated[bool, typer.Option("--faults", help="riverbend: plant quality faults and list them in faults.json.")]
CopyTo = Annotated[Path, typer.Argument(metavar="OUT", help="A new folder for the copy.")]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="The key: a new file, or that of an earlier copy; else OUT.key.csv."),
]
Keep = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar="table.column", help="Keep a column that would be left out. Repeatable."),
]
CodeSchools = Annotated[bool, typer.Option("--code-schools", help="Code schools as well, and leave out their names.")]
