"""Long lists come in pages: a cursor says where the next one begins, and nobody can make one up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.kernel import crypto, tokens
from portal.kernel.problems import N_, Problem

MOST, USUAL = 1_000, 100


class BadCursor(Problem):
    """The cursor is from another list, or from nowhere."""

    status, code = 422, "bad-cursor"
    say = N_("This cursor does not belong to this list.")
    then = N_("Begin with the first page, and go on with the cursor that it gives.")


def cursor(of: str, number: int) -> str:
    """Return the cursor behind one number of a list; `of` says which list, with the person whose it is."""
    return f"{number}-{_seal(of, number)}"


def opened(of: str, given: str | None, first: int = 0) -> int:
    """Return the number that a cursor stands behind, `first` where none came; raises BadCursor."""
    if given is None:
        return first
    number, _, seal = given.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and tokens.same(seal, _seal(of, int(number)))):
        raise BadCursor
    return int(number)


def cut(of: str, found: Sequence[Any], limit: int, number: Any) -> tuple[Sequence[Any], str | None]:
    """Return one page of what was found, and the cursor to the next; `found` holds one more where there is one.

    `number` gives the number of one item, by which the list is in order.
    """
    page = found[:limit]
    return page, cursor(of, number(page[-1])) if len(found) > limit else None


def _seal(of: str, number: int) -> str:
    return crypto.sign("cursor", of, str(number)).hex()[:16]
