"""The archive itself and the pages of its systems, given to whoever has an address of it: without cookies."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from portal.download import files, service
from portal.download.models import Download
from portal.download.views.room import room
from portal.kernel.problems import N_
from portal.web import words
from portal.web.devices import device
from portal.web.guards import open_to_all
from portal.web.site import site

_NAME = N_("%(name)s, your data of %(day)s (%(reference)s)")
# The page brings its own style and nothing else: no script, no form, no other address, and no origin of ours.
_ALONE = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "sandbox"
)


@room.get("/archives/<string:token>")
@open_to_all
def archive(token: str) -> AnyResponse:
    """Give out an archive, or the part of it that is asked for (RFC 9110 §14, RULES W3, X9)."""
    handed = service.opened(token)
    reference = handed.download.case.reference
    name = _named("attachment", f"data-{reference}.zip", file_name(handed.download))
    return _given(handed, Response(content_type="application/zip", headers=name))


@room.get("/archives/<string:token>/<string:page>")
@open_to_all
def archive_page(token: str, page: str) -> AnyResponse:
    """Give out the page of one system, for phones that cannot open a ZIP file; it is read where it is."""
    handed = service.opened(token, page)
    name = _named("inline", files.page_of(handed.file), f"{file_name(handed.download)[:-4]}, {page}")
    headers = {**name, "Content-Security-Policy": _ALONE}
    return _given(handed, Response(content_type="text/html; charset=utf-8", headers=headers))


def file_name(download: Download) -> str:
    """Return what an archive is called on the machine of whoever fetches it, in the language of the archive."""
    spoken = words.of(download.language, site().timezone)
    day = spoken.day(download.as_of or download.case.received_at)
    return f"{spoken.say(_NAME, name=site().name, day=day, reference=download.case.reference)}.zip"


def _given(handed: service.Handed, response: AnyResponse) -> AnyResponse:
    response.direct_passthrough = True
    response.set_etag(handed.sha256)
    response.content_length = handed.size
    response.make_conditional(_asked(handed), accept_ranges=True, complete_length=handed.size)
    if request.method == "GET" and response.status_code in (200, 206):
        part = response.content_range
        response.response = service.read(handed, part.start or 0, part.stop)
        if not part.start:
            service.note_fetch(handed, device())
    return response


def _named(way: str, plain: str, name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
    }


def _asked(handed: service.Handed) -> dict[str, object]:
    """Return the request, without a Range that is to be passed over, as RFC 9110 §13.2.2 and §14.2 allow or demand."""
    kept = dict(request.environ)
    if not _names_a_part(handed.size) or request.if_none_match.contains(handed.sha256):
        kept.pop("HTTP_RANGE", None)
    return kept


def _names_a_part(size: int) -> bool:
    """Tell whether one range of bytes is asked for, and less than the whole, under a condition that is no weak tag."""
    asked = request.range
    if request.method != "GET" or asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return False
    [(start, _stop)] = asked.ranges
    return start > -size and not request.headers.get("If-Range", "").startswith("W/")
