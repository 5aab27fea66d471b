"""A synthetic district of middle size with its true values, written once."""

import json

import pytest

import cbe_analysis as cbe
from cbe_analysis.simulate import write_riverbend


@pytest.fixture(scope="session")
def riverbend(tmp_path_factory):
    """The district and its truth, 5,000 students."""
    folder = tmp_path_factory.mktemp("districts") / "riverbend"
    write_riverbend(folder, students=5_000, seed=1, form="parquet")
    return cbe.load(folder), json.loads((folder / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def faulty(tmp_path_factory):
    """A small district with planted faults, validated."""
    folder = tmp_path_factory.mktemp("districts") / "faulty"
    write_riverbend(folder, students=400, seed=1, faults=True)
    return cbe.validate(cbe.load(folder))
