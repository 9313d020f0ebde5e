"""Every message that the portal sends, as its reader gets it: for translators, and for staff asked about one."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from portal.kernel.problems import N_, NotFound
from portal.notices import preview
from portal.notices.messages import DECLARED
from portal.notices.occasions import occasion
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.guards import staff
from portal.web.headers import FRAMING
from portal.web.htmx import show
from portal.web.site import site
from portal.web.words import here, name_of

# What is shown in the frame: a style of its own and nothing that could be loaded, run, sent or put around it.
_MAY = ("default-src 'none'", "style-src 'unsafe-inline'", "base-uri 'none'", "form-action 'none'")
_FRAMED = "; ".join((*_MAY, "frame-ancestors 'self'", "sandbox"))
navigation.desk(room, "messages_page", N_("Messages"), order=51, covers=("message_page",))
navigation.left_out(room, "message_html")


@room.get("/staff/messages")
@staff("admin", "approver", "staff")
def messages_page() -> AnyResponse:
    """List every message with its occasion and the languages that lack a sentence of it."""
    rows = [(kind, occasion(kind), _lacking(kind), preview.has_sms(kind)) for kind in DECLARED]
    return show("staff/messages.html", rows=rows, languages=[(code, name_of(code)) for code in site().languages])


@room.get("/staff/messages/<string:kind>")
@staff("admin", "approver", "staff")
def message_page(kind: str) -> AnyResponse:
    """Show a message with made-up facts, in a language and a look."""
    chosen = _chosen(kind)
    samples = preview.samples(kind)
    response = show(
        "staff/message.html",
        kind=kind,
        occasion=occasion(kind),
        drawn=preview.drawn(kind, chosen["sample"], chosen["language"]),
        samples=[preview.differs(one, samples) for one in samples],
        languages=[(code, name_of(code)) for code in site().languages],
        lacking=[(name_of(code), preview.untranslated(kind, code)) for code in _lacking(kind)],
        **chosen,
    )
    response.headers["Content-Security-Policy"] = FRAMING
    return response


@room.get("/staff/messages/<string:kind>/html")
@staff("admin", "approver", "staff")
def message_html(kind: str) -> Response:
    """Give out the HTML of a message for the frame."""
    chosen = _chosen(kind)
    html = preview.page(kind, chosen["sample"], chosen["language"], dark=chosen["look"] == "dark")
    headers = {"Content-Security-Policy": _FRAMED}
    return Response(html, content_type="text/html; charset=utf-8", headers=headers)


def _chosen(kind: str) -> dict[str, Any]:
    """Return what the address asks for, each in its bounds; raises NotFound for a message that there is not."""
    if kind not in DECLARED:
        raise NotFound
    asked, language = request.args, request.args.get("language", here().language)
    number = asked.get("sample", 0, type=int)
    return {
        "language": language if language in site().languages else here().language,
        "sample": number if 0 <= number < len(preview.samples(kind)) else 0,
        "look": "dark" if asked.get("look") == "dark" else "light",
        "width": "narrow" if asked.get("width") == "narrow" else "wide",
    }


def _lacking(kind: str) -> list[str]:
    return [code for code in site().languages if preview.untranslated(kind, code)]
