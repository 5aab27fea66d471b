"""Every command gives the same numbers on a copy as on the district, but for the noise of another order of rows."""

import numpy as np
import pytest

import cbe_analysis as cbe
from cbe_analysis.pseudonymize import pseudonymize

NOISE = 1e-9  # relative: sums in another order, and what iterative fits make of it; measured below 4e-11

RIVERBEND = [
    ("pace", {"by": ["race_ethnicity"], "compare": "others"}),
    ("pace", {"by": ["school_id"]}),
    ("on_track", {"by": ["gender"]}),
    ("growth_rate", {"outcome": "map:math", "by": ["economically_disadvantaged"], "compare": "others"}),
    ("status", {"outcome": "map:reading", "by": ["race_ethnicity", "gender"], "compare": "others"}),
    ("chronic_absence", {"by": ["school_id"], "over": "year"}),
    ("intervention_effect", {"program": "reading_lab"}),
]
STAR = [
    ("growth_rate", {"outcome": "sat:math", "by": ["gender"], "compare": "others"}),
    ("growth_percentile", {"outcome": "sat:reading", "by": ["economically_disadvantaged"], "compare": "others"}),
    ("status", {"outcome": "sat:math", "by": ["race_ethnicity"], "compare": "reference", "adjust": ["gender"]}),
    (
        "intervention_effect",
        {"program": "small_class_k", "outcome": "sat:math", "by": ["economically_disadvantaged"], "compare": "others"},
    ),
]


@pytest.fixture(scope="module", params=["riverbend", "star"])
def pair(request, tmp_path_factory, pytestconfig):
    """A district and its copy, both validated, and what to ask."""
    name = request.param
    folder = request.getfixturevalue("star") if name == "star" else pytestconfig.rootpath / "data" / "riverbend"
    made = pseudonymize(folder, tmp_path_factory.mktemp("copies") / "out")
    return [cbe.validate(cbe.load(place)) for place in (folder, made.folder)], STAR if name == "star" else RIVERBEND


def findings(district):
    return sorted(
        (f.check, f.severity, f.table, f.columns, f.count, f.total, f.says) for f in district.findings.findings
    )


def test_a_copy_has_the_findings_of_the_district(pair):
    (district, copy), _ = pair
    assert findings(copy) == findings(district)
    assert copy.policy.factors == district.policy.factors
    assert copy.as_of(copy.files) == district.as_of(district.files)


def test_indicators_give_the_same_numbers(pair):
    (district, copy), questions = pair
    for indicator, options in questions:
        before, after = cbe.measure(indicator, district, **options), cbe.measure(indicator, copy, **options)
        assert (before.warnings, before.method, before.unit) == (after.warnings, after.method, after.unit)
        assert len(before.rows) > 1
        alike(before.rows, after.rows, indicator)


def alike(before, after, what):
    """All texts and counts equal, and all numbers but for noise."""
    assert list(before) == list(after)
    for column in before:
        if before[column].dtype.kind in "if" or str(before[column].dtype) == "Int64":
            old, new = (rows[column].astype(float).to_numpy() for rows in (before, after))
            scale = max(1.0, np.nanmax(np.abs(old))) if np.isfinite(old).any() else 1.0
            np.testing.assert_allclose(new, old, rtol=NOISE, atol=NOISE * scale, err_msg=f"{what}: {column}")
        else:
            assert before[column].astype(str).tolist() == after[column].astype(str).tolist(), f"{what}: {column}"


def test_with_schools_coded_the_district_is_the_same(tmp_path, pytestconfig):
    folder = pytestconfig.rootpath / "data" / "riverbend"
    made = pseudonymize(folder, tmp_path / "out", code_schools=True)
    district, copy = (cbe.validate(cbe.load(place)) for place in (folder, made.folder))
    schools = [cbe.measure("pace", d, by=["school_id"]).rows for d in (district, copy)]
    whole = [rows[rows["school_id"] == "(all)"].reset_index(drop=True) for rows in schools]
    assert len(whole[0]) > 3
    alike(*whole, "pace")
    for quantity in ("mean", "slope"):
        values = [sorted(r.loc[r["quantity"] == quantity, "value"]) for r in schools]
        np.testing.assert_allclose(values[1], values[0], rtol=NOISE)
