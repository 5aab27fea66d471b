"""A publisher that is killed at any step has published all or nothing, and the next command mends the rest."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import waiting_briefs

from cbe_analysis.run import audit, drafts, publications, publish

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

HERE = Path(__file__).parent
PUBLISHES = """
import sys
sys.path.insert(0, sys.argv[2])
from cbe_analysis.run import publish
print("ready", flush=True)
sys.stdin.readline()
done = publish(sys.argv[1])
print(done.publication.label if done.publication else "nothing", *done.already)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Reports with a publication, a new edition and a new brief that wait; and a copy for each kill on the way."""
    folder = tmp_path_factory.mktemp("killed")
    reports = waiting_briefs.draft(folder / "reports", "growth")
    publish(reports)
    waiting_briefs.draft(reports, "growth", content=b"Another.")
    waiting_briefs.draft(reports, "pace")
    words = [sys.executable, HERE / "killed_publishers.py", reports, folder / "out"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return reports, [folder / "out" / str(kill) for kill in range(int(done.stdout) + 1)]


def held(folder):
    """Every file with its bytes, but for the lock."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name != "publishing.lock"
    }


def public(folder):
    return {name: content for name, content in held(folder).items() if name.startswith("public/")}


def test_publishers_were_killed_on_both_sides_of_the_step(killed):
    _, copies = killed
    steps = [len(publications.read(copy).publications) for copy in copies]
    assert steps.count(1) > 10
    assert steps.count(2) > 8
    assert steps == sorted(steps)


def test_until_the_step_nothing_is_public_and_from_it_on_all_is_recorded(killed):
    before, copies = killed
    whole = held(copies[-1])
    for copy in copies:
        history = publications.read(copy)
        if len(history.publications) == 1:
            assert public(copy) == public(before)
            assert drafts.waiting(copy).names == ("growth", "pace")
            assert drafts.waiting(copy).unfit == ()
        else:
            kept = {name: content for name, content in public(copy).items() if "/releases/" in name}
            assert kept == {name: content for name, content in whole.items() if name.startswith("public/releases/")}
            assert history.unsized == ()


def test_no_true_size_and_no_unpublished_brief_is_ever_outside(killed):
    before, copies = killed
    whole = {*held(copies[-1]).values(), *public(before).values()}
    assert all(content in whole for copy in copies for content in public(copy).values() if content)
    for copy in copies:
        for name in held(copy):
            assert not ("/." in name and name.startswith("public/releases"))


def test_the_next_publisher_mends_what_is_left(killed, tmp_path):
    _, copies = killed
    whole = held(copies[-1])
    for number, copy in enumerate(copies):
        again = tmp_path / str(number)
        shutil.copytree(copy, again)
        done = publish(again)
        assert {*done.already, *(e.name for e in (done.publication.editions if done.publication else ()))} <= {
            "growth",
            "pace",
        }
        assert held(again) == whole, number


def test_an_audit_mends_what_the_public_would_miss(killed, tmp_path):
    _, copies = killed
    whole = public(copies[-1])
    for number, copy in enumerate(copies):
        published = len(publications.read(copy).publications)
        again = tmp_path / str(number)
        shutil.copytree(copy, again)
        account = audit(again)
        assert (account.passed, account.unfinished, account.waiting.unfit) == (True, "", ())
        assert not [name for name in held(again) if "/." in name and not name.startswith("drafts/")]
        if published == 2:
            assert public(again) == whole
            assert account.waiting.names == ()


@pytest.mark.parametrize("same", [True, False], ids=["the same drafts", "drafts of each"])
def test_two_publishers_at_once_do_not_spoil_the_record(tmp_path, same):
    reports = tmp_path / "reports"
    for name in ("growth", "pace", "disparities"):
        waiting_briefs.draft(reports, name)
    words = [sys.executable, "-c", PUBLISHES, str(reports), str(HERE)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(words, **pipes) for _ in range(2)]
    assert [one.stdout.readline() for one in both] == ["ready\n"] * 2
    for one in both:
        one.stdin.write("\n")
        one.stdin.flush()
    if not same:
        waiting_briefs.draft(reports, "intervention")
    told = [one.communicate() for one in both]
    assert [one.returncode for one in both] == [0, 0], told
    done = publish(reports)
    history = publications.read(reports)
    names = sorted(edition.name for one in history.publications for edition in one.editions)
    assert names == sorted(["growth", "pace", "disparities", *([] if same else ["intervention"])])
    assert len(history.publications) == 1 or not same
    assert done.audit is None or not same
    assert audit(reports).passed
