"""Several shares and a mean of the same students, protected, against integer programmes over all that is printed."""

import importlib

import numpy as np
import pytest
from brute_force import count_comes_out, left, size_comes_out
from crossed_tables import POLICY
from drawn_series import KINDS, drawn
from several_series import HIDDEN, SEEN, Model, Told, counts_out, sizes_out, told_by

import cbe_analysis as cbe
from cbe_analysis.protect.attack.witnesses import Witnesses

ATTACK = "cbe_analysis.protect.attack"
MINIMUM = POLICY.minimum_n
CELLS = [("(all)",), ("a",), ("b",), ("c",)]
SIZES = ("130", HIDDEN, "40-99", "40-99")
EVEN, UNEVEN = ("40 %", HIDDEN, "50 %", "30 %"), ("39 %", HIDDEN, "20 %", "50 %")
TRUE = {"a": (8, 3, 8, 640.0), "b": (60, 30, 12, 2880.0), "c": (60, 18, 30, 2940.0)}  # size, both counts, sum of scores


def told(*shares, means=()):
    """What is told of three groups of 128 students, by shares and by means."""
    series = {str(i): dict(zip(CELLS, texts, strict=True)) for i, texts in enumerate(shares)}
    return Told(dict(zip(CELLS, SIZES, strict=True)), series, [], dict(means))


def model(of):
    return Model(
        of, lambda cell, units: [TRUE[cell[0]][0], *(TRUE[cell[0]][1 + int(u)] for u in units), TRUE[cell[0]][3]]
    )


def test_the_attacker_finds_what_two_shares_tell():
    both = told(EVEN, UNEVEN)
    assert sizes_out(model(both), MINIMUM) == [("a",)]
    assert not any(sizes_out(model(both.of([unit])), MINIMUM) for unit in both.shares)


def test_the_attacker_finds_what_a_mean_tells():
    """48 and 49 in all printed groups, and more than 50 of everyone."""
    means = {("(all)",): (50.5, 1.0), ("b",): (48.0, 1.0), ("c",): (49.0, 1.0)}
    assert sizes_out(model(told(EVEN, means=means)), MINIMUM) == [("a",)]


@pytest.mark.parametrize("seed", range(8))
def test_the_attacker_finds_what_trying_everything_finds(seed):
    """Three groups, of which small ones alone are hidden."""
    random = np.random.default_rng(seed)
    sizes = [int(random.integers(1, 10)), *random.integers(6, 24, 2).tolist()]
    counts = [int(random.integers(n + 1)) for n in sizes]
    groups = dict(zip("abc", zip(sizes, counts, strict=True), strict=True))
    texts = {name: (HIDDEN, HIDDEN) if n < MINIMUM else printed(n, y) for name, (n, y) in groups.items()}
    whole = printed(sum(sizes), sum(counts))
    cells = {("(all)",): whole, **{(name,): own for name, own in texts.items()}}
    shares = {"0": {cell: share for cell, (_, share) in cells.items()}}
    model = Model(
        Told({cell: size for cell, (size, _) in cells.items()}, shares), lambda cell, _: [*groups[cell[0]], 0]
    )
    fitting = {name: np.array(sorted(found)) for name, found in left(texts, whole).items()}
    assert set(counts_out(model, "0", MINIMUM)) - {("(all)",)} == {
        (name,) for name, found in fitting.items() if count_comes_out(found, [texts[name]], MINIMUM)
    }
    assert set(sizes_out(model, MINIMUM)) == {
        (name,)
        for name, found in fitting.items()
        if texts[name][0] == HIDDEN and size_comes_out(found[:, 0], groups[name][0], MINIMUM)
    }


def printed(n, y):
    """Size and share in bands and whole percentages, neither coded nor rounded further."""
    band = next(text for low, text in ((40, "40-99"), (20, "20-39"), (10, "10-19")) if n >= low)
    return band, f"{round(100 * y / n)} %"


@pytest.mark.parametrize("seed", [1, 2, 5, 3, 4])  # one of each kind
def test_nothing_follows_from_several_series_that_are_protected(seed):
    table = drawn(seed, seed % len(KINDS))
    told = told_by(cbe.protect(table.estimates(), POLICY), [table.units] if table.whole else [])
    everything = Model(told, table.true, seconds=1.0)
    assert sizes_out(everything, MINIMUM) == []
    wholes = [table.units] if table.whole else [[unit] for unit in table.units]
    for units in wholes:
        own = Model(told.of(units), table.true, seconds=1.0)
        assert [cell for unit in units for cell in counts_out(own, unit, MINIMUM)] == []


