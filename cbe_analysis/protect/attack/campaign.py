"""The attacks on one population: its sizes, then each of its shares and means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cbe_analysis.protect.attack.atoms import TooFine
from cbe_analysis.protect.attack.claims import Whole, wholes
from cbe_analysis.protect.attack.frames import Frame
from cbe_analysis.protect.attack.groups import Levels
from cbe_analysis.protect.attack.means_attack import Means, attack_means, means
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.shares_attack import attack_shares
from cbe_analysis.protect.attack.sizes_attack import Attacked, Contradiction, Fallen, attack_sizes

TOO_FINE, CONTRADICTORY = "too fine", "contradictory"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the attacks on one population, or on a part of it.

    Parameters
    ----------
    frame
        What was attacked together.
    unlinked
        Indicators whose numbers in several releases contradict each other, so that each release was attacked alone.
    unchecked
        Why nothing can be said, "too fine" or "contradictory"; empty where all was attacked.
    """

    frame: Frame
    fallen: tuple[Fallen, ...]
    cells: int
    unlinked: tuple[str, ...] = ()
    unchecked: str = ""


def attack(frame: Frame, levels: Levels, *, thorough: bool = True) -> list[Result]:
    """What comes out of a population; of several parts where its releases cannot be about the same students.

    Parameters
    ----------
    thorough
        See Population.
    """
    result = _together(frame, levels, thorough)
    if result.unchecked != CONTRADICTORY or len(frame.sources) < 2:
        return [result]
    parts: list[tuple[Frame, Result]] = []
    for source in frame.sources:
        for i, (known, _) in enumerate(parts):
            joint = frame.part([*known.sources, source])
            if (tried := _together(joint, levels, thorough)).unchecked != CONTRADICTORY:
                parts[i] = joint, tried
                break
        else:
            alone = frame.part([source])
            parts.append((alone, _together(alone, levels, thorough)))
    return [result for _, result in parts]


def _together(frame: Frame, levels: Levels, thorough: bool) -> Result:
    """All attacks on one population; without what officials published where that contradicts what is printed."""
    for official in (True, False):
        try:
            population = _population(frame, levels, official=official)
            population.thorough = thorough
            found = [attack_sizes(population)]
        except TooFine:
            return Result(frame, (), 0, unchecked=TOO_FINE)
        except Contradiction:
            continue
        break
    else:
        return Result(frame, (), 0, unchecked=CONTRADICTORY)
    unlinked: list[str] = []
    for whole in wholes(frame):
        found += _shares(population, whole, unlinked)
    for series in means(frame):
        found += _means(population, series, unlinked)
    fallen = dict.fromkeys(one for attacked in found for one in attacked.fallen)
    cells = sum(attacked.cells for attacked in found)
    return Result(frame, tuple(fallen), cells, tuple(dict.fromkeys(unlinked)))


def _population(frame: Frame, levels: Levels, *, official: bool) -> Population:
    """The population with as few unnamed levels as the true sizes allow: outsiders take the named ones to be all.

    Raises
    ------
    Contradiction
        When the sizes fit no population at all.
    """
    columns = sorted({column for table in frame.tables for said in table.said for column in said.group.columns})
    for unnamed in ((), *((column,) for column in columns), columns):
        population = Population(frame, levels, official=official, unnamed=frozenset(unnamed))
        if population.credible():
            return population
    raise Contradiction


def _shares(population: Population, whole: Whole, unlinked: list[str]) -> Iterator[Attacked]:
    """The attack on shares: together; where they contradict each other each share alone, then each release alone."""
    try:
        yield attack_shares(population, whole)
        return
    except Contradiction:
        pass
    for one in whole.alone():
        try:
            yield attack_shares(population, one)
        except Contradiction:
            unlinked.append(one.indicator)
            for source in population.frame.sources:
                yield from _alone(population, one, source)


def _alone(population: Population, whole: Whole, source: int) -> Iterator[Attacked]:
    try:
        yield attack_shares(population, whole.of(source))
    except Contradiction:
        return


def _means(population: Population, series: Means, unlinked: list[str]) -> Iterator[Attacked]:
    """The attack on means: together; where they contradict each other each release alone."""
    if attacked := _averaged(population, series):
        yield attacked
        return
    unlinked.append(series.name[0])
    for source in population.frame.sources:
        for own in means(population.frame.part([source])):
            if own.name == series.name and (attacked := _averaged(population, own)):
                yield attacked


def _averaged(population: Population, series: Means) -> Attacked | None:
    """The attack on means; without the gaps where these are no differences of them, as those within schools are not."""
    for against in dict.fromkeys((series.against, ())):
        try:
            return attack_means(population, replace(series, against=against))
        except Contradiction:
            continue
    return None
