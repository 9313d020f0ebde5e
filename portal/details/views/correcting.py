"""Correcting one detail: at once, or with evidence; and how far a correction has come."""

from __future__ import annotations

from typing import NamedTuple

from flask import request
from werkzeug.wrappers import Response

from portal import config
from portal.cases import service as cases
from portal.cases.forms.documents import MOST_BYTES
from portal.cases.service import deciding
from portal.cases.service import evidence as kept
from portal.details import service
from portal.details.forms import ReviewForm, ValueForm, value_form
from portal.details.models import Correction, CorrectionPart
from portal.details.service import REVIEW, SELF, Detail, SameAlready
from portal.details.views.cards import card, progress, shown, standing
from portal.details.views.page import card_alone
from portal.details.views.room import room
from portal.sources import registry
from portal.subjects import facts
from portal.subjects.readable import MASKED
from portal.web.files import attachment, takes_files
from portal.web.guards import is_fresh, me, recently_confirmed
from portal.web.htmx import alone, away, show
from portal.web.words import _, here


class Line(NamedTuple):
    """One value in one system: what stood there, what happened, and that in a word."""

    system: str
    old: str
    hint: str
    word: str
    tone: str


@room.route("/details/<string:detail>", methods=["GET", "POST"])
def correct(detail: str) -> Response:
    """Ask for a new value, and have it written into every system at once."""
    found = service.one(me().subject_id, detail)
    if found.way != SELF:
        return away(card(found, in_full=False).url)
    form = value_form(ValueForm, found.kind, found.name)
    if request.method == "GET" and not form.value.data and len(found.values) == 1 and found.sensitive not in MASKED:
        form.value.data = found.values[0]
    if request.method == "POST" and form.validate():
        try:
            row = service.at_once(me().subject_id, found, str(form.value.data), here().language)
        except SameAlready as problem:
            form.value.errors = [_(problem.say)]
        else:
            if alone():
                return card_alone(detail, _("It is being written into every system."), focus=True)
            return away(f"/details/corrections/{row.id}")
    return _ask(found, form)


def _ask(found: Detail, form: ValueForm) -> Response:
    """Ask for a value on a page of its own or, for htmx, in the place where it is shown."""
    in_full = _may_see(found)
    if alone():
        form.value.id = f"value-{found.name}"  # several may be open on one page
    return show(
        "details/correct.html",
        "details/_detail.html",
        card=card(found, in_full),
        form=form,
        editing=form,
        values=found.values if found.differs and in_full else (),
        focus=not form.errors,
        status=422 if form.errors else 200,
    )


def _may_see(found: Detail) -> bool:
    """Tell whether a detail is shown in full: numbers only after a fresh proof, and each time it is logged."""
    if found.sensitive not in MASKED:
        return True
    if not is_fresh(me()):
        return False
    service.note_look(me().subject_id, [found])
    return True


@room.route("/details/<string:detail>/review", methods=["GET", "POST"])
@takes_files(MOST_BYTES)
@recently_confirmed
def review(detail: str) -> Response:
    """Ask for a new value with what shows it, for staff to look at."""
    found = service.one(me().subject_id, detail)
    if found.way != REVIEW:
        return away(f"/details/{detail}")
    form = value_form(ReviewForm, found.kind, found.name)
    if request.method == "POST" and form.validate() and isinstance(form, ReviewForm):
        try:
            row = service.for_review(
                me().subject_id,
                found,
                str(form.value.data),
                str(form.why.data),
                form.clean,
                here().language,
                restrict=bool(form.restrict.data),
            )
        except SameAlready as problem:
            form.value.errors = [_(problem.say)]
        else:
            return away(f"/details/corrections/{row.id}")
    service.note_look(me().subject_id, [found])
    status = 422 if form.errors else 200
    return show("details/review.html", card=card(found, in_full=True), form=form, status=status)


@room.get("/details/corrections/<int:number>")
def correction(number: int) -> Response:
    """Show what stood there, what shall, how far each system is, and who else was told (RULES X6)."""
    row = service.load(me().subject_id, number)
    found = service.parts(row)
    words, waits = here(), row.state in ("writing", "undoing")
    state, tone = standing(row)
    return show(
        "details/correction.html",
        "details/_correction.html",
        said="" if waits else _(state),
        row=row,
        title=row.title.get(words.language) or row.title["en"],
        new=shown(row, row.new),
        state=state,
        tone=tone,
        complete={part.state for part in found} <= {"written", "gone"},
        lines=[_line(row, part) for part in found],
        companies=[(facts.controller(config.site(), one["name"]), one["how"] == "told") for one in row.recipients],
        others=_others(found),
        evidence=kept.of(row.case) if row.case else [],
        decision=deciding.last(row.case) if row.case else None,
        every=(20 if any(part.attempts for part in found) else 2) if waits else 0,
    )


@room.get("/details/corrections/<int:number>/evidence/<int:file>")
def evidence(number: int, file: int) -> Response:
    """Hand out a file that the person sent."""
    row = service.load(me().subject_id, number)
    case = cases.load(row.case.reference, me().subject_id) if row.case else cases.load("", me().subject_id)
    found, chunks = kept.hand_out(case, file, "person")
    return attachment(found.name, found.media_type, chunks)


def _line(row: Correction, part: CorrectionPart) -> Line:
    titles = {source.id: source.title.in_(here().language) for source in registry.active().connected()}
    return Line(titles.get(part.source, part.source), shown(row, part.old), *progress(row, part))


def _others(found: list[CorrectionPart]) -> list[str]:
    """Return who receives what is corrected, as the site's file and the manifests say."""
    named: dict[str, None] = {}
    for part in found:
        source = next((one for one in registry.active().connected() if one.id == part.source), None)
        table = source.manifest.tables.get(part.place.rpartition(".")[0]) if source else None
        named |= dict.fromkeys(facts.recipients(config.site(), table, here()) if table else ())
    return list(named)
