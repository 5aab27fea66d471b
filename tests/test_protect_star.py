"""The effect of small classes in Project STAR is told for girls and for boys, though next to nobody is neither."""

import pytest

import cbe_analysis as cbe
from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.record import Recorded
from cbe_analysis.protect.sizes import public_size

SUBJECTS = ("sat:math", "sat:reading")


@pytest.fixture(scope="module")
def releases(star):
    district = cbe.validate(cbe.load(star))
    asked = {"by": ["gender"], "program": "small_class_k", "allow_findings": True}
    found = (cbe.measure("intervention_effect", district, outcome=subject, **asked) for subject in SUBJECTS)
    return [cbe.protect(estimates, district.policy) for estimates in found]


def audited(releases):
    return audit_together([Published(f"brief {i}", None, one) for i, one in enumerate(releases)])


def test_girls_and_boys_are_shown_in_all_subjects(releases):
    for release in releases:
        effects = release.rows[release.rows["quantity"].eq("effect")].set_index("gender")
        assert effects["value"].notna().to_dict() == {
            "(all)": True,
            "female": True,
            "male": True,
            "(unknown)": False,
        }
        assert effects.loc[["female", "male"], "n_shown"].str.startswith("about ").all()
        assert "about" not in effects.loc["(all)", "n_shown"]
    assert audited(map(Recorded.of, releases)).passed


def test_sizes_to_the_nearest_ten_would_tell_how_many_are_neither(releases):
    """The same releases, with the sizes as they are printed where no group is hidden."""
    careless = [Recorded.of(release) for release in releases]
    for release in careless:
        for i, n in enumerate(release.sizes):
            if release.rows.at[i, "n_shown"] != "protected":
                release.rows.at[i, "n_shown"] = public_size(n, release.minimum_n).shown
    told = {(breach.group, breach.what) for breach in audited(careless).breaches}
    arm = "arm of small_class_k=treatment"
    assert any(arm in group and "gender=(unknown)" in group and what == "size" for group, what in told)
