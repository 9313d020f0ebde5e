"""What is on its way to show who asks: written down in one step, used once, looked into by a worker where it must."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from portal import config
from portal.cases.models import Attempt, Case
from portal.cases.service import effects, identity
from portal.kernel import clock, crypto, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.sources.base import Identifier as Proof
from portal.subjects import service as subjects

CODE, AGENT, FACTS, LOST, DEAD, TOLD, LINKS = "code", "agent", "facts", "lost", "dead", "told", "links"
ASKED, SENT, USED, FAILED, STOPPED = "asked", "sent", "used", "failed", "stopped"
UNPROVEN_DAYS = 30  # that a request waits for a proof
LINK_LIFE = timedelta(days=UNPROVEN_DAYS)


class LinkOver(Problem):
    """A link in a mail that was used, or whose days or request are over."""

    status, code = 410, "link-over"
    say = N_("This link is no longer valid.")
    then = N_("If somebody still asks for you, we write to you again. Nothing happens without you.")


def begin(case: Case | None, way: str, address: Proof | None, life: timedelta, **rest: Any) -> tuple[Attempt, str]:
    """Write an attempt down; return it and the secret of its link. It is due for a worker only with `due_at`."""
    secret, now = tokens.new_token(), clock.now()
    to = {"address": address.value, "address_hash": crypto.keyed_hash(address.kind, address.value)} if address else {}
    known = {"digest": tokens.digest(secret), "created_at": now, "expires_at": now + life, "due_at": None}
    row: Attempt = Attempt.create(case=case, way=way, **{**known, **to, **rest})
    return row, secret


def newest(case: Case, way: str) -> Attempt | None:
    """Return the last attempt of a way in a case."""
    mine = (Attempt.case == case.id) & (Attempt.way == way)
    found: Attempt | None = Attempt.select().where(mine).order_by(Attempt.id.desc()).first()
    return found


def spend(row: Attempt, before: str, after: str) -> bool:
    """Bring an attempt from one state to the next, once; tell whether it was this call that did.

    All of its way in its case go with it: of two links to one question only one is answered.
    """
    alike = (Attempt.case == row.case_id) & (Attempt.way == row.way) & (Attempt.state == before)
    if row.state != before or not Attempt.update(state=after).where(alike).execute():
        return False
    row.state = after
    return True


def by_secret(secret: str) -> Attempt:
    """Return the attempt of a link in a mail; NotFound for any other, LinkOver once its days are over."""
    found: Attempt | None = Attempt.get_or_none(
        Attempt.digest == tokens.digest(secret), Attempt.way << [AGENT, TOLD], Attempt.case.is_null(False)
    )
    if found is None:
        raise NotFound
    if found.state == ASKED and (found.expires_at <= clock.now() or _is_over(found)):
        raise LinkOver
    return found


def _is_over(row: Attempt) -> bool:
    """Tell a case with which nothing can be done by a link any more; what has stopped a use can still be undone."""
    undoable = row.way == TOLD and row.case.state == "fulfilled" and row.case.kind in effects.KINDS
    return row.case.closed_at is not None and not undoable


def link(secret: str) -> str:
    """Return the address of a link."""
    return f"{config.site().base_url}/agents/{secret}"


def may_prove(case: Case) -> bool:
    """Tell whether somebody may show that a case of their own is theirs: it is open, and no proof is there yet.

    After a lost mailbox nothing else is taken, for that names somebody else's address: what proves the one of whoever
    asks must never open the data of the other, and the page must be the same whether anybody was found.
    """
    return case.state == "open" and case.acting == "self" and identity.missing(case) and newest(case, LOST) is None


def match(case: Case, proof: Proof) -> None:
    """Note whose data a case is about: whoever has the address, with an account that nobody need be signed in to.

    NotNow where it is about somebody else, whom this address does not prove; then the proof must not stand either.
    """
    with atomic():
        number, _ = subjects.verified(proof)
        free = Case.subject.is_null() | (Case.subject == number)
        if not Case.update(subject=number).where(Case.id == case.id, free).execute():
            raise NotNow
    case.subject_id = number


def answers(row: Attempt) -> dict[str, str]:
    """Return what was typed."""
    found: dict[str, str] = json.loads(row.typed or "{}")
    return found


def counts_on(row: Attempt) -> datetime:
    """Return when what rests on no address counts, unless somebody stops it."""
    begun: datetime = row.created_at
    return begun + identity.COOLING
