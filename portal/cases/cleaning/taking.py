"""What is taken of files that strangers send: how many, how large, under which names."""

from __future__ import annotations

from collections.abc import Sequence

from portal.cases.cleaning import BadFile, Clean, clean

LARGEST, MOST = 5 * 1024 * 1024, 5  # bytes of one file, and files of one case
_NAME = 80  # characters


def checked(files: Sequence[tuple[str, bytes]], there: int = 0) -> list[tuple[str, Clean]]:
    """Return files made harmless, with names to show; raises BadFile for the first that is not taken."""
    if there + len(files) > MOST:
        raise BadFile("many")
    if any(len(data) > LARGEST for _, data in files):
        raise BadFile("large")
    made = [(name, clean(data)) for name, data in files]
    return [(shown(name, number, one.ending), one) for number, (name, one) in enumerate(made, there + 1)]


def shown(name: str, number: int, ending: str) -> str:
    """Return a name without folders and odd signs, with the ending that its content has."""
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or name
    kept = "".join(sign if sign.isalnum() or sign in " -_()" else "-" for sign in stem).strip(" -")[:_NAME]
    return f"{kept or f'file-{number}'}.{ending}"
