"""Releases about the same few students: by one column, by another, by both, of some groups alone."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
from brute_force import Everything, count_comes_out, size_comes_out
from protected_tables import shares

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.measure.estimates import Population
from cbe_analysis.policy import Policy
from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.record import Recorded

POLICY = Policy(factors=("group", "team"), minimum_n=5)
COLUMNS = ("group", "team")
ALL, HIDDEN = "(all)", "protected"


def released(cells, by, where=()):
    """A release by some of the columns, of the cells that meet the conditions: (column, "=" or "!=", level)."""
    met = {key: pair for key, pair in cells.items() if all(_meets(key, one) for one in where)}
    summed = {}
    for key, (n, y) in met.items():
        short = tuple(key[COLUMNS.index(column)] for column in by)
        had = summed.get(short, (0, 0))
        summed[short] = (had[0] + n, had[1] + y)
    given = shares(summed or {(): (0, 0)}, by=by)
    people = Population("students", tuple(sorted("".join(one) for one in where)), ("", ""), pd.DataFrame())
    return Recorded.of(cbe.protect(dataclasses.replace(given, population=people), POLICY))


def _meets(key, condition):
    column, operator, level = condition
    return (key[COLUMNS.index(column)] == level) == (operator == "=")


def printed(release, atoms):
    """What the release prints: finest groups of a row -> its texts."""
    told = {}
    where = [
        (text.partition("=")[0].rstrip("!"), "!=" if "!=" in text else "=", text.partition("=")[2])
        for text in release.where
    ]
    for row in release.rows.to_dict("records"):
        about = frozenset(
            atom
            for atom in atoms
            if all(_meets(atom, one) for one in where)
            and all(row[c] in (ALL, atom[COLUMNS.index(c)]) for c in release.by)
        )
        told.setdefault(about, []).append((row["n_shown"], row["shown"]))
    return told


def everything(releases, atoms):
    """All that several releases print."""
    found = {}
    for release in releases:
        for about, texts in printed(release, atoms).items():
            found.setdefault(about, []).extend(texts)
    return found


def brute(releases, cells, *, counts):
    """What comes out when everything is tried: ("size" or "share", set of finest groups).

    Parameters
    ----------
    counts
        Whether counts are tried beside sizes: these narrow sizes, too.
    """
    atoms = tuple(cells)
    told = everything(releases, atoms)
    tried = Everything(atoms, told, shares=counts)
    fallen = set()
    for about, texts in (told | {of: [(HIDDEN, HIDDEN)] for of in left_over(releases, told, cells)}).items():
        found, n = tried.sums(about), sum(cells[atom][0] for atom in about)
        hidden = all(size == "protected" for size, _ in texts)
        if about and hidden and size_comes_out(found[:, 0], n, POLICY.minimum_n):
            fallen.add(("size", about))
        if about and counts and count_comes_out(found, texts, POLICY.minimum_n):
            fallen.add(("share", about))
    return fallen


def reckoned_with(releases, cells):
    """The finest groups without those of levels that nobody has and that no text names: nobody reckons with them."""
    named = {level for one in releases for c in one.by for level in one.rows[c]}
    named |= {text.rpartition("=")[2] for one in releases for text in one.where}
    had = {level for atom, (n, _) in cells.items() if n for level in atom}
    return {atom: pair for atom, pair in cells.items() if named.union(had).issuperset(atom)}


def left_over(releases, told, cells):
    """The small groups that no row is about, but whose size follows from others by what releases select."""
    rows = np.array([[atom in about for atom in cells] for about in told], float)
    selected = {column for one in releases for column in COLUMNS if any(column in text for text in one.where)}
    levels = [sorted({atom[i] for atom in cells}) for i in range(len(COLUMNS))]
    sets = [_some(own, single=column not in selected) for column, own in zip(COLUMNS, levels, strict=True)]
    for some in itertools.product(*sets):
        about = frozenset(atom for atom in cells if all(atom[i] in own for i, own in enumerate(some)))
        own = np.array([atom in about for atom in cells], float)
        follows = np.linalg.matrix_rank(np.vstack([rows, own])) == np.linalg.matrix_rank(rows)
        if about and about not in told and follows and 0 < sum(cells[atom][0] for atom in about) < POLICY.minimum_n:
            yield about


def _some(levels, *, single):
    """All sets of levels, none aside; or each of them and all."""
    sizes = {1, len(levels)} if single else range(1, len(levels) + 1)
    return [set(one) for size in sorted(sizes) for one in itertools.combinations(levels, size)]


def audited(releases, atoms):
    """The same by the audit."""
    audit = audit_together([Published(f"brief {i}", 1, one) for i, one in enumerate(releases)])
    levels = [sorted({atom[i] for atom in atoms}) for i in range(len(COLUMNS))]
    fallen = set()
    for breach in audit.breaches:
        named = (atom for atom in itertools.product(*levels) if _named(atom, breach.group) and atom in atoms)
        fallen.add((breach.what, frozenset(named)))
    return fallen


def _named(atom, words):
    """Whether a finest group is part of a group in words."""
    if words == "all":
        return True
    for part in words.split(", "):
        if " other than " in part:
            column, _, levels = part.partition(" other than ")
            if atom[COLUMNS.index(column)] in levels.split(" or "):
                return False
        else:
            column, _, levels = part.partition("=")
            if atom[COLUMNS.index(column)] not in levels.split(" or "):
                return False
    return True


SIZES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11)
BY_GROUP = ((("group",), ()), ((), ()), ((), (("group", "!=", "a"),)), ((), (("group", "=", "b"),)))
SELECTED = (((), ()), *(((), (("group", operator, level),)) for operator in ("=", "!=") for level in "abc"))
BY_BOTH = (
    *((("team",), ()), (("group", "team"), ()), (("team",), (("group", "=", "a"),))),
    *((("group",), (("team", "!=", "x"),)), ((), (("team", "=", "y"),)), (("group",), (("group", "!=", "b"),))),
)
SELECTIONS_ALONE = 0.3  # of the sequences
MOST_COUNTED = 19  # students of a sequence whose counts are tried, not only their sizes


def sequences(random, wanted, *, counted=MOST_COUNTED):
    """Random students and two to four releases about them: (cells, releases, whether counts can be tried).

    Parameters
    ----------
    counted
        Students of four groups up to whom counts can be tried; of three groups it is always the most.
    """
    while wanted:
        atoms = [(g, t) for g in "ab" for t in "xy"] if random.random() < 0.5 else [(g, "x") for g in "abc"]
        drawn = {atom: random.choice(SIZES if random.random() < 0.7 else SIZES[:7]) for atom in atoms}
        cells = {atom: (n, random.choice([0, n, random.randint(0, n)])) for atom, n in drawn.items()}
        asked = [BY_GROUP[0], *random.sample([*BY_GROUP, *(BY_BOTH if len(atoms) > 3 else ())], random.randint(1, 3))]
        if random.random() < SELECTIONS_ALONE:  # no table names the groups
            asked = [
                ((), ()),
                *random.sample([*SELECTED[1:], *(BY_BOTH[2:5] if len(atoms) > 3 else ())], random.randint(1, 3)),
            ]
        total = sum(drawn.values())
        if not POLICY.minimum_n <= total <= 2 * MOST_COUNTED:
            continue
        try:
            releases = [released(cells, by, where) for by, where in asked]
        except ReleaseRefused:
            continue
        if any(size != HIDDEN for size, _ in everything(releases, tuple(cells))[frozenset(cells)]):
            wanted -= 1
            yield cells, releases, total <= (counted if len(atoms) > 3 else MOST_COUNTED)


def missed(cells, releases, *, counts):
    """What comes out when everything is tried, but not in the audit; and all that comes out."""
    cells = reckoned_with(releases, cells)
    tried = brute(releases, cells, counts=counts)
    return tried - audited(releases, tuple(cells)), tried
