"""A ZIP file that every program opens, whichever deflate packs it."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile

import pytest
from isal import isal_zlib

from portal.download import pack
from portal.download.pack import Pack

NOW = datetime(2026, 11, 28, 3, 4, 5, tzinfo=UTC)
TEXT = bytes(random.Random(1).choices(b"abc \n", k=1_000_000))


def packed(deflate: Any, level: int, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(pack, "deflate", deflate)
    monkeypatch.setattr(pack, "LEVEL", level)
    with Pack(NOW) as made:
        rest = io.BytesIO()
        rest.write(TEXT[10:])
        pieces = [*made.add("a/text.json", TEXT[:10], rest), *made.add("empty.csv", b"")]
        pieces += made.finish()
    return b"".join(pieces)


@pytest.mark.parametrize(("deflate", "level"), [(isal_zlib, 2), (zlib, 6)])
def test_what_was_packed_comes_out_again(deflate: Any, level: int, monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO(packed(deflate, level, monkeypatch))
    archive = ZipFile(file)
    assert archive.testzip() is None
    assert archive.namelist() == ["a/text.json", "empty.csv"]
    assert archive.read("a/text.json") == TEXT
    assert len(file.getvalue()) < len(TEXT) / 2


def test_the_deflate_that_is_chosen_is_the_one_that_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    quick, thorough, quickest = (
        len(packed(deflate, level, monkeypatch)) for deflate, level in ((isal_zlib, 2), (zlib, 9), (zlib, 1))
    )
    assert len({quick, thorough, quickest}) == 3


def test_where_isa_l_is_not_installed_zlib_packs() -> None:
    code = "import sys; sys.modules['isal'] = None; from portal.download import pack; print(pack.deflate.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "zlib\n"
    with_it = code.replace("sys.modules['isal'] = None; ", "")
    assert subprocess.run([sys.executable, "-c", with_it], capture_output=True, text=True).stdout == "isal.isal_zlib\n"
