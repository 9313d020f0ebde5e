"""The sharing page, the signal that browsers send, and what other sites load."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from portal import config
from portal.consents import service as consents
from portal.consents.words import found_at, lines, local, told, when
from portal.kernel.problems import N_
from portal.sharing import service, sites
from portal.web import navigation
from portal.web.countries import name_of
from portal.web.guards import Session, me, open_to_all
from portal.web.htmx import alone, away, show
from portal.web.keeping import one_tap
from portal.web.present import known
from portal.web.words import _, here

PAGE = "/sharing"
SINCE = {"on": N_("%(what)s: allowed since %(at)s."), "off": N_("%(what)s: off since %(at)s.")}


def in_menu(session: Session) -> str:
    """Return for the menu how much is shared."""
    count = service.count(consents.present(session))
    return _(service.word(count), on=count.on, all=count.all)


room = Blueprint("sharing", __name__)
navigation.entry(room, "page", N_("Sharing"), order=45, state=in_menu, offered=service.offered)
navigation.left_out(room, "choices_script")


@room.before_app_request
def obey_signal() -> None:
    """Keep the no that a browser sends, for whoever is signed in."""
    session = known().session  # none for static files and programs
    if _signalled() and session and session.account_id is not None:
        if service.obey(session.subject_id, consents.present(session), here().language):
            consents.look_anew(session)


@room.route(PAGE, methods=["GET", "POST"])
@one_tap
def page() -> AnyResponse:
    """Show and switch what may be given to others."""
    if request.method != "POST":
        return _show()
    name = next((name for name in request.form if name.startswith("sharing.")), "")
    service.save(me().subject_id, name, request.form.get(name, ""), here().language, signal=_signalled())
    consents.look_anew(me())
    return _show(name) if alone() else away(f"{PAGE}#{_place(name)}")


@room.get("/site-choices.js")
@open_to_all
def choices_script() -> Response:
    """Answer the script that the company's sites load; it is the same for everybody and reads no cookie of ours."""
    response = Response(sites.script(), content_type="text/javascript; charset=utf-8")
    response.headers.update({"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"})
    return response


def _signalled() -> bool:
    return service.says_no(known().request.environ.get("HTTP_SEC_GPC"))


def _show(switched: str = "") -> Response:
    standing = consents.present(me())
    by_signal = service.by_signal(standing)
    said = _said(standing, switched) if switched else ""
    response = show(
        "sharing/page.html",
        "sharing/_choices.html",
        said=said,
        latest=said,
        choices=_choices(standing, by_signal),
        honoured=bool(by_signal) or _signalled(),
        signalled=_signalled(),
        told=[use for name, use in config.site().uses.items() if name.startswith("sharing.")],
        recipients=[
            (each, local(each.title), name_of(each.country), _hangs_on(each)) for each in config.site().recipients
        ],
        cookies=config.site().cookies,
        place=_place,
    )
    response.vary.add("Sec-GPC")
    return response


def _choices(standing: Mapping[str, consents.Choice], by_signal: Container[str]) -> list[tuple[Any, ...]]:
    """Return each purpose, whether it is on, since when, and how far that has come in each system."""
    purposes = [(purpose, standing[purpose.id]) for purpose in service.purposes()]
    passed = consents.present_passed(me(), standing, [purpose.id for purpose, choice in purposes if choice.made])
    return [
        (
            purpose,
            choice.state == service.ON,
            _since(purpose.id, choice, purpose.id in by_signal),
            told(lines(passed.get(purpose.id, []))),
        )
        for purpose, choice in purposes
    ]


def _said(standing: Mapping[str, consents.Choice], name: str) -> str:
    choice, known = standing[name], consents.purpose(name)
    return _(SINCE[choice.state], what=local(known.title), at=when(here(), choice.at) if choice.at else "")


def _since(name: str, choice: consents.Choice, signal: bool) -> str:
    if not choice.at:
        return _("On until you object to it.") if choice.state == service.ON else _("Off until you allow it.")
    if not choice.made:
        return found_at(choice, name)
    at = when(here(), choice.at)
    return _("Off since %(at)s, because your browser asked.", at=at) if signal else _("Since %(at)s.", at=at)


def _hangs_on(recipient: config.Recipient) -> str:
    titles = [local(consents.purpose(name).title) for name in recipient.purposes]
    return here().listed(titles)


def _place(name: str) -> str:
    return name.replace(".", "-")
