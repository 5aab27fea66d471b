"""Publishing: all drafts in one step or none, what is refused and why, and what is said of it."""

import os
import shutil
from dataclasses import replace

import pytest
import waiting_briefs

from cbe_analysis.errors import ReleaseRefused, UnreadableData, UsageError
from cbe_analysis.protect import attack
from cbe_analysis.protect.attack import Audit, Breach
from cbe_analysis.run import audit, current, publications, publish
from cbe_analysis.run.turn import turn

WAITS = "internal/releases/.0001.json"  # true sizes, inside, of what may yet be published
posix = pytest.mark.skipif(os.name != "posix", reason="links need rights on this system")


@pytest.fixture
def reports(tmp_path):
    """Reports with two drafts."""
    waiting_briefs.draft(tmp_path / "reports", "growth")
    return waiting_briefs.draft(tmp_path / "reports", "pace")


def held(reports):
    """Every file of the reports with its bytes, but for the lock."""
    return {
        file.relative_to(reports).as_posix(): file.read_bytes()
        for file in reports.rglob("*")
        if file.is_file() and file.name != "publishing.lock"
    }


def finding(monkeypatch, *breaches, offers=()):
    """Have the auditor find these breaches."""
    empty = Audit(breaches=(), populations=1, linked=(), unlinked=(), cells=3, offers=())
    found = replace(empty, breaches=breaches, offers=offers)
    asked = []

    def audit_together(published):
        asked.append([(one.brief, one.publication) for one in published])
        return found if any(one.draft for one in published) or not any(b.mendable for b in breaches) else empty

    monkeypatch.setattr(attack, "audit_together", audit_together)
    return asked


def breach(*briefs, mendable=True):
    return Breach(briefs, "gender=male, school_id=3", "size", "the size", mendable)


def test_drafts_become_public_and_are_gone(reports):
    before = held(reports)
    done = publish(reports)
    after = held(reports)
    assert (done.publication.label, [e.name for e in done.publication.editions]) == ("0001", ["growth", "pace"])
    assert sorted(path.relative_to(reports).as_posix() for path in done.paths) == [
        "public/growth/growth.html",
        "public/growth/growth.pdf",
        "public/pace/pace.html",
        "public/pace/pace.pdf",
    ]
    assert sorted(after) == [
        "internal/releases/0001.json",
        *sorted(path.relative_to(reports).as_posix() for path in done.paths),
        *(f"public/releases/0001/{name}" for name in ("growth.html", "growth.pdf", "pace.html", "pace.pdf")),
        "public/releases/0001/record.json",
    ]
    for name in ("growth", "pace"):
        draft = before[f"drafts/{name}/{name}.pdf"]
        assert after[f"public/{name}/{name}.pdf"] == after[f"public/releases/0001/{name}.pdf"] == draft


def test_no_drafts_is_nothing_to_publish(tmp_path):
    done = publish(tmp_path)
    assert (done.publication, done.already, done.paths, done.audit) == (None, (), (), None)
    assert sorted(held(tmp_path)) == []


def test_reports_that_do_not_exist_are_not_made(tmp_path):
    for verb in (publish, audit):
        with pytest.raises(UsageError, match=r"there is no reports folder .*cbe run --out"):
            verb(tmp_path / "reports")
    assert list(tmp_path.iterdir()) == []


def test_a_new_edition_takes_the_stable_place_and_the_old_one_stays_recorded(reports):
    publish(reports)
    first = (reports / "public" / "growth" / "growth.pdf").read_bytes()
    waiting_briefs.draft(reports, "growth", content=b"Another.")
    done = publish(reports)
    assert done.publication.label == "0002"
    assert b"Another." in (reports / "public" / "growth" / "growth.pdf").read_bytes()
    assert (reports / "public" / "releases" / "0001" / "growth.pdf").read_bytes() == first
    waiting_briefs.draft(reports, "growth")
    assert publish(reports).publication.label == "0003"
    assert (reports / "public" / "growth" / "growth.pdf").read_bytes() == first


