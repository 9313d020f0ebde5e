"""The page of one case: all that staff need to answer it, section by section as the page shows it."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import request
from werkzeug.wrappers import Response

from portal.cases.forms.companies import ANSWERS
from portal.cases.kinds import KINDS, kind
from portal.cases.models import Case, CaseEvent, CaseMessage
from portal.cases.service import (
    deciding,
    desk,
    documents,
    duplicates,
    evidence,
    extending,
    handling,
    identity,
    intake,
    matching,
    notifying,
    presence,
    queue,
    replies,
    routing,
    thread,
)
from portal.cases.service.states import FINAL
from portal.cases.words import EVENTS
from portal.deletion import service as deletion
from portal.download import service as downloads
from portal.kernel.problems import NotFound
from portal.sources import registry
from portal.staff import words as said
from portal.staff.views.requests import law_title
from portal.subjects import holds
from portal.subjects import service as subjects
from portal.web.guards import crew
from portal.web.htmx import show
from portal.web.site import site
from portal.web.words import _, here

APPROVERS = ("admin", "approver")
Shown = dict[str, Any]  # by the name that the template knows it by


class Spoken(NamedTuple):
    """One message as staff see it; `mine` can still be taken back by whoever looks."""

    row: CaseMessage
    who: str
    mine: bool


class Happened(NamedTuple):
    """One line of the timeline in words."""

    at: str
    what: str
    who: str
    internal: bool


class Link(NamedTuple):
    """A row of a system that is this person, with what proved it."""

    title: str
    source: str
    state: str
    by: str
    on: Any


class Typed(NamedTuple):
    """What was typed as a message, None where that is the draft; and why it cannot go out."""

    text: str | None = None
    wrong: str = ""


class Settling(NamedTuple):
    """For which system it was typed why a find may stay, what, and why that cannot be taken."""

    source: str = ""
    typed: str = ""
    wrong: str = ""


class Attesting(NamedTuple):
    """How whoever asks was recognised, the number that they said, and why that cannot be noted."""

    method: str = ""
    number: str = ""
    wrong: str = ""


NOTHING_TYPED, NOTHING_SETTLED, NOTHING_ATTESTED = Typed(), Settling(), Attesting()


def show_case(
    found: Case,
    typed: Typed = NOTHING_TYPED,
    settling: Settling = NOTHING_SETTLED,
    attesting: Attesting = NOTHING_ATTESTED,
    *,
    status: int = 200,
) -> Response:
    """Show a case, with what was typed and not taken."""
    names = handling.members()
    sections = (
        _head(found),
        _person(found, attesting),
        _systems(found, settling),
        _thread(found, names, typed),
        _decision(found),
        _copy(found),
        _handling(found),
    )
    shown = {name: value for section in sections for name, value in section.items()}
    events = [happened(found, event, names) for event in reversed(desk.events(found))]
    return show("staff/case/page.html", status=status, names=names, events=events, words=said, **shown)


def _head(found: Case) -> Shown:
    return {
        "case": found,
        "again": bool(request.args.get("again")),
        "row": queue.row_of(found),
        "kind": kind(found.kind),
        "law": law(found),
        "is_open": found.state == "open",
        "is_over": found.state in FINAL,
        "contact": desk.contact(found),
        "returned": notifying.returned(found),
        "has_nobody": notifying.recipient(found) is None,
        "may_give_address": intake.may_give_address(found),
        "rules": desk.rules(found, here().language),
        "states": queue.STATES,
        "waitings": queue.WAITING,
        "channels": queue.CHANNELS,
    }


def _person(found: Case, attesting: Attesting) -> Shown:
    return {
        "proofs": [(_(said.METHODS[one.method]), one) for one in identity.proofs(found)],
        "proven": identity.proof(found) >= kind(found.kind).needs,
        "attested": {name: said.METHODS[name] for name in desk.ATTESTED},
        "attesting": attesting,
        "links": _links(found.subject_id) if found.subject_id else [],
        "papers": evidence.of(found) if found.acting in documents.FOR_OTHERS else [],
        "may_unmatch": matching.may_unmatch(found),
    }


def _systems(found: Case, settling: Settling) -> Shown:
    return {
        "routings": routing.of(found),
        "answers": ANSWERS,
        "systems": deletion.standing(found),
        "ahead": deletion.ahead(found),
        "settling_source": settling.source,
        "settling_typed": settling.typed,
        "settling_wrong": settling.wrong,
    }


def _thread(found: Case, names: dict[int, str], typed: Typed) -> Shown:
    me = crew().number
    return {
        "spoken": [Spoken(row, author(row, names), _mine(row, me)) for row in desk.messages(found)],
        "draft": thread.draft(found, me) if typed.text is None else typed.text,
        "wrong": typed.wrong,
        "others": [names.get(other, "") for other in presence.others(found, me)],
        "replies": {one.id: one.title_in(here().language) for one in replies.replies().values()},
    }


def _decision(found: Case) -> Shown:
    return {
        "me": crew().number,
        "proposal": deciding.proposal(found),
        "decided": deciding.last(found),
        "two": deciding.needs_two(found),
        "reasons": deciding.REASONS,
        "extendable": found.extended_at is None and extending.until(found) is not None,
        "approves": crew().role in APPROVERS,
    }


def _copy(found: Case) -> Shown:
    return {"release": downloads.release_of(found), "needs_release": downloads.needs_release(found)}


def _handling(found: Case) -> Shown:
    return {
        "held": [(one, _place(one.source, one.table)) for one in holds.of_subject(found.subject_id or 0)],
        "kinds": {name: one.title for name, one in KINDS.items()},
        "working": handling.working(),
        "alike": duplicates.suggested(found) if found.state == "open" else [],
        "linked": duplicates.linked(found),
    }


def _place(source_id: str, table: str) -> str:
    """Return system and records in words, by their names where they are connected no more."""
    try:
        manifest = registry.active().get(source_id).manifest
    except NotFound:
        return f"{source_id}: {table}"
    records = manifest.tables[table].title.in_(here().language) if table in manifest.tables else table
    return f"{manifest.title.in_(here().language)}: {records}"


def law(found: Case) -> str:
    """Return the law that gave the date, in words."""
    try:
        return law_title(found.profile)
    except FileNotFoundError:
        return found.profile


def _links(subject_id: int) -> list[Link]:
    links = []
    for row in subjects.rows(subject_id):
        try:
            title = registry.active().get(row.source).title.in_(here().language)
        except NotFound:  # it was disconnected since
            title = row.source
        links.append(Link(title, row.source, said.LINKS.get(row.state, row.state), row.proven_by, row.linked_at))
    return links


def _mine(row: CaseMessage, me: int) -> bool:
    return row.state == thread.WAITING and row.author == f"staff:{me}"


def author(row: CaseMessage, names: dict[int, str], *, outside: bool = False) -> str:
    """Return who wrote a message; `outside`: as the person sees it, to whom no member has a name."""
    role, _colon, name = row.author.partition(":")
    if role == "staff":
        return site().name if outside else names.get(int(name), _("Somebody who left"))
    if role == "customer":
        return name
    if role == thread.UNPROVEN:
        return _("Somebody by mail, from an address that is not proven")
    return _("The agent") if role == "agent" else _("The person")


def happened(case: Case, event: CaseEvent, names: dict[int, str]) -> Happened:
    """Return one line of the timeline in words."""
    role, _colon, name = event.actor.partition(":")
    who = names.get(int(name), _("Our staff")) if role == "staff" else ""
    what = said.EVENTS.get(event.name) or EVENTS.get(event.name)
    at = here().day(event.at) if case.has_no_hour and event.name == "received" else here().moment(event.at)
    return Happened(at, _(what) if what else event.name.capitalize(), who, event.internal)
