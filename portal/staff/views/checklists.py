"""Where staff look by hand: paper, cameras, whatever has no program."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from werkzeug.wrappers import Response

from portal.cases.forms.documents import MOST_BYTES
from portal.kernel.problems import N_, NotFound
from portal.sources import checklists, evidence, registry
from portal.sources.models import ChecklistItem
from portal.staff.forms.checklists import LookedForm
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.files import attachment, takes_files
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import _, here

PAGE = "/staff/checklists"
OUTCOMES = {"done": N_("Found: it is done"), "nothing": N_("Nothing was found")}
PURPOSES = {"copy": N_("Look for it, and say what is there"), "erasure": N_("Look for it, and destroy it")}

navigation.desk(
    room,
    "checklists_page",
    N_("By hand"),
    order=47,
    covers=("checklist_item", "checklist_answer", "checklist_evidence"),
)


class Place(NamedTuple):
    """One place to look at, in words."""

    number: int
    system: str
    title: str
    purpose: str
    since: str


class Answer(NamedTuple):
    """What came of a look, in words."""

    number: int
    system: str
    title: str
    outcome: str
    at: str
    files: str


@room.get(PAGE)
@staff("admin", "approver", "staff")
def checklists_page() -> Response:
    """List the places where somebody has still to be looked for, and what came of it lately; nobody is named here."""
    answered = checklists.answered()
    counted = Counter(file.item_id for file in evidence.of(answered))
    answers = [_answer(item, counted[item.id]) for item in answered]
    return show("staff/checklists.html", places=[_place(item) for item in checklists.waiting()], answers=answers)


@room.route(f"{PAGE}/<int:number>", methods=["GET", "POST"])
@takes_files(MOST_BYTES)
@staff("admin", "approver", "staff")
def checklist_item(number: int) -> Response:
    """Show for whom to look in one place, which is logged, and take what was found."""
    form = LookedForm()
    item, who = checklists.load(number, crew().number)
    if form.validate_on_submit():
        files = [made for _name, made in form.clean]
        checklists.answer(number, crew().number, str(form.outcome.data), str(form.words.data), files)
        return away(PAGE)
    return show("staff/checklist.html", form=form, place=_place(item), who=who, status=422 if form.errors else 200)


@room.get(f"{PAGE}/<int:number>/answer")
@staff("admin", "approver", "staff")
def checklist_answer(number: int) -> Response:
    """Show what came of a look, with its evidence; not for whom it was."""
    item = checklists.look_up(number)
    files = evidence.of([item])
    return show("staff/checklist_answer.html", answer=_answer(item, len(files)), words=item.words or "", files=files)


@room.get(f"{PAGE}/<int:number>/evidence/<int:file>")
@staff("admin", "approver", "staff")
def checklist_evidence(number: int, file: int) -> Response:
    """Hand out a file that shows it, as an attachment; it is logged."""
    row, chunks = evidence.hand_out(checklists.look_up(number), file, crew().number)
    return attachment(row.name, row.media_type, chunks)


def _answer(item: ChecklistItem, files: int) -> Answer:
    system, title = _named(item)
    at = _("Answered on %(day)s", day=here().day(item.answered_at))
    counted = here().plural("%(num)s file", "%(num)s files", files) if files else ""
    return Answer(item.id, system, title, here().say(OUTCOMES[item.outcome]), at, counted)


def _place(item: ChecklistItem) -> Place:
    system, title = _named(item)
    return Place(item.id, system, title, here().say(PURPOSES[item.purpose]), _since(item))


def _since(item: ChecklistItem) -> str:
    return _("Asked on %(day)s", day=here().day(item.asked_at))


def _named(item: ChecklistItem) -> tuple[str, str]:
    """Return system and table in words, by their names where they are connected no more."""
    try:
        source = registry.active().get(item.source)
    except NotFound:
        return item.source, item.table
    table = source.manifest.tables.get(item.table)
    return source.title.in_(here().language), table.title.in_(here().language) if table else item.table
