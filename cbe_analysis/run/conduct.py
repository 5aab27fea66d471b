"""One run: a notebook and a district in, a brief out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cbe_analysis.errors import CbeError, ReleaseRefused, RunFailed, UsageError, choices
from cbe_analysis.run import drafts, notebooks, places
from cbe_analysis.run.execute import Executed, execute
from cbe_analysis.run.parameters import checked

AUDIENCES = ("public", "staff")
PAGE = re.compile(rb"/Type\s*/Page\b")  # the typesetter leaves page objects uncompressed
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
        "public" writes a draft, and its record inside; "staff" writes inside alone, in a folder of its own.
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
    values = checked(source, parameters or {})
    place = places.folder(Path(out), places.STAFF_ALONE, file.stem, audience)
    with places.keeping(Path(out)):
        checks, labels = _check_data(Path(folder), place, tell)
        values |= {"data": str(Path(folder).resolve()), "audience": audience}
        executed = execute(source, values, folder=place, progress=lambda done, total: tell(done, total, "cells"))
    tell(0, 1, "typesetting")
    brief, pages = _typeset(executed, audience, place / file.stem)
    files = {f"{file.stem}{ending}": content for ending, content in brief.items()}
    book = place / f"{file.stem}.ipynb"
    target, inside = place, {book: _text(executed)}
    if audience == "public":
        target = places.folder(Path(out), drafts.PLACE, file.stem)
        origin = drafts.Origin(executed.mark, values, labels)
        inside[place / drafts.RECORD] = drafts.record(file.stem, files, executed.releases, origin)
    shown = {target / name: content for name, content in files.items()}
    places.write({**shown, **inside}, own=place)
    _kept_apart(place / file.stem).unlink(missing_ok=True)
    tell(1, 1, "typesetting")
    return Run(file.stem, (*shown, book, checks), audience, time.perf_counter() - started, pages)


def _silent(done: int, total: int, what: str) -> None:
    """For those who do not watch."""


def _check_data(folder: Path, place: Path, tell: Progress) -> tuple[Path, drafts.Labels]:
    """Validate the district here, so that bad data stop early and the kernel finds the findings kept.

    The report of that, and the words of the district.
    """
    from cbe_analysis.load import load
    from cbe_analysis.validate import validate, write_report

    district = validate(load(folder), progress=tell)
    assert district.findings is not None  # validate fills them
    try:
        return write_report(district.findings, district, place / "data-quality.html"), district.policy.labels
    except OSError as e:
        raise places.cannot_write(place, e) from None


def _typeset(executed: Executed, audience: str, stem: Path) -> tuple[dict[str, bytes], int]:
    """The brief as files by their ending, and its pages; a notebook that gives none is kept, and its error raised."""
    from cbe_analysis.render import page, read_bundles, typeset
    from cbe_analysis.render.audiences import confirm

    try:
        if executed.error:
            raise executed.error
        bundles = read_bundles(executed.notebook)
        if bundles[0]["staff"] != (audience == "staff"):
            raise ReleaseRefused(
                f"the notebook's brief is not for the audience {audience!r}",
                remedy="give cbe.brief the parameter audience",
            )
        other = sorted({release.indicator for release in executed.releases if release.audience != audience})
        if other:
            raise ReleaseRefused(
                f"a brief for the audience {audience!r} cannot show a release for another",
                choices(other),
                "give cbe.protect the notebook's parameter audience",
            )
        if audience == "public":
            confirm(executed.notebook, len(executed.releases))
        pdf = typeset(bundles)
        return {".pdf": pdf, ".html": page(bundles).encode()}, len(PAGE.findall(pdf))
    except CbeError as error:
        kept = _kept_apart(stem)
        places.write({kept: _text(executed)}, own=kept.parent)
        if isinstance(error, RunFailed):
            raise RunFailed(error.what, str(kept), "open it to see where; it may hold students' data") from None
        raise


def _text(executed: Executed) -> bytes:
    """The notebook as a file holds it."""
    import nbformat

    content: str = nbformat.writes(executed.notebook)  # type: ignore[no-untyped-call]  # nbformat has no types there
    return content.encode()


def _kept_apart(stem: Path) -> Path:
    """Where a notebook is kept that gave no brief."""
    return stem.with_name(f"{stem.name}.failed.ipynb")
