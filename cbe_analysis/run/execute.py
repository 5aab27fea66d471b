"""Executes a notebook through papermill and says in our own words why one stopped."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cbe_analysis import disk
from cbe_analysis.errors import SEAL, CbeError, RunFailed, from_kernel

if TYPE_CHECKING:
    from cbe_analysis.protect.record import Recorded

TIME_LIMIT = 3600  # seconds for a whole notebook
NOISY = ("papermill", "traitlets", "asyncio")


@dataclass(frozen=True, slots=True)
class Executed:
    """A notebook as far as it came.

    Parameters
    ----------
    notebook
        The nbformat node with its outputs.
    error
        Why it stopped; None where it ran to its end.
    mark
        Hash of what its cells say.
    releases
        Every release that it read, with true sizes.
    """

    notebook: Any
    error: CbeError | None
    mark: str
    releases: tuple[Recorded, ...]


def execute(
    notebook: Any, parameters: Mapping[str, Any], *, folder: Path, progress: Callable[[int, int], None]
) -> Executed:
    """The executed notebook.

    Parameters
    ----------
    notebook
        As `notebooks.read` gives it.
    parameters
        Checked by `parameters.read`. Of `audience`, public without it, the kernel's environment tells what is drawn.
    folder
        Working folder of the kernel; its own messages are kept there as kernel.log.
    progress
        Told the cells done and their number.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from cbe_analysis.run.engine import NAME, Session

    mark = _hash(notebook)
    with disk.own_file(folder / "kernel.log") as log, quiet(), _record(folder) as record:
        variables = {"CBE_NOTEBOOK": mark, "CBE_AUDIENCE": str(parameters.get("audience", "public"))}
        variables |= {"CBE_RELEASES": str(record), SEAL: (seal := secrets.token_hex(16))}
        session = Session(folder, variables, log, time.monotonic() + TIME_LIMIT, progress)
        error = None
        try:
            papermill.execute_notebook(
                notebook,
                None,
                dict(parameters),
                engine_name=NAME,
                kernel_name="python3",
                progress_bar=False,
                session=session,
            )
        except PapermillExecutionError as e:
            error = from_kernel(e.ename, e.traceback, seal)
        except Exception as e:  # whatever stops a kernel: its name alone is safe to print
            error = _stopped(e)
        releases, error = _read(record, error)
    executed = session.notebook or notebook
    executed.metadata.get("papermill", {}).pop("input_path", None)  # papermill puts the whole notebook there
    return Executed(executed, error, mark, releases)


@contextmanager
def _record(folder: Path) -> Iterator[Path]:
    """A file of this execution alone that takes the releases which the kernel reads; gone afterwards.

    A second run of the same notebook, at the same time, has another.
    """
    file = folder / f".releases.{secrets.token_hex(4)}"
    disk.own_file(file).close()
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def _read(record: Path, error: CbeError | None) -> tuple[tuple[Recorded, ...], CbeError | None]:
    """What the kernel has recorded, and why there is no brief: by the notebook, or because the record is damaged."""
    from cbe_analysis.protect.record import kept

    try:
        if not record.is_file():
            raise ValueError
        return kept(record), error
    except (OSError, ValueError):
        return (), error or RunFailed("the record of the releases that the notebook shows is damaged")


def _hash(notebook: Any) -> str:
    """Twelve hexadecimal digits over what the cells say, for the receipt; outputs and parameters given do not count."""
    said = json.dumps([[cell.cell_type, cell.source] for cell in notebook.cells])
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _stopped(error: Exception) -> RunFailed:
    """The failure of a kernel that did not come from a cell."""
    if isinstance(error, TimeoutError):
        return RunFailed(f"the notebook took more than {TIME_LIMIT / 60:.0f} minutes")
    return RunFailed(f"the notebook's kernel stopped with {type(error).__name__}, often for lack of memory")


@contextmanager
def quiet() -> Iterator[None]:
    """Papermill and its kernel client say nothing: what goes wrong is raised, and cells stay in the notebook."""
    loggers = [logging.getLogger(name) for name in NOISY]
    before = [log.level for log in loggers]
    for log in loggers:
        log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for log, level in zip(loggers, before, strict=True):
            log.setLevel(level)
