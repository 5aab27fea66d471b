"""The page on validation says what the checks are, and is up to date."""

import tomllib
from pathlib import Path

from cbe_analysis.policy.quality import Limits, read_limits, read_official, read_scales
from cbe_analysis.validate.page import GENERAL, PAGE, checks_page, every_check


def test_the_committed_page_is_up_to_date():
    page = Path(__file__).parents[2] / PAGE
    assert page.read_text(encoding="utf-8") == checks_page(), "run: make docs"


def test_every_check_has_a_line_with_its_tables():
    lines = {line.split("`")[1]: line for line in checks_page().splitlines() if line.startswith("| `")}
    checks = every_check()
    assert set(lines) == {check.id for check in checks}
    assert set(GENERAL) <= set(lines)
    for check in checks:
        assert f"`{check.table}`" in lines[check.id] or "| every table" in lines[check.id]
        assert check.severity in lines[check.id].split("|")[2]


def test_the_settings_that_the_page_shows_can_be_read():
    blocks = [line[4:] for line in checks_page().splitlines() if line.startswith("    ") and "cbe " not in line]
    told = tomllib.loads("\n".join(blocks))
    assert read_limits(told["checks"]) == Limits()
    assert read_scales(told["scales"]).ratings == (1, 4)
    assert len(read_official(told["official"]).enrollment) == 5
