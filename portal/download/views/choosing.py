"""The first page: what goes into a copy, and the copies of before."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, urlencode

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from portal.download import service
from portal.download.choice import Choice
from portal.download.forms import ALL, SOME, ChoiceForm
from portal.download.models import Download
from portal.download.views.room import room
from portal.kernel import clock
from portal.kernel.problems import N_, NotFound
from portal.sources import registry
from portal.subjects import service as subjects
from portal.web.fields import read_day
from portal.web.guards import CONFIRM, me
from portal.web.htmx import away, show
from portal.web.words import _, here

WORDS = {
    "ready": (N_("Ready"), "on"),
    "expired": (N_("Expired"), ""),
    "failed": (N_("Failed"), "wrong"),
    "cancelled": (N_("Cancelled"), ""),
    "disabled": (N_("Disabled"), ""),
}


class Copy(NamedTuple):
    """One past copy as the page lists it."""

    reference: str
    title: str
    hint: str
    word: str
    tone: str


@room.get("/download")
def page() -> Response:
    """Show what a copy may hold, and the last ones; the choice of an earlier one may be filled in."""
    choice = _of_before(request.args.get("again", "")) or _in_address()
    return _show(_filled(choice), choice)


@room.post("/download")
def start() -> AnyResponse:
    """Have a copy made; whoever has one under way is led to it, whoever did not confirm lately confirms first."""
    form, choice = ChoiceForm(), _of_before(request.form.get("again", "")) or Choice()
    if "chosen" in request.form:
        wish = service.Wish(frozenset(request.form.getlist("system")), frozenset(request.form.getlist("table")))
        form.validate()
        choice = service.choice_of(wish, *form.days(), str(form.country.data or ""))
        if choice.tables == {}:
            form.form_errors.append(N_("Tick at least one category."))
        if form.errors or form.form_errors:
            return _show(form, choice, 422)
    if (fresh := me().fresh_until) is None or fresh <= clock.now():
        return away(f"{CONFIRM}?next={quote('/download?' + _address(choice), safe='/')}")
    before = service.under_way(me().subject_id)
    download = service.ask(me().subject_id, here().language, choice)
    already = "?already=yes" if before and before.id == download.id else ""
    return away(f"/download/{download.case.reference}{already}")


def _show(form: ChoiceForm, choice: Choice, status: int = 200) -> Response:
    downloads = service.recent(me().subject_id)
    under_way = next((download for download in downloads if download.state in service.UNDER_WAY), None)
    return show(
        "download/page.html",
        status=status,
        offers=[] if under_way else service.offers(me().subject_id),
        form=form,
        choice=choice,
        under_way=under_way,
        may_ask=service.may_ask(me().subject_id),
        unclaimed=subjects.unclaimed_titles(me().subject_id, here().language),
        made=[_copy(download) for download in downloads if download is not under_way],
    )


def _copy(download: Download) -> Copy:
    """Return a line of the list of copies."""
    word, tone = WORDS[download.state]
    asked = _("Asked for on %(day)s.", day=here().day(download.case.received_at))
    until = _("Until %(day)s.", day=here().day(download.expires_at)) if download.state == "ready" else ""
    reference = download.case.reference
    return Copy(reference, _("Copy %(reference)s", reference=reference), f"{asked} {until}".strip(), _(word), tone)


def _of_before(reference: str) -> Choice | None:
    """Return what an earlier copy of the person's own was asked to hold."""
    return Choice.read(service.load(reference, me().subject_id).choice) if reference else None


def _filled(choice: Choice) -> ChoiceForm:
    days = {"since": choice.since and choice.since.isoformat(), "until": choice.until and choice.until.isoformat()}
    return ChoiceForm(when=SOME if choice.is_dated else ALL, country=choice.country, **days)


# A choice in an address, for the way through the page that confirms: one bit a category that is left out, since what
# that page may lead on to is short.
def _address(choice: Choice) -> str:
    left = sum(1 << place for place, name in enumerate(_categories()) if not choice.asks(*name))
    days = {"since": choice.since and choice.since.isoformat(), "until": choice.until and choice.until.isoformat()}
    facts = {"without": f"{left:x}" if left else "", **days, "country": choice.country}
    return urlencode({name: value for name, value in facts.items() if value})


def _in_address() -> Choice:
    try:
        left = int(request.args.get("without", "") or "0", 16)
    except ValueError as error:
        raise NotFound from error
    tables: dict[str, tuple[str, ...]] = {}
    for place, (source, table) in enumerate(_categories()):
        if not left >> place & 1:
            tables[source] = (*tables.get(source, ()), table)
    since, until = (read_day(request.args.get(name)) for name in ("since", "until"))
    return Choice(tables if left else None, since, until, request.args.get("country", ""))


def _categories() -> list[tuple[str, str]]:
    return [(source.id, name) for source in registry.active().all() for name in source.manifest.tables]
