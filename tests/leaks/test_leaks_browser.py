"""Pages in a real browser: words from data run nothing, and nobody is asked for anything."""

import re
import shutil
import socket
import subprocess
import threading

import pytest
from canary_district import HOSTILE

from cbe_analysis.load.findings import Finding, Findings
from cbe_analysis.render import blocks, page
from cbe_analysis.render.bundles import bundle
from cbe_analysis.validate import report

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
pytestmark = [
    pytest.mark.sockets,
    pytest.mark.skipif(BROWSER is None, reason="a browser (chromium) is not installed"),
]
FORBIDDEN = '<meta http-equiv="Content-Security-Policy"'
WORDS = " ".join(HOSTILE)


def brief():
    """A brief in which every text is hostile."""
    head = blocks.Masthead(WORDS, WORDS, (WORDS,), WORDS, WORDS, "2026-06-05")
    table = blocks.Table(WORDS, WORDS, (WORDS, "n"), ((WORDS, WORDS),), "lr", (None, 60))
    callout = blocks.Callout(WORDS, (WORDS,), (blocks.Big(WORDS, WORDS),), (WORDS,))
    notes = blocks.Notes((blocks.Note(WORDS, (WORDS,), (WORDS,)),))
    parts = [head, blocks.Answer(WORDS, WORDS), table, callout, notes, blocks.Receipt(((WORDS, WORDS),))]
    return page([bundle(part) for part in parts])


def quality():
    """A report of data quality in which every text is hostile."""
    found = Finding(WORDS, "critical", WORDS, (WORDS,), 1, 9, (1,), WORDS, WORDS, WORDS, (WORDS,))
    return report.page(Findings((found,), 9, 8, (WORDS,), WORDS), WORDS, (WORDS,))


PAGES = {"brief": brief, "data quality": quality}


@pytest.fixture
def visit(tmp_path):
    """Opens a page; gives what became of it, and how often somebody was asked for something."""
    asked = []
    line = socket.create_server(("127.0.0.1", 0))

    def listen():
        while True:
            try:
                talk, _ = line.accept()
            except OSError:
                return
            with talk:
                talk.settimeout(5)
                told = talk.recv(2000)
                asked.append(told)
                talk.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    threading.Thread(target=listen, daemon=True).start()

    def opened(text):
        (tmp_path / "page.html").write_text(text, encoding="utf-8")
        everywhere = f"--host-resolver-rules=MAP * 127.0.0.1:{line.getsockname()[1]}"
        quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
        words = [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'user'}"]
        ask = [
            *words,
            *quiet,
            everywhere,
            "--virtual-time-budget=3000",
            "--dump-dom",
            (tmp_path / "page.html").as_uri(),
        ]
        dom = subprocess.run(ask, capture_output=True, text=True, timeout=100, check=True).stdout
        asked_here = [a for a in asked if b"example.org" in a]
        asked.clear()
        return re.search("<title>(.*?)</title>", dom, re.DOTALL)[1], asked_here

    yield opened
    line.close()


def test_the_browser_would_run_and_ask(visit):
    """Unescaped, the same words do what they say; otherwise the tests below would prove nothing."""
    title, asked = visit(f"<!doctype html><html><head><title>x</title></head><body>{WORDS}</body></html>")
    assert title in ("ran", "1")
    assert len(asked) == 1


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("guarded", [True, False], ids=["as it is", "without its guard"])
def test_words_in_a_page_are_words(visit, name, guarded):
    """The words are escaped, so that they do nothing even in a browser that knows no content security policy."""
    text = PAGES[name]()
    assert FORBIDDEN in text
    title, asked = visit(text if guarded else text.replace(FORBIDDEN, "<meta name='without'"))
    assert "document.title = 'ran'" in title
    assert asked == []
