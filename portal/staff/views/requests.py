"""The queue: what has to be answered, by the day it falls due; found, chosen, taken in."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.accounts.addresses import NotAnAddress, NotAPhone
from portal.cases import deadlines, legal
from portal.cases.kinds import KINDS
from portal.cases.service import bulk as bulk_acts
from portal.cases.service import by_reference, handling, intake, queue, searching, views
from portal.cases.service.queue import Filters
from portal.children.service import appeals
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.staff.forms.requests import AddressForm, IntakeForm
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.fields import read_day
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import _, here

QUEUE = "/staff/requests"
_COUNTED = {"done": False, "not_done": True}  # what adds up over the parts of many, and whether it is a problem

navigation.desk(
    room,
    "requests",
    N_("Requests"),
    order=10,
    covers=(
        "search",
        "bulk",
        "bulk_do",
        "take_in",
        "give_address",
        "case",
        "case_as_seen",
        "case_rows",
        "case_table",
        "case_reveal",
        "decide",
        "extend",
        "look_for",
        "rehearse",
        "hold",
        "prepare_copy",
        "copy_records",
        "write",
        "keep_view",
        "write_note",
    ),  # fmt: skip
)
navigation.left_out(room, "drop_view")


class Told(NamedTuple):
    """One case of many, with the sentence that says why nothing is done with it; "" where it is."""

    row: queue.Row
    problem: Problem | None
    why: str


@room.get(QUEUE)
@staff("admin", "approver", "staff")
def requests() -> Response:
    """Show the queue as its address says."""
    return _show_queue(Filters.read(request.args))


@room.post(f"{QUEUE}/search")
@staff("admin", "approver", "staff")
def search() -> Response:
    """Find cases by reference or address; it is posted, so that no address of a person stands in an address of ours."""
    typed = request.form.get("for", "").strip()[:200]
    if case := searching.by_reference(typed):
        return away(url_for("staff.case", reference=case.reference))
    try:
        rows, wrong = searching.by_address(searching.address(typed), crew().number), ""
    except (NotAnAddress, NotAPhone):
        rows, wrong = [], _("Type a reference such as R-7F3K-Q2, an e-mail address, or a phone with its country code.")
    page = "staff/requests/found.html"
    return show(page, rows=rows, typed=typed, wrong=wrong, status=422 if wrong else 200, **_said())


@room.post(f"{QUEUE}/views")
@staff("admin", "approver", "staff")
def keep_view() -> Response:
    """Keep what the queue shows now under a name."""
    filters = _filters()
    try:
        views.keep(crew().number, request.form.get("name", ""), filters)
    except views.NoName as problem:
        said = _(problem.say, **problem.facts) + " " + _(problem.then)
        return _show_queue(filters, wrong=said, typed=request.form.get("name", ""), status=422)
    return away(_address(filters))


@room.post(f"{QUEUE}/views/<int:number>/remove")
@staff("admin", "approver", "staff")
def drop_view(number: int) -> Response:
    """Remove one of one's own views."""
    views.drop(crew().number, number)
    return away(QUEUE)


@room.post(f"{QUEUE}/bulk")
@staff("admin", "approver", "staff")
def bulk() -> Response:
    """Say what would happen to each chosen case, and what would not; nothing is changed."""
    act, all_ = _act(), bulk_acts.whole(_filters(), crew().number) if request.form.get("all") else None
    numbers = bulk_acts.part(all_, crew().number)[0] if all_ else _chosen()
    planned = _told(bulk_acts.plan(numbers, act, crew().number)) if numbers else []
    known: dict[str, Any] = {"all_": all_, "query": urlencode(all_.filters.written()) if all_ else ""}
    return show("staff/requests/check.html", planned=planned, act=act, sent=_sent(), **known, **_said())


@room.post(f"{QUEUE}/bulk/do")
@staff("admin", "approver", "staff")
def bulk_do() -> Response:
    """Do it, and say what was done and what was not; of all that a filter shows, a hundred and then the next."""
    numbers, following = _chosen(), ""
    if (newest := request.form.get("newest", "")).isdecimal() and len(newest) < 10:
        all_ = bulk_acts.Whole(_filters(), 0, int(newest))
        numbers, following = bulk_acts.part(all_, crew().number, request.form.get("after", "")[:40])
    done = _told(bulk_acts.carry_out(numbers, _act(), crew().number))
    so_far = {name: _count(name) + sum(bool(one.problem) == wrong for one in done) for name, wrong in _COUNTED.items()}
    onward = {**_sent(), "query": request.form.get("query", "")[:400], "newest": newest, "after": following, **so_far}
    known: dict[str, Any] = {"onward": onward if following else {}, "so_far": so_far, "total": _count("total")}
    return show("staff/requests/done.html", planned=done, **known, **_said())


