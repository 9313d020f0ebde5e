"""The download pages: what it is, how far it is, and the archive itself."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from portal.download import service
from portal.download.models import Download
from portal.kernel.problems import N_
from portal.sources import registry
from portal.sources.base import Source
from portal.web import navigation
from portal.web.guards import me, open_to_all, recently_confirmed
from portal.web.htmx import alone, away, show
from portal.web.site import site
from portal.web.words import _, here

room = Blueprint("download", __name__)
navigation.entry(room, "page", N_("Download your data"), order=60, covers=("one", "link"))
navigation.left_out(room, "start", "fetch", "make_link", "archive")


WORDS = {
    "ready": (N_("Ready"), "on"),
    "expired": (N_("Expired"), ""),
    "failed": (N_("Failed"), "wrong"),
}
_TONES = {"waiting": "next", "reading": "", "done": "", "failed": "wrong"}
_NAMED = 4  # kinds of data that the page names of each system


class Copy(NamedTuple):
    """One past copy as the page lists it."""

    reference: str
    title: str
    hint: str
    word: str
    tone: str


@room.get("/download")
def page() -> Response:
    """Show what a copy holds, and the last ones."""
    downloads = service.recent(me().subject_id)
    under_way = next((download for download in downloads if download.state in service.UNDER_WAY), None)
    made = [_copy(download) for download in downloads if download is not under_way]
    systems = [(source.title.in_(here().language), _kinds(source)) for source in registry.active().all()]
    return show("download/page.html", systems=systems, under_way=under_way, made=made)


@room.post("/download")
@recently_confirmed
def start() -> AnyResponse:
    """Have a copy made; whoever asks twice gets the same one."""
    return _to(service.ask(me().subject_id, here().language))


@room.get("/download/<string:reference>")
def one(reference: str) -> AnyResponse:
    """Show how far one copy is: a page for each state."""
    download = service.load(reference, me().subject_id)
    progress = service.progress(download)
    if download.state in service.UNDER_WAY:
        said = _heard(progress)
        return show(
            "download/waiting.html",
            "download/_progress.html",
            said=said,
            download=download,
            progress=progress,
            tones=_TONES,
        )
    if alone():  # the region was asked for again, and what it showed is over
        return _to(download)
    return show(f"download/{download.state}.html", download=download, progress=progress)


@room.post("/download/<string:reference>/fetch")
@recently_confirmed
def fetch(reference: str) -> AnyResponse:
    """Send the browser to the archive."""
    return away(f"/archives/{service.ticket(service.load(reference, me().subject_id))}")


@room.get("/download/<string:reference>/link")
def link(reference: str) -> AnyResponse:
    """Lead back to the page of the copy: an address is shown once, where it was asked for."""
    return _to(service.load(reference, me().subject_id))


@room.post("/download/<string:reference>/link")
@recently_confirmed
def make_link(reference: str) -> Response:
    """Show an address that gives the archive to a device that is not signed in."""
    download = service.load(reference, me().subject_id)
    url = f"{site().base_url}/archives/{service.ticket(download)}"
    return show("download/link.html", download=download, url=url, minutes=service.TICKET_LIFE.seconds // 60)


@room.get("/archives/<string:token>")
@open_to_all
def archive(token: str) -> AnyResponse:
    """Give out an archive, or the part of it that is asked for (RFC 9110 §14, RULES W3, X9)."""
    download = service.by_ticket(token)
    response: AnyResponse = Response(
        content_type="application/zip", headers=_headers(download), direct_passthrough=True
    )
    response.set_etag(str(download.sha256))
    response.content_length = download.size or 0
    response.make_conditional(_asked(download), accept_ranges=True, complete_length=download.size)
    if request.method == "GET" and response.status_code in (200, 206):
        part = response.content_range
        response.response = service.read(download, part.start or 0, part.stop)
        if not part.start:
            service.note_fetch(download)
    return response


def _copy(download: Download) -> Copy:
    """Return a line of the list of copies."""
    word, tone = WORDS[download.state]
    asked = _("Asked for on %(day)s.", day=here().day(download.case.received_at))
    until = _("Until %(day)s.", day=here().day(download.expires_at)) if download.state == "ready" else ""
    reference = download.case.reference
    return Copy(reference, _("Copy %(reference)s", reference=reference), f"{asked} {until}".strip(), _(word), tone)


def _kinds(source: Source) -> str:
    """Return the first kinds of data that a system holds, and how many more there are."""
    titles = [table.title.in_(here().language) for table in source.manifest.tables.values()]
    if len(titles) <= _NAMED + 1:
        return here().listed(titles)
    return here().listed([*titles[:_NAMED], _("%(count)s more", count=len(titles) - _NAMED)])


def _headers(download: Download) -> dict[str, str]:
    name = f"{site().name} {download.case.reference}.zip"
    plain = f"data-{download.case.reference}.zip"
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
    }


def _asked(download: Download) -> dict[str, object]:
    """Return the request, without a Range that is to be passed over, as RFC 9110 §13.2.2 and §14.2 allow or demand."""
    kept = dict(request.environ)
    if not _names_a_part(int(download.size or 0)) or request.if_none_match.contains(str(download.sha256)):
        kept.pop("HTTP_RANGE", None)
    return kept


def _names_a_part(size: int) -> bool:
    """Tell whether one range of bytes is asked for, and less than the whole, under a condition that is no weak tag."""
    asked = request.range
    if request.method != "GET" or asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return False
    [(start, _stop)] = asked.ranges
    return start > -size and not request.headers.get("If-Range", "").startswith("W/")


def _to(download: Download) -> AnyResponse:
    return away(f"/download/{download.case.reference}")


def _heard(progress: service.Progress) -> str:
    """Return what a screen reader says when one more system is done with; the region sends the count it shows."""
    if str(progress.finished) == request.args.get("finished"):
        return ""
    return _("%(finished)s of %(all)s systems done.", finished=progress.finished, all=len(progress.systems))
