"""The page of all other uses: a switch where one can decide, a reason where not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import Blueprint, request
from werkzeug.wrappers import Response

from portal.config import OPT_OUT, Purpose
from portal.consents import service as consents
from portal.consents.service import Choice
from portal.consents.words import found_at, lines, local, state, stopped, told, when
from portal.kernel.problems import N_
from portal.subjects.facts import GROUNDS
from portal.uses import service
from portal.web import navigation
from portal.web.guards import Session, me
from portal.web.htmx import alone, away, show
from portal.web.keeping import one_tap
from portal.web.words import _, here

ADDRESS = "/uses"


class Shown(NamedTuple):
    """One purpose as it is drawn: the place of its switch, what holds, why and since when, and where it is known."""

    purpose: Purpose
    place: str
    choice: Choice
    since: str
    ground: str
    passed: str

    @property
    def is_on(self) -> bool:
        """Tell whether anything but the most protective state holds."""
        return self.choice.state != self.purpose.states[0]


def in_menu(session: Session) -> str:
    """Return for the menu whether somebody objected to anything."""
    return _(service.word(consents.present(session)))


room = Blueprint("uses", __name__)
navigation.entry(room, "page", N_("Other uses"), order=47, state=in_menu)


@room.route(ADDRESS, methods=["GET", "POST"])
@one_tap
def page() -> Response:
    """Show and switch what else data is used for."""
    if request.method != "POST":
        if consents.welcome(me().subject_id):  # what they said before they had an account holds on the first look
            consents.look_anew(me())
        return _show()
    known = {purpose.id for purpose in service.purposes()}
    name = next((name for name in request.form if name in known), "")
    service.save(me().subject_id, name, request.form.get(name, ""), here().language)
    consents.look_anew(me())
    return _show(name) if alone() else away(f"{ADDRESS}#{_place(name)}")


def _show(switched: str = "") -> Response:
    standing = consents.present(me())
    names = [purpose.id for purpose in service.purposes()]
    passed = consents.present_passed(me(), standing, [name for name in names if standing[name].made])
    choices = [
        Shown(
            purpose,
            _place(purpose.id),
            standing[purpose.id],
            _since(purpose, standing),
            _ground(purpose.legal_basis),
            told(lines(passed.get(purpose.id, []))),
        )
        for purpose in service.purposes()
    ]
    said = next((_said(one) for one in choices if one.purpose.id == switched), "")
    notices = [(one, _ground(one.use.legal_basis)) for one in service.told()]
    return show(
        "uses/page.html", "uses/_choices.html", choices=choices, notices=notices, said=said, latest=said, state_of=state
    )


def _since(purpose: Purpose, standing: Mapping[str, Choice]) -> str:
    choice = standing[purpose.id]
    if stop := stopped(standing, purpose.id):
        return stop
    if not choice.at:
        if purpose.choice == OPT_OUT:
            return _("On until you object to it.")
        return _("Off until you allow it.")
    if not choice.made:
        return found_at(choice, purpose.id)
    at = when(here(), choice.at)
    if purpose.choice == OPT_OUT and choice.state == purpose.states[0]:
        return _("Off since %(at)s, because you objected.", at=at)
    return _("Since %(at)s.", at=at)


def _said(one: Shown) -> str:
    return f"{local(one.purpose.title)}: {state(one.choice.state)}. {one.since}"


def _ground(basis: str) -> str:
    return _(GROUNDS.get(basis, basis))


def _place(name: str) -> str:
    return name.replace(".", "-")
