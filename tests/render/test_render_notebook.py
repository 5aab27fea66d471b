"""What a notebook shows is what is printed: blocks as outputs, and back."""

import json
from html.parser import HTMLParser

import nbformat
import pytest
from small_releases import estimates

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused, RunFailed, UsageError
from cbe_analysis.policy import Policy
from cbe_analysis.render import blocks, page, read_bundles, typeset
from cbe_analysis.render.readings import readings

START = {"title": "How fast does reading grow?", "as_of": "2026-06-30", "kicker": "Growth"}


@pytest.fixture
def shown(monkeypatch):
    """The outputs that a notebook's cell would hold."""
    held = []
    monkeypatch.setattr("IPython.display.display", lambda data, metadata, raw: held.append(data))
    return held


def notebook(outputs):
    cells = [nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data=o)]) for o in outputs]
    return nbformat.v4.new_notebook(cells=cells)


def begin(audience="public", **policy):
    return cbe.brief(
        START["title"],
        policy=Policy(name="A district", **policy),
        audience=audience,
        **{k: v for k, v in START.items() if k != "title"},
    )


def show_all(brief, chart, table):
    brief.answer("Every group grew.", "**How sure are we?** Very sure.")
    brief.figure(chart)
    brief.table(table)
    brief.row(table, blocks.Callout("Beside", ("A box.",)), spans=(4, 2))
    brief.callout(blocks.Callout("Decision", ("Rule.",), (blocks.Big("99 in 100", "that it helps"),)))
    brief.page()
    brief.notes(blocks.Note("What this may mean", ("It grew.",)), blocks.Note("Next", steps=("Who?",)))
    brief.receipt((), method="Least squares.", data_checks="All passed.")


def test_an_executed_notebook_becomes_a_brief(shown, chart, table, tmp_path):
    show_all(begin(), chart, table)
    file = tmp_path / "growth.ipynb"
    nbformat.write(notebook(shown), file)
    found = read_bundles(file)
    kinds = ["masthead", "answer", "figure", "table", "row", "callout", "page", "notes", "receipt"]
    assert [b["kind"] for b in found] == kinds
    assert found == read_bundles(json.loads(file.read_text()))
    assert typeset(found).startswith(b"%PDF-1.7")
    assert "Every group grew." in page(found)


def test_each_block_is_one_output_of_three_forms(shown, chart, table):
    show_all(begin(), chart, table)
    for output in shown:
        assert set(output) == {blocks.MIME, "text/html", "text/plain"}
        assert output["text/html"].endswith("</div>")
    assert chart.alt in shown[2]["text/plain"]
    assert "Each other group  protected  protected" in shown[3]["text/plain"]
    assert "99 in 100 that it helps" in shown[5]["text/plain"]


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_a_notebook_shows_semantic_html(shown, chart, table):
    show_all(begin(), chart, table)
    figure, shown_table = Tags(shown[2]["text/html"]).found, Tags(shown[3]["text/html"]).found
    image = next(a for tag, a in figure if tag == "img")
    assert image["alt"] == chart.alt
    assert image["src"].startswith("data:image/svg+xml;base64,")
    assert [a["scope"] for tag, a in shown_table if tag == "th"] == ["col"] * 3 + ["row"] * 3
    assert "caption" in [tag for tag, _ in shown_table]


def test_nothing_of_a_text_acts_in_a_notebook(shown, table):
    harm = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    brief = cbe.brief(harm, policy=Policy(name=harm), audience="public", as_of="2026-06-30", facts=(harm,))
    brief.answer(harm, harm)
    brief.table(blocks.Table(harm, harm, (harm, "B"), ((harm, harm),), "ll", (None, 60)))
    brief.callout(blocks.Callout(harm, (harm,), (blocks.Big(harm, harm),), (harm,)))
    brief.notes(blocks.Note(harm, (harm,), (harm,)))
    brief.receipt((), method=harm)
    for output in shown:
        tags = [tag for tag, _ in Tags(output["text/html"]).found]
        assert "script" not in tags
        assert "img" not in tags


@pytest.mark.parametrize(("few", "said"), [(6, True), (300, False)])
def test_that_sizes_are_rough_is_said_once(shown, few, said):
    sizes = {"(all)": few + 400, "no": 400, "yes": few}
    rows = [("mean", group, n, 400.0, 2.0) for group, n in sizes.items()]
    begin("public").receipt([cbe.protect(estimates("status", ["support"], rows), Policy(factors=("support",)))])
    told = shown[-1]["text/plain"]
    assert told.count("to the nearest 50 where a group beside them is protected") == said


@pytest.mark.parametrize(("brief_for", "release_for"), [("public", "staff"), ("staff", "public")])
def test_a_release_for_another_audience_is_refused(shown, brief_for, release_for):
    brief = begin(brief_for)
    release = cbe.protect(estimates("growth_rate", [], [("slope", (), 40, 8.0, 1.0)]), Policy(), release_for)
    with pytest.raises(
        ReleaseRefused, match=rf"'{brief_for}' cannot .*'{release_for}' \(growth_rate\); give"
    ) as caught:
        brief.receipt([release])
    assert caught.value.exit_code == 1
    assert len(shown) == 1


def test_in_a_run_nothing_is_read_of_a_release_for_another_audience(monkeypatch):
    release = cbe.protect(estimates("growth_rate", [], [("slope", (), 40, 8.0, 1.0)]), Policy(), "staff")
    assert readings(release)[0].quantity == "slope"
    monkeypatch.setenv("CBE_AUDIENCE", "public")
    with pytest.raises(ReleaseRefused, match=r"'public' cannot show a release for 'staff'"):
        readings(release)


def test_who_may_see_it_and_what_is_made_up_is_said(shown):
    begin("staff", synthetic=True)
    head = read_bundles(notebook(shown))[0]
    assert head["staff"] is True
    assert "**Internal: staff only**" in head["facts"]
    assert "**Synthetic data: no real students**" in head["facts"]
    assert head["footer"] == "A district  ·  data to 2026-06-30  ·  internal: staff only  ·  synthetic data"


def test_an_audience_or_language_without_words_is_refused(shown):
    with pytest.raises(UsageError, match=r"no audience 'press'.*public, staff"):
        begin("press")
    with pytest.raises(UsageError, match=r"no language 'es'.*choose one of: en"):
        begin(language="es")
    assert shown == []


@pytest.mark.parametrize("times", [0, 2])
def test_a_notebook_holds_one_brief(shown, times):
    for _ in range(times):
        begin()
    with pytest.raises(RunFailed, match=f"shows {times} briefs where one is needed"):
        read_bundles(notebook(shown))


def test_a_masthead_stands_first(shown):
    begin().page()
    with pytest.raises(RunFailed, match="begin it with"):
        read_bundles(notebook(reversed(shown)))


def test_a_block_that_was_changed_is_checked_again(shown, chart):
    begin().figure(chart)
    shown[1][blocks.MIME]["alt"] = ""
    with pytest.raises(RunFailed, match=r"not fit to print: a figure needs alt text.*mend the cell"):
        read_bundles(notebook(shown))
