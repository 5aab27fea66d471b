"""What `cbe demo` writes, and what it says afterwards."""

from __future__ import annotations

from pathlib import Path

from cbe_analysis.cli.watch import watching
from cbe_analysis.errors import UsageError


def write(  # noqa: PLR0913 - the options of the command
    sample: str, folder: Path, *, students: int | None, seed: int | None, form: str | None, faults: bool
) -> str:
    """The account of a sample district that was written.

    Raises
    ------
    UsageError
        When options are given that the sample does not take, or the folder holds something else.
    """
    if sample == "star":
        return _star(folder, asked=faults or any(option is not None for option in (students, seed, form)))
    from cbe_analysis.simulate import write_riverbend

    with watching("writing Riverbend") as progress:
        written = write_riverbend(
            folder,
            students=5_000 if students is None else students,
            seed=1 if seed is None else seed,
            form="parquet" if form == "parquet" else "csv",
            faults=faults,
            progress=progress,
        )
    return str(written)


def _star(folder: Path, *, asked: bool) -> str:
    """The account of Project STAR, which is what it is: no option changes it."""
    if asked:
        raise UsageError(
            "Project STAR takes no options",
            "--students, --seed, --format, --faults",
            "leave them out, or choose riverbend",
        )
    from cbe_analysis.importers.star import write_star

    with watching("writing Project STAR"):
        return str(write_star(folder))
