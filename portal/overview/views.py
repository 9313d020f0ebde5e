"""The first page: what the portal is for who is signed out, and where everything stands for who is signed in."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.consents import service as consents
from portal.consents.words import local
from portal.kernel.problems import N_
from portal.location import service as location
from portal.location.words import word
from portal.marketing import service as marketing
from portal.overview import service
from portal.sharing import service as sharing
from portal.sources import registry
from portal.subjects import service as subjects
from portal.web import navigation
from portal.web.guards import me, open_to_all
from portal.web.htmx import away, show
from portal.web.words import _, here

_CHOICES = {"location": location.offered, "marketing": marketing.offered, "sharing": sharing.offered}

room = Blueprint("overview", __name__)
navigation.entry(room, "page", N_("Overview"), order=10)
navigation.left_out(room, "start")


@room.get("/")
@open_to_all
def start() -> Response:
    """Say what this is; who is signed in goes to the overview."""
    return show("overview/start.html", asks=_asks()) if me().account_id is None else away("/overview")


@room.get("/overview")
def page() -> Response:
    """Show where everything stands."""
    subject_id = me().subject_id
    standing = consents.present(me())
    level, count = location.level(standing), marketing.count(standing)
    shared = sharing.count(standing)
    looking = [_title(source) for source in subjects.waiting(subject_id)]
    return show(
        "overview/page.html",
        "overview/_looking.html",
        said="" if looking else _("Every system has answered."),
        asks=_asks(),
        about_location=local(location.about("brief") or {"": ""}),
        location=_(word(level)),
        location_on=level.state != location.OFF,
        marketing=_(marketing.word(count), on=count.on, all=count.all),
        topics=[local(pair.purpose.title) for pair in marketing.pairs() if standing[pair.id].state == marketing.ON],
        sharing=_(sharing.word(shared), on=shared.on, all=shared.all),
        shared=shared.on,
        signalled=bool(sharing.by_signal(standing)),
        requests=service.requests(subject_id),
        looking=looking,
        unclaimed=[_title(source) for source in subjects.unclaimed(subject_id)],
    )


def _asks() -> set[str]:
    """Return the rooms whose choices this site asks for."""
    return {room for room, offered in _CHOICES.items() if offered()}


def _title(source_id: str) -> str:
    return registry.active().get(source_id).title.in_(here().language)
