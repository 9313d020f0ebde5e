"""One case: all that staff need to answer it on one page, and what keeps it moving."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.cases.forms.companies import ANSWERS
from portal.cases.kinds import KINDS, kind
from portal.cases.models import Case, CaseEvent, CaseMessage
from portal.cases.service import (
    by_reference,
    deciding,
    desk,
    documents,
    duplicates,
    evidence,
    extending,
    handling,
    identity,
    matching,
    notifying,
    presence,
    queue,
    replies,
    routing,
    thread,
    timeline,
)
from portal.cases.service.states import FINAL
from portal.cases.words import EVENTS
from portal.deletion import service as deletion
from portal.download import service as downloads
from portal.kernel.problems import NotFound
from portal.sources import registry
from portal.staff import words as said
from portal.staff.views import looking
from portal.staff.views.door import room
from portal.staff.views.requests import law_title
from portal.subjects import service as subjects
from portal.web import navigation
from portal.web.fields import read_day
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.site import site
from portal.web.words import _, here

CASE = "/staff/requests/<string:reference>"
APPROVERS = ("admin", "approver")

navigation.left_out(room, "handle")


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


@room.get(CASE)
@staff("admin", "approver", "staff")
def case(reference: str) -> Response:
    """Show a case whole; where it is about a person that we know, they read that it was looked at (RULES S2)."""
    found = load(reference)
    return reason_first(found) or show_case(found)


@room.get(f"{CASE}/as-seen")
@staff("admin", "approver", "staff")
def case_as_seen(reference: str) -> Response:
    """Show a case as the person sees it: nothing internal, nothing that is not out yet."""
    found = load(reference)
    if asked := reason_first(found):
        return asked
    names = handling.members()
    events = [_happened(event, {}) for event in timeline(found)]
    spoken = [Spoken(row, _author(row, names, outside=True), False) for row in thread.said(found)]
    return show("staff/case/as_seen.html", case=found, kind=kind(found.kind), events=events, spoken=spoken)


def reason_first(found: Case) -> Response | None:
    """Log the look at a person's data, once in 30 minutes (RULES S2); None: go on."""
    return looking.at(found.subject_id, found.reference, "answering") if found.subject_id else None


@room.post(f"{CASE}/handle")
@staff("admin", "approver", "staff")
def handle(reference: str) -> Response:
    """Take a case, give it, let it wait or rest, mark it; the button says which."""
    found, me, act = load(reference), crew().number, request.form.get("act", "")
    if act == "take":
        handling.take(found, me)
    elif act == "give":
        handling.give(found, number(request.form.get("to", "")), me)
    elif act == "wait":
        handling.wait_for(found, request.form.get("whom", ""), me)
    elif act == "snooze":
        handling.snooze(found, read_day(request.form.get("until", "")), me)
    elif act in ("test", "no test") and crew().role in APPROVERS:
        handling.mark_test(found, act == "test", me)
    else:
        raise NotFound
    return back(found)


def load(reference: str) -> Case:
    """Return a case by its reference; NotFound."""
    return by_reference(reference.upper())


def back(found: Case, place: str = "") -> Response:
    """Lead back to a case."""
    return away(url_for("staff.case", reference=found.reference) + place)


def number(typed: str) -> int | None:
    """Return a number of the staff, None for what is none."""
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None


def show_case(
    found: Case,
    *,
    text: str | None = None,
    wrong: str = "",
    settling: tuple[str, str, str] = ("", "", ""),
    status: int = 200,
) -> Response:
    """Show a case; `text` is what was typed as a message and cannot go out for the reason `wrong`.

    `settling`: for which system it was typed why a find may stay, what, and why that cannot be taken.
    """
    names, me = handling.members(), crew().number
    return show(
        "staff/case/page.html",
        status=status,
        case=found,
        row=queue.row_of(found),
        kind=kind(found.kind),
        kinds={name: one.title for name, one in KINDS.items()},
        law=law(found),
        names=names,
        me=me,
        is_open=found.state == "open",
        is_over=found.state in FINAL,
        spoken=[Spoken(row, _author(row, names), _mine(row, me)) for row in desk.messages(found)],
        draft=thread.draft(found, me) if text is None else text,
        wrong=wrong,
        others=[names.get(other, "") for other in presence.others(found, me)],
        replies={one.id: one.title_in(here().language) for one in replies.replies().values()},
        proofs=[(_(said.METHODS[one.method]), one) for one in identity.proofs(found)],
        proven=identity.proof(found) >= kind(found.kind).needs,
        attested={name: said.METHODS[name] for name in desk.ATTESTED},
        links=_links(found.subject_id) if found.subject_id else [],
        contact=desk.contact(found),
        returned=notifying.returned(found),
        papers=evidence.of(found) if found.acting in documents.FOR_OTHERS else [],
        may_unmatch=matching.may_unmatch(found),
        proposal=deciding.proposal(found),
        decided=deciding.last(found),
        two=deciding.needs_two(found),
        reasons=deciding.REASONS,
        extendable=found.extended_at is None and extending.until(found) is not None,
        routings=routing.of(found),
        systems=deletion.standing(found),
        settling_source=settling[0],
        settling_typed=settling[1],
        settling_wrong=settling[2],
        answers=ANSWERS,
        alike=duplicates.suggested(found) if found.state == "open" else [],
        linked=duplicates.linked(found),
        release=downloads.release_of(found),
        needs_release=downloads.needs_release(found),
        events=[_happened(event, names) for event in reversed(desk.events(found))],
        rules=desk.rules(found, here().language),
        words=said,
        approves=crew().role in APPROVERS,
        states=queue.STATES,
        waitings=queue.WAITING,
        channels=queue.CHANNELS,
        working=handling.working(),
    )


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


def _author(row: CaseMessage, names: dict[int, str], *, outside: bool = False) -> str:
    role, _colon, name = row.author.partition(":")
    if role == "staff":
        return site().name if outside else names.get(int(name), _("Somebody who left"))
    if role == "customer":
        return name
    if role == thread.UNPROVEN:
        return _("Somebody by mail, from an address that is not proven")
    return _("The agent") if role == "agent" else _("The person")


def _happened(event: CaseEvent, names: dict[int, str]) -> Happened:
    role, _colon, name = event.actor.partition(":")
    who = names.get(int(name), _("Our staff")) if role == "staff" else ""
    what = said.EVENTS.get(event.name) or EVENTS.get(event.name)
    return Happened(here().moment(event.at), _(what) if what else event.name.capitalize(), who, event.internal)
