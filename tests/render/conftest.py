"""A brief of every kind of block, and the means to print one."""

import pytest

from cbe_analysis.render import blocks, typeset
from cbe_analysis.render.bundles import bundle
from cbe_analysis.render.canvas import Canvas

ALT = "Scores climb from 437 in kindergarten to 612 in grade 3."


@pytest.fixture(scope="session")
def chart():
    canvas = Canvas(6, 120)
    axes = canvas.axes(26, 10, 200, 90, xlim=(0, 3), ylim=(400, 650), yticks=[450, 550])
    axes.plot([0, 1, 2, 3], [437, 520, 580, 612])
    canvas.text(250, 20, "Reading", weight=600)
    return canvas.picture("Every line climbs", "Mean score in points", ALT)


@pytest.fixture(scope="session")
def table():
    return blocks.Table(
        title="Growth in points a year",
        sub="95% intervals",
        columns=("Group", "Students", "Reading"),
        rows=(("All students", "2,650", "60.0"), ("**Difference**", "", "2.4"), ("Each other group", None, None)),
        align="lrr",
        widths=(None, 60, 80),
        rules=(2,),
    )


@pytest.fixture(scope="session")
def head():
    def make(**changed):
        told = {
            "title": "How fast does reading grow?",
            "kicker": "Improvement brief  ·  Growth",
            "facts": ("**A district**", "8 schools", "Public: protected numbers only"),
            "footer": "A district  ·  public",
            "description": "Improvement brief, A district",
            "made": "2026-06-30",
        }
        return blocks.Masthead(**{**told, **changed})

    return make


@pytest.fixture(scope="session")
def every_block(chart, table):
    note = blocks.Note("What this may mean", ("Children learned.", "**Much** was there before."))
    steps = blocks.Note("For the next inquiry cycle", steps=("What was tried?", "Who left?"), span=3)
    big = blocks.Big("99 in 100", "that reading gains")
    return (
        blocks.Answer("Every group grew (95% interval 1.2 to 7.2).", "**How sure are we?** Very sure."),
        chart,
        table,
        blocks.Row((table, blocks.Callout("Beside", ("A box.",))), (4, 2)),
        blocks.Callout("Decision", ("**Rule.** Adopt if sure.",), (big, big), ("**Verdict: adopt.**",)),
        blocks.PageBreak(),
        blocks.Notes((note, steps)),
        blocks.Receipt((("Method", "Least squares."), ("Receipt", "data 0123456789ab"))),
    )


@pytest.fixture(scope="session")
def printed_brief(head):
    """The blocks given as the pages of a PDF."""

    def make(*shown, **masthead):
        return typeset([bundle(b) for b in (head(**masthead), *shown)])

    return make
