"""What is kept after its person is gone, until when, and who is in a system again."""

from __future__ import annotations

from typing import NamedTuple

from werkzeug.wrappers import Response

from portal.deletion import service as deletion
from portal.deletion.models import Returned
from portal.deletion.service import Dated
from portal.kernel.problems import N_
from portal.sources import registry
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.guards import staff
from portal.web.htmx import show
from portal.web.words import _, here

navigation.desk(room, "retention_page", N_("Retention"), order=45)


class Kept(NamedTuple):
    """One table that is kept, in words."""

    system: str
    title: str
    reason: str
    until: str
    last: str
    failed: bool


@room.get("/staff/retention")
@staff("admin", "approver", "staff")
def retention_page() -> Response:
    """Show every table that is kept, what the last night deleted in it, and who came back after an erasure."""
    kept = [_kept(one) for one in deletion.kept_tables()]
    return show("staff/retention.html", kept=kept, returned=_cases(deletion.returned()))


def _kept(one: Dated) -> Kept:
    language, keep = here().language, one.table.keep
    title, system = one.table.title.in_(language), one.source.title.in_(language)
    reason = keep.reason.in_(language) if keep else ""
    return Kept(system, title, reason, _until(one), _last(one), bool(one.last and one.last.failed))


def _until(one: Dated) -> str:
    until = one.table.keep.until if one.table.keep else None
    if until is None:
        return _("Without an end")
    column = one.table.column_title(until.column).in_(here().language)
    years = here().plural("%(num)s year after %(column)s", "%(num)s years after %(column)s", until.years, column=column)
    return years if one.table.keep and one.table.keep.of == "erased" else _("%(years)s, for everybody", years=years)


def _last(one: Dated) -> str:
    if not one.source.ages and one.table.keep and one.table.keep.until:
        return _("Not deleted from here: whoever runs the system deletes it at its date")
    if one.last is None or one.table.keep is None or one.table.keep.until is None:
        return _("Not looked at yet") if one.table.keep and one.table.keep.until else _("Never deleted")
    if one.last.failed:
        return _(
            "On %(day)s it could not be looked at: %(why)s", day=here().moment(one.last.looked_at), why=one.last.failed
        )
    rows = here().plural("%(num)s row", "%(num)s rows", one.last.rows)
    in_all = here().plural("%(num)s row", "%(num)s rows", one.last.rows_in_all)
    return _(
        "%(rows)s deleted on %(day)s, %(all)s in all", rows=rows, day=here().moment(one.last.looked_at), all=in_all
    )


def _cases(found: list[Returned]) -> list[tuple[str, str, str]]:
    """Return the case, the system and how many people, each case once, the newest first."""
    by_case: dict[str, list[Returned]] = {}
    for one in found:
        by_case.setdefault(one.case, []).append(one)
    return [
        (case, _system(rows[0].source), here().plural("%(num)s person", "%(num)s people", len(rows)))
        for case, rows in by_case.items()
    ]


def _system(source: str) -> str:
    known = {one.id: one.title.in_(here().language) for one in registry.active().connected()}
    return known.get(source, source)
