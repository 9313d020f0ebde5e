"""Where staff look by hand: paper, cameras, whatever has no program."""

from __future__ import annotations

from typing import NamedTuple

from werkzeug.wrappers import Response

from portal.kernel.problems import N_, NotFound
from portal.sources import checklists, registry
from portal.sources.models import ChecklistItem
from portal.staff.forms.checklists import LookedForm
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import _, here

PAGE = "/staff/checklists"
PURPOSES = {"copy": N_("Look for it, and say what is there"), "erasure": N_("Look for it, and destroy it")}

navigation.desk(room, "checklists_page", N_("By hand"), order=47, covers=("checklist_item",))


class Place(NamedTuple):
    """One place to look at, in words."""

    number: int
    system: str
    title: str
    purpose: str
    since: str


@room.get(PAGE)
@staff("admin", "approver", "staff")
def checklists_page() -> Response:
    """List the places where somebody has still to be looked for; nobody is named here."""
    return show("staff/checklists.html", places=[_place(item) for item in checklists.waiting()])


@room.route(f"{PAGE}/<int:number>", methods=["GET", "POST"])
@staff("admin", "approver", "staff")
def checklist_item(number: int) -> Response:
    """Show for whom to look in one place, which is logged, and take what was found."""
    form = LookedForm()
    item, who = checklists.load(number, crew().number)
    if form.validate_on_submit():
        checklists.answer(number, crew().number, str(form.outcome.data), str(form.words.data))
        return away(PAGE)
    return show("staff/checklist.html", form=form, place=_place(item), who=who, status=422 if form.errors else 200)


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
