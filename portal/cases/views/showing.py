"""A request as whoever asked sees it: what staff see, less what is internal (DESIGN idea 2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from markupsafe import Markup

from portal import config
from portal.cases import deadlines, legal, service
from portal.cases.forms.companies import ANSWERS
from portal.cases.kinds import Proof, kind
from portal.cases.models import Case, CaseMessage
from portal.cases.reasons import REASONS
from portal.cases.service import attempts, codes, deciding, documents, facts, identity, routing, thread
from portal.cases.words import event, standing
from portal.consents.words import local
from portal.kernel import clean, clock
from portal.kernel.problems import N_
from portal.web.words import _, here

_AUTHORS = {
    "person": N_("The person"),
    "agent": N_("Whoever asks for them"),
    "staff": N_("Our staff"),
    "mail": N_("Somebody by mail, from an address that is not proven"),
}


class Way(NamedTuple):
    """A way to show who asks."""

    id: str
    title: str
    hint: str


class Said(NamedTuple):
    """A message of the thread."""

    author: str
    at: datetime
    text: Markup
    mine: bool


class Dates(NamedTuple):
    """What stands under "Details" (RULES D1)."""

    received: datetime
    acknowledge_by: date | None
    acknowledged: datetime | None
    complete_by: date
    extended: bool
    profile: str
    law: str
    own_profile: str
    legal_maximum: date | None


def facts_of(case: Case, author: str) -> dict[str, Any]:
    """Return what the page of a request shows; `author` is who looks at it."""
    unproven = case.state == "open" and identity.missing(case)
    decision = deciding.last(case)
    return {
        "case": case,
        "title": kind(case.kind).title,
        "standing": standing(case, unproven=unproven),
        "dates": _dates(case),
        "steps": [
            (line.at, event(line.name), case.has_no_hour and line.name == "received") for line in service.timeline(case)
        ],
        "messages": [_said(message, author) for message in thread.said(case)],
        "decision": decision,
        "reason": REASONS.get(decision.reason, "") if decision else "",
        **_authority(case),
        "about": _about(case),
        "unproven": unproven,
        "ways": ways(case) if unproven else [],
        "waits_for_person": unproven and attempts.newest(case, attempts.AGENT) is not None,
        "routings": routing.of(case),
        "answers": ANSWERS,
        "reasons": REASONS,
        "may_send_papers": author == "agent" and documents.may_send(case),
        "may_say": case.state not in service.FINAL,
        "may_cancel": case.state == "open",
        "may_reopen": service.may_reopen(case),
    }


def ways(case: Case) -> list[Way]:
    """Return the ways that are left to show who asks, the quickest first; never a picture of an identity card."""
    if case.acting != "self":
        return []
    found, first = [], attempts.may_prove(case)
    if codes.may_send(case):
        found.append(Way("code", N_("By a code"), N_("We send it to the address of this request. It takes a minute.")))
    if first and kind(case.kind).needs <= Proof.FACTS and facts.offered():
        found.append(Way("facts", N_("By two facts"), N_("You answer what only you know.")))
    found.append(Way("in-person", N_("At one of our places"), N_("You say a short number there. No copy is made.")))
    if case.contact:
        hint = N_("We write to every address that we know of you, and wait for seven days.")
        found.append(Way("lost-mailbox", N_("I can read none of my old mailboxes"), hint))
    return found


def _authority(case: Case) -> dict[str, str]:
    """Return who one can complain to, by name, address and page."""
    one = deadlines.authority(case.country)
    return {
        "authority": local(dict(one.name)),
        "authority_address": local(dict(one.address)) if one.address else "",
        "authority_url": one.url,
    }


def _about(case: Case) -> str:
    """Return what was chosen, in words: the use that a request is about."""
    name = (case.asked or {}).get("purpose", "")
    site = config.site()
    known = site.purposes.get(name) or site.uses.get(name)
    return local(known.title) if known else ""


def _dates(case: Case) -> Dates:
    rules = legal.profile(case.profile)
    own = legal.profile(case.own_profile) if case.own_profile else None
    return Dates(
        case.received_at,
        case.acknowledge_by,
        case.acknowledged_at,
        case.complete_by,
        case.extended_at is not None,
        _title(rules.title),
        rules.on(clock.day_of(case.received_at)).version.law,
        _title(own.title) if own else "",
        case.legal_maximum,
    )


def _title(texts: Any) -> str:
    return str(texts.get(here().language) or next(iter(texts.values())))


def _said(message: CaseMessage, author: str) -> Said:
    who, _colon, name = message.author.partition(":")
    mine = message.author == author
    if who == "customer":
        said = config.site().controllers.get(name, name)
    else:
        said = _("You") if mine else _(_AUTHORS[who])
    at = message.sent_at or message.at
    return Said(said, at, Markup(clean.text(message.body)), mine)  # noqa: S704 - bleach escapes what it keeps
