"""The page of one copy, in each of its states, and what can be done there."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from portal.download import files, service
from portal.download.choice import Choice
from portal.download.models import Download
from portal.download.views.archives import file_name
from portal.download.views.room import room
from portal.kernel import clock
from portal.kernel.problems import NotFound, NotNow
from portal.sources import registry
from portal.sources.base import Source
from portal.sources.manifest import Table
from portal.web.guards import me, recently_confirmed
from portal.web.htmx import alone, away, show
from portal.web.site import site
from portal.web.words import _, here

_NEW = timedelta(seconds=10)  # so long its page asks often, for a small copy is ready at once
_TONES = {"waiting": "next", "reading": "", "done": "", "failed": "wrong"}


@room.get("/download/<string:reference>")
def one(reference: str) -> AnyResponse:
    """Show how far one copy is: a page for each state."""
    download = service.load(reference, me().subject_id)
    progress, asked_for = service.progress(download), _asked_for(download)
    if download.state in service.UNDER_WAY:
        return show(
            "download/waiting.html",
            "download/_progress.html",
            said=_heard(progress),
            download=download,
            progress=progress,
            tones=_TONES,
            asked_for=asked_for,
            already="already" in request.args,
            is_new=download.case.received_at > clock.now() - _NEW,
        )
    if alone():  # the region was asked for again, and what it showed is over
        return _to(download)
    if download.state == "ready":
        facts = _handed(download)
        return show("download/ready.html", None, download=download, progress=progress, asked_for=asked_for, facts=facts)
    return show(f"download/{download.state}.html", download=download, asked_for=asked_for)


@room.post("/download/<string:reference>/fetch")
@recently_confirmed
def fetch(reference: str) -> AnyResponse:
    """Send the browser to the archive, or to the page of one system."""
    download = service.load(reference, me().subject_id)
    wanted = request.form.get("page", "")
    return away(f"/archives/{service.ticket(download)}{_page(download, wanted) if wanted else ''}")


@room.get("/download/<string:reference>/link")
def link(reference: str) -> AnyResponse:
    """Lead back to the page of the copy: an address is shown once, where it was asked for."""
    return _to(service.load(reference, me().subject_id))


@room.post("/download/<string:reference>/link")
@recently_confirmed
def make_link(reference: str) -> Response:
    """Show addresses that give the archive and its pages to a device that is not signed in."""
    download = service.load(reference, me().subject_id)
    url = f"{site().base_url}/archives/{service.ticket(download, by_link=True)}"
    pages = [(_title(part.source), f"{url}/{files.page_of(part.file or '')}") for part in service.pages(download)]
    return show(
        "download/link.html", download=download, url=url, pages=pages, minutes=service.TICKET_LIFE.seconds // 60
    )


@room.post("/download/<string:reference>/cancel")
def cancel(reference: str) -> AnyResponse:
    """Stop making a copy; if it became ready meanwhile, its page says so."""
    download = service.load(reference, me().subject_id)
    with suppress(NotNow):
        service.cancel(download)
    return _to(download)


@room.post("/download/<string:reference>/disable")
def disable(reference: str) -> AnyResponse:
    """Take a copy back: this protects, so nobody has to confirm first."""
    download = service.load(reference, me().subject_id)
    with suppress(NotNow):
        service.disable(download)
    return _to(download)


def _handed(download: Download) -> dict[str, object]:
    """Return what the page of a ready copy shows beside it: the pages of its systems, and who fetched what."""
    pages = [(part.source, _title(part.source), part.size) for part in service.pages(download)]
    fetches = [(fetch, _title(fetch.source) if fetch.source else "") for fetch in service.fetches(download)]
    return {"pages": pages, "fetches": fetches, "name": file_name(download)}


def _asked_for(download: Download) -> dict[str, object]:
    """Return the choice of a copy in words: its systems in whole or in part, its days and its law."""
    choice = Choice.read(download.choice)
    left = {source: choice.left_out(source) for source in registry.active().all()} if choice.tables is not None else {}
    titles = [_without(source, tables) for source, tables in left.items() if tables]
    kept_back = {source: choice.kept_back(source) for source in registry.active().all()} if choice.withheld else {}
    kept = [_without(source, tables) for source, tables in kept_back.items() if tables]
    return {"choice": choice, "left_out": titles, "kept_back": kept, "masked": choice.masks(site().profile)}


def _without(source: Source, tables: list[Table]) -> str:
    """Name a system, with the categories of it that are left out where these are not all."""
    title = source.title.in_(here().language)
    if len(tables) == len(source.manifest.tables):
        return title
    listed = here().listed(table.title.in_(here().language) for table in tables)
    return f"{title}: {listed}"


def _page(download: Download, source: str) -> str:
    part = next((part for part in service.pages(download) if part.source == source), None)
    if part is None:
        raise NotFound
    return f"/{files.page_of(part.file or '')}"


def _title(source: str) -> str:
    known = next((one for one in registry.active().all() if one.id == source), None)
    return known.title.in_(here().language) if known else source


def _to(download: Download) -> AnyResponse:
    return away(f"/download/{download.case.reference}")


def _heard(progress: service.Progress) -> str:
    """Return what a screen reader says when one more system is done with; the region sends the count it shows."""
    if str(progress.finished) == request.args.get("finished"):
        return ""
    return _("%(finished)s of %(all)s systems done.", finished=progress.finished, all=len(progress.systems))
