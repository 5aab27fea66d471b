"""What a notebook may be told: its declared parameters, and the values given for them, checked before it runs.

papermill only logs a parameter that a notebook does not declare, takes any type, and executes code that stands in a
name. So nothing reaches it unless the notebook's parameters cell declares the name, with a literal that says its type.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cbe_analysis.errors import UsageError, choices, meant
from cbe_analysis.run.execute import quiet

RESERVED = {"data": "give the folder after the notebook", "audience": "use --audience"}
PLAIN: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool, "list": list}
WORDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: 'a list, as a,b or ["a", "b"]',
}
FORM = "write each as `name = literal` on a line of its own: text, number, True, False, None or a list of these"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of a notebook's parameters cell.

    Parameters
    ----------
    kind
        str, int, float, bool or list.
    item
        Type of a list's members; str for the others.
    empty
        Whether None may be given, because the default is None.
    """

    name: str
    kind: type
    item: type = str
    empty: bool = False

    def read(self, value: Any) -> Any:
        """The value in the declared type, from a command line's text or from Python.

        Raises
        ------
        UsageError
            When it is not of that type; the message repeats the name alone.
        """
        if self.empty and (value is None or value == ""):
            return None
        try:
            if self.kind is not list:
                return _plain(self.kind, value)
            return [_plain(self.item, part) for part in _parts(value)]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise UsageError(f"parameter '{self.name}' does not take this value", remedy=f"give {self.words}") from None

    @property
    def words(self) -> str:
        """What it takes, in words."""
        return WORDS[self.kind] + (" (numbers)" if self.kind is list and self.item is not str else "")


def _plain(kind: type, value: Any) -> Any:
    """The value as str, int, float or bool; a ValueError, TypeError or KeyError where it is none."""
    if kind is bool:
        return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
    if isinstance(value, bool) or not isinstance(value, (str, int) if kind is int else (str, int, float)):
        raise TypeError
    if kind is str:
        if not isinstance(value, str):
            raise TypeError
        return value
    number = kind(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _parts(value: Any) -> list[Any]:
    """The members of a list: from Python, from JSON, or from text with commas."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if not isinstance(value, str):
        raise TypeError
    if value.lstrip().startswith("["):
        found = json.loads(value)
        return list(found)
    return [part.strip() for part in value.split(",") if part.strip()]


def declared(notebook: Any) -> dict[str, Parameter]:
    """The parameters of the notebook, by name.

    Names and types are those of the assigned literals; a plain annotation gives the type where the default is None.
    papermill's own reading (`inspect_notebook`) skips a line with two equal signs, so it is asked only for names that
    the cell would not set.

    Raises
    ------
    UsageError
        When there is no parameters cell, it is more than plain assignments, or it lacks `data` or `audience`.
    """
    import papermill

    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", ())]
    if len(cells) != 1:
        raise UsageError(
            f"the notebook has {len(cells) or 'no'} parameters cell{'s' * (len(cells) > 1)}",
            remedy="tag one code cell `parameters`, with data and audience in it",
        )
    found = _literals(cells[0].source)
    with quiet():
        foreign = set(papermill.inspect_notebook(notebook)) - set(found)
    if foreign:
        raise UsageError(f"the parameters cell is not plain ({choices(foreign)})", remedy=FORM)
    missing = [name for name in RESERVED if name not in found]
    if missing:
        raise UsageError(f"the notebook does not declare {choices(missing)}", remedy="add it to the parameters cell")
    return found


def _literals(source: str) -> dict[str, Parameter]:
    """The assignments of a parameters cell."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        raise UsageError("the parameters cell cannot be read", remedy=FORM) from None
    found = {}
    for line in statements:
        target = line.targets[0] if isinstance(line, ast.Assign) and len(line.targets) == 1 else None
        if isinstance(line, ast.AnnAssign):
            target = line.target
        if not isinstance(target, ast.Name) or line.value is None:  # type: ignore[attr-defined]  # both kinds have one
            raise UsageError("the parameters cell is not plain", remedy=FORM)
        found[target.id] = _parameter(target.id, line)
    return found


def _parameter(name: str, line: Any) -> Parameter:
    """The parameter that one assignment declares."""
    annotation = getattr(line, "annotation", None)
    told = PLAIN.get(annotation.id) if isinstance(annotation, ast.Name) else None
    try:
        default = ast.literal_eval(line.value)
    except ValueError:
        default = ...
    if default is None:
        return Parameter(name, told or str, empty=True)
    kind = type(default)
    items = {type(part) for part in default} if kind is list else {str}
    if kind not in WORDS or (told and told is not kind) or len(items) > 1 or not items <= {str, int, float}:
        raise UsageError(f"parameter '{name}' of the notebook has no plain default", remedy=FORM)
    return Parameter(name, kind, next(iter(items), str))


def checked(notebook: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The given values in the types that the notebook declares.

    Raises
    ------
    UsageError
        When a name is not declared, is set by the run itself, or a value has the wrong type.
    """
    known = declared(notebook)
    free = [name for name in known if name not in RESERVED]
    for name in given:
        if name in RESERVED:
            raise UsageError(f"parameter '{name}' is set by the run itself", remedy=RESERVED[name])
        if name not in known:
            raise UsageError(
                f"the notebook has no parameter {str(name)!r}",
                remedy=f"{meant(name, free)}its parameters are: {choices(free)}",
            )
    return {name: known[name].read(value) for name, value in given.items()}
