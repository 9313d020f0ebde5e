"""What we carry of others is exactly what they published, and is named with its licence."""

import re
import tomllib
from hashlib import sha256
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
CARRIED = [ROOT / "static" / "vendor", ROOT / "tests" / "vendor"]
NOTICES = (ROOT / "THIRD-PARTY.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.mark.parametrize("folder", CARRIED, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_carried_file_is_as_published(folder: Path) -> None:
    stated = {name: digest for digest, name in map(str.split, (folder / "SHA256SUMS").read_text().splitlines())}
    found = {file.name: sha256(file.read_bytes()).hexdigest() for file in folder.iterdir() if file.name != "SHA256SUMS"}
    assert found == stated, f"{folder}: carry files unchanged from the registry and state them in SHA256SUMS"


@pytest.mark.parametrize("folder", CARRIED, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_carried_script_has_its_licence_beside_it_and_is_named(folder: Path) -> None:
    for script in folder.glob("*.js"):
        name = re.split(r"[-.]", script.name)[0]
        assert (folder / f"{name}-LICENSE.txt").exists(), f"put the licence of {script.name} beside it"
        assert str(script.relative_to(ROOT)) in NOTICES, f"name {script.name} in THIRD-PARTY.md"


def test_every_dependency_is_named_with_its_licence() -> None:
    extras = [requirement for extra in PROJECT["optional-dependencies"].values() for requirement in extra]
    asked = {Requirement(text).name for text in [*PROJECT["dependencies"], *extras]}
    named = set(re.findall(r"^\| ([a-z-]+) \| [A-Z0-9]", NOTICES, re.MULTILINE))
    assert asked == named, "THIRD-PARTY.md has one row for each direct dependency"


def test_the_core_stays_under_forty_packages() -> None:
    core: set[str] = set()
    left = list(PROJECT["dependencies"])
    while left:
        requirement = Requirement(left.pop())
        name = canonicalize_name(requirement.name)
        if name not in core and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            core.add(name)
            left += metadata.requires(name) or []
    assert len(core) < 40, f"make it an extra, or do without: {sorted(core)}"


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_pins_by_hash_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text, "a lock names no index: whoever installs has theirs"
    assert not re.search(r"==[^\n]*[^\\\n]\n(?!    --hash=)", text), "each pin carries its hashes"
