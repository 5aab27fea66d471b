"""Drafts as runs leave them, without a run: for the tests of publishing."""

import nbformat
from protected_tables import POLICY, shares

import cbe_analysis as cbe
from cbe_analysis import disk
from cbe_analysis.protect.record import Recorded
from cbe_analysis.run import drafts, places

LABELS = {"gender": {"male": "boys"}, "school_id": {"3": "Hill School"}}
TABLE = {"a": (400, 120), "b": (300, 60), "c": (8, 3)}
PARAMETERS = "data = ''\naudience = 'public'"


def release(table=None, by=("group",), **more):
    """A release of shares for the public."""
    return cbe.protect(shares(table or TABLE, by=by, **more), POLICY)


def draft(reports, name, *releases, content=b"A brief."):
    """The reports, with a draft of this name that shows the releases."""
    shown = tuple(Recorded.of(one) for one in releases or (release(),))
    files = {f"{name}.pdf": b"%PDF " + content, f"{name}.html": b"<p>" + content}
    place = places.folder(reports, drafts.PLACE, name)
    inside = places.folder(reports, "internal", name, "public") / drafts.RECORD
    record = drafts.record(name, files, shown, drafts.Origin("0" * 12, {"data": "/somewhere"}, LABELS))
    disk.write({**{place / file: held for file, held in files.items()}, inside: record}, own=inside.parent)
    return reports


def notebook(folder, *cells, name="inquiry", parameters=PARAMETERS):
    """A notebook of these cells after its parameters."""
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    book = nbformat.v4.new_notebook(cells=[first, *(nbformat.v4.new_code_cell(cell) for cell in cells)])
    nbformat.write(book, folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"
