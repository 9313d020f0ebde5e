"""Numbers of rows that nobody had the patience to count to the end."""

from __future__ import annotations


class AtLeast(int):
    """A count that was stopped: there are more than this. A sum with one of them is one too."""

    def __add__(self, other: int) -> AtLeast:
        return AtLeast(int(self) + int(other))

    __radd__ = __add__
