"""Releases of a program's effect made by hand, for the tests of intervention briefs."""

from types import MappingProxyType

from small_releases import POLICY, compared, estimates

from cbe_analysis.protect import protect
from cbe_analysis.render.plans import Plan
from cbe_analysis.render.trials import trials

SHARE, SD = "share of students, 0 to 1", "standard deviations"
METHOD = "tutoring: randomized, with an effect for every block"
SIZES = MappingProxyType({"treatment": 600, "comparison": 900})
RATING, CLUSTERS = "without reservations", "in 30 clusters as assigned"
NONE = float("nan")
PLAN = Plan(
    id="tutoring",
    name="Tutoring",
    assignment="randomized",
    outcomes=("map:reading",),
    minimum_effect=5.0,
    certainty=0.8,
    yes="Give it to all.",
    no="Stop it.",
    unsure="Try another year.",
)


def whole(effect=9.0, error=2.0, p=0.001, *, sizes=SIZES, chances=(0.95, 0.04, 0.01), **more):
    """Estimates about all students of one outcome; `chances` better, little, worse, None where there is no rule."""
    g, n = effect / 50, sum(sizes.values())
    rows = [
        ("effect", (), n, effect, error, {"p": p, "p_adjusted": p}),
        ("hedges_g", (), n, g, error / 50),
        *(
            ("count", (), size, float(size), float("nan"), _arm(arm, "students", CLUSTERS))
            for arm, size in sizes.items()
        ),
        *_shares("attrition", sizes, more.pop("lost", (60, 90)), more.pop("rating", RATING), more.pop("low", "low")),
        *_baselines(sizes, more.pop("baselines", (0.02, "satisfied"))),
        *_probabilities(n, chances),
    ]
    return _estimates([], rows, **more)


def _arm(arm, unit, note="", **more):
    return {"arm": arm, "unit": unit, "note": note, "low": NONE, "high": NONE, **more}


def _shares(quantity, sizes, parts, rating, low):
    """Attrition by arm, in all and between the arms, of those assigned."""
    given = {arm: size + part for (arm, size), part in zip(sizes.items(), parts, strict=True)}
    rows = []
    for arm, part in zip(sizes, parts, strict=True):
        n = given[arm]
        rows.append((quantity, (), n, part / n, NONE, _arm(arm, SHARE, numerator=part, denominator=n)))
    n, lost = sum(given.values()), sum(parts)
    note = f"WWC 4.1, cautious boundary: {rating}"
    rows.append((quantity, (), n, lost / n, NONE, _arm("(all)", SHARE, note, numerator=lost, denominator=n)))
    gap = rows[0][3] - rows[1][3]
    told = f"{low} by the cautious boundary, low by the optimistic boundary"
    return [*rows, (quantity, (), n, gap, NONE, _arm("difference", SHARE, told))]


def _baselines(sizes, difference):
    """Half of each arm in each of two groups, and the difference between the arms as it is told."""
    value, verdict = difference
    rows = []
    for group in ("no", "yes"):
        at = f"support={group}"
        for arm, n in sizes.items():
            counted = {"numerator": n // 2, "denominator": n}
            rows.append(("baseline", (), n, n // 2 / n, NONE, _arm(arm, SHARE, at=at, **counted)))
        note = f"baseline equivalence: {verdict}"
        signed = value if group == "yes" else -value
        rows.append(("baseline", (), sum(sizes.values()), signed, NONE, _arm("difference", SD, note, at=at)))
    return rows


def _probabilities(n, chances):
    unit = "probability, 0 to 1"
    named = zip(("better", "little", "worse"), chances or (), strict=False)
    return [
        ("probability", (), n, value, NONE, {"unit": unit, "at": at, "low": NONE, "high": NONE}) for at, value in named
    ]


def split(groups, gap=(1.0, 2.0, 0.6), **more):
    """Estimates by `support`: group -> (students in each arm, effect, error)."""
    total = sum(n for n, _, _ in groups.values())
    rows = [("effect", "(all)", 2 * total, 9.0, 2.0, {"p": 0.001, "p_adjusted": 0.001})]
    rows += [("count", "(all)", total, float(total), NONE, _arm(arm, "students")) for arm in SIZES]
    for group, (n, effect, error) in groups.items():
        rows.append(("effect", group, 2 * n, effect, error, {"p": 0.001, "p_adjusted": 0.001}))
        rows.append(("hedges_g", group, 2 * n, effect / 50, error / 50))
        rows += [("count", group, n, float(n), NONE, _arm(arm, "students")) for arm in SIZES]
    value, error, p = gap
    if "yes" in groups:
        rows.append(("gap", "yes", 2 * groups["yes"][0], value, error, compared(p, "no", 2 * groups["no"][0])))
    return _estimates(["support"], rows, **more)


def _estimates(by, rows, *, outcome="map:reading", method=METHOD, warnings=(), covariates=None):
    made = estimates("intervention_effect", by, rows, outcome=outcome, covariates=covariates)
    for name, value in (("method", method), ("warnings", tuple(warnings))):
        object.__setattr__(made, name, value)
    return made


def found(*made, audience="public"):
    """The trials of these estimates, protected."""
    return trials([protect(e, POLICY, audience) for e in made])