def test_no_count_of_larger_tables_follows_from_levels_by_whole_numbers():
    """27 groups: fractions leave two values to the counts of one row where whole numbers leave one."""
    table = drawn([20261122, 87], 2)
    model = Model(told_by(cbe.protect(table.estimates(), POLICY), [table.units]), table.true)
    row = [("g6", team) for team in ("(all)", "t0", "t1", "t2")]
    assert [cell for unit in table.units for cell in counts_out(model, unit, MINIMUM, row)] == []


def fit(points, model):
    """Whether points are whole numbers that fit what is printed."""
    values, low, high = points @ model.facts.T, np.array(model.low), np.array(model.high)
    return bool((points == np.round(points)).all() and (values >= low - SEEN).all() and (values <= high + SEEN).all())


def test_hidden_sizes_of_larger_tables_are_seen_to_have_room_by_whole_numbers_that_fit(monkeypatch):
    """27 groups and two shares: fractions leave some hidden groups their room where whole numbers leave none."""
    made, sizes = [], importlib.import_module(f"{ATTACK}.hidden_sizes")
    monkeypatch.setattr(sizes, "Witnesses", lambda *a: made.append(of := Witnesses(*a)) or of)
    table = drawn([20261122, 60], 0)
    model = Model(told_by(cbe.protect(table.estimates(), POLICY)), table.true)
    found = made[-1].points.reshape(-1, 3, 3, 3, 3).swapaxes(3, 4).reshape(-1, 81)  # group, house, team -> team, house
    assert fit(found, model)
    for cell, text in model.told.sizes.items():
        if text == HIDDEN:
            own = found @ model.size(cell)
            small = model.truth @ model.size(cell) < MINIMUM
            assert own.min() == 0 and own.max() >= MINIMUM if small else np.ptp(own) >= 1


def test_hidden_counts_of_larger_tables_are_seen_to_have_room_by_whole_numbers_that_fit(monkeypatch):
    """27 groups and three levels of a whole."""
    made, shares = [], importlib.import_module(f"{ATTACK}.shares_attack")
    monkeypatch.setattr(shares, "Witnesses", lambda *a: made.append(of := Witnesses(*a)) or of)
    table = drawn([20261122, 7], 2)
    model = Model(told_by(cbe.protect(table.estimates(), POLICY), [table.units]), table.true)
    levels = made[-1].points.reshape(-1, 3, 27)
    found = np.concatenate([levels.sum(axis=1), levels.reshape(-1, 81)], axis=1)
    assert fit(found, model)
    for unit, texts in model.told.shares.items():
        for cell in (cell for cell, text in texts.items() if text == HIDDEN):
            having, everyone = found @ model.count(cell, unit), found @ model.size(cell)
            assert np.ptp(having) >= 1, cell
            assert np.ptp(everyone - having) >= 1, cell


def test_where_no_whole_numbers_are_found_more_is_hidden(monkeypatch):
    """12 groups and two shares: not to know is not to be sure."""
    measured = drawn([20261122, 10], 0).estimates()
    sure = cbe.protect(measured, POLICY).rows["hidden"].notna().sum()
    monkeypatch.setattr(Witnesses, "relief", lambda *_: None)
    assert cbe.protect(measured, POLICY).rows["hidden"].notna().sum() > sure > 0


def test_means_that_do_not_add_up_keep_no_one_from_looking_for_whole_numbers(monkeypatch):
    """What a model says of a whole need not be the mean of what it says of the parts."""
    made, sizes = [], importlib.import_module(f"{ATTACK}.hidden_sizes")
    monkeypatch.setattr(sizes, "Witnesses", lambda *a: made.append(of := Witnesses(*a)) or of)
    measured = drawn([20261122, 3], 3).estimates()
    parts = measured.rows["quantity"].eq("mean") & measured.rows[measured.by[0]].ne("(all)")
    measured.rows.loc[parts, "value"] += 0.01
    cbe.protect(measured, POLICY)
    assert made
