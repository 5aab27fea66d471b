"""The papermill engine of the kit: a kernel of this interpreter, a private transport, one time limit for the whole run.

Imported only when a notebook runs: papermill takes its time.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from traitlets.config import Config

from cbe_analysis import disk

NAME = "cbe"
LONGEST_SOCKET_PATH = 90  # bytes; a socket's path may have 104 on macOS, 108 on Linux


@dataclass(slots=True)
class Session:
    """One execution: what the kernel gets, and the notebook as far as it came.

    Parameters
    ----------
    folder
        Working folder of the kernel.
    variables
        Environment of the kernel, over that of this process.
    log
        Open file for what the kernel itself says.
    ends
        `time.monotonic()` at which the run is stopped.
    progress
        Told the cells done and their number.
    notebook
        Filled by the engine; stands also after a failure.
    """

    folder: Path
    variables: Mapping[str, str]
    log: IO[bytes]
    ends: float
    progress: Callable[[int, int], None]
    notebook: Any = None

    def remaining(self, cell: object = None) -> int:
        """Whole seconds left for a cell, at least one."""
        return max(1, int(self.ends - time.monotonic()))


class OwnKernel(AsyncKernelManager):
    """A kernel of the interpreter that runs this code, whatever kernels are installed for the user."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command of the kernel."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


class OwnEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """Executes a notebook for `Session`; registered with papermill as `cbe`."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:
        """Run the cells one by one, as papermill asks of an engine."""
        session: Session = kwargs["session"]
        session.notebook = nb_man.nb
        cells = len(nb_man.nb.cells)
        with disk.passing_folder() as private:
            client = PapermillNotebookClient(
                nb_man,
                config=_transport(private),
                kernel_manager_class=OwnKernel,
                kernel_name=kernel_name,
                startup_timeout=kwargs.get("start_timeout", 60),
                timeout_func=session.remaining,
                shutdown_kernel="immediate",
                log=logging.getLogger("papermill"),
                on_cell_complete=lambda cell, cell_index: session.progress(cell_index, cells),
                resources={"metadata": {"path": str(session.folder)}},
            )
            kept_there = dict.fromkeys(("IPYTHONDIR", "TMPDIR", "TEMP", "TMP"), str(private))  # it goes with the kernel
            environment = {**os.environ, **kept_there, "PYTHONHASHSEED": "0", **session.variables}
            with _own_loop():
                client.execute(env=environment, stdout=session.log, stderr=session.log)
        session.progress(cells, cells)


@contextmanager
def _own_loop() -> Iterator[None]:
    """An event loop for the kernel's client that is closed with it; inside Jupyter, whose loop runs, nothing."""
    loop = ensure_event_loop(prefer_selector_loop=True)
    if not loop.is_running():
        loop.set_exception_handler(lambda loop, told: None)  # a task that nobody asks any more prints no traceback
    try:
        yield
    finally:
        if not loop.is_running():
            _end_tasks(loop)
            loop.close()
            asyncio.set_event_loop(None)


def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Let what the client left waiting come to its end: a notebook stopped for time leaves its listener behind."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())


def _transport(private: Path) -> Config:
    """Sockets in a private folder where the system has them and the path is short enough; else loopback."""
    chosen = {"connection_file": str(private / "kernel.json")}
    if os.name == "posix" and len(os.fsencode(private)) <= LONGEST_SOCKET_PATH:
        chosen |= {"transport": "ipc", "ip": str(private / "s")}
    return Config({"AsyncKernelManager": chosen})


papermill_engines.register(NAME, OwnEngine)
