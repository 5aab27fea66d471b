"""The page about imports names every kind and option, and its example is understood."""

import inspect
import textwrap
from pathlib import Path

import pytest

from cbe_analysis.importers import KINDS, importer
from cbe_analysis.importers.mapping_cells import VOCABULARIES
from cbe_analysis.importers.mapping_plan import OTHERWISE, read_plan

PAGE = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_and_option_stands_on_the_page(kind):
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{kind}` |")]
    options = list(inspect.signature(importer(kind).read).parameters)[1:]
    assert [name for name in options if name not in row.replace("(below)", "")] == []


def test_every_vocabulary_and_choice_stands_on_the_page():
    assert [name for name in (*VOCABULARIES, *OTHERWISE) if f"`{name}`" not in PAGE] == []


def test_the_example_is_understood(tmp_path):
    start = PAGE.index('    name = "gradebook"')
    example = textwrap.dedent(PAGE[start : PAGE.index("- `values` is")])
    (tmp_path / "mapping.toml").write_text(example)
    plan = read_plan(tmp_path)
    assert (plan.name, plan.ids, len(plan.sources)) == ("gradebook", "own", 1)
