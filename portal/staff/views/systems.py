"""The connected systems as they stand: do they answer, does the manifest fit, what waits to be written there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from werkzeug.wrappers import Response

from portal.consents import service as consents
from portal.kernel import outbox
from portal.kernel.problems import N_, SourceUnavailable
from portal.sources import asking, drift, registry
from portal.sources.base import Finding, Source
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.guards import staff
from portal.web.htmx import show
from portal.web.words import _, here

SOON, PATIENCE = 1.5, 15.0  # seconds that the page of all, and that of one system, waits
ACTIONS = {"delete": N_("Is deleted"), "anonymise": N_("Made anonymous"), "keep": N_("Kept")}

navigation.desk(room, "systems_page", N_("Systems"), order=40, covers=("system_page",))


class State(NamedTuple):
    """One system: how it stands in a word with its tone, what its check found, and what waits to be written there."""

    source: Source
    title: str
    says: str
    tone: str
    findings: list[Finding]
    waiting: str


@room.get("/staff/systems")
@staff("admin", "approver", "staff")
def systems_page() -> Response:
    """Show all systems; one that is slow has its own page."""
    sources = registry.active().connected()
    asked = [(source, asking.begin(source, partial(consents.checked, source))) for source in sources]
    asking.wait([answer for _source, answer in asked], SOON)
    due = outbox.waiting()
    states = [_state(source, due, answer.result if answer.done() else None) for source, answer in asked]
    return show("staff/systems.html", systems=states)


@room.get("/staff/systems/<string:source>")
@staff("admin", "approver", "staff")
def system_page(source: str) -> Response:
    """Show one system: every table of its manifest, and what its check finds in the live one."""
    found = registry.active().get(source)

    def check() -> list[Finding]:
        known, shape = asking.within(found, lambda: (consents.checked(found), found.shape()), PATIENCE)
        return [*known, *drift.findings(source, shape)]

    state = _state(found, outbox.waiting(), check)
    return show("staff/system.html", system=state, tables=found.manifest.tables.values(), actions=ACTIONS)


def _state(source: Source, due: outbox.Waiting, check: Callable[[], list[Finding]] | None) -> State:
    title, waiting = source.title.in_(here().language), _waiting(due, source.id)
    if check is None:
        return State(source, title, _("Not answered yet"), "soon", [], waiting)
    try:
        findings = check()
    except SourceUnavailable:
        return State(source, title, _("Does not answer"), "wrong", [], waiting)
    said, tone = _verdict(findings)
    return State(source, title, said, tone, findings, waiting)


def _verdict(findings: list[Finding]) -> tuple[str, str]:
    if errors := sum(finding.level == "error" for finding in findings):
        return here().plural("%(num)s error", "%(num)s errors", errors), "wrong"
    if findings:
        return here().plural("%(num)s warning", "%(num)s warnings", len(findings)), "soon"
    return _("In order"), "on"


def _waiting(due: outbox.Waiting, source: str) -> str:
    count, oldest = due.get(source, (0, None))
    if oldest is None:
        return _("Every choice is written there.")
    people, at = here().plural("%(num)s person", "%(num)s people", count), here().moment(oldest)
    return _("Choices of %(people)s wait to be written, the oldest since %(at)s.", people=people, at=at)
