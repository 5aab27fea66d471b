"""The auditor knows nothing of the protector: whatever is left out of the protector, the release is refused."""

import ast
import importlib
from pathlib import Path

import numpy as np
import pytest
from protected_tables import POINTS, POLICY, SHARE, count, effect, estimates, gap, mean, share, shares

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.protect.attack.facts import Fact, Sum
from cbe_analysis.protect.attack.possible import DOUBTED_UP_TO, WHOLE_UP_TO, Possible
from cbe_analysis.protect.pattern.coarse_to_fine import Pattern

ROOM = "cbe_analysis.protect"
NO_STUDENT = {"a": (400, 120), "b": (300, 60), "c": (8, 3)}


@pytest.fixture
def broken(monkeypatch):
    """Replace a part of the protector by a careless one."""

    def replace(module, name, careless):
        monkeypatch.setattr(importlib.import_module(f"{ROOM}.{module}"), name, careless)

    replace("protector", "covering", lambda *_: set())  # what the attack finds is not hidden either
    return replace


def part(module, name):
    return getattr(importlib.import_module(f"{ROOM}.{module}"), name)


def means(sizes, by=("group",)):
    """Means of groups, of margins and of the whole, from the sizes of the finest groups."""
    cells = shares({key: (n, 0) for key, n in sizes.items()}, by=by).rows
    return estimates([mean(row["n"], 50.0, **{b: row[b] for b in by}) for row in cells.to_dict("records")], by)


def refused(given, said, group):
    with pytest.raises(ReleaseRefused, match=said) as error:
        cbe.protect(given, POLICY)
    assert group in error.value.where
    assert error.value.exit_code == 1
    assert "use --audience staff or fewer factors" in str(error.value)
    return error.value


def only_small_cells_hidden(broken):
    """A protector that hides nothing beside the small cells."""
    broken("protector", "secured", lambda base, minimum: Pattern(base.small(minimum)))
    broken("holding", "reopened", lambda base, hidden, minimum: None)


def test_a_careful_release_passes():
    assert len(cbe.protect(shares(NO_STUDENT, compare="others"), POLICY).rows) == 10


def test_hiding_small_cells_alone_is_refused(broken):
    given = means({"a": 4, "b": 12})
    cbe.protect(given, POLICY)
    only_small_cells_hidden(broken)
    refused(given, "its size", "group=a")


def test_hiding_small_cells_alone_is_refused_in_crossed_tables(broken):
    sizes = {("a", "x"): 4, ("a", "y"): 13, ("b", "x"): 14, ("b", "y"): 12}
    given = means(sizes, by=("group", "team"))
    cbe.protect(given, POLICY)
    only_small_cells_hidden(broken)
    refused(given, "its size", "group=a, team=x")


def test_hiding_nothing_is_refused(broken):
    broken("holding", "hidden_entries", lambda grounds, percents, withheld: frozenset())
    sizes = part("sizes", "public_size")
    for module in ("grounds", "curves.waiting", "pattern.cells"):
        broken(module, "public_size", lambda n, minimum, *, rough=False: sizes(max(n, minimum), minimum, rough=rough))
    refused(shares(NO_STUDENT), "a small group is shown", "group=c")


def test_exact_sizes_are_refused(broken):
    size = part("sizes", "Size")
    broken("grounds", "public_size", lambda n, minimum, *, rough=False: size(int(n), int(n), f"{n:,.0f}"))
    refused(shares({"a": (403, 120), "b": (300, 60)}), "a size is exact", "group=a")


def test_uncoded_shares_are_refused(broken):
    broken("percents", "coded_within", lambda n: -1)
    part("percents", "telling").cache_clear()
    refused(shares({"a": (400, 399), "b": (300, 60)}), "not coded", "group=a")


def test_shares_finer_than_whole_percentages_are_refused(broken):
    broken("printing", "_share", lambda grounds, entry, percent: part("printing", "_estimate")(grounds, entry, 0.001))
    refused(shares({"a": (400, 121), "b": (300, 60)}), "a share is too exact", "group=a")


def test_coded_shares_that_totals_give_away_are_refused(broken):
    given = shares({"a": (22, 15), "b": (19, 0)})
    cbe.protect(given, POLICY)
    broken("holding", "remedy", lambda grounds, percents, hidden, before: part("shares.remedy", "Remedy")())
    refused(given, "its share", "group=b")


def test_counts_that_their_percentage_tells_are_refused(broken):
    given = shares({"a": (65, 18), "b": (23, 14)})
    broken("holding", "remedy", lambda grounds, percents, hidden, before: part("shares.remedy", "Remedy")())
    refused(given, "its share", "group=b")


