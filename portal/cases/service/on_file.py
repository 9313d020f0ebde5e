"""Proofs that a worker looks into: facts that systems hold, a lost mailbox, somebody who died, a lost link.

The page answers the same whoever is known, in the same time, for it only writes down what was typed (RULES R3).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from portal.accounts.addresses import normal
from portal.cases.kinds import kind
from portal.cases.models import Attempt, Case
from portal.cases.service import attempts, effects, facts, identity
from portal.cases.service.attempts import ASKED, DEAD, FACTS, FAILED, LINK_LIFE, LINKS, LOST, TOLD, USED
from portal.cases.service.moving import note
from portal.cases.service.opening import PROVEN
from portal.cases.service.reading import secret_url
from portal.kernel import clock, crypto, limits
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotNow, Problem
from portal.kernel.work import Claim
from portal.notices import messages
from portal.sources.base import Identifier as Proof
from portal.subjects import on_file

PER_CASE, PER_ADDRESS, PER_NETWORK = "3/day", "5/day", "20/hour"
TWO = 2
_DAY = timedelta(days=1)
_MOST_LINKS = 20


class TwoFacts(Problem):
    """Less than two of the facts were answered."""

    status, code = 422, "two-facts"
    say = N_("Answer at least two of the questions.")
    then = N_("Choose those that you know for certain.")


def give_facts(case: Case, typed: str, answered: Mapping[str, str]) -> None:
    """Let a worker compare facts with what is held at an address on file.

    Raises NotAnAddress, NotAPhone, TwoFacts, NotNow, TooManyTries.
    """
    kind = "email" if "@" in typed else "phone"
    known = Proof(kind, normal(kind, typed))
    given = {name: text.strip() for name, text in answered.items() if text.strip()}
    if len(given) < TWO:
        raise TwoFacts
    _may_try(case)
    limits.hit(PER_CASE, "facts by request", case.reference)
    limits.hit(PER_ADDRESS, "facts by address", known.value)
    typed_in = json.dumps({**given, "kind": kind})
    attempts.begin(case, FACTS, known, _DAY, typed=typed_in, language=case.language, due_at=clock.now())


def lose_mailbox(case: Case, typed: str) -> None:
    """Let a worker write to every address on file of somebody who reads none of them any more; once a case.

    Raises NotAnAddress, NotNow, TooManyTries.
    """
    known = Proof("email", normal("email", typed))
    _may_try(case)
    limits.hit(PER_ADDRESS, "lost mailbox", known.value)
    with atomic():
        attempts.begin(case, LOST, known, LINK_LIFE, language=case.language, due_at=clock.now())
        note(case, "lost mailbox", "person")


def send_links(typed: str, network: str, language: str) -> None:
    """Let a worker send the links of all requests from an address; raises NotAnAddress, TooManyTries."""
    known = Proof("email", normal("email", typed))
    limits.hit(PER_NETWORK, "links by network", network)
    limits.hit(PER_ADDRESS, "links by address", known.value)
    attempts.begin(None, LINKS, known, _DAY, language=language, due_at=clock.now())


def look_into(claim: Claim[Attempt]) -> None:
    """Carry out what was written down; raises SourceUnavailable where a system has to be asked again."""
    {FACTS: _compare, LOST: _tell_all, DEAD: _tell_all, LINKS: _send}.get(claim.row.way, _nothing)(claim)


def _nothing(claim: Claim[Attempt]) -> None:
    claim.done()


def _compare(claim: Claim[Attempt]) -> None:
    row = claim.row
    answered = attempts.answers(row)
    known = Proof(answered.pop("kind", "email"), row.address)
    right = facts.hold(known, answered) and attempts.may_prove(row.case)
    with _noted(claim, USED if right else FAILED):
        if right:
            identity.prove(row.case, "facts", "person")
            attempts.match(row.case, known)
            note(row.case, PROVEN, "person")
            effects.filed(row.case)
            _tell(row, {known})


def _tell_all(claim: Claim[Attempt]) -> None:
    row = claim.row
    known = Proof("email", row.address)
    found = on_file.addresses(known) if row.case.state == "open" else set()
    with _noted(claim, USED):
        if found and row.way == LOST and identity.missing(row.case):
            identity.prove(row.case, identity.LOST_MAILBOX, "person")
            attempts.match(row.case, known)
        if found:
            _tell(row, found)


@contextmanager
def _noted(claim: Claim[Attempt], state: str) -> Iterator[None]:
    """Write down in one step what came of it; nothing, where the case is about somebody else already."""
    try:
        with claim.step(state=state, due_at=None, typed=None):
            yield
    except NotNow:
        claim.done(state=FAILED, typed=None)


def _tell(row: Attempt, addresses: set[Proof]) -> None:
    """Tell everybody on file what is asked in their name, with one link that stops it."""
    case, on = row.case, attempts.counts_on(row)
    told, secret = attempts.begin(case, TOLD, None, LINK_LIFE, state=ASKED)
    for number, to in enumerate(sorted(addresses, key=lambda one: (one.kind, one.value))):
        channel = "sms" if to.kind == "phone" else "email"
        recipient = messages.Recipient(to.value, row.language, channel=channel)
        cause = f"request:{case.reference}:told:{told.id}:{number}"
        messages.asked_about_you(recipient, cause, case.reference, on, attempts.link(secret))


def _send(claim: Claim[Attempt]) -> None:
    row = claim.row
    hashes = crypto.keyed_hashes("email", row.address)
    found = Case.select().where(Case.contact_hash << hashes).order_by(Case.id.desc()).limit(_MOST_LINKS)
    links = [[case.reference, secret_url(case)] for case in found]
    with claim.step(state=USED, due_at=None):
        if links:
            to = messages.Recipient(row.address, row.language)
            messages.request_links(to, f"request links:{row.digest}", links)


def _may_try(case: Case) -> None:
    if not attempts.may_prove(case) or kind(case.kind).other:
        raise NotNow
