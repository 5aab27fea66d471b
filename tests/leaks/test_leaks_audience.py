"""A public run hands out what is for the public, whatever its notebook says of the audience."""

import nbformat
import pytest
from small_district import write
from small_releases import estimates

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.policy import Policy
from cbe_analysis.protect import release
from cbe_analysis.render import audiences, blocks
from cbe_analysis.render.audiences import confirm, marks
from cbe_analysis.run import run

PARAMETERS = "data = ''\naudience = 'public'"
START = """import os
import cbe_analysis as cbe
from cbe_analysis.measure import quality
from cbe_analysis.render.readings import readings
district = cbe.validate(cbe.load(data))
estimates = quality.completeness(district)
brief = cbe.brief("How full are the columns?", policy=district.policy, audience=audience, as_of="2026-06-05")
"""
END = """brief.answer(f"Of {told} rows.", "We are sure.")
brief.receipt([], method="None, this is a test.")
"""
# what a cell may do, by mistake or not, so that staff's numbers would stand in a public brief, or nobody would audit it
TRICKS = {
    "another audience": (
        "os.environ['CBE_AUDIENCE'] = 'staff'\n"
        "told = readings(cbe.protect(estimates, district.policy, 'staff'))[0].shown\n",
        "cannot show a release for another",
    ),
    "rows read by hand": (
        "told = cbe.protect(estimates, district.policy, audience='staff').rows['n'][0]\n",
        "made a release for 'staff'",
    ),
    "no record": (
        "del os.environ['CBE_RELEASES']\ntold = readings(cbe.protect(estimates, district.policy))[0].shown\n",
        "more than the record",
    ),
}


def notebook(folder, *cells):
    """A notebook of these cells after its parameters."""
    first = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    nbformat.write(
        nbformat.v4.new_notebook(cells=[first, *map(nbformat.v4.new_code_cell, cells)]), folder / "inquiry.ipynb"
    )
    return folder / "inquiry.ipynb"


@pytest.mark.sockets
@pytest.mark.parametrize("trick", TRICKS)
def test_a_cell_that_takes_what_is_for_staff_fails_the_public_run(tmp_path, trick):
    out = tmp_path / "reports"
    cell, says = TRICKS[trick]
    with pytest.raises(ReleaseRefused, match=says):
        run(notebook(tmp_path, START, cell, END), write(tmp_path / "district"), out=out)
    assert not (out / "drafts").exists()
    kept = [file.name for file in (out / "internal" / "inquiry" / "public").glob("*.ipynb")]
    assert kept == ["inquiry.failed.ipynb"]


def shown(told):
    """An executed notebook that shows a block, with what is written beside it."""
    output = {"output_type": "display_data", "data": {blocks.MIME: {"kind": "answer"}}, "metadata": told}
    return {"cells": [{"cell_type": "markdown"}, {"outputs": [output, {"output_type": "stream"}]}]}


@pytest.fixture
def nothing_made(monkeypatch):
    """A process that has made and read no release yet."""
    monkeypatch.setattr(release, "_made_for", set())
    monkeypatch.setattr(audiences, "_read", set())


@pytest.mark.usefixtures("nothing_made")
def test_each_release_that_is_made_or_read_leaves_its_mark_beside_the_blocks():
    measured = estimates("growth_rate", [], [("slope", (), 40, 8.0, 1.0)])
    assert marks() == {blocks.MIME: {"made_for": [], "read": 0}}
    confirm(shown(marks()), 0)
    for _ in range(2):  # the same again is nothing more
        audiences.admit(cbe.protect(measured, Policy()))
    assert marks() == {blocks.MIME: {"made_for": ["public"], "read": 1}}
    confirm(shown(marks()), 1)
    with pytest.raises(ReleaseRefused, match="more than the record"):
        confirm(shown(marks()), 0)
    cbe.protect(measured, Policy(), "staff")
    assert release.made_for() == {"public", "staff"}
    with pytest.raises(ReleaseRefused, match=r"give cbe\.protect the parameter audience"):
        confirm(shown(marks()), 1)


@pytest.mark.parametrize("told", [{}, {blocks.MIME: {}}, {blocks.MIME: {"made_for": [], "read": "0"}}])
def test_a_block_that_no_brief_showed_is_not_for_the_public(told):
    with pytest.raises(ReleaseRefused, match=r"with the methods of cbe\.brief"):
        confirm(shown(told), 9)
