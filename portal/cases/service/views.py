"""Views of the queue that a member of the staff keeps under a name of their own."""

from __future__ import annotations

from urllib.parse import urlencode

from portal.cases.models import SavedView
from portal.cases.service.queue import Filters
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem

MOST, LONGEST = 20, 60


class NoName(Problem):
    """A view without a name, or one more than fits into the menu; facts: `most`, `longest`."""

    status, code = 422, "view-not-kept"
    say = N_("Give the view a name of up to %(longest)s characters; you can keep %(most)s.")
    then = N_("Remove a view that you no longer need, or choose a shorter name.")


def kept(staff: int) -> list[SavedView]:
    """Return a member's views by name."""
    return list(SavedView.select().where(SavedView.staff == staff).order_by(SavedView.name, SavedView.id))


def keep(staff: int, name: str, filters: Filters) -> None:
    """Keep filters under a name; the same name again takes the place of what it stood for. Raises NoName."""
    name = name.strip()
    with atomic():
        others = [view for view in kept(staff) if view.name != name]
        if not name or len(name) > LONGEST or len(others) >= MOST:
            raise NoName(most=MOST, longest=LONGEST)
        SavedView.delete().where(SavedView.staff == staff, SavedView.name == name).execute()
        SavedView.create(staff=staff, name=name, query=urlencode(filters.written()))


def drop(staff: int, number: int) -> None:
    """Remove a view; NotFound for anybody else's."""
    if not SavedView.delete().where(SavedView.staff == staff, SavedView.id == number).execute():
        raise NotFound
