"""Releases about the same few students: by one column, by another, by both, of some groups alone."""

import dataclasses
import itertools

import pandas as pd
from brute_force import Everything, count_comes_out, size_comes_out
from protected_tables import shares

import cbe_analysis as cbe
from cbe_analysis.measure.estimates import Population
from cbe_analysis.policy import Policy
from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.record import Recorded

POLICY = Policy(factors=("group", "team"), minimum_n=5)
COLUMNS = ("group", "team")
ALL = "(all)"


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
    """The groups whose size, and whose count, comes out when everything is tried: sets of finest groups."""
    atoms = tuple(cells)
    told = everything(releases, atoms)
    tried = Everything(atoms, told, shares=counts)
    fallen = set()
    for about, texts in told.items():
        found, n = tried.sums(about), sum(cells[atom][0] for atom in about)
        hidden = all(size == "protected" for size, _ in texts)
        if about and not counts and hidden and size_comes_out(found[:, 0], n, POLICY.minimum_n):
            fallen.add(about)
        if about and counts and count_comes_out(found, texts, POLICY.minimum_n):
            fallen.add(about)
    return fallen


def audited(releases, atoms, what):
    """The same by the audit."""
    audit = audit_together([Published(f"brief {i}", 1, one) for i, one in enumerate(releases)])
    levels = [sorted({atom[i] for atom in atoms}) for i in range(len(COLUMNS))]
    fallen = set()
    for breach in audit.breaches:
        if breach.what == what:
            fallen.add(
                frozenset(atom for atom in itertools.product(*levels) if _named(atom, breach.group) and atom in atoms)
            )
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