def test_the_same_bytes_again_are_said_to_be_published_and_the_draft_goes(reports):
    publish(reports)
    before = held(reports)
    waiting_briefs.draft(reports, "growth")
    done = publish(reports)
    assert (done.publication, done.already) == (None, ("growth",))
    assert held(reports) == before


def test_some_drafts_can_be_published_without_the_others(reports):
    (reports / "drafts" / "staff.pdf").write_bytes(b"names")
    assert [e.name for e in publish(reports, only=["pace"]).publication.editions] == ["pace"]
    assert (reports / "drafts" / "growth" / "growth.pdf").is_file()
    with pytest.raises(
        UsageError, match=r"there is no draft 'grwth'; did you mean growth\? waiting are: growth, staff"
    ):
        publish(reports, only=["grwth"])


def test_a_draft_that_no_run_wrote_stops_all_and_is_named(reports):
    (reports / "drafts" / "staff.pdf").write_bytes(b"names")
    (reports / "drafts" / "growth" / "growth.pdf").write_bytes(b"changed")
    before = held(reports)
    says = (
        r"only what cbe run wrote can be published \(growth: growth.pdf is not what the run wrote; "
        r"staff.pdf: no run wrote it\); make the brief again .*publish the others: --only pace"
    )
    with pytest.raises(ReleaseRefused, match=says):
        publish(reports)
    assert held(reports) == before


def test_a_refused_publication_changes_nothing_and_names_briefs_groups_and_what_passes(reports, monkeypatch):
    finding(
        monkeypatch, breach("growth", "pace"), offers=("growth: show gender without school_id", "pace: leave it out")
    )
    before = held(reports)
    with pytest.raises(ReleaseRefused) as refused:
        publish(reports)
    assert held(reports) == before
    assert refused.value.exit_code == 1
    where = "growth, pace: Boys (gender=male), Hill School (school_id=3): the size"
    assert refused.value.where == where
    assert refused.value.remedy == "growth: show gender without school_id; or pace: leave it out"


def test_a_brief_is_offered_once_as_the_auditor_has_it_first_and_three_at_most(reports, monkeypatch):
    offers = ("growth: show a, b without c, d", "growth: show d", "pace: leave it out", "x: y", "z: y")
    finding(monkeypatch, breach("growth", "pace"), offers=offers)
    with pytest.raises(ReleaseRefused) as refused:
        publish(reports)
    assert refused.value.remedy == "growth: show a, b without c, d; or pace: leave it out; or x: y"


def test_a_message_names_a_dozen_groups_and_counts_the_others(reports, monkeypatch):
    finding(monkeypatch, *(replace(breach("growth"), group=f"school_id=S{number}") for number in range(15)))
    with pytest.raises(ReleaseRefused) as refused:
        publish(reports)
    assert refused.value.where.count("school_id=") == 12
    assert refused.value.where.endswith("; and 3 more")


@pytest.mark.parametrize("fault", [RuntimeError("no solution"), KeyboardInterrupt(), MemoryError()])
def test_an_audit_that_does_not_come_to_its_end_publishes_nothing(reports, monkeypatch, fault):
    def stop(published):
        raise fault

    before = held(reports)
    with monkeypatch.context() as patch:
        patch.setattr(attack, "audit_together", stop)
        with pytest.raises(type(fault)):
            publish(reports)
    assert held(reports) == before
    assert publish(reports).publication.label == "0001"


def test_drafts_that_have_no_part_in_a_breach_are_offered(reports, monkeypatch):
    finding(monkeypatch, breach("growth"))
    with pytest.raises(ReleaseRefused, match=r"publish the others: --only pace$"):
        publish(reports)
    waiting_briefs.draft(reports, "status")
    with pytest.raises(ReleaseRefused, match=r"publish the others: --without growth$"):
        publish(reports)


def test_what_is_out_already_does_not_stop_drafts_that_have_no_part_in_it(reports, monkeypatch):
    publish(reports, only=["growth"])
    finding(monkeypatch, breach("growth", mendable=False))
    assert publish(reports).publication.label == "0002"
    account = audit(reports)
    assert account.passed is False
    assert account.found.passed is True


