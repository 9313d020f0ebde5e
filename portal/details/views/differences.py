"""Everything on which the systems do not agree, side by side, made the same in one step."""

from __future__ import annotations

from typing import NamedTuple

from flask import request
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from portal.cases.forms.documents import MOST_BYTES
from portal.details import service
from portal.details.forms import OTHER, Difference, DifferencesForm, differences_form
from portal.details.service import PROOF, SELF, Detail, Found, Version
from portal.details.views.cards import dated, told
from portal.details.views.room import room
from portal.subjects.readable import MASKED
from portal.web.fields import choice
from portal.web.files import takes_files
from portal.web.guards import confirm_first, is_fresh, me, recently_confirmed
from portal.web.htmx import away, show
from portal.web.words import here


class Drawn(NamedTuple):
    """A detail that differs: its name, what it is called, which of its versions cannot be chosen, and where not."""

    name: str
    title: str
    proof: bool
    others: list[tuple[str, str]]
    empty: list[str]


@room.route("/details/differences", methods=["GET", "POST"])
@takes_files(MOST_BYTES)
def differences() -> Response:
    """Show what differs, numbers masked, and make the same what was chosen."""
    found = service.everything(me().subject_id)
    form = differences_form([_difference(detail, in_full=False) for detail in service.differing(found)])
    if request.method == "POST" and form.validate():
        wishes = _wishes(form, service.differing(found))
        if wishes and any(detail.way != SELF for detail, _value in wishes) and not is_fresh(me()):
            return confirm_first()
        if wishes:
            return _mend(form, wishes)
    return _show(found, form, in_full=False)


@room.get("/details/differences/in-full")
@recently_confirmed
def differences_in_full() -> Response:
    """Show the same with nothing masked, and log that it was looked at."""
    found = service.everything(me().subject_id)
    service.note_look(me().subject_id, service.differing(found))
    return _show(
        found, differences_form([_difference(one, in_full=True) for one in service.differing(found)]), in_full=True
    )


def _show(found: Found, form: DifferencesForm, *, in_full: bool) -> Response:
    different = service.differing(found)
    return show(
        "details/differences.html",
        form=form,
        details=[_drawn(detail, in_full) for detail in different],
        reviewed="why" in form,
        masked=not in_full and any(detail.sensitive in MASKED for detail in different),
        silent=[source.title.in_(here().language) for source in found.silent],
        status=422 if form.errors else 200,
    )


def _mend(form: DifferencesForm, wishes: list[tuple[Detail, str]]) -> Response:
    reviewed = "why" in form
    rows = service.mend(
        me().account_id or 0,
        me().subject_id,
        wishes,
        str(form["why"].data or "") if reviewed else "",
        form.clean if reviewed else (),
        here().language,
        restrict=reviewed and bool(form["restrict"].data),
    )
    return away(f"/details/corrections/{rows[0].id}" if len(rows) == 1 else "/details#corrections")


def _wishes(form: DifferencesForm, different: list[Detail]) -> list[tuple[Detail, str]]:
    """Return what each chosen detail is to be; a version that is there no more was refused by the form."""
    wishes, chosen = [], form.chosen()
    for detail in different:
        if (mark := chosen.get(detail.name)) == OTHER:
            wishes.append((detail, form.typed(detail.name)))
        elif mark:
            wishes += [(detail, version.value) for version in _versions(detail) if version.mark == mark]
    return wishes


def _versions(detail: Detail) -> list[Version]:
    return service.versions(me().account_id or 0, me().subject_id, detail)


def _difference(detail: Detail, *, in_full: bool) -> Difference:
    options = [_option(detail, version, in_full) for version in _versions(detail) if version.may]
    return Difference(detail.name, detail.title.in_(here().language), detail.kind, detail.way, options)


def _option(detail: Detail, version: Version, in_full: bool) -> SelectChoice:
    return choice(version.mark, _text(detail, version, in_full), _where(version))


def _text(detail: Detail, version: Version, in_full: bool) -> str:
    return told(version.value, detail.sensitive in MASKED and not in_full)[0]


def _where(version: Version) -> str:
    """Return which systems have a version, and when each of them last changed it."""
    said = [f"{place.source.title.in_(here().language)}. {dated(place)}" for place in version.places]
    return " ".join(dict.fromkeys(said))


def _drawn(detail: Detail, in_full: bool) -> Drawn:
    language = here().language
    others = [(_text(detail, one, in_full), _where(one)) for one in _versions(detail) if not one.may]
    empty = [place.source.title.in_(language) for place in detail.places if not place.held.value]
    return Drawn(detail.name, detail.title.in_(language), detail.way == PROOF, others, empty)
