"""Releases about a few students of three school years, and an attacker who tries all who may be there in each year."""

import itertools

import numpy as np
from brute_force import count_comes_out, percentages, sizes
from hand_made import ALL, HIDDEN, release, share

from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.percents import nearest
from cbe_analysis.protect.sizes import public_size

YEARS = ("2023", "2024", "2025")
MINIMUM = 5
MOST, DRAWN = 19, 12  # students of a year that the attacker reckons with, and students at most
TRIED = 300_000  # combinations, at most
SELECTED = [years for size in (1, 2, 3) for years in itertools.combinations(YEARS, size)]
ASKED = [*((years, ()) for years in SELECTED), *((years, ("school_year",)) for years in SELECTED if len(years) > 1)]


def released(people, years, by=()):
    """A careless release about some years: whole percentages; `people`: see `drawn`."""
    rows, true = [], []
    for level in (ALL, *years)[: 1 + len(by) * len(years)]:
        own = years if level == ALL else (level,)
        n, (cases, having) = people[own], (sum(people[year][i] for year in own) for i in (0, 1))
        shown = n >= MINIMUM
        size = public_size(n, MINIMUM).shown if shown else HIDDEN
        rows.append(share(size, f"{nearest(having / cases)} %" if shown else HIDDEN, **dict.fromkeys(by, level)))
        true.append(n)
    where = () if years == YEARS else (f"school_year in {list(years)}".replace("'", '"'),)
    return release(rows, true, by=by, where=where, times=len(years), minimum_n=MINIMUM)


def drawn(random):
    """Random students, each in some of the years, who have it in some of these."""
    found = dict.fromkeys(YEARS, (0, 0)) | dict.fromkeys(SELECTED, 0)
    chances = [random.choice((0.1, 0.5, 0.9)) for _ in YEARS]
    rare = random.choice((0.0, 0.2, 0.5, 0.9))
    for _ in range(random.randint(5, DRAWN)):
        there = {year for year, chance in zip(YEARS, chances, strict=True) if random.random() < chance}
        for year in there:
            n, having = found[year]
            found[year] = n + 1, having + (random.random() < rare)
        for years in SELECTED:
            found[years] += not there.isdisjoint(years)
    return found


def sequences(random, wanted):
    """Random students, and two to four releases about them."""
    while wanted:
        people = drawn(random)
        asked = random.sample(ASKED, random.randint(2, 4))
        if all(len(years) == 1 for years, _ in asked):
            continue
        releases = [released(people, *one) for one in asked]
        wanted -= 1
        yield people, releases


def _texts(releases):
    """Years -> the texts that are printed of them."""
    found = {}
    for one in releases:
        selected = tuple(y for y in YEARS if not one.where or y in one.where[0])
        for row in one.rows.to_dict("records"):
            own = (row["school_year"],) if row.get("school_year", ALL) != ALL else selected
            found.setdefault(own, []).append((row["n_shown"], row["shown"]))
    return found


def brute(releases):
    """The years whose count comes out when everything is tried; None where that is too much."""
    told = _texts(releases)
    pairs = np.array([(n, y) for n in range(MOST + 1) for y in range(n + 1)])
    own = [pairs[_fit(pairs[:, 0], pairs[:, 0], pairs[:, 1], told.get((year,), ()))] for year in YEARS]
    if np.prod([len(one) for one in own]) > TRIED:
        return None
    at = np.meshgrid(*(range(len(one)) for one in own), indexing="ij")
    every = np.stack([one[i.ravel()] for one, i in zip(own, at, strict=True)], axis=1)
    for years, texts in told.items():
        there = every[:, [YEARS.index(year) for year in years]]
        total = there.sum(axis=1)
        every = every[_fit(there[:, :, 0].max(axis=1), *total.T, texts)]
    return {
        years
        for years, texts in told.items()
        if count_comes_out(every[:, [YEARS.index(year) for year in years]].sum(axis=1), texts, MINIMUM)
    }


def _fit(fewest, cases, having, texts):
    """Which would be printed like all of these texts, whoever was there in several years."""
    good = np.ones(len(cases), bool)
    for size, shown in texts:
        if size != HIDDEN:
            few, many = sizes(size)[0], sizes(size)[-1]
            good &= (fewest <= many) & (cases >= few)
        if shown != HIDDEN:
            low, high = percentages(shown)
            good &= (100 * having >= low * cases - 1e-9) & (100 * having <= high * cases + 1e-9)
    return good


def audited(releases):
    """The same by the audit."""
    audit = audit_together([Published(f"brief {i}", 1, one) for i, one in enumerate(releases)])
    return {_named(breach.group) for breach in audit.breaches if breach.what == "share"}


def _named(words):
    """The years that words name."""
    named = words.partition("school_year=")[2]
    return tuple(sorted(named.split(" or "))) if named else YEARS