def test_the_auditor_is_asked_about_everything_published_and_the_drafts(reports, monkeypatch):
    """And about no release twice: a brief that is published again shows mostly what it showed before."""
    publish(reports, only=["growth"])
    asked = finding(monkeypatch)
    waiting_briefs.draft(reports, "growth", content=b"Better words.")
    waiting_briefs.draft(reports, "pace", waiting_briefs.release({"a": (400, 120), "b": (300, 60)}))
    publish(reports)
    assert asked == [[("growth", 1), ("pace", None)]]
    audit(reports)
    assert asked[1:] == [[("growth", 1), ("pace", 2)]]


def test_an_audit_says_what_was_attacked_together_of_one_brief_and_of_several(tmp_path):
    groups = waiting_briefs.release({"a": (400, 120), "b": (300, 60)})
    teams = waiting_briefs.release({"x": (500, 100), "y": (200, 80)}, by=("team",))
    waiting_briefs.draft(tmp_path, "pace", groups, teams)
    told = "attacked together, as they tell of the same students: "
    assert audit(tmp_path).found.linked == (f"{told}the tables of pace",)
    waiting_briefs.draft(tmp_path, "growth", groups)
    assert audit(tmp_path).found.linked == (f"{told}growth, pace",)


def test_lost_sizes_are_told(reports):
    publish(reports, only=["growth"])
    shutil.rmtree(reports / "internal" / "releases")
    assert publish(reports).unsized == ("0001",)
    assert audit(reports).history.unsized == ("0001",)


def test_a_file_in_the_way_stops_before_anything_is_public(reports):
    place = reports / "public" / "pace"
    place.mkdir(parents=True)
    (place / "pace.pdf").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"no publication wrote is in the way \(.*pace.pdf\); move it away"):
        publish(reports)
    assert not list((reports / "public").glob("releases/*"))
    assert (place / "pace.pdf").read_bytes() == b"mine"


def test_what_is_public_and_was_never_published_is_told(reports):
    publish(reports)
    (reports / "public" / "staff.pdf").write_bytes(b"names")
    (reports / "public" / "growth" / "notes").mkdir()
    (reports / "public" / "growth" / "notes" / "x.txt").write_bytes(b"names")
    (reports / "public" / ".htaccess").write_bytes(b"rules")
    account = audit(reports)
    assert account.foreign == ("growth/notes/x.txt", "staff.pdf")
    assert account.passed is False
    waiting_briefs.draft(reports, "growth", content=b"Another.")
    assert publish(reports).foreign == account.foreign


@pytest.mark.parametrize("verb", [publish, audit])
def test_a_stable_copy_that_was_changed_is_an_error_and_one_that_is_gone_comes_back(reports, verb):
    publish(reports)
    before = held(reports)
    copy = reports / "public" / "growth" / "growth.pdf"
    copy.write_bytes(b"changed")
    with pytest.raises(UnreadableData, match=r"a published brief was changed in its place \(.*growth.pdf\); move it"):
        verb(reports)
    copy.unlink()
    verb(reports)
    assert held(reports) == before


def test_an_audit_changes_nothing_and_tells_of_the_drafts(reports):
    publish(reports, only=["growth"])
    (reports / "drafts" / "staff.pdf").write_bytes(b"names")
    waiting_briefs.draft(reports, "growth")
    before = held(reports)
    account = audit(reports)
    assert held(reports) == before
    assert (account.waiting.names, account.unfinished) == (("pace", "staff.pdf"), "")
    assert account.found.passed
    assert account.passed


def test_an_audit_of_reports_that_cannot_be_written_says_what_is_left_to_do(reports, monkeypatch):
    publish(reports)
    before = held(reports)
    (reports / "public" / "growth" / "growth.pdf").unlink()

    def refuse(*arguments, **options):
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr("cbe_analysis.disk.own_file", refuse)
        account = audit(reports)
    assert (account.passed, account.unfinished) == (True, "the reports cannot be written (Read-only file system)")
    assert audit(reports).unfinished == ""
    assert held(reports) == before


