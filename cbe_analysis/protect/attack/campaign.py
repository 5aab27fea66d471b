"""The attacks on one population: its sizes, then each of its shares and means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, replace
from itertools import product

from cbe_analysis.protect.attack.atoms import TooFine
from cbe_analysis.protect.attack.chains_attack import attack_chain
from cbe_analysis.protect.attack.claims import Whole, wholes
from cbe_analysis.protect.attack.curve_claims import Curve, curves
from cbe_analysis.protect.attack.curves_attack import attack_curves
from cbe_analysis.protect.attack.denominators import attack_denominators
from cbe_analysis.protect.attack.frames import Frame
from cbe_analysis.protect.attack.groups import Levels
from cbe_analysis.protect.attack.hidden_sizes import attack_hidden_sizes
from cbe_analysis.protect.attack.means_attack import Means, attack_means, means
from cbe_analysis.protect.attack.points import Memory
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.scales import Scale, scales
from cbe_analysis.protect.attack.scales_attack import attack_scales
from cbe_analysis.protect.attack.shares_attack import attack_shares
from cbe_analysis.protect.attack.sizes_attack import Attacked, Contradiction, Fallen, attack_sizes
from cbe_analysis.protect.attack.supposed import attack_supposing

Populations = tuple[Population, ...]  # with all that is known of the sizes, and last as they are printed
Told = tuple[Sequence[Whole], Sequence[Means], Sequence[Curve]]
Enough = Callable[[Sequence[Fallen]], bool]
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


def never(fallen: Sequence[Fallen]) -> bool:
    """False: everything that comes out is asked for."""
    return False


def attack(frame: Frame, levels: Levels, memory: Memory, enough: Enough = never) -> list[Result]:
    """What comes out of a population; of several parts where its releases cannot be about the same students.

    Parameters
    ----------
    memory
        What other attacks on these students saw.
    enough
        Whether nothing more is asked for, by what one attack found.
    """
    result = _together(frame, levels, memory, enough)
    if result.unchecked != CONTRADICTORY or len(frame.sources) < 2:
        return [result]
    parts: list[tuple[Frame, Result]] = []
    for source in frame.sources:
        for i, (known, _) in enumerate(parts):
            joint = frame.part([*known.sources, source])
            if (tried := _together(joint, levels, memory)).unchecked != CONTRADICTORY:
                parts[i] = joint, tried
                break
        else:
            alone = frame.part([source])
            parts.append((alone, _together(alone, levels, memory)))
    return [result for _, result in parts]


def _together(frame: Frame, levels: Levels, memory: Memory, enough: Enough = never) -> Result:
    """All attacks on one population; without what officials published where that contradicts what is printed."""
    told, averaged, waiting = wholes(frame), means(frame), curves(frame)
    for official in (False,) if frame.of_years else (True, False):
        try:
            population = likely_population(frame, levels, official=official, memory=memory)
            sizes = attack_sizes(population)
        except TooFine:
            return Result(frame, (), 0, unchecked=TOO_FINE)
        except Contradiction:
            continue
        break
    else:
        return Result(frame, (), 0, unchecked=CONTRADICTORY)
    if enough(sizes.fallen):
        return Result(frame, sizes.fallen, sizes.cells)
    unlinked: list[str] = []
    days = [whole for curve in waiting for whole in curve.wholes()]
    knowing, found = _with_denominators(population, [*told, *days], averaged)
    found = found or [Attacked((), 0), sizes]
    for attacked in _one_by_one(knowing, (told, averaged, waiting), found, unlinked):
        found.append(attacked)
        if enough(attacked.fallen):
            break
    first = {(fallen.group, fallen.what, fallen.of) for fallen in found[0].fallen}
    more = (fallen for attacked in found[1:] for fallen in attacked.fallen)
    new = (fallen for fallen in more if fallen.relief or (fallen.group, fallen.what, fallen.of) not in first)
    once = {(fallen, fallen.relief): fallen for fallen in (*found[0].fallen, *new)}
    cells = sum(attacked.cells for attacked in found)
    return Result(frame, tuple(once.values()), cells, tuple(dict.fromkeys(unlinked)))


def _one_by_one(
    knowing: Populations, series: Told, found: Sequence[Attacked], unlinked: list[str]
) -> Iterator[Attacked]:
    """The attacks on all that is told beside sizes.

    Parameters
    ----------
    found
        What the attacks before found.
    """
    told, averaged, waiting = series
    for whole in told:
        yield from _shares(knowing, whole, unlinked)
    yield attack_scales(knowing[0], told, averaged)
    for scale in scales(told):
        yield from _chain(knowing, scale, [fallen for attacked in found for fallen in attacked.fallen])
    for one in averaged:
        yield from _means(knowing, one, unlinked)
    for curve in waiting:
        yield from _curves(knowing, curve, unlinked)
    yield from attack_hidden_sizes(knowing, told, averaged)
    if not knowing[-1].frame.of_years:
        yield from attack_supposing(knowing[-1], told, waiting)


def _with_denominators(
    population: Population, told: Sequence[Whole], averaged: Sequence[Means]
) -> tuple[Populations, list[Attacked]]:
    """The population with the sizes that percentages leave, then as printed; and what comes out of these sizes.

    Nothing comes out, and there is only the population as printed, where the percentages leave all sizes or none.
    """
    narrow = copy(population)
    narrow.sizes = dict(population.sizes)
    attacked = attack_denominators(narrow, told, averaged)
    if not attacked.fallen and narrow.sizes == population.sizes:
        return (population,), []
    try:
        return (narrow, population), [attacked, attack_sizes(narrow)]
    except Contradiction:
        return (population,), []


def likely_population(frame: Frame, levels: Levels, *, official: bool, memory: Memory | None = None) -> Population:
    """The population with as few unnamed levels as the true sizes allow: outsiders take the named ones to be all.

    Raises
    ------
    Contradiction
        When the sizes fit no population at all.
    """
    columns = sorted({column for table in frame.tables for said in table.said for column in said.group.columns})
    for unnamed in ((), *((column,) for column in columns), columns):
        population = Population(frame, levels, official=official, unnamed=frozenset(unnamed), memory=memory)
        if population.credible():
            return population
    raise Contradiction


def _shares(knowing: Populations, whole: Whole, unlinked: list[str]) -> Iterator[Attacked]:
    """The attack on shares: together; where they contradict each other each share alone, then each release alone."""
    for population in knowing:
        try:
            yield attack_shares(population, whole)
            return
        except Contradiction:
            continue
    population = knowing[-1]
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


def _chain(knowing: Populations, scale: Scale, known: Sequence[Fallen]) -> Iterator[Attacked]:
    """The attack on all cuts of a scale together; where they contradict each other each was attacked alone."""
    for population in knowing:
        with suppress(Contradiction):
            yield attack_chain(population, scale, known)
            return


def _curves(knowing: Populations, curve: Curve, unlinked: list[str]) -> Iterator[Attacked]:
    """The attack on curves: together; where they contradict each other each group alone, and each day."""
    for population in knowing:
        with suppress(Contradiction):
            yield attack_curves(population, curve)
            return
    unlinked.append(curve.name[0])
    for part in (*(curve.of([group]) for group in curve.groups), *map(curve.at, curve.days)):
        with suppress(Contradiction):
            yield attack_curves(knowing[-1], part)


def _means(knowing: Populations, series: Means, unlinked: list[str]) -> Iterator[Attacked]:
    """The attack on means: together; where they contradict each other each release alone."""
    if attacked := _averaged(knowing, series):
        yield attacked
        return
    unlinked.append(series.name[0])
    for source in knowing[-1].frame.sources:
        for own in means(knowing[-1].frame.part([source])):
            if own.name == series.name and (attacked := _averaged(knowing, own)):
                yield attacked


def _averaged(knowing: Populations, series: Means) -> Attacked | None:
    """The attack on means; without the gaps where these are no differences of them, as those within schools are not."""
    for against, population in product(dict.fromkeys((series.against, ())), knowing):
        try:
            return attack_means(population, replace(series, against=against))
        except Contradiction:
            continue
    return None