@room.route(f"{QUEUE}/new", methods=["GET", "POST"])
@staff("admin", "approver", "staff")
def take_in() -> Response:
    """Take in what came by phone, by post or in person, with the day on which it truly came (RULES R8)."""
    form = IntakeForm()
    if form.validate_on_submit():
        try:
            case, is_new = intake.take_in(form.wish(), crew().number)
        except intake.InTheFuture as problem:
            form.received.errors = [_(problem.say)]
        except (NotAnAddress, NotAPhone) as problem:
            form.email.errors = [_(problem.say)]
        else:
            return away(url_for("staff.case", reference=case.reference, again=None if is_new else "yes"))
    return show("staff/requests/new.html", form=form, status=422 if form.errors else 200)


@room.route(f"{QUEUE}/<string:reference>/address", methods=["GET", "POST"])
@staff("admin", "approver", "staff", fresh=True)
def give_address(reference: str) -> Response:
    """Write down where whoever asks is written to, in what staff took in, where no mail arrives."""
    case, form = by_reference(reference.upper()), AddressForm()
    if not intake.may_give_address(case):
        raise NotNow
    if form.validate_on_submit():
        try:
            intake.give_address(case, str(form.email.data), crew().number)
        except NotAnAddress as problem:
            form.email.errors = [_(problem.say)]
        else:
            return away(url_for("staff.case", reference=case.reference))
    return show("staff/case/address.html", case=case, form=form, status=422 if form.errors else 200)


def _show_queue(filters: Filters, *, wrong: str = "", typed: str = "", status: int = 200) -> Response:
    number = crew().number
    page = queue.page(filters, number, request.args.get("after", ""))
    return show(
        "staff/requests/page.html",
        status=status,
        filters=filters,
        query=urlencode(filters.written()),
        listed=page,
        following=_address(filters, page.after) if page.after else "",
        first=not request.args.get("after"),
        views=views.kept(number),
        appeals=appeals.waiting(),
        wrong=wrong,
        typed=typed,
        **_said(),
    )


def _said() -> dict[str, Any]:
    """Return the words of what can be chosen."""
    laws = {name: law_title(name) for name in deadlines.names()}
    words: dict[str, Any] = {
        "laws": laws,
        "states": queue.STATES,
        "waitings": queue.WAITING,
        "channels": queue.CHANNELS,
        "dues": queue.DUE,
    }
    kinds = {name: kind.title for name, kind in KINDS.items()}
    words["names"] = handling.members()
    return {**words, "whose": queue.WHO, "kinds": kinds, "working": handling.working(), "acts": bulk_acts.ACTS}


def _told(planned: list[bulk_acts.Planned]) -> list[Told]:
    return [Told(one.row, one.problem, _why(one.problem)) for one in planned]


def _why(problem: Problem | None) -> str:
    return "" if problem is None else _(problem.say, **problem.facts)


def law_title(name: str) -> str:
    """Return the law of a profile in words."""
    title = legal.profile(name).title
    return title.get(here().language) or next(iter(title.values()))


def _address(filters: Filters, after: str = "") -> str:
    query = urlencode({**filters.written(), **({"after": after} if after else {})})
    return f"{QUEUE}?{query}" if query else QUEUE


def _filters() -> Filters:
    """Return the filters that a form carries."""
    return Filters.read(dict(parse_qsl(request.form.get("query", "")[:400])))


def _count(name: str) -> int:
    typed = request.form.get(name, "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _chosen() -> list[int]:
    return [int(number) for number in request.form.getlist("case") if number.isdecimal() and len(number) < 10]


def _act() -> bulk_acts.Act:
    """Return what is to be done; NotFound for what no form of ours offers."""
    sent = _sent()
    if sent["act"] not in bulk_acts.ACTS or (sent["act"] == "wait" and sent["whom"] not in queue.WAITING):
        raise NotFound
    to = int(sent["to"]) if sent["to"].isdecimal() and len(sent["to"]) < 10 else None
    return bulk_acts.Act(sent["act"], to, read_day(sent["until"]), sent["whom"])


def _sent() -> dict[str, str]:
    return {name: request.form.get(name, "")[:20] for name in ("act", "to", "until", "whom")}