@pytest.mark.skipif(os.name != "posix", reason="locks of one process are one there")
def test_an_audit_leaves_what_is_left_to_do_to_the_publisher_at_work(reports):
    publish(reports)
    (reports / "public" / "growth" / "growth.pdf").unlink()
    with turn(reports / "internal" / "publishing.lock"):
        account = audit(reports)
    assert account.unfinished == "another process is publishing from these reports"
    assert not (reports / "public" / "growth" / "growth.pdf").exists()


@pytest.mark.parametrize("when", ["stale", "foreign"])
def test_an_audit_looks_again_where_something_is_published_meanwhile(reports, monkeypatch, when):
    """Else it would take the new edition in its place for a change by hand, and a new brief for one never published."""
    publish(reports, only=["growth"])
    waiting_briefs.draft(reports, "growth", content=b"Another.")
    look = getattr(current, when)

    def late(*arguments):
        monkeypatch.setattr(current, when, look)
        publish(reports)
        return look(*arguments)

    monkeypatch.setattr(current, when, late)
    account = audit(reports)
    assert (len(account.history.publications), account.foreign, account.waiting.names) == (2, (), ())


@posix
@pytest.mark.parametrize("part", ["public", "public/releases", "public/pace", "internal", "internal/releases"])
def test_a_link_in_the_way_is_refused_and_not_followed(reports, tmp_path, part):
    (tmp_path / "elsewhere").mkdir()
    place = reports / part
    if place.is_dir():
        place.rename(tmp_path / "was")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises((UsageError, UnreadableData, ReleaseRefused)) as refused:
        publish(reports)
    assert str(refused.value)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (reports / "drafts" / "pace" / "pace.pdf").is_file()
    assert not list((reports / "public").glob("releases/*"))


@posix
@pytest.mark.parametrize("part", ["public", "public/releases", "internal"])
def test_a_folder_that_cannot_be_written_is_told(reports, part):
    (reports / "public" / "releases").mkdir(parents=True)
    before = held(reports)
    (reports / part).chmod(0o500)
    if os.access(reports / part, os.W_OK):
        pytest.skip("this user may write everywhere")
    try:
        with pytest.raises(UsageError, match="cannot"):
            publish(reports)
    finally:
        (reports / part).chmod(0o700)
    assert {name: content for name, content in held(reports).items() if name != WAITS} == before


FULL = OSError(28, "No space left on device")


@pytest.mark.parametrize("call", ["fsync", "rename", "replace"])
def test_a_full_disk_before_the_step_leaves_nothing_public(reports, monkeypatch, call):
    before = held(reports)

    def refuse(*arguments, **options):
        raise FULL

    with monkeypatch.context() as patch:
        patch.setattr(os, call, refuse)
        with pytest.raises(UsageError, match=r"nothing was published: .*No space left .*free space"):
            publish(reports)
    assert {
        name: content for name, content in held(reports).items() if name != "internal/releases/.0001.json"
    } == before
    assert publish(reports).publication.label == "0001"
    assert not [name for name in held(reports) if "/." in name]


def test_a_full_disk_after_the_step_is_told_as_such_and_the_next_finishes(reports, monkeypatch):
    replaced, replace_file = [], os.replace

    def refuse(source, target):
        replaced.append(target)
        if len(replaced) > 2:
            raise FULL
        replace_file(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(UsageError, match=r"0001 is published, but not everything is .*repeat cbe publish"):
            publish(reports)
    assert len(publications.read(reports).publications) == 1
    done = publish(reports)
    assert (done.publication, done.already) == (None, ("growth", "pace"))
    assert (reports / "public" / "pace" / "pace.pdf").is_file()
    assert audit(reports).passed


def test_public_on_another_disk_is_told(reports, monkeypatch):
    def refuse(source, target):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(UsageError, match=r"nothing was published: reports/public is on another disk"):
        publish(reports)
