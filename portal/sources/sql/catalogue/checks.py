"""The conditions of CHECK in a CREATE TABLE, for SQLite keeps no list of them."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|\w+|[()]""", re.DOTALL)


def conditions(made: str) -> tuple[str, ...]:
    """Return what stands in the brackets of each CHECK, whatever quotes, comments and brackets are in it."""
    found, begun, depth, after_check = [], None, 0, False
    for token in _TOKEN.finditer(made):
        word = token[0].upper()
        if begun is None and word == "(" and after_check:
            begun, depth = token.end(), 1
        elif begun is not None and word in "()":
            depth += 1 if word == "(" else -1
            if depth == 0:
                found.append(made[begun : token.start()].strip())
                begun = None
        after_check = word == "CHECK"
    return tuple(found)
