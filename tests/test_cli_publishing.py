"""`cbe publish` and `cbe audit`: what they print and their exit codes."""

import re

import pytest
import waiting_briefs

from cbe_analysis.protect import attack
from cbe_analysis.protect.attack import Audit, Breach

pytestmark = pytest.mark.usefixtures("in_a_folder_of_its_own")
NAMED = "Boys (gender=male), Hill School (school_id=3): the size"


@pytest.fixture
def reports(tmp_path):
    """Reports with two drafts, in the folder that is the default."""
    waiting_briefs.draft(tmp_path / "reports", "growth")
    return waiting_briefs.draft(tmp_path / "reports", "pace", waiting_briefs.release({"a": (400, 90), "b": (300, 60)}))


def finding(monkeypatch, mendable):
    """Have the auditor find a breach, of drafts where it can be mended."""
    breach = Breach(("growth", "pace"), "gender=male, school_id=3", "size", "the size", mendable)
    empty = Audit(breaches=(), populations=2, linked=(), unlinked=("growth and pace: other dates",), cells=3, offers=())
    leaks = Audit((breach,), 2, (), empty.unlinked, 3, ("growth: show gender without school_id",))

    def audit_together(published):
        return leaks if not mendable or any(one.draft for one in published) else empty

    monkeypatch.setattr(attack, "audit_together", audit_together)


def test_drafts_are_published_and_told(cbe, reports):
    code, out, err = cbe("publish")
    assert (code, err) == (0, "")
    told = out.splitlines()
    assert told[0] == "Published as 0001: growth, pace."
    assert re.fullmatch(r"Attacked together: \d+ hidden numbers? of \d+ populations?\.", told[1])
    assert told[-4:] == [
        f"Written: public/{name}".replace("public", "reports/public")
        for name in ("growth/growth.html", "growth/growth.pdf", "pace/pace.html", "pace/pace.pdf")
    ]
    assert cbe("publish", "reports") == (0, "Nothing to publish in reports.\n", "")


def test_the_same_again_is_said_to_be_published(cbe, reports):
    cbe("publish")
    waiting_briefs.draft(reports, "growth")
    told = "growth: published already as it is; the draft is gone.\nNothing to publish in reports.\n"
    assert cbe("publish") == (0, told, "")


@pytest.mark.parametrize("words", [["--only", "pace,growth"], ["--only", "pace", "--only", "growth"], []])
def test_some_or_all_are_published(cbe, reports, words):
    assert "0001: growth, pace." in cbe("publish", "reports", *words)[1]


@pytest.mark.parametrize(
    "words", [["--only", "pace"], ["--without", "growth"], ["--only", "pace,growth", "--without", "growth"]]
)
def test_what_is_left_out_stays_a_draft(cbe, reports, words):
    assert "0001: pace." in cbe("publish", *words)[1]
    assert (reports / "drafts" / "growth" / "growth.pdf").is_file()
    assert cbe("publish", "--without", "growth") == (0, "Nothing to publish in reports.\n", "")


def test_a_draft_that_is_not_there_is_told(cbe, reports):
    code, out, err = cbe("publish", "--only", "growht")
    assert (code, out) == (2, "")
    assert err == "cbe: there is no draft 'growht'; did you mean growth? waiting are: growth, pace\n"


def test_only_without_a_name_does_not_publish_all(cbe, reports):
    code, out, err = cbe("publish", "--only", " , ")
    assert (code, out, err.split(";")[0]) == (2, "", "cbe: --only names no draft")
    assert not (reports / "public").exists()


def test_a_refusal_names_briefs_and_groups_and_what_passes(cbe, reports, monkeypatch):
    finding(monkeypatch, mendable=True)
    code, out, err = cbe("publish")
    assert (code, out) == (1, "")
    assert "growth, pace" in err
    assert NAMED in err
    assert "growth: show gender without school_id" in err
    assert not (reports / "public").exists()


def test_an_audit_counts_and_gives_its_verdict(cbe, reports):
    cbe("publish", "--only", "growth")
    code, out, err = cbe("audit")
    assert (code, err) == (0, "")
    assert "Published: 1 brief, 1 edition, in 1 publication; 1 release. The record is whole" in out
    assert "Verdict: nothing published gives away what it hides." in out
    assert out.splitlines()[-1] == "Draft pace: would pass. Next: cbe publish reports"


def test_an_audit_of_nothing_says_so(cbe, tmp_path):
    (tmp_path / "reports").mkdir()
    assert cbe("audit") == (0, "Nothing is published from reports yet.\n", "")
    code, _, err = cbe("audit", "elsewhere")
    assert (code, err.split(" (")[0]) == (2, "cbe: there is no reports folder")


@pytest.mark.parametrize(
    ("mendable", "says"),
    [
        (False, ("Verdict: what is published gives away what it hides.",)),
        (True, ("Draft pace: would be refused.", "What passes: growth: show gender without school_id")),
    ],
    ids=["published", "drafts"],
)
def test_an_audit_fails_where_something_is_out_and_not_where_drafts_would_be_refused(
    cbe, reports, monkeypatch, mendable, says
):
    cbe("publish", "--only", "growth")
    finding(monkeypatch, mendable=mendable)
    code, out, _ = cbe("audit")
    assert code == (0 if mendable else 1)
    assert [words for words in (NAMED, "growth and pace: other dates", *says) if words not in out] == []


def test_what_was_never_published_fails_an_audit(cbe, reports):
    cbe("publish")
    (reports / "public" / "staff.pdf").write_bytes(b"names")
    (reports / "drafts" / "staff.pdf").write_bytes(b"names")
    code, out, _ = cbe("audit")
    assert code == 1
    assert "Public, but never published: staff.pdf" in out
    assert "but not all that is public was published" in out
    assert "Draft staff.pdf: cannot be published, for no run wrote it" in out


def test_a_damaged_record_has_its_exit_code(cbe, reports):
    cbe("publish")
    (reports / "public" / "releases" / "0001" / "growth.pdf").write_bytes(b"x")
    for command in ("publish", "audit"):
        code, out, err = cbe(command)
        assert (code, out) == (3, "")
        assert err.startswith("cbe: a file of publication 0001 was changed (")


def test_lost_sizes_are_told(cbe, reports):
    cbe("publish")
    (reports / "internal" / "releases" / "0001.json").unlink()
    assert "The true sizes of 0001 are lost" in cbe("audit")[1]
