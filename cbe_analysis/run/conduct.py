"""One run: a notebook and a district in, a brief out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cbe_analysis.errors import RunFailed, UsageError, choices
from cbe_analysis.run import notebooks, places
from cbe_analysis.run.execute import Executed, execute
from cbe_analysis.run.parameters import checked

AUDIENCES = ("public", "staff")
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """A brief that was made.

    Parameters
    ----------
    name
        Of the notebook, and of the folders written to.
    paths
        The files written: the brief as PDF and as HTML, the executed notebook, the report of the data checks.
    audience
        "public": the brief is a draft. "staff": everything is internal.
    seconds
        From the call to the last file.
    pages
        Of the PDF.
    """

    name: str
    paths: tuple[Path, ...]
    audience: str
    seconds: float
    pages: int


def run(  # noqa: PLR0913 - the words of a run
    notebook: str | Path,
    folder: str | Path,
    *,
    parameters: Mapping[str, Any] | None = None,
    audience: str = "public",
    out: str | Path = "reports",
    progress: Progress | None = None,
) -> Run:
    """A brief from the notebook on the district, written under the reports folder.

    Parameters
    ----------
    notebook
        A name such as `growth`, or the path of an .ipynb.
    folder
        The district's folder.
    parameters
        Name -> value for the notebook's parameters cell; text is read in the declared type.
    audience
        "public" writes a draft beside the internal record; "staff" writes internal files alone.
    out
        The reports folder.
    progress
        Told how much is done, of how much, and of what.

    Raises
    ------
    UsageError
        Before anything runs: an unknown notebook, audience or parameter, a wrong type, a folder that cannot be written.
    CbeError
        Of the kind that was raised in the notebook.
    RunFailed
        When the notebook stopped for any other reason; it is kept as NAME.failed.ipynb.
    """
    started = time.perf_counter()
    if audience not in AUDIENCES:
        raise UsageError(f"there is no audience {audience!r}", remedy=f"choose one of: {choices(AUDIENCES)}")
    tell = progress or _silent
    file = notebooks.find(notebook)
    source = notebooks.read(file)
    values = checked(source, parameters or {}) | {"data": str(Path(folder).resolve()), "audience": audience}
    place = places.folder(Path(out), "internal", file.stem)
    with places.keeping(Path(out)):
        checks = _check_data(Path(folder), place, tell)
        step = f"running {file.stem}"
        executed = execute(source, values, folder=place, progress=lambda done, total: tell(done, total, step))
    record = _record(executed, place / file.stem)
    tell(0, 1, "typesetting")
    target = place if audience == "staff" else places.folder(Path(out), "drafts", file.stem)
    brief, pages = _typeset(executed.notebook, target / file.stem)
    places.write({**record, **brief})
    (place / f"{file.stem}.failed.ipynb").unlink(missing_ok=True)
    tell(1, 1, "typesetting")
    return Run(file.stem, (*brief, *record, checks), audience, time.perf_counter() - started, pages)


def _silent(done: int, total: int, what: str) -> None:
    """For those who do not watch."""


def _check_data(folder: Path, place: Path, tell: Progress) -> Path:
    """Validate the district here, so that bad data stop early and the kernel finds the findings kept; their report."""
    from cbe_analysis.load import load
    from cbe_analysis.validate import validate, write_report

    district = validate(load(folder), progress=tell)
    report = place / "data-quality.html"
    write_report(district.findings, district, report)
    return report


def _record(executed: Executed, stem: Path) -> dict[Path, bytes]:
    """The executed notebook as a file to write; one that stopped is written at once, and its error raised."""
    import nbformat

    content: str = nbformat.writes(executed.notebook)  # type: ignore[no-untyped-call]  # nbformat has no types there
    if executed.error is None:
        return {stem.with_name(f"{stem.name}.ipynb"): content.encode()}
    kept = stem.with_name(f"{stem.name}.failed.ipynb")
    places.write({kept: content.encode()})
    if isinstance(executed.error, RunFailed):
        remedy = f"{executed.error.remedy}; the notebook as far as it came may hold students' data"
        raise RunFailed(executed.error.what, str(kept), remedy)
    raise executed.error


def _typeset(notebook: Any, stem: Path) -> tuple[dict[Path, bytes], int]:
    """The brief of an executed notebook, as files to write, and its number of pages."""
    from cbe_analysis.render import page, read_bundles, typeset

    bundles = read_bundles(notebook)
    pdf = typeset(bundles)
    files = {stem.with_name(f"{stem.name}.pdf"): pdf, stem.with_name(f"{stem.name}.html"): page(bundles).encode()}
    return files, 0
