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
ForWhom = Annotated[
    Audience, typer.Option(help="public: protected. staff: not suppressed, stays internal.", metavar="public|staff")
]