def test_several_percentages_that_tell_the_size_together_are_refused(broken):
    rows = [share(24, y) | {"unit": f"{SHARE} {y}"} for y in (5, 7, 8, 10)]
    assert cbe.protect(estimates(rows, ()), POLICY).rows["hidden"].isna().all()
    broken("shares.remedy", "telling_together", lambda grounds, percents, hidden: {})
    refused(estimates(rows, ()), "its size comes out", "all")


def test_comparisons_with_a_hidden_or_coded_side_are_refused(broken):
    broken("grounds", "_comparisons", lambda grounds, found, shown: set())
    broken("holding", "remedy", lambda grounds, percents, hidden, before: part("shares.remedy", "Remedy")())
    rows = [share(460, 398), share(400, 340, group="a"), share(60, 58, group="b")]
    rows.append(gap(400, 0.85 - 58 / 60, 0.03, 60, reference="b", unit=SHARE, group="a"))
    refused(estimates(rows), "rests on a hidden or coded group", "group=a")
    rows = [mean(908, 500.0), mean(8, 480.0, group="a"), mean(500, 500.3, group="b"), mean(400, 499.0, group="c")]
    rows.append(gap(500, 20.3, 3.4, 8, reference="a", group="b"))
    refused(estimates(rows), "rests on a hidden or coded group", "group=b")


def test_an_effect_on_a_hidden_arm_is_refused(broken):
    broken("grounds", "_by_arms", lambda grounds: set())
    rows = [count(300, arm="treatment"), count(4, arm="comparison"), effect(304)]
    refused(estimates(rows, ()), "hidden arm", "all")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("to_step", lambda value, step: value, "a value is too exact"),
        ("in_figures", lambda value: value, "a value is too exact"),
        ("public_p", lambda p: p, "a p-value is exact"),
    ],
)
def test_unrounded_numbers_are_refused(broken, name, value, said):
    broken("printing", name, value)
    refused(estimates([{**mean(5871, 485.3771, sd=47.123), "p": 0.0321}], ()), said, "all")


def test_hidden_rows_that_hold_something_are_refused(broken):
    printed = part("printing", "Printed")

    def careless(grounds, percents, hidden):
        found = part("printing", "as_protected")(grounds, percents, hidden)
        entries = grounds.entries
        return [
            printed(entries[i], p.shown, p.n_shown, hidden=p.hidden) if p.hidden else p for i, p in enumerate(found)
        ]

    broken("holding", "as_protected", careless)
    refused(shares(NO_STUDENT), "a hidden row holds something", "group=c")


def test_a_likelihood_is_refused(broken):
    broken("grounds", "RESTRICTED", ())
    rows = [{"quantity": "loglik", "unit": POINTS, "n": 500, "value": -1234.5}]
    refused(estimates(rows, ()), "likelihood", "all")


def test_a_refusal_names_groups_and_no_number(broken):
    only_small_cells_hidden(broken)
    error = refused(means({"a": 4, "b": 12}), "its size", "group=a")
    assert not any(character.isdigit() for character in str(error))


def imported(file):
    """What a module of the room imports of the house, without the house's name."""
    tree = ast.parse(file.read_text("utf-8"))
    found = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and str(n.module).startswith("cbe_")}
    return {str(name).removeprefix("cbe_analysis.") for name in found}


def test_the_auditor_shares_nothing_with_the_protector_but_the_solver():
    house = Path(importlib.import_module(ROOM).__file__).parent
    allowed = {"errors", "load.where", "measure.estimates", "policy"}
    allowed |= {f"protect.pattern.{solver}" for solver in ("loosening", "nearby", "polytope")}
    allowed |= {"protect.record", "protect.release"}
    own = list((house / "attack").rglob("*.py"))
    assert len(own) > 5
    for file in own:
        used = {name for name in imported(file) if not name.startswith("protect.attack.")}
        assert used - {"protect.attack"} <= allowed, file.name
    for file in set(house.rglob("*.py")) - set(own):
        used = {name for name in imported(file) if name.startswith("protect.attack")}
        assert used <= ({"protect.attack.auditor"} if file.stem == "protector" else set()), file.name


@pytest.mark.parametrize("unknowns", [WHOLE_UP_TO + 1, DOUBTED_UP_TO + 1])
def test_where_no_whole_numbers_fit_a_sum_lies_between_two(unknowns):
    """Shares of days are no shares of students: who takes them for these finds half a student, which tells nothing."""
    facts = [Fact(Sum.of(np.array([i])), 0.5, 0.75) for i in range(unknowns)]
    possible = Possible([0.0] * unknowns, [1.0] * unknowns, facts, whole=True)
    assert possible.whole_range(Sum.of(np.array([0]))) == (0.0, 1.0)
    assert possible.several(Sum.of(np.array([0])))
