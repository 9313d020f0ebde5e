"""The folder of manifests becomes systems that can be asked, or one clear refusal."""

from pathlib import Path

import pytest

from portal.kernel.problems import NotFound
from portal.sources import registry
from portal.sources.http import HttpSource
from portal.sources.manifest import ManifestProblem
from portal.sources.manual import ManualSource
from portal.sources.registry import Registry, load
from portal.sources.sql import SqlSource

GOOD = """
source = { id = "%s", url = "env:A_URL", secret = "env:A_SECRET" }
subject = { table = "users", match = { email = "email" } }
tables = { users = { erase = "delete" } }
"""
ENVIRON = {"A_URL": "sqlite:///a.db", "A_SECRET": "s"}


def folder(path: Path, **files: str) -> Path:
    for name, source_id in files.items():
        (path / f"{name}.toml").write_text(GOOD % source_id, encoding="utf-8")
    (path / "README.md").write_text("not a manifest", encoding="utf-8")
    return path


def test_systems_come_in_the_order_of_their_files_with_our_own_last(tmp_path: Path) -> None:
    own = load(folder(tmp_path, z="own"), ENVIRON).all()[0]
    (tmp_path / "z.toml").unlink()
    known = load(folder(tmp_path, b="crm", a="booking"), ENVIRON, own=own)
    assert [source.id for source in known.all()] == ["booking", "crm", "own"]
    assert known.get("crm") is known.all()[1]
    assert str(known.get("crm").title) == "Crm"
    with pytest.raises(NotFound):
        known.get("gone")
    known.close()


def test_a_process_has_one_registry(tmp_path: Path) -> None:
    known = load(tmp_path, {})
    registry.use(known)
    assert registry.active() is known
    registry.use(Registry([]))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("sqlite:///x", SqlSource),
        ("postgresql://x/y", SqlSource),
        ("mysql://x/y", SqlSource),
        ("mariadb://x/y", SqlSource),
        ("http://x", HttpSource),
        ("https://x", HttpSource),
        ("manual:", ManualSource),
    ],
)
def test_nothing_is_connected_before_it_is_asked(tmp_path: Path, url: str, kind: type) -> None:
    [source] = load(folder(tmp_path, a="a"), {**ENVIRON, "A_URL": url}).all()
    assert isinstance(source, kind)


def test_a_variable_may_be_kept_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("http://x\n", encoding="utf-8")
    assert load(folder(tmp_path, a="a"), {"A_URL_FILE": str(tmp_path / "url"), "A_SECRET": "s"}).all()


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "a.toml: [source]: url: the variable A_URL is not set. Set A_URL, or A_URL_FILE to a file."),
        ({"A_URL_FILE": "/nowhere"}, "the variable A_URL is not set"),
        ({"A_URL": "ldap://x"}, '"ldap" is no kind of system known here. Write sqlite:///… postgresql://…'),
        ({"A_URL": "booking.db"}, '"" is no kind of system known here.'),
        ({"A_URL": "http://x"}, "a.toml: [source]: secret: the variable A_SECRET is not set."),
    ],
)
def test_what_cannot_be_connected_is_refused(tmp_path: Path, environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(ManifestProblem) as refused:
        load(folder(tmp_path, a="a"), environ)
    assert sentence in str(refused.value)


def test_a_secret_in_the_file_itself_is_refused(tmp_path: Path) -> None:
    manifest = folder(tmp_path, a="a") / "a.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("env:A_SECRET", "hunter2"), encoding="utf-8")
    with pytest.raises(ManifestProblem) as refused:
        load(tmp_path, {"A_URL": "http://x"})
    assert "hunter2" not in str(refused.value)


def test_two_systems_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestProblem) as refused:
        load(folder(tmp_path, a="same", b="same"), ENVIRON)
    assert 'b.toml: [source]: id: "same" is the id of a.toml too. Give one another id.' in str(refused.value)
