"""A call that is sent again with the same Idempotency-Key is answered again and not done again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from portal.api.models import ApiAnswer
from portal.kernel import clock, tokens
from portal.kernel.db import atomic, clear
from portal.kernel.problems import N_, Problem
from portal.web.programs import Caller

KEPT = timedelta(hours=24)
LONGEST = 255

Answer = tuple[int, str]  # status and body


class OtherBody(Problem):
    """The Idempotency-Key was used before, for a call with another body or at another address."""

    status, code = 422, "idempotency-key-reused"
    say = N_("This Idempotency-Key was used before, for something else.")
    then = N_("Send what is new with a key of its own.")


class BadName(Problem):
    """The Idempotency-Key is empty or too long."""

    status, code = 400, "bad-idempotency-key"
    say = N_("An Idempotency-Key has between 1 and 255 characters.")
    then = N_("Send a random one for each thing that is to be done once.")


def once(caller: Caller, name: str, asked: bytes, do: Callable[[], Answer]) -> tuple[Answer, bool]:
    """Do something once for a name; return its answer, and whether it was answered before.

    The answer is kept in the transaction of what was done, so neither is ever there without the other; of two calls at
    once the second waits for the first. What was refused is not kept: it may be tried again. Raises OtherBody, BadName.
    """
    if not 1 <= len(name) <= LONGEST:
        raise BadName
    kept, digest = tokens.digest(name), hashlib.sha256(asked).hexdigest()
    mine = (ApiAnswer.key == caller.number) & (ApiAnswer.name == kept)
    with atomic():
        ApiAnswer.delete().where(mine, ApiAnswer.at <= clock.now() - KEPT).execute()
        row = {"key": caller.number, "name": kept, "asked": digest, "at": clock.now()}
        new = ApiAnswer.insert(row).on_conflict_ignore().as_rowcount().execute()
        if not new:
            return _again(ApiAnswer.get(mine), digest), True
        status, body = do()
        ApiAnswer.update(status=status, answer=body, subject=caller.subject).where(mine).execute()
    return (status, body), False


def _again(found: ApiAnswer, digest: str) -> Answer:
    if not tokens.same(found.asked, digest):
        raise OtherBody
    return found.status, found.answer or ""


def forget_past() -> None:
    """Remove answers that are kept no longer."""
    clear(ApiAnswer, ApiAnswer.at <= clock.now() - KEPT)
