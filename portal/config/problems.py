"""How a start is refused."""

from __future__ import annotations


class ConfigProblem(Exception):
    """The start is refused; the message is one line that says what to set."""
