"""The command that opens JupyterLab, and what it finds."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cbe_analysis.errors import UsageError
from cbe_analysis.run.notebooks import folders


def command() -> list[str]:
    """JupyterLab of this interpreter, reachable from this computer alone, on the nearest notebooks.

    Its kernels start in this folder, so that a path in a notebook means what it means on the command line.

    Raises
    ------
    UsageError
        When no folder of notebooks is found.
    """
    found = folders()
    if not found:
        raise UsageError("there is no folder of notebooks", remedy="go to a clone of the kit, or set CBE_NOTEBOOKS")
    options = {
        "ServerApp.ip": "127.0.0.1",
        "LabApp.news_url": "None",  # no news, no look for updates, no list of extensions: nobody is asked for anything
        "LabApp.check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
        "ServerApp.root_dir": str(found[0].resolve()),
        "MappingKernelManager.root_dir": str(Path.cwd()),
    }
    return [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]


def environment(folder: Path | None) -> dict[str, str]:
    """The variables of this process, and the district's folder for `load("")`.

    Raises
    ------
    UnreadableData
        When the folder cannot be read as a district.
    """
    if folder is None:
        return dict(os.environ)
    from cbe_analysis.load.district import DISTRICT, load

    return {**os.environ, DISTRICT: str(load(folder).folder.resolve())}
