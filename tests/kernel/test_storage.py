"""Files in a folder and in a bucket."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.kernel.storage import Folder, Store, open_store


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    url = f"file://{tmp_path}/files" if request.param == "folder" else request.getfixturevalue("s3_url")
    return open_store(url)


def pieces(size: int) -> Iterator[bytes]:
    for start in range(0, size, 1000):
        yield bytes(number % 251 for number in range(start, min(start + 1000, size)))


def test_a_file_comes_back_whole_with_its_size_and_hash(store: Store) -> None:
    whole = b"".join(pieces(123_456))
    written = store.write("a/b.zip", pieces(123_456))
    assert (written.size, written.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert b"".join(store.read("a/b.zip")) == whole
    assert b"".join(store.read("a/b.zip", 100, 200)) == whole[100:200]
    assert b"".join(store.read("a/b.zip", 123_400)) == whole[123_400:]


def test_a_file_that_is_not_written_to_its_end_does_not_appear(store: Store) -> None:
    def broken() -> Iterator[bytes]:
        yield b"begun"
        raise ZeroDivisionError

    with pytest.raises(Exception, match=r"division|ZeroDivision|^$"):
        store.write("a/b.zip", broken())
    assert list(store.names()) == []


def test_deleting_twice_is_harmless_and_names_are_listed_by_prefix(store: Store) -> None:
    for name in ("a/1", "a/2", "b/1"):
        store.write(name, [b"x"])
    assert sorted(store.names("a/")) == ["a/1", "a/2"]
    store.delete("a/1")
    store.delete("a/1")
    assert sorted(store.names("a/")) == ["a/2"]
    with pytest.raises(FileNotFoundError):
        b"".join(store.read("a/1"))


def test_what_a_killed_writer_left_half_written_goes_with_the_next_of_its_name(tmp_path: Path) -> None:
    store = Folder(tmp_path / "files")
    store.write("a/1", [b"x"])
    (tmp_path / "files/a/2.0123.part").write_bytes(b"half")
    store.write("a/1", [b"y"])
    assert sorted(store.names()) == ["a/1", "a/2.0123.part"]
    store.write("a/2", [b"whole"])
    assert sorted(store.names()) == ["a/1", "a/2"]


def test_in_a_folder_only_the_owner_may_read_and_no_name_leaves_it(tmp_path: Path) -> None:
    store = Folder(tmp_path / "files")
    store.write("a/1", [b"x"])
    assert stat.S_IMODE((tmp_path / "files/a/1").stat().st_mode) == 0o600
    with pytest.raises(ValueError, match="folder"):
        store.write("../out", [b"x"])
