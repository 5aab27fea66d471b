"""Shows what is being done while it takes its time: on standard error, and on a terminal alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def watching(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A callback (how much is done, of how much, and of what) that moves a bar until all is done."""
    if not sys.stderr.isatty():
        yield lambda done, total, what: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def tell(done: int, total: int, step: str) -> None:
            bar.update(task, description=f"{what}: {step}", completed=done, total=total)

        yield tell
