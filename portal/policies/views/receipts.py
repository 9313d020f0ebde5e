"""When somebody chose what, and the receipt of each choice: as a page to print, and as JSON to keep (RULES C3-C6)."""

from __future__ import annotations

import json
from typing import NamedTuple

from flask import Blueprint, Response, abort, request

from portal import config
from portal.cases import deadlines
from portal.consents import kantara, receipts, service
from portal.consents.models import ConsentEvent
from portal.consents.words import recorded, state, titled
from portal.subjects import service as subjects
from portal.web import navigation, numbers
from portal.web.guards import me
from portal.web.htmx import show

_FORMS = {"27560": receipts.receipt, "kantara": kantara.of}  # as which JSON a receipt is had

room = Blueprint("receipts", __name__)
navigation.left_out(room, "history", "receipt")


class Row(NamedTuple):
    """One choice as a list tells of it; `about` is its purpose, by which the list can be narrowed."""

    event: ConsentEvent
    about: str
    title: str
    state: str
    recorded: str  # where and when, if not here


@room.get("/receipts")
def history() -> Response:
    """Show when somebody chose what, about one purpose or about all."""
    about, before = request.args.get("about", ""), numbers.asked("before") or 0
    page = service.history(me().subject_id, about, before)
    rows = [_row(event) for event in page.choices]
    known = about if about in config.site().purposes else ""
    return show("consents/history.html", rows=rows, older=page.older, about=about, narrowed=known and titled(known))


@room.get("/receipts/<string:record>")
def receipt(record: str) -> Response:
    """Show the receipt of one choice; `?as=27560` and `?as=kantara` give it as JSON."""
    event = service.choice(me().subject_id, record)
    if form := request.args.get("as", ""):
        return _json(event, form)
    return show("consents/receipt.html", receipt=receipts.receipt(event, _authority(event)), row=_row(event))


def _json(event: ConsentEvent, form: str) -> Response:
    if form not in _FORMS:
        abort(404)
    text = json.dumps(_FORMS[form](event, _authority(event)), ensure_ascii=False, indent=2)
    name = f"consent-receipt-{event.record[:8]}-{form}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, content_type="application/json", headers=headers)


def _authority(event: ConsentEvent) -> str:
    return deadlines.authority_in(event.language, subjects.country(event.subject_id))


def _row(event: ConsentEvent) -> Row:
    return Row(event, event.purpose.partition("@")[0], titled(event.purpose), state(event.state), recorded(event))
