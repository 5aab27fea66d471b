"""The page about district.toml: its examples are read, and its privacy settings are those of the kit."""

import re
import tomllib
from pathlib import Path

import pytest

from cbe_analysis.policy import FACTORS, Policy, read_policy
from cbe_analysis.policy.settings import PROFILES, SMALLEST_MINIMUM

PAGE = Path(__file__).parents[1] / "docs" / "your-data.md"
PRIVATE = ("minimum_n", "privacy_profile", "factors", "published_dimensions")


def part(heading):
    """The lines of the page under a heading."""
    return PAGE.read_text(encoding="utf-8").partition(f"\n{heading}\n")[2].partition("\n#")[0].splitlines()


def test_the_page_tells_the_usual_privacy_settings_and_what_is_allowed():
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in part("### Privacy settings") if "|" in line
    ]
    told = {row[0].strip("`"): row[1:3] for row in rows[2:]}
    assert tuple(told) == PRIVATE
    usual = Policy()
    for name in PRIVATE[:3]:
        value = tomllib.loads(f"x = {told[name][0].strip('`')}")["x"]
        assert value == (list(usual.factors) if name == "factors" else getattr(usual, name))
    assert set(usual.published_dimensions) == {*usual.factors, *re.findall("`(.*?)`", told["published_dimensions"][0])}
    assert told["minimum_n"][1] == f"a whole number from {SMALLEST_MINIMUM}"
    assert told["privacy_profile"][1] == ", ".join(f'`"{profile}"`' for profile in sorted(PROFILES))


@pytest.mark.parametrize("heading", ["## district.toml", "### Privacy settings"])
def test_the_examples_of_the_page_are_read(tmp_path, heading):
    lines = [line[4:] for line in part(heading) if line.startswith("    ") or not line]
    (tmp_path / "district.toml").write_text("\n".join(lines), encoding="utf-8")
    policy = read_policy(tmp_path)
    if heading.startswith("###"):
        assert (policy.minimum_n, policy.privacy_profile) == (15, "rounded")
        assert "school_id" not in policy.published_dimensions
        assert policy.label("home_language", "som") == "Somali"
    else:
        assert (policy.name, policy.minimum_n, policy.factors) == ("Riverside Unified", 10, FACTORS)
        assert policy.units == {"map": "RIT points"}
