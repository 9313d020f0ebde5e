"""A day is the person's and the law's, never the server's: what reckons with days passes east and west of Greenwich."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.house.conftest import HOUSE

ZONES = ("Asia/Ho_Chi_Minh", "America/Los_Angeles")
DATED = (
    "tests/cases/test_deadlines.py",
    "tests/cases/test_profiles.py",
    "tests/demo/test_people.py",
    "tests/subjects/test_readable.py",
    "tests/web/test_language.py",
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("zone", ZONES)
def test_what_reckons_with_days_passes_wherever_the_server_is(zone: str) -> None:
    paths = [path for path in DATED if (HOUSE / path).exists()]
    assert paths == list(DATED), "a file was renamed: name it anew in DATED"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *paths]
    environ = {**os.environ, "TZ": zone}
    done = subprocess.run(command, cwd=HOUSE, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
