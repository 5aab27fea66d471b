"""Where notebooks are found: by their path, or by their name among the folders that hold the kit's notebooks."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from pathlib import Path
from typing import Any

from cbe_analysis.errors import UsageError, choices, meant

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
GRAMMAR = "rfc3987_syntax"
KEPT_BY_REPORTS = "releases"  # the folder of what was published
KEPT_BY_WINDOWS = re.compile(r"(?i)con|prn|aux|nul|com\d|lpt\d")


def folders() -> tuple[Path, ...]:
    """The folders that are searched for a name, nearest first.

    `CBE_NOTEBOOKS`, ./notebooks, the notebooks of the clone that this package runs from, and those that
    `pip install` put beside the interpreter.
    """
    told = os.environ.get("CBE_NOTEBOOKS")
    clone = Path(__file__).resolve().parents[2]
    found = [
        *([Path(told)] if told else []),
        Path("notebooks"),
        *([clone / "notebooks"] if (clone / "pyproject.toml").is_file() else []),
        Path(sysconfig.get_path("data"), "share", "cbe_analysis", "notebooks"),
    ]
    return tuple(folder for folder in found if folder.is_dir())


def names() -> dict[str, Path]:
    """Every notebook that can be asked for by name, with its file."""
    listed: dict[str, Path] = {}
    for folder in folders():
        for file in sorted(folder.glob("*.ipynb")):
            listed.setdefault(file.stem, file)
    return listed


def find(notebook: str | Path) -> Path:
    """The file of the notebook.

    Parameters
    ----------
    notebook
        A path that ends in .ipynb, or a name such as `growth`.

    Raises
    ------
    UsageError
        When there is no such file or name, or the file's name cannot name a folder of reports.
    """
    text = str(notebook)
    file = Path(notebook) if text.endswith(".ipynb") else names().get(text)
    if file is None:
        raise UsageError(
            f"there is no notebook {text!r}",
            remedy=f"{meant(text, names())}known are: {choices(names())}; or give the path of an .ipynb",
        )
    if not file.is_file():
        raise UsageError("the notebook does not exist", str(file), "check the path, or give a name as `growth`")
    kept = KEPT_BY_WINDOWS.fullmatch(file.stem) or file.stem.casefold() == KEPT_BY_REPORTS
    if kept or not SLUG.fullmatch(file.stem):
        raise UsageError(
            "the notebook's name cannot name a folder", file.name, "rename it: letters, digits, '_' and '-', at most 64"
        )
    return file


def read(file: Path) -> Any:
    """The notebook, as papermill takes it.

    Raises
    ------
    UsageError
        When the file is not a notebook in Python.
    """
    nbformat = _nbformat()
    try:
        text = file.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, KeyError, AttributeError, TypeError, nbformat.ValidationError):
        raise UsageError("the file is not a Jupyter notebook", str(file), "open and save it in JupyterLab") from None
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise UsageError("the notebook is not in Python", str(file), "the kit runs Python notebooks only")
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return notebook


def _nbformat() -> Any:
    """The library that reads notebooks, without a grammar of web addresses that takes longer to load than all the rest.

    jsonschema builds it when `rfc3987_syntax` can be imported, and does without when not; no notebook needs it.
    """
    unknown = GRAMMAR not in sys.modules
    if unknown:
        sys.modules[GRAMMAR] = None  # type: ignore[assignment]  # what Python takes for "cannot be imported"
    try:
        import nbformat
    finally:
        if unknown:
            del sys.modules[GRAMMAR]
    return nbformat
