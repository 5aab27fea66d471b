"""What the auditor takes to be possible of one group, in numbers: the audit itself names none."""

from hand_made import SHARE

from cbe_analysis.protect.attack import Published
from cbe_analysis.protect.attack.campaign import likely_population
from cbe_analysis.protect.attack.claims import wholes
from cbe_analysis.protect.attack.denominators import attack_denominators
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.means_attack import MeanAttack, means
from cbe_analysis.protect.attack.shares_attack import ShareAttack
from cbe_analysis.protect.attack.sizes_attack import fitting
from cbe_analysis.protect.attack.together import Joint


def group(**levels):
    """The group with these levels."""
    return Group.of({column: frozenset((level,)) for column, level in levels.items()})


def known(releases):
    """The one population that releases tell of, with all that their percentages leave of the sizes."""
    joint = _joint(releases)
    (frame,) = joint.frames
    population = likely_population(frame, joint.levels, official=True)
    attack_denominators(population, wholes(frame), means(frame))
    return population


def sizes(of, *releases):
    """The smallest and the largest size that a group may have."""
    population = known(releases)
    return fitting(population, list(population.facts()), 1).whole_range(population.people(of))


def sizes_by_shares(of, *releases):
    """The smallest and the largest size that a group may have, by the percentages of all others, too."""
    population = known(releases)
    (whole,) = wholes(population.frame)
    return ShareAttack(population, whole).possible.whole_range(population.people(of, kinds=2))


def counts(of, *releases, unit=SHARE):
    """The smallest and the largest number of those in a group who have a property."""
    population = known(releases)
    for whole in wholes(population.frame):
        for kind, name in enumerate(whole.shares):
            if name[-2] == unit:
                attack = ShareAttack(population, whole)
                return attack.possible.whole_range(attack.having(kind, of))
    raise AssertionError(f"no share is printed as {unit}")


def mean(of, n, *releases):
    """The smallest and the largest mean that a group of `n` may have."""
    population = known(releases)
    (series,) = means(population.frame)
    attack = MeanAttack(population, series, [of])
    with attack.possible.where(attack._sizes[of], n, n):
        low, high = attack.possible.range(attack._moved(population.people(of)))
    return tuple(attack.middle + series.spread * end / n for end in (low, high))


def comes_out(of, what, *releases):
    """Whether the audit says that this comes out of a group."""
    return any((breach.group, breach.what) == (of.words(), what) for breach in breaches(*releases))


def breaches(*releases):
    """What the audit finds, without looking for what to leave out."""
    return _joint(releases).audit().breaches


def _joint(releases):
    return Joint([Published(f"brief {i}", None, one) for i, one in enumerate(releases)])


__all__ = ["breaches", "comes_out", "counts", "group", "mean", "sizes", "sizes_by_shares"]
