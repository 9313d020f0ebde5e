"""Starting the demo world."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest

from portal.demo import stage


def test_nothing_is_started_at_a_port_where_something_else_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        assert stage.run(tmp_path / "demo", port) == 1
    assert f"make run PORT={port + 1}" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()
